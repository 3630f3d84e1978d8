"""kubectl create service nodeport."""

from __future__ import annotations

from tutor.kubectl.cmd.create.service.service import SERVICE_FLAGS, CreateService
from tutor.kubectl.command import Command
from tutor.shell.pflag import Flag


class CreateNodePort(CreateService):
    type = 'NodePort'


COMMAND = Command(
    usage='create service nodeport NAME [--tcp=port:targetPort] [--dry-run=server|client|none]',
    long="""
        Create a NodePort service with the specified name.
        """,
    examples="""
        # Create a new NodePort service named my-ns
        kubectl create service nodeport my-ns --tcp=5678:8080
        """,
    flags=(
        *SERVICE_FLAGS,
        Flag('node-port', default=0, help='Port used to expose the service on each node in a cluster.'),
    ),
    options=CreateNodePort,
)
