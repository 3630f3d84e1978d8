"""What the programs of a cluster's components have in common when they begin."""

from __future__ import annotations

RELEASE = 'release'
"""The version of the program that a component is run by."""


class CannotStart(Exception):
    """A component that ends at once: what it writes, and its exit status."""

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(text)
        self.status = status
