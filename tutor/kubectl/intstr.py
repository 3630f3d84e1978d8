"""Numbers in arguments, with the errors of Go's strconv."""

from __future__ import annotations

import re

from tutor.apimachinery.field import go_quote
from tutor.kubectl.errors import KubectlError

_INTEGER = re.compile(r'[+-]?[0-9]+').fullmatch


def parse_uint(text: str, bits: int = 64) -> int:
    """strconv.ParseUint."""
    if not text.isdigit() or not text.isascii():
        raise KubectlError(f'strconv.ParseUint: parsing {go_quote(text)}: invalid syntax')
    if int(text) >= 1 << bits:
        raise KubectlError(f'strconv.ParseUint: parsing {go_quote(text)}: value out of range')
    return int(text)


def parse_int(text: str, bits: int = 64, function: str = 'ParseInt') -> int:
    """strconv.ParseInt, or Atoi when it is called so."""
    if not _INTEGER(text):
        raise KubectlError(f'strconv.{function}: parsing {go_quote(text)}: invalid syntax')
    if not -(1 << (bits - 1)) <= int(text) < 1 << (bits - 1):
        raise KubectlError(f'strconv.{function}: parsing {go_quote(text)}: value out of range')
    return int(text)


def int_or_string(text: str) -> int | str:
    """intstr.Parse."""
    return int(text) if _INTEGER(text) and -(1 << 31) <= int(text) < 1 << 31 else text
