"""What the service proxy itself serves on each node: its health, its mode, and the health of Services whose traffic
stays on the node (pkg/proxy/healthcheck)."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from errno import EADDRINUSE
from typing import Any

from tutor.apimachinery.objects import Object, key
from tutor.client.informer import Informers
from tutor.cluster.containers.http import Handler, HttpRequest, HttpResponse
from tutor.cluster.containers.programs.serving import GoService
from tutor.cluster.network.proxy import Rules, ServiceProxy
from tutor.cluster.simulation import Simulation
from tutor.shell.process import Context

METRICS_PORT = 10249
HEALTH_PORT = 10256
_JSON = {'Content-Type': 'application/json', 'X-Content-Type-Options': 'nosniff'}
_TEXT = {'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff'}


@dataclass(slots=True)
class _Node:
    """What is open on one node; `services` by the port for its load balancer."""

    network: Any
    always: list[Callable[[], None]] = field(default_factory=list)
    services: dict[tuple[int, str], Callable[[], None]] = field(default_factory=dict)


class ProxyServers:
    """The ports of all nodes' proxies."""

    def __init__(self, simulation: Simulation, proxy: ServiceProxy, informers: Informers) -> None:
        self._simulation = simulation
        self._proxy = proxy
        self._nodes: dict[str, _Node] = {}
        self._checked: dict[str, tuple[int, str]] = {}
        """Services that have a port for their health: the port and 'namespace/name', by the latter."""
        informers.of('services').on_change(self._changed)

    def start(self, node: str, ctx: Context, mode: str) -> None:
        """A node's proxy runs in a mode."""
        network: Any = ctx.host.network
        if network is None:
            return
        here = self._nodes[node] = _Node(network)
        texts = GoService(_paths({'/proxyMode': mode, '/healthz': 'ok'}), self._simulation)
        _open(network, METRICS_PORT, texts, here.always.append, '127.0.0.1')
        _open(network, HEALTH_PORT, GoService(self._healthy, self._simulation), here.always.append)
        for port, service in self._checked.values():
            self._open(node, here, port, service)

    def stop(self, node: str) -> None:
        """A node's proxy has stopped: nobody listens."""
        here = self._nodes.pop(node, None)
        for close in (*here.always, *here.services.values()) if here is not None else ():
            close()

    def _changed(self, old: Object | None, new: Object | None) -> None:
        """Open and close the ports of Services."""
        service = key(new or old or {})
        before, now = self._checked.pop(service, None), _check_port(new)
        if now:
            self._checked[service] = (now, service)
        if before == self._checked.get(service):
            return
        for node, here in self._nodes.items():
            if before is not None and before in here.services:
                here.services.pop(before)()
            if now:
                self._open(node, here, now, service)

    def _open(self, node: str, here: _Node, port: int, service: str) -> None:
        async def respond(request: HttpRequest) -> HttpResponse:
            rules = self._proxy.rules(node)
            return _service_health(service, _local_endpoints(rules, service, node) if rules is not None else 0)

        _open(here.network, port, GoService(respond, self._simulation),
              lambda close: here.services.__setitem__((port, service), close))

    async def _healthy(self, request: HttpRequest) -> HttpResponse:
        """The proxy's own health; rules follow the API server at once, so that it is always up to date."""
        if request.path not in ('/healthz', '/livez'):
            return HttpResponse(404, dict(_TEXT), b'404 page not found\n')
        now = f'{self._simulation.wall():%Y-%m-%d %H:%M:%S.%f} +0000 UTC'
        return HttpResponse(200, dict(_JSON), f'{{"lastUpdated": "{now}","currentTime": "{now}", '
                                              '"nodeEligible": true}'.encode())


def _open(network: Any, port: int, service: GoService, opened: Callable[[Callable[[], None]], None],
          address: str = '') -> None:
    """Listen, unless another program has the port: kube-proxy then only logs that it has."""
    try:
        opened(network.listen(port, service, address).close)
    except OSError as problem:
        if problem.errno != EADDRINUSE:
            raise


def _paths(texts: dict[str, str]) -> Handler:
    async def respond(request: HttpRequest) -> HttpResponse:
        text = texts.get(request.path)
        if text is None:
            return HttpResponse(404, dict(_TEXT), b'404 page not found\n')
        return HttpResponse(200, dict(_TEXT), text.encode())

    return respond


def _check_port(service: Object | None) -> int:
    """The port where the health of a Service is asked for, 0 when it has none."""
    spec = service['spec'] if service is not None else {}
    local = spec.get('type') == 'LoadBalancer' and spec.get('externalTrafficPolicy') == 'Local'
    return spec.get('healthCheckNodePort', 0) if local else 0


def _local_endpoints(rules: Rules, service: str, node: str) -> int:
    """LocalReadyEndpoints: how many ready endpoints a Service has on a node."""
    return len({endpoint['addresses'][0] for piece in rules.slices(service)
                for endpoint in piece.get('endpoints') or ()
                if endpoint.get('nodeName') == node and (endpoint.get('conditions') or {}).get('ready', True)})


def _service_health(service: str, count: int) -> HttpResponse:
    """hcHandler.ServeHTTP"""
    namespace, _, name = service.partition('/')
    body = json.dumps({'service': {'namespace': namespace, 'name': name}, 'localEndpoints': count,
                       'serviceProxyHealthy': True}, indent='\t')
    return HttpResponse(200 if count else 503,
                        {**_JSON, 'X-Load-Balancing-Endpoint-Weight': str(count)}, body.encode())
