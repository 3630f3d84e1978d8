"""bc: exact decimal arithmetic with variables, comparisons and a few functions, line by line."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_DOWN, Context, Decimal, InvalidOperation

from tutor.shell.process import IO
from tutor.shell.process import Context as ProcessContext
from tutor.shell.programs.inputs import open_all

TOKEN = re.compile(r'\s*(\d+\.?\d*|\.\d+|[a-z_]\w*|[-+*/%^]=|\+\+|--|<=|>=|==|!=|&&|\|\||[-+*/%^()=<>!,])')
DIGITS = Context(prec=2000, rounding=ROUND_DOWN)
LEVELS: tuple[tuple[str, ...], ...] = (('||',), ('&&',), ('<', '<=', '>', '>=', '==', '!='), ('+', '-'), ('*', '/',
                                                                                                          '%'))
LONGEST = 100_000
"""The largest power that is worked out."""


class Wrong(Exception):
    """What bc complains about."""


async def main(argv: list[str], io: IO, ctx: ProcessContext) -> int:
    """bc [-l] [-q] [FILE…]"""
    letters = ''.join(word[1:] for word in argv[1:] if word.startswith('-'))
    inputs = open_all([word for word in argv[1:] if not word.startswith('-')] or ['-'], io, ctx).named(argv[0])
    state = _Calculator(20 if 'l' in letters else 0)
    async for line in inputs.lines():
        for statement in re.sub(r'#.*|/\*.*?\*/', '', line).split(';'):
            if statement.strip() in ('quit', 'halt'):
                return 0
            try:
                shown = state.run(statement)
            except Wrong as problem:
                io.stderr.write(f'{problem}\n')
                continue
            if shown is not None:
                io.stdout.write(f'{shown}\n')
    return int(inputs.failed)


class _Calculator:
    """Variables, `scale` among them, and one statement at a time."""

    def __init__(self, scale: int) -> None:
        self._variables: dict[str, Decimal] = {'scale': Decimal(scale), 'ibase': Decimal(10), 'obase': Decimal(10)}
        self._tokens: list[str] = []
        self._place = 0

    @property
    def scale(self) -> int:
        return int(self._variables['scale'])

    def run(self, statement: str) -> str | None:
        """What a statement prints, None for an assignment or nothing. Raises Wrong."""
        text = statement.strip()
        if not text:
            return None
        if re.fullmatch(r'"[^"]*"', text):
            return text[1:-1]
        self._tokens, self._place = self._split(text), 0
        silent = len(self._tokens) > 1 and self._tokens[0][0].isalpha() and \
            (self._tokens[1] == '=' or self._tokens[1] in ('+=', '-=', '*=', '/=', '%=', '^='))
        try:
            value = self._assignment()
        except (InvalidOperation, OverflowError):
            raise Wrong('Runtime error (func=(main), adr=3): exponent too large in raise') from None
        if self._place < len(self._tokens):
            raise Wrong('(standard_in) 1: syntax error')
        return None if silent else self._shown(value)

    @staticmethod
    def _split(text: str) -> list[str]:
        found, place = [], 0
        while place < len(text):
            match = TOKEN.match(text, place)
            if match is None:
                raise Wrong(f'(standard_in) 1: {"illegal character: " + text[place] if text[place:].strip() else ""}')
            found.append(match[1])
            place = match.end()
            if not text[place:].strip():
                break
        return found

    def _shown(self, value: Decimal) -> str:
        base = int(self._variables['obase'])
        if base != 10:
            return _in_base(int(value), base)
        text = f'{value:f}'
        if '.' in text and not value:
            return '0'
        if text.startswith(('0.', '-0.')):
            text = text.replace('0.', '.', 1)
        return text

    def _peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ''

    def _take(self) -> str:
        self._place += 1
        return self._tokens[self._place - 1]

    def _assignment(self) -> Decimal:
        name = self._peek()
        following = self._tokens[self._place + 1] if self._place + 1 < len(self._tokens) else ''
        if name[:1].isalpha() and following.endswith('=') and following not in ('==', '<=', '>=', '!='):
            self._place += 2
            value = self._assignment()
            if following != '=':
                value = self._apply(following[0], self._variables.get(name, Decimal(0)), value)
            self._variables[name] = value
            return value
        return self._binary(0)

    def _binary(self, level: int) -> Decimal:
        if level == len(LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while self._peek() in LEVELS[level]:
            operator = self._take()
            left = self._apply(operator, left, self._binary(level + 1))
        return left

    def _unary(self) -> Decimal:
        if self._peek() == '-':
            self._place += 1
            return -self._unary()
        if self._peek() == '!':
            self._place += 1
            return Decimal(not self._unary())
        base = self._atom()
        if self._peek() == '^':
            self._place += 1
            return self._power(base, self._unary())
        return base

    def _atom(self) -> Decimal:
        token = self._take() if self._peek() else ''
        if token[:1].isdigit() or token[:1] == '.':
            return Decimal(token)
        if token == '(':
            value = self._assignment()
            if not self._peek() or self._take() != ')':
                raise Wrong('(standard_in) 1: syntax error')
            return value
        if token[:1].isalpha():
            return self._call(token) if self._peek() == '(' else self._variables.get(token, Decimal(0))
        raise Wrong('(standard_in) 1: syntax error')

    def _call(self, name: str) -> Decimal:
        self._place += 1
        value = self._assignment()
        if not self._peek() or self._take() != ')':
            raise Wrong('(standard_in) 1: syntax error')
        if name == 'sqrt':
            if value < 0:
                raise Wrong('Runtime error (func=(main), adr=3): Square root of a negative number')
            return self._cut(value.sqrt(DIGITS), max(self.scale, _digits(value)))
        if name == 'length':
            return Decimal(len(value.as_tuple().digits))
        if name == 'scale':
            return Decimal(_digits(value))
        raise Wrong(f'Runtime error (func=(main), adr=4): Function {name} not defined.')

    def _power(self, base: Decimal, exponent: Decimal) -> Decimal:
        power = int(exponent)
        if abs(power) > LONGEST:
            raise Wrong('Runtime error (func=(main), adr=6): exponent too large in raise')
        value = DIGITS.power(base, power)
        if power < 0:
            return self._cut(value, self.scale)
        return self._cut(value, min(_digits(base) * power, max(self.scale, _digits(base))))

    def _apply(self, operator: str, left: Decimal, right: Decimal) -> Decimal:
        compare: dict[str, Callable[[], bool]] = {
            '<': lambda: left < right, '<=': lambda: left <= right, '>': lambda: left > right,
            '>=': lambda: left >= right,
            '==': lambda: left == right, '!=': lambda: left != right, '&&': lambda: bool(left) and bool(right),
            '||': lambda: bool(left) or bool(right)}
        if operator in compare:
            return Decimal(int(compare[operator]()))
        if operator in '/%' and not right:
            raise Wrong('Runtime error (func=(main), adr=6): Divide by zero' if operator == '/' else
                        'Runtime error (func=(main), adr=6): Modulo by zero')
        match operator:
            case '+':
                return DIGITS.add(left, right)
            case '-':
                return DIGITS.subtract(left, right)
            case '*':
                places = _digits(left) + _digits(right)
                return self._cut(DIGITS.multiply(left, right), min(places, max(self.scale, _digits(left),
                                                                               _digits(right))))
            case '/':
                return self._cut(DIGITS.divide(left, right), self.scale)
            case '%':
                quotient = self._cut(DIGITS.divide(left, right), self.scale)
                return DIGITS.subtract(left, DIGITS.multiply(quotient, right))
        return self._power(left, right)

    @staticmethod
    def _cut(value: Decimal, places: int) -> Decimal:
        """Without the digits beyond so many places."""
        return value.quantize(Decimal(1).scaleb(-places), context=DIGITS)


def _digits(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return max(-exponent, 0) if isinstance(exponent, int) else 0


def _in_base(value: int, base: int) -> str:
    digits = ''
    rest = abs(value)
    while rest:
        digits = '0123456789ABCDEF'[rest % base] + digits if base <= 16 else f' {rest % base:02d}' + digits
        rest //= base
    return ('-' if value < 0 else '') + (digits or '0')
