"""kubectl cordon."""

from __future__ import annotations

from tutor.kubectl.cmd.drain import CORDON_FLAGS, NodeOptions
from tutor.kubectl.command import Command


class CordonOptions(NodeOptions):
    async def run(self) -> None:
        await self.find_nodes()
        self.cordon(True)


COMMAND = Command(
    usage='cordon NODE',
    long='Mark node as unschedulable.',
    examples="""
        # Mark node "foo" as unschedulable
        kubectl cordon foo
        """,
    flags=CORDON_FLAGS,
    options=CordonOptions,
)
