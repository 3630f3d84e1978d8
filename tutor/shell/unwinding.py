"""How control leaves commands: exit, return, break, and failures that end more than one command."""

from __future__ import annotations


class Exit(Exception):
    """`exit N`."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Return(Exit):
    """`return N`."""


class Break(Exception):
    """`break` and `continue`, out of so many loops."""

    def __init__(self, levels: int, again: bool) -> None:
        super().__init__(levels)
        self.levels = levels
        self.again = again


class Failed(Exception):
    """A command that could not be run; the message has been written."""

    def __init__(self, status: int = 1) -> None:
        super().__init__(status)
        self.status = status


class Discard(Failed):
    """A failure that ends all that was typed on the line (bash's DISCARD: a bad expansion or arithmetic)."""


class ExpansionProblem(Exception):
    """An expansion that fails the command; the text is bash's. A fatal one ends a script."""

    def __init__(self, text: str, fatal: bool = False) -> None:
        super().__init__(text)
        self.fatal = fatal
