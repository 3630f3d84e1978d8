"""kubectl config current-context."""

from __future__ import annotations

from tutor.kubectl.cmd.config.base import ConfigOptions
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError


class CurrentContextOptions(ConfigOptions):
    async def run(self) -> int:
        if not self.old.current_context:
            raise KubectlError('current-context is not set')
        self.out(f'{self.old.current_context}\n')
        return 0


COMMAND = Command(
    usage='config current-context [flags]',
    long='Display the current-context.',
    examples="""
        # Display the current-context
        kubectl config current-context
        """,
    options=CurrentContextOptions,
)
