"""How the API server reaches the kubelets: for logs, exec, attach and port-forward."""

from __future__ import annotations

from typing import Any, Protocol

from tutor.apimachinery import errors
from tutor.apimachinery.objects import Object
from tutor.client.transport import ByteStream, ExecSession


class KubeletServer(Protocol):
    """A kubelet's own API. Options are those of PodLogOptions, PodExecOptions … as given in the query."""

    def logs(self, pod: Object, container: str, options: dict[str, Any]) -> ByteStream: ...
    def exec(self, pod: Object, container: str, options: dict[str, Any]) -> ExecSession: ...
    def attach(self, pod: Object, container: str, options: dict[str, Any]) -> ExecSession: ...
    def port_forward(self, pod: Object, port: int | None) -> ExecSession: ...


class NodeConnections:
    """The kubelets that can be reached, by node name."""

    def __init__(self) -> None:
        self._by_name: dict[str, KubeletServer] = {}

    def add(self, name: str, kubelet: KubeletServer) -> None:
        self._by_name[name] = kubelet

    def remove(self, name: str) -> None:
        self._by_name.pop(name, None)

    def of(self, name: str, address: str = '') -> KubeletServer:
        """The kubelet of a node; raises StatusError when it does not answer."""
        found = self._by_name.get(name)
        if found is None:
            raise errors.internal_error(f'error dialing backend: dial tcp {address}:10250: connect: connection refused')
        return found
