"""Lifecycle hooks: postStart and preStop, by exec, HTTP or sleep (pkg/kubelet/lifecycle)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.cluster.containers.container import Container
from tutor.cluster.containers.http import HttpError, HttpRequest, fetch
from tutor.cluster.containers.runtime import RuntimeFailure

if TYPE_CHECKING:
    from tutor.cluster.kubelet.worker import PodWorker

FOREVER = 10**6


async def run(worker: PodWorker, spec: Object, container: Container, hook: Object) -> str | None:
    """Run a hook to its end; what went wrong, or None."""
    if 'exec' in hook:
        return await _exec(worker, container, hook['exec'].get('command') or [])
    if 'httpGet' in hook:
        return await _http(worker, spec, hook['httpGet'])
    if 'sleep' in hook:
        await worker.simulation.within(hook['sleep'].get('seconds', 0), container.ended)
        return None
    return 'invalid handler: must have either exec or httpGet'


async def _exec(worker: PodWorker, container: Container, command: list[str]) -> str | None:
    try:
        code, output = await worker.kubelet.runtime.exec_sync(container, command, FOREVER)
    except RuntimeFailure as failure:
        return str(failure)
    return f'command \'{" ".join(command)}\' exited with {code}: {output}' if code else None


async def _http(worker: PodWorker, spec: Object, get: Object) -> str | None:
    port = port_of(spec, get.get('port', 80))
    host = get.get('host') or (worker.attachment.addresses[0] if worker.attachment is not None else '')
    headers = {header['name'].lower(): header['value'] for header in get.get('httpHeaders') or ()}
    request = HttpRequest('GET', get.get('path') or '/', {'user-agent': 'kube-lifecycle/1.36', **headers})
    try:
        await fetch(worker.kubelet.machine.network, host, port, request, 30)
    except (OSError, HttpError) as problem:
        return str(problem)
    return None


def port_of(spec: Object, port: int | str) -> int:
    """The number of a port that may be given by name; 0 when there is no such name."""
    if isinstance(port, int):
        return port
    if port.isdigit():
        return int(port)
    return next((entry['containerPort'] for entry in spec.get('ports') or () if entry.get('name') == port), 0)
