"""What the reverse proxies of ingress controllers and gateways share: backends, and passing a request on to one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.client.informer import Informers
from tutor.cluster.containers.http import HttpError, HttpRequest, HttpResponse, fetch
from tutor.cluster.network.proxy import service_of, usable_endpoints

HOP_BY_HOP = frozenset({'connection', 'keep-alive', 'transfer-encoding', 'content-length', 'te', 'upgrade'})


class Backends:
    """The endpoints of Services, as their EndpointSlices have them."""

    def __init__(self, informers: Informers) -> None:
        self._services = informers.of('services')
        self._slices = informers.of('endpointslices.discovery.k8s.io')
        self._slices.add_index('service', service_of)
        self._turns: dict[tuple[str, str, int | str], int] = {}

    def service(self, namespace: str, name: str) -> Object | None:
        return self._services.get(namespace, name)

    def port(self, namespace: str, name: str, port: int | str) -> Object | None:
        """A Service's port by number or name."""
        service = self.service(namespace, name)
        ports = service['spec'].get('ports') or () if service is not None else ()
        return next((entry for entry in ports if port in (entry['port'], entry.get('name'))), None)

    def endpoints(self, namespace: str, name: str, port: int | str) -> list[tuple[str, int]]:
        """Where requests to a port of a Service may go."""
        found = self.port(namespace, name, port)
        if found is None:
            return []
        slices = self._slices.by_index('service', f'{namespace}/{name}')
        return [endpoint[:2] for endpoint in usable_endpoints(slices, found.get('name', ''))]

    def rotated(self, namespace: str, name: str, port: int | str) -> list[tuple[str, int]]:
        """The endpoints, each time beginning with the next one (round robin)."""
        found, place = self.endpoints(namespace, name, port), (namespace, name, port)
        if not found:
            return []
        turn = self._turns[place] = (self._turns.get(place, -1) + 1) % len(found)
        return found[turn:] + found[:turn]


@dataclass(slots=True)
class Passed:
    """An answer of a backend, and who gave it; `failed` says why there is none: 'refused' or 'timeout'."""

    response: HttpResponse
    endpoint: tuple[str, int] = ('', 0)
    took: float = 0.0
    failed: str = ''


@dataclass(slots=True)
class Forwarder:
    """Passes requests on over a network. `timeouts` are for connecting and for the answer."""

    network: Any
    simulation: Any
    connect_timeout: float = 5.0
    read_timeout: float = 60.0
    used: dict[str, int] = field(default_factory=dict)

    async def forward(self, request: HttpRequest, endpoints: Iterable[tuple[str, int]]) -> Passed:
        """Ask the endpoints in turn until one can be reached."""
        failed, endpoint = 'refused', ('', 0)
        for endpoint in endpoints:
            begun = self.simulation.now
            task = self.simulation.spawn(fetch(self.network, *endpoint, request, self.connect_timeout))
            if not await self.simulation.within(self.read_timeout, task):
                task.cancel()
                return Passed(HttpResponse(504), endpoint, self.read_timeout, 'timeout')
            try:
                response = task.result()
            except TimeoutError:
                failed = 'timeout'
                continue
            except (OSError, HttpError):
                failed = 'refused'
                continue
            response.headers = {_named(name): value for name, value in response.headers.items()
                                if name not in HOP_BY_HOP}
            return Passed(response, endpoint, self.simulation.now - begun)
        return Passed(HttpResponse(504 if failed == 'timeout' else 502), endpoint, 0.0, failed)


def _named(name: str) -> str:
    return {'etag': 'ETag', 'www-authenticate': 'WWW-Authenticate'}.get(name, name.title())
