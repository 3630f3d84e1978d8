"""Which API server a kubelet goes to: the one that its kubeconfig names, which may be none at all."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.client.rest_config import ConnectionRefused
from tutor.cluster.machine.kubeadm_files import SERVER

SERVERS = ('', SERVER, 'https://controlplane:6443')
"""Under which URLs kubelets find the API server; '' is a kubelet that was told nothing."""


@dataclass(slots=True)
class Direction:
    """Where the running process was told to go."""

    server: str = ''

    def problem(self) -> str:
        """What a connection fails with, '' when the API server is there."""
        if self.server in SERVERS:
            return ''
        return f'dial tcp {self.server.partition("://")[2]}: connect: connection refused'

    def check(self) -> None:
        """Raise ConnectionRefused when nobody answers there."""
        if self.problem():
            raise ConnectionRefused(self.problem())
