"""kubectl completion."""

from __future__ import annotations

from tutor.kubectl.command import Command, Options
from tutor.kubectl.completion_scripts import SCRIPTS
from tutor.kubectl.errors import KubectlError, UsageError


class CompletionOptions(Options):
    def complete(self) -> None:
        if not self.args:
            raise UsageError('Shell not specified.')
        if len(self.args) > 1:
            raise UsageError('Too many arguments. Expected only the shell type.')
        if self.args[0] not in ('bash', 'zsh', 'fish', 'powershell'):
            raise UsageError(f'Unsupported shell type "{self.args[0]}".')

    async def run(self) -> None:
        script = SCRIPTS.get(self.args[0])
        if script is None:
            raise KubectlError(f'the completion script for {self.args[0]} is not simulated yet')
        self.out(script)


COMMAND = Command(
    usage='completion SHELL',
    long="""
        Output shell completion code for the specified shell (bash, zsh, fish, or powershell). The shell code must be evaluated to provide interactive completion of kubectl commands.  This can be done by sourcing it from the .bash_profile.

        Detailed instructions on how to do this are available here:

        for macOS: https://kubernetes.io/docs/tasks/tools/install-kubectl-macos/#enable-shell-autocompletion

        for linux: https://kubernetes.io/docs/tasks/tools/install-kubectl-linux/#enable-shell-autocompletion

        for windows: https://kubernetes.io/docs/tasks/tools/install-kubectl-windows/#enable-shell-autocompletion

        Note for zsh users: [1] zsh completions are only supported in versions of zsh >= 5.2.
        """,  # noqa: E501
    examples="""
        # Load the kubectl completion code for bash into the current shell
        source <(kubectl completion bash)
        # Write bash completion code to a file and source it from .bash_profile
        kubectl completion bash > ~/.kube/completion.bash.inc
        """,
    options=CompletionOptions,
)
