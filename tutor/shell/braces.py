"""{a,b} and {1..3}: one word becomes many, before anything else is expanded."""

from __future__ import annotations

import re
from itertools import pairwise

from tutor.shell.syntax import Part, Text, Word
from tutor.shell.unwinding import ExpansionProblem

MAX_BRACES = 100_000
Atom = str | Part


def braces(word: Word) -> list[Word]:
    """{a,b} and {1..3}."""
    if not any(isinstance(part, Text) and not part.quoted and '{' in part.text for part in word.parts):
        return [word]
    atoms: list[Atom] = []
    for part in word.parts:
        if isinstance(part, Text) and not part.quoted:
            atoms += list(part.text)
        else:
            atoms.append(part)
    return [_join(variant) for variant in _expand_braces(atoms)]


def _expand_braces(atoms: list[Atom]) -> list[list[Atom]]:
    for start, atom in enumerate(atoms):
        if atom != '{':
            continue
        end, commas = _closing(atoms, start)
        if end < 0:
            continue
        inside = atoms[start + 1:end]
        if commas:
            cuts = [start, *commas, end]
            choices = [variant for left, right in pairwise(cuts)
                       for variant in _expand_braces(atoms[left + 1:right])]
        else:
            sequence = _sequence(inside)
            if sequence is None:
                continue
            choices = [list(item) for item in sequence]
        tails = _expand_braces(atoms[end + 1:])
        if len(choices) * len(tails) > MAX_BRACES:
            raise ExpansionProblem('brace expansion: too many words')
        return [[*atoms[:start], *choice, *tail] for choice in choices for tail in tails]
    return [atoms]


def _closing(atoms: list[Atom], start: int) -> tuple[int, list[int]]:
    depth, commas = 0, []
    for place in range(start, len(atoms)):
        if atoms[place] == '{':
            depth += 1
        elif atoms[place] == '}':
            depth -= 1
            if not depth:
                return place, commas
        elif atoms[place] == ',' and depth == 1:
            commas.append(place)
    return -1, []


def _sequence(inside: list[Atom]) -> list[str] | None:
    if not all(isinstance(atom, str) for atom in inside):
        return None
    match = re.fullmatch(r'(-?\d+|[a-zA-Z])\.\.(-?\d+|[a-zA-Z])(?:\.\.(-?\d+))?',
                         ''.join(inside))  # type: ignore[arg-type]
    if match is None:
        return None
    first, last, step = match[1], match[2], abs(int(match[3] or 1)) or 1
    if first.lstrip('-').isdigit() and last.lstrip('-').isdigit():
        low, high = int(first), int(last)
        if abs(high - low) // step > MAX_BRACES:
            raise ExpansionProblem('brace expansion: too many words')
        width = max(len(first), len(last)) if re.match(r'-?0\d', first) or re.match(r'-?0\d', last) else 0
        numbers = range(low, high + 1, step) if low <= high else range(low, high - 1, -step)
        return [f'{number:0{width}d}' for number in numbers]
    if first.isalpha() and last.isalpha():
        low, high = ord(first), ord(last)
        codes = range(low, high + 1, step) if low <= high else range(low, high - 1, -step)
        return [chr(code) for code in codes]
    return None


def _join(atoms: list[Atom]) -> Word:
    parts: list[Part] = []
    text: list[str] = []
    for atom in atoms:
        if isinstance(atom, str):
            text.append(atom)
            continue
        if text:
            parts.append(Text(''.join(text)))
            text = []
        parts.append(atom)
    if text:
        parts.append(Text(''.join(text)))
    return Word(tuple(parts))
