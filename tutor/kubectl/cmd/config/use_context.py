"""kubectl config use-context."""

from __future__ import annotations

from tutor.kubectl.cmd.config.base import ConfigOptions
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError


class UseContextOptions(ConfigOptions):
    def complete(self) -> None:
        if len(self.args) != 1:
            raise self.refuse_arguments()

    def validate(self) -> None:
        name = self.args[0]
        if not name:
            raise KubectlError('empty context names are not allowed')
        if name not in self.old.contexts:
            raise KubectlError(f'no context exists with the name: "{name}"')

    async def run(self) -> int:
        self.new.current_context = self.args[0]
        self.save()
        self.out(f'Switched to context "{self.args[0]}".\n')
        return 0


COMMAND = Command(
    usage='config use-context CONTEXT_NAME',
    long='Set the current-context in a kubeconfig file.',
    examples="""
        # Use the context for the minikube cluster
        kubectl config use-context minikube
        """,
    options=UseContextOptions,
)
