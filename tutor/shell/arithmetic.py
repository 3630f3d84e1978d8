"""Shell arithmetic: C's operators on 64-bit integers, variables and array elements by name."""

from __future__ import annotations

import operator as operators
import re
from collections.abc import Callable
from typing import NamedTuple, Protocol

from tutor.shell.variables import NAME

NUMBER = re.compile(r'\d[\w#@]*', re.ASCII)
OPERATOR = re.compile(r'\*\*|<<=|>>=|<<|>>|<=|>=|==|!=|&&|\|\||\+\+|--|[-+*/%&|^]=|[-+*/%<>=!~&|^?:,()]')
BINARY = [('||',), ('&&',), ('|',), ('^',), ('&',), ('==', '!='), ('<', '>', '<=', '>='), ('<<', '>>'), ('+', '-'),
          ('*', '/', '%')]
CALCULATE: dict[str, Callable[[int, int], int]] = {
    '+': operators.add, '-': operators.sub, '*': operators.mul, '&': operators.and_, '|': operators.or_,
    '^': operators.xor, '<': operators.lt, '>': operators.gt, '<=': operators.le, '>=': operators.ge,
    '==': operators.eq, '!=': operators.ne, '<<': lambda left, right: left << (right & 63),
    '>>': lambda left, right: left >> (right & 63), '&&': lambda left, right: bool(left) and bool(right),
    '||': lambda left, right: bool(left) or bool(right)}
ASSIGN = ('=', '+=', '-=', '*=', '/=', '%=', '<<=', '>>=', '&=', '|=', '^=')
DIGITS = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_'
MAX_DEPTH = 1000


class ArithmeticProblem(Exception):
    """An expression that cannot be evaluated; the text is bash's."""


class Store(Protocol):
    """The variables that an expression names. `index` is the text between brackets; both may raise."""

    def read(self, name: str, index: str | None) -> str: ...
    def write(self, name: str, index: str | None, value: str) -> None: ...


class Token(NamedTuple):
    """A number, a name (with its index), or an operator, and where it begins; '' is the end."""

    text: str
    start: int
    index: str | None = None
    number: bool = False

    @property
    def named(self) -> bool:
        return not self.number and NAME.match(self.text) is not None


