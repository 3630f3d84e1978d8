"""kubectl alpha: there is nothing in alpha in this version."""

from __future__ import annotations

from tutor.kubectl.command import Command, Options

NOTHING = 'No alpha commands are available in this version of kubectl\n'


class AlphaOptions(Options):
    async def run(self) -> int | None:
        self.err(NOTHING)
        return 0


COMMAND = Command(
    usage='alpha',
    long="""
        These commands correspond to alpha features that are not enabled in Kubernetes clusters by default.
        """,
    instead_of_help=NOTHING,
    options=AlphaOptions,
)
