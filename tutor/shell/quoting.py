"""How bash writes a text so that it can be read again: five ways, each where bash uses it."""

from __future__ import annotations

import re
from collections.abc import Mapping

METAS = re.compile(r'[ \t\n\'"\\|&;()<>!{}*\[\]?^$`]|(?:^|[=:])~|(?:^|[ \t])#')
NAMES = {'\n': '\\n', '\t': '\\t', '\r': '\\r', '\a': '\\a', '\b': '\\b', '\v': '\\v', '\f': '\\f', '\x1b': '\\E',
         "'": "\\'", '\\': '\\\\'}


def unprintable(text: str) -> bool:
    """bash's ansic_shouldquote."""
    return any(ord(char) < 32 or ord(char) == 127 or 0xdc80 <= ord(char) <= 0xdcff for char in text)


def ansi_quoted(text: str) -> str:
    """$'…' (bash's ansic_quote)."""
    shown = (NAMES.get(char) or (f'\\{ord(char) & 0xff:03o}' if unprintable(char) else char) for char in text)
    return f"$'{''.join(shown)}'"


def single_quoted(text: str) -> str:
    """'…' (bash's sh_single_quote)."""
    return "\\'" if text == "'" else "'" + text.replace("'", "'\\''") + "'"


def double_quoted(text: str) -> str:
    """"…" as `declare -p` writes values, or $'…' for what cannot be printed."""
    return ansi_quoted(text) if unprintable(text) else '"' + re.sub(r'(["\\$`])', r'\\\1', text) + '"'


def reusable(text: str) -> str:
    """${x@Q}: always quoted."""
    return ansi_quoted(text) if unprintable(text) else single_quoted(text)


def if_needed(text: str) -> str:
    """Quoted only if it must be: `set`, `set -x`."""
    return reusable(text) if unprintable(text) or METAS.search(text) else text


def array(elements: Mapping[int, str] | Mapping[str, str], associative: bool = False) -> str:
    """(…) as `set` and `declare -p` show arrays (array_to_assign, assoc_to_assign)."""
    items = ' '.join(f'[{key_of(key)}]={double_quoted(value)}' for key, value in elements.items())
    return f'({items}{" " if associative and items else ""})'


def pairs(elements: Mapping[int, str] | Mapping[str, str], associative: bool) -> str:
    """${x[@]@K}: keys and values, to be read again (array_to_kvpair, assoc_to_kvpair)."""
    items = ' '.join(f'{key_of(key)} {double_quoted(value)}' for key, value in elements.items())
    return f'{items}{" " if associative and items else ""}'


def key_of(key: int | str) -> str:
    """A key of an array, quoted only if it must be."""
    return double_quoted(key) if isinstance(key, str) and (METAS.search(key) or not key) else str(key)


def backslashed(text: str) -> str:
    """printf %q: a backslash before each special character (bash's sh_backslash_quote)."""
    if not text:
        return "''"
    if unprintable(text):
        return ansi_quoted(text)
    found = re.sub(r'([ \'"\\|&;()<>!{}*\[\]?^$`,])', r'\\\1', text)
    return '\\' + found if found[0] in '~#' else found
