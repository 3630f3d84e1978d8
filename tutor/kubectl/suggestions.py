"""'Did you mean this?': what cobra offers for a command it does not know."""

from __future__ import annotations

from tutor.kubectl.command import Found

DISTANCE = 2


def suggestions(word: str, found: Found) -> str:
    """The end of the error message, '' without a suggestion."""
    names = [line.name for line in found.command.lines if not line.hidden and (
        distance(word.lower(), line.name.lower()) <= DISTANCE or line.name.lower().startswith(word.lower())
        or word.lower() in line.suggested_for)]
    return '\n\nDid you mean this?\n' + ''.join(f'\t{name}\n' for name in names) if names else ''


def distance(left: str, right: str) -> int:
    """Levenshtein's distance."""
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        previous, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            previous, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, previous + (a != b))
    return row[-1]
