"""kubectl config get-clusters."""

from __future__ import annotations

from tutor.kubectl.cmd.config.base import NamesOptions
from tutor.kubectl.command import Command


class GetClustersOptions(NamesOptions):
    section = 'clusters'


COMMAND = Command(
    usage='config get-clusters [flags]',
    long='Display clusters defined in the kubeconfig.',
    examples="""
        # List the clusters that kubectl knows about
        kubectl config get-clusters
        """,
    options=GetClustersOptions,
)
