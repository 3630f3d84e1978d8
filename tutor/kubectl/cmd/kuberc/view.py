"""kubectl kuberc view: preferences are not simulated."""

from __future__ import annotations

from tutor.kubectl.command import Command, Options
from tutor.kubectl.errors import KubectlError


class ViewOptions(Options):
    async def run(self) -> None:
        raise KubectlError('kuberc files are not simulated yet')


COMMAND = Command(usage='kuberc view',
                  long='Display the contents of the kuberc file in the specified output format.', options=ViewOptions)
