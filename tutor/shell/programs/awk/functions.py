"""awk's own functions on values. Those that change variables or take patterns are in the interpreter."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

from tutor.shell.programs.awk.values import Value, number, text


def substr(args: list[Value]) -> Value:
    """bi_substr of mawk 1.3.4: numbers are cut to whole ones, and a start before the first makes the part longer."""
    string = text(args[0])
    start, length = _whole(args[1]), _whole(args[2]) if len(args) > 2 else len(string)
    if start is None or length is None:
        return ''
    if start < 1:
        start, length = 1, length - start
    return string[start - 1:max(start - 1 + length, 0)] if length > 0 else ''


def _whole(value: Value) -> int | None:
    found = number(value)
    return None if math.isnan(found) else int(max(min(found, 1e15), -1e15))


def index(args: list[Value]) -> Value:
    return float(text(args[0]).find(text(args[1])) + 1)


def _math(function: Callable[[float], float]) -> Callable[[list[Value]], Value]:
    def call(args: list[Value]) -> Value:
        try:
            return float(function(number(args[0] if args else 0.0)))
        except ValueError:
            return float('nan')
        except OverflowError:
            return float('inf')
    return call


def _bits(function: Callable[[int, int], int]) -> Callable[[list[Value]], Value]:
    def call(args: list[Value]) -> Value:
        result = int(number(args[0]))
        for other in args[1:]:
            result = function(result, int(number(other)))
        return float(result)
    return call


def strtonum(args: list[Value]) -> Value:
    word = text(args[0]).strip()
    try:
        return float(int(word, 16) if word[:2].lower() == '0x' else int(word, 8) if word[:1] == '0' and word.isdigit()
                     else number(word))
    except ValueError:
        return number(word)


def truncated(value: float) -> float:
    return value if math.isnan(value) or math.isinf(value) else float(int(value))


PURE: dict[str, tuple[int, int, Callable[[list[Any]], Value]]] = {
    'substr': (2, 3, substr),
    'index': (2, 2, index),
    'sin': (1, 1, _math(math.sin)),
    'cos': (1, 1, _math(math.cos)),
    'exp': (1, 1, _math(math.exp)),
    'log': (1, 1, _math(lambda value: math.log(value) if value else float('-inf'))),
    'sqrt': (1, 1, _math(math.sqrt)),
    'int': (1, 1, _math(truncated)),
    'atan2': (2, 2, lambda args: math.atan2(number(args[0]), number(args[1]))),
    'tolower': (1, 1, lambda args: text(args[0]).lower()),
    'toupper': (1, 1, lambda args: text(args[0]).upper()),
    'and': (2, 9, _bits(lambda left, right: left & right)),
    'or': (2, 9, _bits(lambda left, right: left | right)),
    'xor': (2, 9, _bits(lambda left, right: left ^ right)),
    'lshift': (2, 2, _bits(lambda left, right: left << min(max(right, 0), 64))),
    'rshift': (2, 2, _bits(lambda left, right: left >> min(max(right, 0), 64))),
    'strtonum': (1, 1, strtonum),
}
