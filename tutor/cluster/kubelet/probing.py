"""Making one probe: exec, httpGet, tcpSocket or grpc, with the words of its failure (pkg/probe)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.cluster.containers.container import Container
from tutor.cluster.containers.http import HttpError, HttpRequest, HttpResponse, fetch
from tutor.cluster.containers.runtime import RuntimeFailure
from tutor.cluster.kubelet.hooks import port_of
from tutor.cluster.simulation import Condition

if TYPE_CHECKING:
    from tutor.cluster.kubelet.worker import PodWorker

SUCCESS = 'success'
WARNING = 'warning'
FAILURE = 'failure'
MAX_OUTPUT = 10 * 1024
USER_AGENT = 'kube-probe/1.36'


async def probe(worker: PodWorker, container: Container, spec: Object, wanted: Object) -> tuple[str, str]:
    """prober.runProbe: the outcome, and what to say of it."""
    timeout = wanted.get('timeoutSeconds', 1)
    if 'exec' in wanted:
        return await _exec(worker, container, wanted['exec'].get('command') or [], timeout)
    if 'httpGet' in wanted:
        return await _http(worker, spec, wanted['httpGet'], timeout)
    if 'tcpSocket' in wanted:
        socket = wanted['tcpSocket']
        return await _tcp(worker, socket.get('host') or _address(worker), port_of(spec, socket['port']), timeout)
    if 'grpc' in wanted:
        return await _grpc(worker, wanted['grpc'], timeout)
    return FAILURE, f'missing probe handler for {worker.key}:{container.config.name}'


def changes(worker: PodWorker, spec: Object, wanted: Object) -> Condition | None:
    """What tells when the answer to a probe may become another; None when it may at any time."""
    get = wanted.get('httpGet')
    if get is None:
        return None
    service = worker.kubelet.machine.network.service(get.get('host') or _address(worker), port_of(spec, get['port']))
    return getattr(service, 'changes', None)


async def _exec(worker: PodWorker, container: Container, command: list[str], timeout: float) -> tuple[str, str]:
    try:
        code, output = await worker.kubelet.runtime.exec_sync(container, command, timeout)
    except TimeoutError:
        return FAILURE, f'command timed out: "{" ".join(command)}" timed out after {timeout}s'
    except RuntimeFailure as failure:
        return FAILURE, f'error executing command in container: {failure}'
    return (FAILURE if code else SUCCESS), output[:MAX_OUTPUT]


async def _http(worker: PodWorker, spec: Object, get: Object, timeout: float) -> tuple[str, str]:
    port = port_of(spec, get['port'])
    host = get.get('host') or _address(worker)
    path = get.get('path') or '/'
    headers = {'host': f'{host}:{port}', 'user-agent': USER_AGENT, 'accept': '*/*', 'connection': 'close'}
    headers.update((header['name'].lower(), header['value']) for header in get.get('httpHeaders') or ())
    try:
        response = await _get(worker, host, port, HttpRequest('GET', path, headers), timeout)
    except (OSError, HttpError) as problem:
        scheme = get.get('scheme', 'HTTP').lower()
        url = f'{scheme}://{host}:{port}{path if path.startswith("/") else "/" + path}'
        return FAILURE, f'Get "{url}": {_http_problem(host, port, problem)}'
    if 200 <= response.status < 400:
        return SUCCESS, ''
    return FAILURE, f'HTTP probe failed with statuscode: {response.status}'


def _http_problem(host: str, port: int, problem: OSError | HttpError) -> str:
    if isinstance(problem, TimeoutError):
        return 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
    if isinstance(problem, OSError):
        return _dial(host, port, problem)
    return f'net/http: HTTP/1.x transport connection broken: malformed HTTP response "{problem}"'


async def _get(worker: PodWorker, host: str, port: int, request: HttpRequest, timeout: float) -> HttpResponse:
    """Ask a simulated HTTP server directly; anything else by a connection. Raises OSError, HttpError."""
    simulation, machine = worker.simulation, worker.kubelet.machine
    respond = getattr(machine.network.service(host, port), 'respond', None)
    if respond is None:
        task = simulation.begin(fetch(machine.network, host, port, request, timeout))
    else:
        request.client = (machine.network.addresses[0], machine.network.free_port())
        task = simulation.begin(respond(request))
    if not task.done and not await simulation.within(timeout, task):
        task.cancel()
        raise TimeoutError
    return task.result()


async def _tcp(worker: PodWorker, host: str, port: int, timeout: float) -> tuple[str, str]:
    try:
        connection = await worker.kubelet.machine.network.connect(host, port, timeout)
    except OSError as problem:
        return FAILURE, _dial(host, port, problem)
    connection.close()
    return SUCCESS, ''


async def _grpc(worker: PodWorker, grpc: Object, timeout: float) -> tuple[str, str]:
    """pkg/probe/grpc: whoever does not speak gRPC is waited for until the time is over."""
    host, port, wanted = _address(worker), grpc['port'], grpc.get('service') or ''
    service = worker.kubelet.machine.network.service(host, port)
    health: Callable[[str], str | None] | None = getattr(service, 'health', None)
    if health is None:
        await worker.simulation.sleep(timeout)
        return FAILURE, (f'timeout: failed to connect service "{host}:{port}" within {timeout}s: '
                         'context deadline exceeded')
    status = health(wanted)
    if status is None:
        return FAILURE, 'error: health rpc probe failed: rpc error: code = NotFound desc = unknown service'
    if status != 'SERVING':
        return FAILURE, f'service unhealthy (responded with "{status}")'
    return SUCCESS, ''


def _dial(host: str, port: int, problem: OSError) -> str:
    """Go's words for a connection that failed."""
    if isinstance(problem, TimeoutError):
        return f'dial tcp {host}:{port}: i/o timeout'
    words = {111: 'connection refused', 113: 'no route to host'}.get(problem.errno or 0, 'connection refused')
    return f'dial tcp {host}:{port}: connect: {words}'


def _address(worker: PodWorker) -> str:
    return worker.attachment.addresses[0] if worker.attachment is not None else ''
