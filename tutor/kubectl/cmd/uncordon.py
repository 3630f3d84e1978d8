"""kubectl uncordon."""

from __future__ import annotations

from tutor.kubectl.cmd.drain import CORDON_FLAGS, NodeOptions
from tutor.kubectl.command import Command


class UncordonOptions(NodeOptions):
    async def run(self) -> None:
        await self.find_nodes()
        self.cordon(False)


COMMAND = Command(
    usage='uncordon NODE',
    long='Mark node as schedulable.',
    examples="""
        # Mark node "foo" as schedulable
        kubectl uncordon foo
        """,
    flags=CORDON_FLAGS,
    options=UncordonOptions,
)