class Arithmetic:
    """Evaluates one expression (bash's expr.c)."""

    def __init__(self, text: str, store: Store, depth: int = 0) -> None:
        self.text = text
        self._store = store
        self._place = 0
        self._begin = 0
        """Where the last token that is not the end begins: what errors show."""
        self._token = Token('', 0)
        self._skip = 0
        self._depth = depth

    def value(self) -> int:
        """The value of the expression; an empty one is 0. Raises ArithmeticProblem."""
        self._next()
        if not self._token.text:
            return 0
        result = self._comma()
        if self._token.text:
            raise self._problem('syntax error in expression')
        return result

    def _problem(self, what: str, end: int | None = None) -> ArithmeticProblem:
        """bash's evalerror."""
        text = self.text[:end]
        return ArithmeticProblem(f'{text.lstrip()}: {what} (error token is "{text[self._begin:]}")')

    # -- tokens -------------------------------------------------------------------------------------------------

    def _next(self) -> None:
        """Read the token that follows (bash's readtok)."""
        previous = self._token
        text, place = self.text, self._place
        while place < len(text) and text[place] in ' \t\n':
            place += 1
        if place == len(text):
            self._place, self._token = place, Token('', place)
            return
        self._begin = place
        if match := NUMBER.match(text, place):
            self._token = Token(match[0], place, number=True)
        elif match := NAME.match(text, place):
            end, index = self._index(match.end())
            self._place, self._token = end, Token(match[0], place, index)
            return
        elif match := OPERATOR.match(text, place):
            self._token = Token(match[0], place)
        else:
            operand = previous.number or previous.named or previous.text == ')'
            raise self._problem('syntax error: invalid arithmetic operator' if operand
                                else 'syntax error: operand expected')
        self._place = match.end()

    def _index(self, place: int) -> tuple[int, str | None]:
        """The text in brackets after a name, and where they end."""
        if self.text[place:place + 1] != '[':
            return place, None
        depth, end = 0, place
        while end < len(self.text):
            depth += (self.text[end] == '[') - (self.text[end] == ']')
            end += 1
            if not depth:
                return end, self.text[place + 1:end - 1]
        raise self._problem('bad array subscript')

    def _take(self) -> Token:
        token = self._token
        self._next()
        return token

    # -- operators ----------------------------------------------------------------------------------------------

    def _comma(self) -> int:
        value = self._assignment()
        while self._token.text == ',':
            self._next()
            value = self._assignment()
        return value

    def _assignment(self) -> int:
        name = self._token
        if not name.named:
            return self._ternary()
        match = OPERATOR.match(self.text, self._place + len(self.text[self._place:]) -
                               len(self.text[self._place:].lstrip(' \t\n')))
        if match is None or match[0] not in ASSIGN:
            return self._ternary()
        self._next()
        operator = self._take().text
        value = self._assignment()
        if operator != '=':
            value = self._apply(operator[:-1], self._variable(name), value)
        self._write(name, value)
        return value

    def _ternary(self) -> int:
        condition = self._binary(0)
        if self._token.text != '?':
            return condition
        self._next()
        if self._token.text in ('', ':'):
            raise self._problem('expression expected')
        self._skip += not condition
        first = self._comma()
        self._skip -= not condition
        if self._token.text != ':':
            raise self._problem("`:' expected for conditional expression")
        self._next()
        if not self._token.text:
            raise self._problem('expression expected')
        self._skip += bool(condition)
        second = self._ternary()
        self._skip -= bool(condition)
        return first if condition else second

    def _binary(self, level: int) -> int:
        if level == len(BINARY):
            return self._power()
        left = self._binary(level + 1)
        while self._token.text in BINARY[level]:
            after = self._place
            operator = self._take().text
            lazy = (operator == '&&' and not left) or (operator == '||' and bool(left))
            self._skip += lazy
            right = self._binary(level + 1)
            self._skip -= lazy
            if not right and operator in ('/', '%') and not self._skip:
                self._begin = after + len(self.text[after:]) - len(self.text[after:].lstrip())
                raise self._problem('division by 0')
            left = self._apply(operator, left, right)
        return left

    def _power(self) -> int:
        base = self._unary()
        if self._token.text != '**':
            return base
        self._next()
        exponent = self._power()
        if exponent < 0:
            raise self._problem('exponent less than 0')
        return _wrap(pow(base, exponent, 1 << 64))

    def _unary(self) -> int:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ArithmeticProblem(f'{self.text[:40]}: expression recursion level exceeded')
        match self._token.text:
            case '-':
                self._next()
                return _wrap(-self._unary())
            case '+':
                self._next()
                return self._unary()
            case '!':
                self._next()
                return int(not self._unary())
            case '~':
                self._next()
                return ~self._unary()
            case '++' | '--':
                step = 1 if self._take().text == '++' else -1
                if not self._token.named:
                    return self._unary()
                name = self._take()
                value = _wrap(self._variable(name) + step)
                self._write(name, value)
                return value
            case '(':
                self._next()
                value = self._comma()
                if self._token.text != ')':
                    raise self._problem("missing `)'")
                self._next()
                return value
        return self._atom()

    def _atom(self) -> int:
        token = self._token
        if token.number:
            value = self._number(token)
            self._next()
            return value
        if not token.named:
            raise self._problem('syntax error: operand expected')
        self._next()
        value = self._variable(token)
        if self._token.text in ('++', '--'):
            self._write(token, value + (1 if self._take().text == '++' else -1))
        return value

    def _number(self, token: Token) -> int:
        """0x1f, 017, 36#z and plain ones (bash's strlong)."""
        text, base = token.text, 10
        if '#' in text:
            prefix, _, text = text.partition('#')
            base = int(prefix) if prefix.isdigit() else 0
            if not 2 <= base <= 64:
                raise self._problem('invalid arithmetic base', self._place)
            if not text:
                raise self._problem('invalid integer constant', self._place)
        elif text[:2] in ('0x', '0X'):
            text, base = text[2:], 16
        elif text.startswith('0'):
            base = 8
        value = 0
        for digit in text:
            place = DIGITS.find(digit.lower() if base <= 36 else digit)
            if not 0 <= place < base:
                raise self._problem('value too great for base', self._place)
            value = value * base + place
        return _wrap(value)

    # -- variables ----------------------------------------------------------------------------------------------

    def _variable(self, name: Token) -> int:
        if self._skip:
            return 0
        text = self._store.read(name.text, name.index).strip()
        if not text:
            return 0
        if len(text) > 500 or text == name.text or self._depth > MAX_DEPTH:
            raise self._problem('expression recursion level exceeded')
        return Arithmetic(text, self._store, self._depth + 50).value()

    def _write(self, name: Token, value: int) -> None:
        if not self._skip:
            self._store.write(name.text, name.index, str(_wrap(value)))

    def _apply(self, operator: str, left: int, right: int) -> int:
        if operator in ('/', '%') and not right:
            if self._skip:
                return 0
            raise self._problem('division by 0')
        if operator in ('/', '%'):
            quotient = abs(left) // abs(right) * (1 if (left < 0) == (right < 0) else -1)
            return _wrap(quotient if operator == '/' else left - quotient * right)
        return _wrap(int(CALCULATE[operator](left, right)))


def _wrap(value: int) -> int:
    """64-bit two's complement."""
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)
