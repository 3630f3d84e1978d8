"""The names of images (github.com/distribution/reference)."""

from __future__ import annotations

import re

_DOMAIN = r'(?:[a-zA-Z0-9]|[a-zA-Z0-9][a-zA-Z0-9-]*[a-zA-Z0-9])'
_PART = r'[a-z0-9]+(?:(?:[._]|__|[-]+)[a-z0-9]+)*'
REFERENCE = re.compile(
    rf'(?:(?:{_DOMAIN}(?:\.{_DOMAIN})*|\[(?:[a-fA-F0-9:]+)\])(?::[0-9]+)?/)?{_PART}(?:/{_PART})*'
    r'(?::\w[\w.-]{0,127})?(?:@[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,})?',
    re.ASCII).fullmatch
"""reference.ReferenceRegexp."""


def is_reference(text: str) -> bool:
    return REFERENCE(text) is not None
