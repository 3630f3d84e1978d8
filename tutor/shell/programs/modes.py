"""Permissions: `-rw-r--r--`, `u+x`, and file types."""

from __future__ import annotations

import re

from tutor.shell.vfs import Device, Directory, File, Mount, Node, Symlink

TYPES = {Directory: 'd', Symlink: 'l', Device: 'c', File: '-', Mount: 'd'}
WHO = {'u': 0o4700, 'g': 0o2070, 'o': 0o1007, 'a': 0o7777}
BITS = {'r': 0o444, 'w': 0o222, 'x': 0o111, 's': 0o6000, 't': 0o1000}


def kind(node: Node) -> str:
    """The letter of a node's type."""
    return next((letter for cls, letter in TYPES.items() if isinstance(node, cls)), '-')


def permissions(node: Node) -> str:
    """As ls -l shows them."""
    mode = node.mode
    letters = [(char if mode >> (8 - place) & 1 else '-') for place, char in enumerate('rwxrwxrwx')]
    for place, bit, low, high in ((2, 0o4000, 's', 'S'), (5, 0o2000, 's', 'S'), (8, 0o1000, 't', 'T')):
        if mode & bit:
            letters[place] = low if letters[place] == 'x' else high
    return kind(node) + ''.join(letters)


def changed(spec: str, mode: int, directory: bool, umask: int) -> int | None:
    """A mode after `755`, `u+x`, `go-w`, `a=r`; None for a wrong one."""
    if re.fullmatch(r'[0-7]{1,4}', spec):
        return int(spec, 8)
    for clause in spec.split(','):
        match = re.fullmatch(r'([ugoa]*)((?:[-+=][rwxXstugo]*)+)', clause)
        if match is None:
            return None
        for sign, letters in re.findall(r'([-+=])([rwxXstugo]*)', match[2]):
            mode = _apply(match[1], sign, letters, mode, directory, umask)
    return mode


def _apply(who: str, sign: str, letters: str, mode: int, directory: bool, umask: int) -> int:
    mask = 0
    for letter in who or 'a':
        mask |= WHO[letter]
    bits = 0
    for letter in letters:
        if letter == 'X':
            bits |= 0o111 if directory or mode & 0o111 else 0
        elif letter in 'ugo':
            part = mode >> {'u': 6, 'g': 3, 'o': 0}[letter] & 7
            bits |= part * 0o111
        else:
            bits |= BITS[letter]
    bits &= mask
    if not who:
        bits &= ~umask
    if sign == '+':
        return mode | bits
    if sign == '-':
        return mode & ~bits
    return (mode & ~(mask & 0o777)) | bits
