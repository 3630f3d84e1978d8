"""kubectl config delete-user."""

from __future__ import annotations

from tutor.kubectl.cmd.config.base import DeleteOptions
from tutor.kubectl.command import Command
from tutor.kubectl.errors import UsageError


class DeleteUserOptions(DeleteOptions):
    section, noun = 'users', 'user'

    def complete(self) -> None:
        if len(self.args) != 1:
            raise UsageError('user to delete is required')


COMMAND = Command(
    usage='config delete-user NAME',
    long='Delete the specified user from the kubeconfig.',
    examples="""
        # Delete the minikube user
        kubectl config delete-user minikube
        """,
    options=DeleteUserOptions,
)
