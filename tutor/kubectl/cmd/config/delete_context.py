"""kubectl config delete-context."""

from __future__ import annotations

from tutor.kubectl.cmd.config.base import DeleteOptions
from tutor.kubectl.command import Command


class DeleteContextOptions(DeleteOptions):
    section, noun = 'contexts', 'context'


COMMAND = Command(
    usage='config delete-context NAME',
    long='Delete the specified context from the kubeconfig.',
    examples="""
        # Delete the context for the minikube cluster
        kubectl config delete-context minikube
        """,
    options=DeleteContextOptions,
)
