"""kubectl config rename-context."""

from __future__ import annotations

from tutor.kubectl.cmd.config.base import ConfigOptions
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError


class RenameContextOptions(ConfigOptions):
    def complete(self) -> None:
        if len(self.args) != 2:
            raise self.refuse_arguments()

    def validate(self) -> None:
        if not self.args[1]:
            raise KubectlError('You must specify a new non-empty context name')

    async def run(self) -> int:
        old, new = self.args
        path = self.access.default_file()
        if old not in self.new.contexts:
            raise KubectlError(f'cannot rename the context "{old}", it\'s not in {path}')
        if new in self.new.contexts:
            raise KubectlError(f'cannot rename the context "{old}", the context "{new}" already exists in {path}')
        self.new.contexts[new] = self.new.contexts.pop(old)
        self.old.origins['contexts', new] = self.old.origins.get(('contexts', old), '')
        if self.new.current_context == old:
            self.new.current_context = new
        self.save()
        self.out(f'Context "{old}" renamed to "{new}".\n')
        return 0


COMMAND = Command(
    usage='config rename-context CONTEXT_NAME NEW_NAME',
    long="""
        Renames a context from the kubeconfig file.

        CONTEXT_NAME is the context name that you want to change.

        NEW_NAME is the new name you want to set.

        Note: If the context being renamed is the 'current-context', this field will also be updated.
        """,
    examples="""
        # Rename the context 'old-name' to 'new-name' in your kubeconfig file
        kubectl config rename-context old-name new-name
        """,
    options=RenameContextOptions,
)
