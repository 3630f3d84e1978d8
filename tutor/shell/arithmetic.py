"""Shell arithmetic: C's operators on 64-bit integers, variables by name."""

from __future__ import annotations

import operator as operators
import re
from collections.abc import Callable

TOKEN = re.compile(r'\s*(0[xX][0-9a-fA-F]+|\d+#\w+|\d+|[A-Za-z_]\w*|\*\*|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||\+\+|--|'
                   r'[-+*/%&|^]=|[-+*/%<>=!~&|^?:,()\[\]])')
BINARY = [('||',), ('&&',), ('|',), ('^',), ('&',), ('==', '!='), ('<', '>', '<=', '>='), ('<<', '>>'), ('+', '-'),
          ('*', '/', '%')]
CALCULATE: dict[str, Callable[[int, int], int]] = {
    '+': operators.add, '-': operators.sub, '*': operators.mul, '&': operators.and_, '|': operators.or_,
    '^': operators.xor, '<': operators.lt, '>': operators.gt, '<=': operators.le, '>=': operators.ge,
    '==': operators.eq, '!=': operators.ne, '<<': lambda left, right: left << (right & 63),
    '>>': lambda left, right: left >> (right & 63), '&&': lambda left, right: bool(left) and bool(right),
    '||': lambda left, right: bool(left) or bool(right)}
ASSIGN = ('=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '|=', '^=')


class ArithmeticProblem(Exception):
    """An expression that cannot be evaluated; the text is bash's."""


class Arithmetic:
    """Evaluates one expression. `read` and `write` are the shell's variables."""

    def __init__(self, text: str, read: Callable[[str], str], write: Callable[[str, str], None]) -> None:
        self.text = text
        self._read = read
        self._write = write
        self._tokens = self._split(text)
        self._pos = 0
        self._skip = 0
        self._depth = 0

    def value(self) -> int:
        """The value of the expression; an empty one is 0. Raises ArithmeticProblem."""
        if not self._tokens:
            return 0
        result = self._comma()
        if self._pos < len(self._tokens):
            raise self._problem('syntax error in expression')
        return result

    def _split(self, text: str) -> list[str]:
        found, place = [], 0
        while place < len(text.rstrip()):
            match = TOKEN.match(text, place)
            if match is None:
                raise ArithmeticProblem(f'{text}: syntax error: invalid arithmetic operator (error token is '
                                        f'"{text[place:].strip()}")')
            found.append(match[1])
            place = match.end()
        return found

    def _problem(self, what: str) -> ArithmeticProblem:
        rest = ' '.join(self._tokens[self._pos:])
        return ArithmeticProblem(f'{self.text.strip()}: {what} (error token is "{rest}")')

    def _peek(self) -> str:
        return self._tokens[self._pos] if self._pos < len(self._tokens) else ''

    def _take(self) -> str:
        token = self._peek()
        self._pos += 1
        return token

    def _comma(self) -> int:
        value = self._assignment()
        while self._peek() == ',':
            self._pos += 1
            value = self._assignment()
        return value

    def _assignment(self) -> int:
        name = self._peek()
        following = self._tokens[self._pos + 1] if self._pos + 1 < len(self._tokens) else ''
        if following in ASSIGN and re.fullmatch(r'[A-Za-z_]\w*', name):
            self._pos += 2
            value = self._assignment()
            if following != '=':
                value = self._apply(following[:-1], self._variable(name), value)
            if not self._skip:
                self._write(name, str(value))
            return value
        return self._ternary()

    def _ternary(self) -> int:
        condition = self._binary(0)
        if self._peek() != '?':
            return condition
        self._pos += 1
        self._skip += not condition
        first = self._assignment()
        self._skip -= not condition
        if self._take() != ':':
            raise self._problem("`:' expected for conditional expression")
        self._skip += bool(condition)
        second = self._assignment()
        self._skip -= bool(condition)
        return first if condition else second

    def _binary(self, level: int) -> int:
        if level == len(BINARY):
            return self._power()
        left = self._binary(level + 1)
        while self._peek() in BINARY[level]:
            operator = self._take()
            lazy = (operator == '&&' and not left) or (operator == '||' and bool(left))
            self._skip += lazy
            right = self._binary(level + 1)
            self._skip -= lazy
            left = self._apply(operator, left, right)
        return left

    def _power(self) -> int:
        base = self._unary()
        if self._peek() == '**':
            self._pos += 1
            exponent = self._power()
            if exponent < 0:
                raise self._problem('exponent less than 0')
            return _wrap(pow(base, min(exponent, 4096)))
        return base

    def _unary(self) -> int:
        self._depth += 1
        if self._depth > 1000:
            raise ArithmeticProblem(f'{self.text[:40]}: expression recursion level exceeded')
        token = self._take()
        match token:
            case '-':
                return -self._unary()
            case '+':
                return self._unary()
            case '!':
                return int(not self._unary())
            case '~':
                return ~self._unary()
            case '++' | '--':
                name = self._take()
                value = self._variable(name) + (1 if token == '++' else -1)
                if not self._skip:
                    self._write(name, str(value))
                return value
            case '(':
                value = self._comma()
                if self._take() != ')':
                    raise self._problem("missing `)'")
                return value
        return self._atom(token)

    def _atom(self, token: str) -> int:
        if re.fullmatch(r'[A-Za-z_]\w*', token):
            value = self._variable(token)
            if self._peek() in ('++', '--'):
                step = 1 if self._take() == '++' else -1
                if not self._skip:
                    self._write(token, str(value + step))
            return value
        if not token or not token[0].isdigit():
            self._pos -= 1
            raise self._problem('syntax error: operand expected')
        return self._number(token)

    def _number(self, token: str) -> int:
        try:
            if '#' in token:
                base, digits = token.split('#')
                return int(digits, int(base))
            if token[:2] in ('0x', '0X'):
                return int(token, 16)
            if token.startswith('0') and len(token) > 1:
                return int(token, 8)
            return int(token)
        except ValueError:
            raise ArithmeticProblem(f'{token}: value too great for base (error token is "{token}")') from None

    def _variable(self, name: str) -> int:
        text = self._read(name).strip()
        if not text:
            return 0
        if re.fullmatch(r'-?\d+', text):
            return self._number(text) if not text.startswith('-') else -self._number(text[1:])
        if len(text) > 500 or text == name:
            raise ArithmeticProblem(f'{text[:40]}: expression recursion level exceeded')
        inner = Arithmetic(text, self._read, self._write)
        inner._depth = self._depth + 1
        return inner.value()

    def _apply(self, operator: str, left: int, right: int) -> int:
        if operator in ('/', '%') and not right:
            if self._skip:
                return 0
            self._pos -= 1
            raise self._problem('division by 0')
        if operator in ('/', '%'):
            quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
            return _wrap(quotient if operator == '/' else left - quotient * right)
        return _wrap(int(CALCULATE[operator](left, right)))


def _wrap(value: int) -> int:
    """64-bit two's complement."""
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)
