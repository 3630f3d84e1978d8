"""kubectl alpha: there are no alpha commands in this version."""

from __future__ import annotations

from tutor.kubectl.command import Command, Options

NONE = 'No alpha commands are available in this version of kubectl\n'


class AlphaOptions(Options):
    async def run(self) -> None:
        self.err(NONE)


COMMAND = Command(
    usage='alpha',
    long='These commands correspond to alpha features that are not enabled in Kubernetes clusters by default.',
    options=AlphaOptions,
)
