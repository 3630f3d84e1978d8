"""What was typed before: arrow keys, search, and the `history` builtin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

LIMIT = 5000
UBUNTU = 'ignoreboth'
"""HISTCONTROL as Ubuntu's .bashrc sets it."""
RULES = {'ignorespace': ('space',), 'ignoredups': ('dups',), 'ignoreboth': ('space', 'dups'), 'erasedups': ('erase',)}


def _ignored(line: str, last: str | None, patterns: str) -> bool:
    """Whether a pattern of HISTIGNORE matches the whole line; & stands for the line before."""
    return any(line == last if pattern == '&' else fnmatchcase(line, pattern)
               for pattern in patterns.split(':') if pattern)


class History:
    """The lines, oldest first. `up` and `down` walk through them and bring back what was being typed."""

    def __init__(self, lines: Iterable[str] = ()) -> None:
        self.lines: list[str] = list(lines)[-LIMIT:]
        self._place = len(self.lines)
        self._draft = ''
        self._prefix = ''

    def __iter__(self) -> Iterator[str]:
        return iter(self.lines)

    def __len__(self) -> int:
        return len(self.lines)

    def add(self, line: str, control: str = UBUNTU, ignore: str = '') -> None:
        """Keep a line, unless HISTCONTROL (`control`) or HISTIGNORE (`ignore`) says otherwise (check_add_history).
        Blank ones are never kept."""
        line = line.rstrip('\n')
        rules = {rule for word in control.split(':') for rule in RULES.get(word, ())}
        last = self.lines[-1] if self.lines else None
        if line.strip() and not (line.startswith(' ') and 'space' in rules) and not (
                line == last and 'dups' in rules) and not _ignored(line, last, ignore):
            if 'erase' in rules:
                self.lines[:] = [kept for kept in self.lines if kept != line]
            self.lines.append(line)
            del self.lines[:-LIMIT]
        self.leave()

    def clear(self) -> None:
        """`history -c`."""
        self.lines.clear()
        self.leave()

    def delete(self, number: int) -> bool:
        """`history -d N`, counted from 1; False when there is none."""
        if not 1 <= number <= len(self.lines):
            return False
        del self.lines[number - 1]
        self.leave()
        return True

    def leave(self) -> None:
        """Stand behind the last line again."""
        self._place = len(self.lines)
        self._draft = ''

    def up(self, text: str) -> str | None:
        """The line before, None at the oldest. `text` is what stands in the prompt."""
        if self._place == len(self.lines):
            self._draft = text
        if self._place == 0:
            return None
        self._place -= 1
        return self.lines[self._place]

    def down(self, text: str) -> str | None:
        """The line after; behind the last one, what was being typed. None when already there."""
        if self._place >= len(self.lines):
            return None
        self._place += 1
        return self._draft if self._place == len(self.lines) else self.lines[self._place]

    def search(self, query: str, skip: int = 0) -> str | None:
        """The newest line that contains a text, or with `skip` one of the older ones (each line counts once)."""
        seen: set[str] = set()
        for line in reversed(self.lines):
            if query not in line or line in seen:
                continue
            if len(seen) == skip:
                return line
            seen.add(line)
        return None

    # -- the form that is kept between runs ---------------------------------------------------------------------

    def dump(self) -> str:
        """One line each; newlines within a line are written as \\n."""
        return ''.join(line.replace('\\', '\\\\').replace('\n', '\\n') + '\n' for line in self.lines)

    @classmethod
    def load(cls, text: str) -> History:
        """The history that `dump` wrote."""
        return cls(re.sub(r'\\(.)', lambda match: '\n' if match[1] == 'n' else match[1], line)
                   for line in text.splitlines() if line.strip())
