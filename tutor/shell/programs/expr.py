"""expr."""

from __future__ import annotations

from typing import Any

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import missing_operand
from tutor.shell.programs.regex import BadPattern, compile_posix

LEVELS = (('|',), ('&',), ('<', '<=', '=', '==', '!=', '>=', '>'), ('+', '-'), ('*', '/', '%'), (':',))


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """expr EXPRESSION"""
    words = argv[1:]
    if words[:1] == ['--']:
        words = words[1:]
    if not words:
        raise missing_operand(argv, ctx)
    expression = _Expression(words)
    value = expression.value()
    io.stdout.write(value + '\n')
    return 0 if value and value.strip('0') not in ('', '-') else 1


class _Expression:
    def __init__(self, words: list[str]) -> None:
        self._words = words
        self._place = 0
        self._depth = 0

    def value(self) -> str:
        found = self._level(0)
        if self._place < len(self._words):
            raise Complaint(f"syntax error: unexpected argument ‘{self._words[self._place]}’", 2)
        return found

    def _peek(self) -> str | None:
        return self._words[self._place] if self._place < len(self._words) else None

    def _level(self, level: int) -> str:
        if level == len(LEVELS):
            return self._atom()
        left = self._level(level + 1)
        while self._peek() in LEVELS[level]:
            operator = self._words[self._place]
            self._place += 1
            left = self._apply(operator, left, self._level(level + 1))
        return left

    def _atom(self) -> str:
        word = self._peek()
        if word is None:
            raise Complaint(f"syntax error: missing argument after ‘{self._words[-1]}’", 2)
        self._place += 1
        if word == '(':
            self._depth += 1
            if self._depth > 200:
                raise Complaint('nested too deeply', 2)
            found = self._level(0)
            if self._peek() != ')':
                raise Complaint(f"syntax error: expecting ')' after ‘{self._words[self._place - 1]}’", 2)
            self._place += 1
            return found
        if word == 'length' and self._peek() is not None:
            return str(len(self._atom()))
        if word == 'substr' and self._peek() is not None:
            text, start, count = self._atom(), self._number(self._atom()), self._number(self._atom())
            return text[max(start - 1, 0):max(start - 1, 0) + count] if start > 0 and count > 0 else ''
        if word == 'index' and self._peek() is not None:
            text, chars = self._atom(), self._atom()
            return str(next((place for place, char in enumerate(text, 1) if char in chars), 0))
        if word == 'match' and self._peek() is not None:
            return self._apply(':', self._atom(), self._atom())
        return word

    @staticmethod
    def _number(text: str) -> int:
        try:
            return int(text)
        except ValueError:
            raise Complaint('non-integer argument', 2) from None

    def _apply(self, operator: str, left: str, right: str) -> str:
        def true(text: str) -> bool:
            return text not in ('', '0')
        if operator == '|':
            return left if true(left) else right if true(right) else '0'
        if operator == '&':
            return left if true(left) and true(right) else '0'
        if operator == ':':
            return self._match(left, right)
        if operator in LEVELS[2]:
            return str(int(_compare(operator, left, right)))
        one, other = self._number(left), self._number(right)
        if operator in '/%' and not other:
            raise Complaint('division by zero', 2)
        quotient = abs(one) // abs(other) * (1 if (one < 0) == (other < 0) else -1) if operator in '/%' else 0
        return str({'+': one + other, '-': one - other, '*': one * other, '/': quotient,
                    '%': one - quotient * other}[operator])

    @staticmethod
    def _match(text: str, pattern: str) -> str:
        try:
            found = compile_posix(pattern).match(text)
        except BadPattern as problem:
            raise Complaint(str(problem), 2) from None
        if found is None:
            return '' if '\\(' in pattern else '0'
        return (found[1] or '') if found.re.groups else str(found.end())


def _compare(operator: str, left: str, right: str) -> bool:
    one: Any
    other: Any
    try:
        one, other = int(left), int(right)
    except ValueError:
        one, other = left, right
    return {'<': one < other, '<=': one <= other, '=': one == other, '==': one == other, '!=': one != other,
            '>=': one >= other, '>': one > other}[operator]
