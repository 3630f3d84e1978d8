"""kubectl config unset."""

from __future__ import annotations

from tutor.kubectl.cmd.config.base import ConfigOptions
from tutor.kubectl.cmd.config.properties import Property
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError


class UnsetOptions(ConfigOptions):
    def complete(self) -> None:
        if len(self.args) != 1:
            raise self.refuse_arguments()

    def validate(self) -> None:
        if not self.args[0]:
            raise KubectlError('you must specify a property')

    async def run(self) -> int:
        Property(self.args[0]).remove(self.new)
        self.save()
        self.out(f'Property "{self.args[0]}" unset.\n')
        return 0


COMMAND = Command(
    usage='config unset PROPERTY_NAME',
    long="""
        Unset an individual value in a kubeconfig file.

        PROPERTY_NAME is a dot delimited name where each token represents either an attribute name or a map key.  Map keys may not contain dots.
        """,  # noqa: E501
    examples="""
        # Unset the current-context
        kubectl config unset current-context

        # Unset namespace in foo context
        kubectl config unset contexts.foo.namespace
        """,
    options=UnsetOptions,
)
