"""The nginx of one Gateway: listens where its listeners say, and routes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tutor.apimachinery.http.dates import http_date
from tutor.apimachinery.objects import Object
from tutor.cluster.addons.forwarding import Forwarder
from tutor.cluster.addons.gateway_api import matching
from tutor.cluster.addons.gateway_api.matching import Rule
from tutor.cluster.addons.ingress_nginx import page
from tutor.cluster.containers.http import HttpRequest, HttpResponse, HttpService
from tutor.cluster.containers.programs.nginx.tls import plain_request
from tutor.shell.process import IO, Context

if TYPE_CHECKING:
    from tutor.cluster.addons.gateway_api.controller import GatewayController

INTERNAL_ERROR = 500


class DataPlane:
    """One process; `update` makes it listen by the configuration that the controller has for its Gateway."""

    def __init__(self, controller: GatewayController, gateway: str, ctx: Context, io: IO) -> None:
        self.gateway = gateway
        self._controller = controller
        self._ctx = ctx
        self._io = io
        self._network: Any = ctx.host.network
        self._forwarder = Forwarder(self._network, ctx.simulation)
        self._listening: dict[int, Any] = {}
        self.update()

    def update(self) -> None:
        """Open and close ports as the listeners now are."""
        ports = {listener['port']: listener['protocol'] for listener in self._controller.listeners(self.gateway)}
        for port in [port for port in self._listening if port not in ports]:
            self._listening.pop(port).close()
        for port, protocol in ports.items():
            if port not in self._listening:
                service = HttpService(lambda request, port=port: self.respond(request, port))
                service.plain = plain_request('nginx')
                tls = None if protocol == 'HTTP' else lambda name, port=port: self._controller.certificate(
                    self.gateway, port, name)
                self._listening[port] = self._network.listen(port, service, tls=tls)

    async def respond(self, request: HttpRequest, port: int) -> HttpResponse:
        """Route one request, and log it."""
        host = request.headers.get('host', '').partition(':')[0]
        rule = matching.choose(self._controller.rules(self.gateway, port), request, host)
        if rule is None:
            response = page(404)
        elif place := matching.redirect(rule, request, host, port):
            response = page(place[0])
            response.headers['Location'] = place[1]
        else:
            response = matching.answered(rule, await self._pass(rule, request))
        now = self._ctx.simulation.wall()
        response.headers = {'Server': 'nginx', 'Date': http_date(now), **{
            name: value for name, value in response.headers.items() if name not in ('Server', 'Date')}}
        self._io.stdout.write(f'{request.client[0]} - - [{now:%d/%b/%Y:%H:%M:%S} +0000] "{request.method} '
                              f'{request.target} {request.version}" {response.status} {len(response.body)} "-" '
                              f'"{request.headers.get("user-agent", "-")}"\n')
        return response

    async def _pass(self, rule: Rule, request: HttpRequest) -> HttpResponse:
        backend = self._weighted(rule.backends)
        if backend is None or not self._controller.permitted(rule.route, backend):
            return page(INTERNAL_ERROR)
        endpoints = self._endpoints(rule, backend)
        if not endpoints:
            return page(503)
        scheme = 'https' if request.secure else 'http'
        fresh = matching.rewrite(rule, request)
        fresh.headers.update({'x-forwarded-for': request.client[0], 'x-real-ip': request.client[0],
                              'x-forwarded-proto': scheme, 'x-forwarded-host': request.headers.get('host', '')})
        self._mirror(rule, fresh)
        forwarder = replace(self._forwarder, read_timeout=rule.timeout) if rule.timeout else self._forwarder
        passed = await forwarder.forward(fresh, endpoints)
        return page(passed.response.status) if passed.failed else passed.response

    def _endpoints(self, rule: Rule, backend: Object) -> list[tuple[str, int]]:
        namespace = backend.get('namespace') or rule.route['metadata']['namespace']
        return self._controller.backends.rotated(namespace, backend['name'], backend.get('port', 80))

    def _mirror(self, rule: Rule, request: HttpRequest) -> None:
        """Send copies to where RequestMirror filters say; nobody waits for their answers."""
        simulation = self._ctx.simulation
        for mirror in matching.mirrors(rule):
            backend, share = mirror.get('backendRef') or {}, matching.share(mirror)
            if self._controller.permitted(rule.route, backend) and (share >= 1 or simulation.random.random() < share):
                copied = replace(request, headers=dict(request.headers))
                simulation.spawn(self._forwarder.forward(copied, self._endpoints(rule, backend)), 'mirror')

    def _weighted(self, backends: tuple[Object, ...]) -> Object | None:
        weights = [backend.get('weight', 1) for backend in backends]
        if not sum(weights):
            return None
        return self._ctx.simulation.random.choices(backends, weights)[0]
