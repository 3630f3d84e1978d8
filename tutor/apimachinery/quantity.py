"""resource.Quantity: numbers with SI and binary suffixes, exact."""

from __future__ import annotations

import re
from decimal import ROUND_UP, Decimal
from fractions import Fraction
from functools import lru_cache

WRONG_FORMAT = r"quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
WRONG_SUFFIX = "unable to parse quantity's suffix"

_BINARY = {'Ki': 10, 'Mi': 20, 'Gi': 30, 'Ti': 40, 'Pi': 50, 'Ei': 60}
_DECIMAL = {'n': -9, 'u': -6, 'm': -3, '': 0, 'k': 3, 'M': 6, 'G': 9, 'T': 12, 'P': 15, 'E': 18}
_DECIMAL_NAMES = {exponent: name for name, exponent in _DECIMAL.items()}
_SPLIT = re.compile(r'([+-]?)([0-9]*)(?:\.([0-9]*))?([eEinumkKMGTP]*)([-+]?[0-9]*)').fullmatch
_MAX = 2**63 - 1

BINARY_SI = 'BinarySI'
DECIMAL_SI = 'DecimalSI'
DECIMAL_EXPONENT = 'DecimalExponent'


class QuantityError(ValueError):
    """Not a quantity; the text is resource.ParseQuantity's."""


@lru_cache(maxsize=8192)
def _parse(text: str) -> tuple[Fraction | int, str]:
    """The value and the format. Whole numbers are ints: most are, and they are fast."""
    if not text:
        raise QuantityError(WRONG_FORMAT)
    if text.isascii() and text.isdigit():
        return _bounded(int(text)), DECIMAL_SI
    match = _SPLIT(text)
    if match is None:
        raise QuantityError(WRONG_FORMAT)
    sign, whole, fraction, letters, digits = match.groups()
    shift, form = _suffix(letters, digits)
    fraction = fraction or ''
    number = int((whole + fraction) or '0')
    value: Fraction | int
    if form == BINARY_SI:
        value = Fraction(number << shift, 10 ** len(fraction))
    else:
        exponent = shift - len(fraction)
        value = number * 10**exponent if exponent >= 0 else Fraction(number, 10**-exponent)
    if sign == '-':
        value = -value
    return _bounded(_nano(value)), form


def _suffix(letters: str, digits: str) -> tuple[int, str]:
    if letters in ('e', 'E') and digits.lstrip('+-'):
        exponent = int(digits)
        if abs(exponent) > 400:
            raise QuantityError(WRONG_FORMAT)
        return exponent, DECIMAL_EXPONENT
    if digits:
        raise QuantityError(WRONG_SUFFIX)
    if letters in _BINARY:
        return _BINARY[letters], BINARY_SI
    if letters in _DECIMAL:
        return _DECIMAL[letters], DECIMAL_SI
    raise QuantityError(WRONG_SUFFIX)


