"""The HTTP requests of probes and lifecycle hooks (pkg/probe/http), with Go's words for what goes wrong."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin, urlsplit

from tutor.apimachinery.objects import Object
from tutor.cluster.containers.http import HttpError, HttpRequest, HttpResponse, HttpService, fetch

if TYPE_CHECKING:
    from tutor.cluster.kubelet.worker import PodWorker

VERSION = '1.36'
NOT_TLS = 'http: server gave HTTP response to HTTPS client'
REDIRECTS = (301, 302, 303, 307, 308)
MAX_REDIRECTS = 10
_PORTS = {'http': 80, 'https': 443}


class BadPort(Exception):
    """A port by a name that the container does not have, in the words of strconv.Atoi."""


class GetFailed(Exception):
    """No answer came: what a url.Error says. `reason` is the part after the address."""

    def __init__(self, url: str, reason: str) -> None:
        super().__init__(f'Get "{url}": {reason}')
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Target:
    """Whom to ask for what."""

    scheme: str
    host: str
    port: int
    path: str
    headers: dict[str, str]

    @property
    def url(self) -> str:
        return f'{self.scheme}://{self.address}{self.path}'

    @property
    def address(self) -> str:
        """net.JoinHostPort."""
        return f'[{self.host}]:{self.port}' if ':' in self.host else f'{self.host}:{self.port}'


def resolve_port(spec: Object, port: int | str) -> int:
    """ResolveContainerPort: a port by its number or its name. Raises BadPort."""
    named = {entry['name']: entry['containerPort'] for entry in spec.get('ports') or () if 'name' in entry}
    found = named.get(port, port) if isinstance(port, str) else port
    if isinstance(found, str) and not found.isdigit():
        raise BadPort(f'strconv.Atoi: parsing "{port}": invalid syntax')
    number = int(found)
    if not 0 < number < 65536:
        raise BadPort(f'invalid port number: {number}')
    return number


def target(worker: PodWorker, spec: Object, action: Object, agent: str) -> Target:
    """NewRequestForHTTPGetAction. Raises BadPort."""
    port = resolve_port(spec, action['port'])
    host = action.get('host') or own_address(worker)
    headers = {'user-agent': f'{agent}/{VERSION}', 'accept': '*/*'}
    headers.update((header['name'].lower(), header['value']) for header in action.get('httpHeaders') or ())
    if not headers['accept']:
        del headers['accept']
    return Target((action.get('scheme') or 'HTTP').lower(), host, port, path(action), headers)


def path(action: Object) -> str:
    """What is asked for."""
    given = action.get('path') or ''
    return given if given.startswith('/') else f'/{given}'


async def get(worker: PodWorker, wanted: Target, timeout: float | None = None) -> HttpResponse:
    """http.Client.Do with RedirectChecker: redirects are followed as long as they stay on the host; one that does not
    is the answer. Raises GetFailed."""
    for _ in range(MAX_REDIRECTS):
        try:
            response = await _once(worker, wanted, timeout)
        except (OSError, HttpError) as problem:
            raise GetFailed(wanted.url, _words(wanted, problem)) from None
        if response.status not in REDIRECTS:
            return response
        if not response.header('location'):
            raise GetFailed(wanted.url, f'{response.status} response missing Location header')
        following = _redirected(wanted, response.header('location'))
        if following.host != wanted.host:
            return response
        wanted = following
    raise GetFailed(wanted.url, f'stopped after {MAX_REDIRECTS} redirects')


def _redirected(wanted: Target, location: str) -> Target:
    parts = urlsplit(urljoin(wanted.url, location))
    path = (parts.path or '/') + (f'?{parts.query}' if parts.query else '')
    return replace(wanted, scheme=parts.scheme, host=parts.hostname or '', path=path,
                   port=parts.port or _PORTS.get(parts.scheme, 0))


async def _once(worker: PodWorker, wanted: Target, timeout: float | None) -> HttpResponse:
    """Ask a simulated HTTP server directly; anything else by a connection. Raises OSError, HttpError."""
    simulation, network = worker.simulation, worker.kubelet.machine.network
    request = HttpRequest('GET', wanted.path, {'host': wanted.address, 'connection': 'close', **wanted.headers},
                          secure=wanted.scheme == 'https')
    service: Any = network.service(wanted.host, wanted.port)
    respond: Any = getattr(service, 'respond', None)
    encrypted = network.encrypts(wanted.host, wanted.port)
    asked: Any
    if service is not None and request.secure and not encrypted:
        raise HttpError(NOT_TLS if respond is not None else 'tls: first record does not look like a TLS handshake')
    if respond is None:
        asked = fetch(network, wanted.host, wanted.port, request, timeout)
    elif encrypted and not request.secure:
        return HttpService.plain
    else:
        request.client = (network.addresses[0], network.free_port())
        asked = respond(request)
    task = simulation.begin(asked)
    if not task.done and timeout is not None and not await simulation.within(timeout, task):
        task.cancel()
        raise TimeoutError
    return await task


def _words(wanted: Target, problem: OSError | HttpError) -> str:
    if isinstance(problem, TimeoutError):
        return 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
    if isinstance(problem, OSError):
        return dial_problem(wanted.address, problem)
    if str(problem) == NOT_TLS or str(problem).startswith('tls: '):
        return str(problem)
    return f'net/http: HTTP/1.x transport connection broken: malformed HTTP response "{problem}"'


def dial_problem(address: str, problem: OSError) -> str:
    """Go's words for a connection that failed."""
    if isinstance(problem, TimeoutError):
        return f'dial tcp {address}: i/o timeout'
    words = {111: 'connection refused', 113: 'no route to host'}.get(problem.errno or 0, 'connection refused')
    return f'dial tcp {address}: connect: {words}'


def own_address(worker: PodWorker) -> str:
    """The pod's first address."""
    return worker.attachment.addresses[0] if worker.attachment is not None else ''
