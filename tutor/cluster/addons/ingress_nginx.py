"""ingress-nginx: routes by the host and path of Ingresses (kubernetes/ingress-nginx)."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.http.dates import http_date
from tutor.apimachinery.objects import Object, annotations, deleting, key
from tutor.client.client import Client
from tutor.client.events import EventRecorder
from tutor.client.informer import Informer, Informers
from tutor.cluster.addons.forwarding import Backends, Forwarder
from tutor.cluster.containers.http import HttpRequest, HttpResponse, HttpService
from tutor.cluster.containers.programs.nginx.tls import plain_request
from tutor.cluster.containers.programs.serving import go_flags
from tutor.cluster.simulation import Simulation
from tutor.shell.process import IO, Context
from tutor.shell.tls import load as load_certificates
from tutor.shell.tls import matches, self_signed

CONTROLLER = 'k8s.io/ingress-nginx'
CLASS_ANNOTATION = 'kubernetes.io/ingress.class'
PREFIX = 'nginx.ingress.kubernetes.io/'
FAKE = 'Kubernetes Ingress Controller Fake Certificate'
STATUS_EVERY = 60.0
RULE = '-' * 79
BANNER = (f'{RULE}\nNGINX Ingress controller\n  Release:       v1.13.3\n'
          '  Build:         93851f05c61d99eea49140c9be73499a3cb92ccc\n'
          '  Repository:    https://github.com/kubernetes/ingress-nginx\n  nginx version: nginx/1.27.1\n\n'
          f'{RULE}\n\n')
REASONS = {308: 'Permanent Redirect', 404: 'Not Found', 502: 'Bad Gateway', 503: 'Service Temporarily Unavailable',
           504: 'Gateway Time-out', 400: 'Bad Request', 301: 'Moved Permanently', 302: 'Found'}


@dataclass(frozen=True, slots=True)
class Location:
    """One path of one Ingress: what nginx makes a location of."""

    ingress: Object
    kind: str
    path: str
    service: str
    port: int | str

    @property
    def options(self) -> dict[str, str]:
        return annotations(self.ingress)

    def option(self, name: str) -> str:
        return self.options.get(PREFIX + name, '')

    @property
    def is_pattern(self) -> bool:
        return bool(self.option('rewrite-target')) or self.option('use-regex') == 'true'

    def match(self, path: str) -> re.Match[str] | bool:
        """Whether a request path is this location's."""
        if self.is_pattern:
            return re.match(self.path, path, re.I) or False
        if self.kind == 'Exact':
            return path == self.path
        bare = self.path.rstrip('/')
        return path.startswith(self.path) if self.kind != 'Prefix' else (
            path == bare or path.startswith(f'{bare}/'))

    @property
    def rank(self) -> tuple[bool, int, bool]:
        """Longer paths come first, and exact ones before those of the same length."""
        return (not self.is_pattern and self.kind == 'Exact', len(self.path), self.is_pattern)


