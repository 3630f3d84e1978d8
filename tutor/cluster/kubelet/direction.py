"""Which API server a kubelet goes to: the one that its kubeconfig names, which may be none at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tutor.cluster.machine.kubeadm_files import SERVER

SERVERS = ('', SERVER, 'https://controlplane:6443')
"""Under which URLs kubelets find the API server; '' is a kubelet that was told nothing."""


@dataclass(slots=True)
class Direction:
    """Where the running process was told to go. `find` raises OSError when no API server listens at another URL."""

    find: Callable[[str], None] = lambda server: None
    server: str = ''

    def problem(self) -> str:
        """What a connection fails with, '' when the API server is there."""
        try:
            self.check()
        except OSError as problem:
            return str(problem)
        return ''

    def check(self) -> None:
        """Raise OSError when nobody answers there."""
        if self.server not in SERVERS:
            self.find(self.server)
