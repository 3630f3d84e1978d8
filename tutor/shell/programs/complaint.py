"""What ends a program with a message."""

from __future__ import annotations

import os


class Complaint(Exception):
    """A failure: 'name: text' goes to standard error and the program ends with `status`. With `bare`, only the text."""

    def __init__(self, text: str, status: int = 1, bare: bool = False) -> None:
        super().__init__(text)
        self.status = status
        self.bare = bare


def reason(problem: OSError) -> str:
    """An OSError as strerror words it."""
    return problem.strerror or (os.strerror(problem.errno) if problem.errno else str(problem))