def _nano(value: Fraction | int) -> Fraction | int:
    """Nothing is finer than a billionth; rounding is away from zero."""
    if isinstance(value, int):
        return value
    if value.denominator == 1:
        return value.numerator
    if 10**9 % value.denominator:
        scaled = abs(value) * 10**9
        up = -(-scaled.numerator // scaled.denominator)
        value = Fraction(up if value > 0 else -up, 10**9)
    return value


def _bounded(value: Fraction | int) -> Fraction | int:
    """A quantity is capped at what fits 63 bits."""
    return max(-_MAX, min(_MAX, value))


class Quantity:
    """An exact amount with the format it was written in. Immutable; arithmetic keeps the left side's format."""

    __slots__ = ('format', 'value')

    def __init__(self, value: Fraction | int, format: str = DECIMAL_SI) -> None:
        self.value = value
        self.format = format

    @classmethod
    def parse(cls, text: object) -> Quantity:
        """Parse what an object holds: a string, or a bare number. Raises QuantityError."""
        return cls(*_parse(text if isinstance(text, str) else _number_text(text)))

    def __str__(self) -> str:
        """The canonical form: CanonicalizeBytes and its suffix."""
        return _canonical(self.value, self.format)

    def __repr__(self) -> str:
        return f'Quantity({self!s})'

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.value + other.value, self.format if self.value or not other.value else other.format)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.value - other.value, self.format if self.value or not other.value else other.format)

    def __neg__(self) -> Quantity:
        return Quantity(-self.value, self.format)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Quantity) and self.value == other.value

    def __hash__(self) -> int:
        return hash(self.value)

    def __lt__(self, other: Quantity) -> bool:
        return self.value < other.value

    def __le__(self, other: Quantity) -> bool:
        return self.value <= other.value

    def __bool__(self) -> bool:
        return bool(self.value)

    @property
    def sign(self) -> int:
        return (self.value > 0) - (self.value < 0)

    def ceil(self) -> int:
        """Quantity.Value: rounded up to a whole number."""
        return _ceil(self.value)

    def milli(self) -> int:
        """Quantity.MilliValue: rounded up to thousandths."""
        return _ceil(self.value * 1000)


ZERO = Quantity(0)


def _ceil(value: Fraction | int) -> int:
    """Away from zero, as inf.Dec rounds up."""
    if isinstance(value, int):
        return value
    return -(-value.numerator // value.denominator) if value > 0 else value.numerator // value.denominator


def _number_text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise QuantityError(WRONG_FORMAT)
    return str(value)


@lru_cache(maxsize=8192)
def _canonical(value: Fraction | int, form: str) -> str:
    if value == 0:
        return '0'
    value = _nano(value)
    if form == BINARY_SI:
        # Small or fractional amounts are printed with decimal suffixes.
        if -1024 < value < 1024 or not isinstance(value, int):
            form = DECIMAL_SI
        else:
            return _binary(value)
    mantissa, exponent = _thousands(value)
    if form == DECIMAL_EXPONENT:
        return f'{mantissa}e{exponent}' if exponent else str(mantissa)
    return f'{mantissa}{_DECIMAL_NAMES[exponent]}'


def _binary(value: int) -> str:
    for name, shift in reversed(_BINARY.items()):
        if value % (1 << shift) == 0:
            return f'{value >> shift}{name}'
    return str(value)


def _thousands(value: Fraction | int) -> tuple[int, int]:
    """The mantissa without a fraction, and the largest power of 1000 with which there is none."""
    if isinstance(value, Fraction):
        exponent = -3
        while (value * 10**-exponent).denominator != 1:
            exponent -= 3
        return int(value * 10**-exponent), exponent
    exponent = 0
    while value % 1000 == 0 and exponent < 18:
        value //= 1000
        exponent += 3
    return value, exponent


def parse(text: object) -> Quantity:
    """Parse a quantity; raises QuantityError with the API server's words."""
    return Quantity.parse(text)


def canonical(text: object) -> str:
    """A quantity as the API server stores it: '1024Mi' → '1Gi', '0.5' → '500m', 0.1 → '100m'."""
    return _canonical(*_parse(text if isinstance(text, str) else _number_text(text)))


def value(text: object) -> int:
    """The amount, rounded up to a whole number (bytes, pods)."""
    return _ceil(_parse(text if isinstance(text, str) else _number_text(text))[0])


def milli_value(text: object) -> int:
    """The amount in thousandths, rounded up (CPU)."""
    return _ceil(_parse(text if isinstance(text, str) else _number_text(text))[0] * 1000)


def as_float(text: object) -> float:
    return float(_parse(text if isinstance(text, str) else _number_text(text))[0])


def scaled(amount: Fraction | int | Decimal, format: str = DECIMAL_SI) -> str:
    """The canonical text of an amount."""
    if isinstance(amount, Decimal):
        amount = Fraction(amount.quantize(Decimal('1e-9'), ROUND_UP))
    return _canonical(_nano(amount), format)
