"""How the API server reaches the kubelets: for logs, exec, attach and port-forward."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from tutor.apimachinery.objects import Object
from tutor.client.transport import ByteStream, ExecSession
from tutor.cluster.containers.http import HttpResponse

KUBELET_PORT = 10250
REFUSED = 'connect: connection refused'


class CannotDial(OSError):
    """A kubelet that does not answer; the text is Go's net.OpError."""


class KubeletServer(Protocol):
    """A kubelet's own API. Options are those of PodLogOptions, PodExecOptions … as given in the query."""

    def logs(self, pod: Object, container: str, options: dict[str, Any]) -> ByteStream: ...
    def exec(self, pod: Object, container: str, options: dict[str, Any]) -> ExecSession: ...
    def attach(self, pod: Object, container: str, options: dict[str, Any]) -> ExecSession: ...
    def port_forward(self, pod: Object, port: int | None) -> ExecSession: ...
    def read(self, path: str) -> HttpResponse: ...


class NodeConnections:
    """The kubelets by node name, and whether the API server gets through to them."""

    def __init__(self) -> None:
        self._by_name: dict[str, KubeletServer] = {}
        self.trouble: Callable[[str], str] = lambda name: ''
        """What a connection to a node's kubelet fails with, as the kernel says it; '' where it does not."""

    def add(self, name: str, kubelet: KubeletServer) -> None:
        self._by_name[name] = kubelet

    def remove(self, name: str) -> None:
        self._by_name.pop(name, None)

    def of(self, name: str, address: str = '') -> KubeletServer:
        """The kubelet of a node; raises CannotDial when it does not answer."""
        found = self._by_name.get(name)
        trouble = self.trouble(name) if found is not None else REFUSED
        if found is None or trouble:
            raise CannotDial(f'dial tcp {address}:{KUBELET_PORT}: {trouble}')
        return found
