"""The words after the name of a builtin: options, and the rest."""

from __future__ import annotations


class BadOption(Exception):
    """An option that the builtin does not have; the text is its letter."""


def parted(argv: list[str]) -> tuple[str, list[str]]:
    """The letters of all options, and the other words, wherever they stand."""
    letters = ''.join(word[1:] for word in argv[1:] if word.startswith('-'))
    return letters, [word for word in argv[1:] if not word.startswith('-')]


def options(words: list[str], valued: str, flags: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The options before the first other word, in their order and with the values of those that have one, and the
    words after them (internal_getopt); raises BadOption."""
    found: list[tuple[str, str]] = []
    rest = list(words)
    while rest and rest[0].startswith('-') and len(rest[0]) > 1:
        letters = rest.pop(0)[1:]
        if letters == '-':
            break
        while letters:
            letter, letters = letters[0], letters[1:]
            if letter in valued:
                found.append((letter, letters or (rest.pop(0) if rest else '')))
                letters = ''
            elif letter in flags:
                found.append((letter, ''))
            else:
                raise BadOption(letter)
    return found, rest
