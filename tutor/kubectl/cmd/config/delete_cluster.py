"""kubectl config delete-cluster."""

from __future__ import annotations

from tutor.kubectl.cmd.config.base import DeleteOptions
from tutor.kubectl.command import Command


class DeleteClusterOptions(DeleteOptions):
    section, noun = 'clusters', 'cluster'


COMMAND = Command(
    usage='config delete-cluster NAME',
    long='Delete the specified cluster from the kubeconfig.',
    examples="""
        # Delete the minikube cluster
        kubectl config delete-cluster minikube
        """,
    options=DeleteClusterOptions,
)
