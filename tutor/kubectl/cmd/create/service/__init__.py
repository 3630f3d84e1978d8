"""kubectl create service: a service of one of four types."""

from __future__ import annotations

from tutor.kubectl.command import Command, Line, subcommands

COMMAND = Command(
    usage='create service [flags]',
    long="""
        Create a service using a specified subcommand.
        """,
    groups=subcommands(
        Line('clusterip', 'Create a ClusterIP service', 'create.service.clusterip'),
        Line('externalname', 'Create an ExternalName service', 'create.service.externalname'),
        Line('loadbalancer', 'Create a LoadBalancer service', 'create.service.loadbalancer'),
        Line('nodeport', 'Create a NodePort service', 'create.service.nodeport'),
    ),
)
