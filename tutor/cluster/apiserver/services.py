"""How the API server reaches what runs in the cluster: aggregated API servers, webhooks, proxied Services and pods."""

from __future__ import annotations

from errno import EHOSTUNREACH
from typing import Protocol

from tutor.cluster.containers.http import HttpRequest, HttpResponse


class ServiceConnections(Protocol):
    """HTTP requests into the cluster's network, answered at once; raise OSError in Go's words when nobody answers."""

    def request(self, namespace: str, name: str, port: int, request: HttpRequest) -> HttpResponse:
        """To a port of a Service, by its cluster IP."""
        ...

    def request_address(self, address: str, port: int, request: HttpRequest) -> HttpResponse:
        """To an address, such as a pod's."""
        ...


class NoServices:
    """An API server without a network."""

    def request(self, namespace: str, name: str, port: int, request: HttpRequest) -> HttpResponse:
        raise OSError(EHOSTUNREACH, f'service "{name}" cannot be reached: this API server is on no node')

    def request_address(self, address: str, port: int, request: HttpRequest) -> HttpResponse:
        raise OSError(EHOSTUNREACH, f'dial tcp {address}:{port}: connect: no route to host')