class IngressNginx:
    """The component: a controller while any of its processes runs, and one server in each."""

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        self._simulation = simulation
        self._client = client
        self._informers = informers
        self._ingresses = Informer(simulation, client, 'ingresses.networking.k8s.io')
        self._classes = Informer(simulation, client, 'ingressclasses.networking.k8s.io')
        self._backends = Backends(informers)
        self._secrets = informers.of('secrets')
        self._events = EventRecorder(simulation, client, 'nginx-ingress-controller')
        self._servers: dict[int, Server] = {}
        self._due = False
        self._ingresses.on_change(self._changed)

    def start(self, ctx: Context, io: IO) -> None:
        flags, _ = go_flags(ctx.host.processes[ctx.pid].argv[1:])
        first = not self._servers
        self._servers[id(ctx)] = Server(self, ctx, io, flags)
        self._ingresses.start()
        self._classes.start()
        if first:
            for ingress in self._ingresses.list():
                self._changed(None, ingress)

    def stop(self, ctx: Context) -> None:
        self._servers.pop(id(ctx))

    # -- the Ingresses ------------------------------------------------------------------------------------------

    def mine(self, ingress: Object) -> bool:
        """IsValid: whether its class is one of this controller's."""
        name = ingress['spec'].get('ingressClassName') or annotations(ingress).get(CLASS_ANNOTATION)
        found = self._classes.get('', name) if name else None
        return found is not None and found['spec'].get('controller') == CONTROLLER and not deleting(ingress)

    def ingresses(self) -> list[Object]:
        return sorted((item for item in self._ingresses.list() if self.mine(item)),
                      key=lambda item: (item['metadata']['creationTimestamp'], key(item)))

    def _changed(self, old: Object | None, new: Object | None) -> None:
        if not self._servers or new is None or not self.mine(new):
            return
        if old is None or old['spec'] != new['spec'] or annotations(old) != annotations(new):
            self._events.normal(new, 'Sync', 'Scheduled for sync')
        self._write_soon()

    def locations(self, host: str) -> tuple[list[Location], bool]:
        """The locations of a host, best first, and whether any Ingress names it."""
        found: list[Location] = []
        named = False
        wild = f'*.{host.partition(".")[2]}'
        for wanted in (host, wild, ''):
            for ingress in self.ingresses():
                for rule in ingress['spec'].get('rules') or ():
                    if (rule.get('host') or '') == wanted:
                        named = named or bool(wanted)
                        found += self._of_rule(ingress, rule)
            if found and wanted:
                break
        return sorted(found, key=lambda item: item.rank, reverse=True), named

    def _of_rule(self, ingress: Object, rule: Object) -> Iterator[Location]:
        for path in (rule.get('http') or {}).get('paths') or ():
            service = path['backend'].get('service')
            if service:
                yield Location(ingress, path['pathType'], path.get('path') or '/', service['name'], _port_of(service))

    def default(self) -> Location | None:
        """The default backend of the first Ingress that has one."""
        for ingress in self.ingresses():
            service = (ingress['spec'].get('defaultBackend') or {}).get('service')
            if service:
                return Location(ingress, 'Prefix', '/', service['name'], _port_of(service))
        return None

    def has_tls(self, ingress: Object, host: str) -> bool:
        return any(host in (entry.get('hosts') or [host]) for entry in ingress['spec'].get('tls') or ())

    def certificate(self, host: str) -> str:
        """The certificate for a host: that of a Secret which an Ingress names for it, or the fake one."""
        for ingress in self.ingresses():
            for entry in ingress['spec'].get('tls') or ():
                chain = self._chain(ingress['metadata']['namespace'], entry.get('secretName') or '')
                loaded = load_certificates(chain) if chain and host in (entry.get('hosts') or [host]) else []
                if loaded and matches(loaded[0], host):
                    return chain
        since = self._simulation.epoch - timedelta(minutes=5)
        return self_signed(FAKE, 'Acme Co', ['ingress.local'], since, b'ingress-nginx')

    def _chain(self, namespace: str, name: str) -> str:
        secret = self._secrets.get(namespace, name)
        data = (secret or {}).get('data') or {}
        return base64.b64decode(data.get('tls.crt') or '').decode('utf-8', 'replace')

    @property
    def backends(self) -> Backends:
        return self._backends

    # -- status -------------------------------------------------------------------------------------------------

    def _write_soon(self) -> None:
        """The status is looked after once a minute."""
        if not self._due:
            self._due = True
            self._simulation.call_later(STATUS_EVERY - self._simulation.now % STATUS_EVERY, self._write)

    def _write(self) -> None:
        """statusSyncer.updateStatus."""
        self._due = False
        server = next(iter(self._servers.values()), None)
        if server is None:
            return
        addresses, failed = self._addresses(server.published), False
        for ingress in self.ingresses():
            known = ((ingress.get('status') or {}).get('loadBalancer') or {}).get('ingress') or []
            if known != addresses:
                meta = ingress['metadata']
                try:
                    self._client.patch('ingresses.networking.k8s.io', meta['name'], {
                        'status': {'loadBalancer': {'ingress': addresses or None}}}, meta['namespace'], 'status')
                except StatusError as error:
                    failed = failed or error.code != 404
        if failed or (not addresses and self.ingresses()):
            self._write_soon()

    def _addresses(self, published: str) -> list[Object]:
        """statusAddressFromService."""
        namespace, _, name = published.partition('/')
        service = self._backends.service(namespace, name)
        if service is None:
            return []
        if service['spec']['type'] == 'LoadBalancer':
            entries = ((service.get('status') or {}).get('loadBalancer') or {}).get('ingress') or []
            return [{'ip': entry['ip']} if entry.get('ip') else {'hostname': entry['hostname']} for entry in entries]
        external = service['spec'].get('externalIPs')
        return [{'ip': address} for address in external or [service['spec']['clusterIP']]]


def _port_of(service: Object) -> int | str:
    port = service.get('port') or {}
    return port.get('number') or port.get('name', '')


