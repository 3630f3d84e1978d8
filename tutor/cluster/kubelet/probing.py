"""Making one probe: exec, httpGet, tcpSocket or grpc, with the words of its failure (pkg/probe)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tutor.apimachinery.objects import Object
from tutor.cluster.containers.container import Container
from tutor.cluster.containers.runtime import RuntimeFailure
from tutor.cluster.kubelet import httpget, pods
from tutor.cluster.kubelet.httpget import BadPort, GetFailed, own_address, resolve_port

if TYPE_CHECKING:
    from tutor.cluster.kubelet.worker import PodWorker

SUCCESS = 'success'
WARNING = 'warning'
FAILURE = 'failure'
UNKNOWN = 'unknown'
"""The probe could not be made: that says nothing of the container."""
MAX_OUTPUT = 10 * 1024
MAX_TRIES = 3
AGENT = 'kube-probe'


async def probe(worker: PodWorker, container: Container, spec: Object, wanted: Object) -> tuple[str, str]:
    """prober.runProbeWithRetries: the outcome, and what to say of it."""
    outcome, text = UNKNOWN, ''
    for _ in range(MAX_TRIES):
        try:
            outcome, text = await _probe(worker, container, spec, wanted)
        except BadPort as problem:
            outcome, text = UNKNOWN, str(problem)
        if outcome != UNKNOWN:
            break
    return outcome, text


async def _probe(worker: PodWorker, container: Container, spec: Object, wanted: Object) -> tuple[str, str]:
    """prober.runProbe. Raises BadPort."""
    timeout = wanted.get('timeoutSeconds', 1)
    if 'exec' in wanted:
        return await _exec(worker, container, wanted['exec'].get('command') or [], timeout)
    if 'httpGet' in wanted:
        return await _http(worker, spec, wanted['httpGet'], timeout)
    if 'tcpSocket' in wanted:
        socket = wanted['tcpSocket']
        host, port = socket.get('host') or own_address(worker), resolve_port(spec, socket['port'])
        return await _tcp(worker, host, port, timeout)
    if 'grpc' in wanted:
        return await _grpc(worker, wanted['grpc'], timeout)
    return UNKNOWN, f'missing probe handler for {pods.describe(worker.pod)}:{container.config.name}'


def server(worker: PodWorker, spec: Object, wanted: Object) -> Any:
    """Who answers a probe, if it can tell when it may answer otherwise."""
    action = wanted.get('httpGet')
    if action is None:
        return None
    host = action.get('host') or own_address(worker)
    return worker.kubelet.machine.network.service(host, resolve_port(spec, action['port']))


async def _exec(worker: PodWorker, container: Container, command: list[str], timeout: float) -> tuple[str, str]:
    try:
        code, output, errors = await worker.kubelet.runtime.exec_sync(container, command, timeout)
    except TimeoutError:
        return FAILURE, f'command timed out: "{" ".join(command)}" timed out after {timeout}s'
    except RuntimeFailure as failure:
        return UNKNOWN, f'rpc error: code = Unknown desc = {failure}'
    return (FAILURE if code else SUCCESS), (output + errors)[:MAX_OUTPUT]


async def _http(worker: PodWorker, spec: Object, action: Object, timeout: float) -> tuple[str, str]:
    """DoHTTPProbe."""
    try:
        response = await httpget.get(worker, httpget.target(worker, spec, action, AGENT), timeout)
    except GetFailed as problem:
        return FAILURE, str(problem)
    if 300 <= response.status < 400:
        body = response.body[:MAX_OUTPUT].decode('utf-8', 'replace')
        return WARNING, f'Probe terminated redirects, Response body: {body}'
    if 200 <= response.status < 300:
        return SUCCESS, ''
    return FAILURE, f'HTTP probe failed with statuscode: {response.status}'


async def _tcp(worker: PodWorker, host: str, port: int, timeout: float) -> tuple[str, str]:
    try:
        connection = await worker.kubelet.machine.network.connect(host, port, timeout)
    except OSError as problem:
        return FAILURE, httpget.dial_problem(f'{host}:{port}', problem)
    connection.close()
    return SUCCESS, ''


async def _grpc(worker: PodWorker, grpc: Object, timeout: float) -> tuple[str, str]:
    """pkg/probe/grpc: whoever does not speak gRPC is waited for until the time is over."""
    host, port, wanted = own_address(worker), grpc['port'], grpc.get('service') or ''
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
