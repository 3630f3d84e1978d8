"""kubectl kuberc set: preferences are not simulated."""

from __future__ import annotations

from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import KubectlError


class SetOptions(Options):
    async def run(self) -> None:
        raise KubectlError('kuberc files are not simulated yet')


COMMAND = Command(usage='kuberc set --section (defaults|aliases) --command COMMAND',
                  long='Set values in the kuberc configuration.', options=SetOptions)
