"""kubectl create service clusterip."""

from __future__ import annotations

from tutor.kubectl.cmd.create.service.service import SERVICE_FLAGS, CreateService
from tutor.kubectl.command import Command
from tutor.shell.pflag import Flag


class CreateClusterIP(CreateService):
    type = 'ClusterIP'


COMMAND = Command(
    usage='create service clusterip NAME [--tcp=<port>:<targetPort>] [--dry-run=server|client|none]',
    long="""
        Create a ClusterIP service with the specified name.
        """,
    examples="""
        # Create a new ClusterIP service named my-cs
        kubectl create service clusterip my-cs --tcp=5678:8080

        # Create a new ClusterIP service named my-cs (in headless mode)
        kubectl create service clusterip my-cs --clusterip="None"
        """,
    flags=(
        *SERVICE_FLAGS,
        Flag('clusterip', help="Assign your own ClusterIP or set to 'None' for a 'headless' service (no "
             'loadbalancing).'),
    ),
    options=CreateClusterIP,
)
