"""What ends a program with a message."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.shell.process import Context

BANNER = 'BusyBox v1.38.0 (2026-03-15 10:00:00 UTC) multi-call binary.'
USAGE = ''
"""BusyBox has no words for this: it shows how the program is used."""
_ADVICE = re.compile(r"\n?(?:\w+: )?Try '.*' for more information\.$")


class Complaint(Exception):
    """A failure: 'name: text' goes to standard error and the program ends with `status`. With `bare`, only the text.
    `busybox` are the words of that one where it has others."""

    def __init__(self, text: str, status: int = 1, bare: bool = False, busybox: str | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.bare = bare
        self._busybox = busybox

    def words(self, name: str, userland: str) -> str:
        """What a program says."""
        text = str(self)
        if userland == 'busybox':
            text = _ADVICE.sub('', text) if self._busybox is None else self._busybox
            if not text:
                from tutor.shell.programs.manual import usage
                return f'{BANNER}\n\nUsage: {usage(name)}\n'
        return f'{text}\n' if self.bare else f'{name}: {text}\n'


class Answered(Exception):
    """What a program says of itself in place of its work: --help, --version."""

    def words(self, ctx: Context) -> str:
        raise NotImplementedError


def reason(problem: OSError) -> str:
    """An OSError as strerror words it."""
    return problem.strerror or (os.strerror(problem.errno) if problem.errno else str(problem))
