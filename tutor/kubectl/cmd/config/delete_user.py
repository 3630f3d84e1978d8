"""kubectl config delete-user."""

from __future__ import annotations

from tutor.kubectl.cmd.config.base import DeleteOptions
from tutor.kubectl.command import Command


class DeleteUserOptions(DeleteOptions):
    section, noun = 'users', 'user'


COMMAND = Command(
    usage='config delete-user NAME',
    long='Delete the specified user from the kubeconfig.',
    examples="""
        # Delete the minikube user
        kubectl config delete-user minikube
        """,
    options=DeleteUserOptions,
)
