"""kubectl create service loadbalancer."""

from __future__ import annotations

from tutor.kubectl.cmd.create.service.service import SERVICE_FLAGS, CreateService
from tutor.kubectl.command import Command


class CreateLoadBalancer(CreateService):
    type = 'LoadBalancer'


COMMAND = Command(
    usage='create service loadbalancer NAME [--tcp=port:targetPort] [--dry-run=server|client|none]',
    long="""
        Create a LoadBalancer service with the specified name.
        """,
    examples="""
        # Create a new LoadBalancer service named my-lbs
        kubectl create service loadbalancer my-lbs --tcp=5678:8080
        """,
    flags=SERVICE_FLAGS,
    options=CreateLoadBalancer,
)