class Server:
    """The nginx of one pod."""

    def __init__(self, controller: IngressNginx, ctx: Context, io: IO, flags: dict[str, str]) -> None:
        self._controller = controller
        self._ctx = ctx
        self._io = io
        network: Any = ctx.host.network
        namespace = ctx.env.get('POD_NAMESPACE', 'ingress-nginx')
        self.published = flags.get('publish-service', '').replace('$(POD_NAMESPACE)', namespace)
        self._forwarder = Forwarder(network, ctx.simulation)
        service = HttpService(self.respond)
        service.plain = plain_request('nginx')
        io.stdout.write(BANNER)
        network.listen(80, service)
        network.listen(443, service, tls=controller.certificate)
        network.listen(10254, HttpService(self._healthy))

    async def _healthy(self, request: HttpRequest) -> HttpResponse:
        return HttpResponse(200 if request.path == '/healthz' else 404, {'Content-Type': 'text/plain'}, b'ok')

    async def respond(self, request: HttpRequest) -> HttpResponse:
        """Route one request, and log it."""
        host = request.headers.get('host', '').rpartition(':')[0] or request.headers.get('host', '')
        location, found = self._locate(host, request.path)
        upstream = '-'
        if location is None:
            response = page(404)
        elif target := self._redirect(location, request, host):
            response = page(target[0])
            response.headers['Location'] = target[1]
        else:
            response, upstream = await self._pass(location, found, request, host)
        if request.secure and location is not None:
            response.headers['Strict-Transport-Security'] = 'max-age=31536000; includeSubDomains'
        now = self._ctx.simulation.wall()
        kind = response.headers.pop('Content-Type', None)
        response.headers = {'Date': http_date(now), **({'Content-Type': kind} if kind else {}),
                            'Content-Length': str(len(response.body)),
                            'Connection': request.headers.get('connection', 'keep-alive').lower(), **response.headers}
        self._log(request, response, location, upstream)
        return response

    def _locate(self, host: str, path: str) -> tuple[Location | None, re.Match[str] | bool]:
        locations, _ = self._controller.locations(host)
        for location in locations:
            found = location.match(path)
            if found:
                return location, found
        return self._controller.default(), True

    def _redirect(self, location: Location, request: HttpRequest, host: str) -> tuple[int, str] | None:
        """permanent-redirect, and http to https where there is TLS."""
        if location.option('permanent-redirect'):
            return 301, location.option('permanent-redirect')
        forced = location.option('force-ssl-redirect') == 'true'
        wanted = forced or (location.option('ssl-redirect') != 'false'
                            and self._controller.has_tls(location.ingress, host))
        return (308, f'https://{host}{request.target}') if wanted and not request.secure else None

    async def _pass(self, location: Location, found: re.Match[str] | bool, request: HttpRequest,
                    host: str) -> tuple[HttpResponse, str]:
        namespace = location.ingress['metadata']['namespace']
        endpoints = self._controller.backends.rotated(namespace, location.service, location.port)
        if not endpoints:
            return page(503), '-'
        target = request.target
        if location.option('rewrite-target') and isinstance(found, re.Match):
            path = re.sub(r'\$(\d)', lambda group: _group(found, int(group[1])), location.option('rewrite-target'))
            target = path + (f'?{request.query}' if request.query else '')
        scheme = 'https' if request.secure else 'http'
        unique = f'{self._ctx.simulation.random.getrandbits(128):032x}'
        headers = {**request.headers, 'x-request-id': unique, 'x-real-ip': request.client[0],
                   'x-forwarded-for': request.client[0], 'x-forwarded-host': host,
                   'x-forwarded-port': '443' if request.secure else '80', 'x-forwarded-proto': scheme,
                   'x-forwarded-scheme': scheme, 'x-scheme': scheme}
        headers['host'] = location.option('upstream-vhost') or request.headers.get('host', host)
        passed = await self._forwarder.forward(replace(request, target=target, headers=headers), endpoints)
        where = f'{passed.endpoint[0]}:{passed.endpoint[1]}'
        if passed.failed:
            return page(passed.response.status), where
        passed.response.headers.pop('Server', None)
        passed.response.headers.pop('Date', None)
        return passed.response, where

    def _log(self, request: HttpRequest, response: HttpResponse, location: Location | None, upstream: str) -> None:
        now = self._ctx.simulation.wall()
        name = 'upstream-default-backend' if location is None else (
            f'{location.ingress["metadata"]["namespace"]}-{location.service}-{location.port}')
        self._io.stdout.write(
            f'{request.client[0]} - - [{now:%d/%b/%Y:%H:%M:%S} +0000] "{request.method} {request.target} '
            f'{request.version}" {response.status} {len(response.body)} "-" "{request.headers.get("user-agent", "-")}" '
            f'{len(request.target) + 60} 0.001 [{name}] [] {upstream} {len(response.body)} 0.001 {response.status} '
            f'{self._ctx.simulation.random.getrandbits(128):032x}\n')


def _group(found: re.Match[str], number: int) -> str:
    return (found[number] or '') if number <= (found.re.groups or 0) else ''


def page(status: int) -> HttpResponse:
    """nginx's own page for a status."""
    title = f'{status} {REASONS.get(status, "")}'
    body = (f'<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n'
            '<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n')
    return HttpResponse(status, {'Content-Type': 'text/html'}, body.encode(), REASONS.get(status, ''))
