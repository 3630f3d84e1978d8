"""Lifecycle hooks: postStart and preStop, by exec, HTTP or sleep (pkg/kubelet/lifecycle)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object
from tutor.cluster.containers.container import Container
from tutor.cluster.containers.runtime import RuntimeFailure
from tutor.cluster.kubelet import httpget, pods
from tutor.cluster.kubelet.httpget import BadPort, GetFailed

if TYPE_CHECKING:
    from tutor.cluster.kubelet.worker import PodWorker

FOREVER = 10**6
AGENT = 'kube-lifecycle'


async def run(worker: PodWorker, spec: Object, container: Container, hook: Object) -> str | None:
    """handlerRunner.Run: run a hook to its end; what went wrong, or None."""
    if 'exec' in hook:
        return await _exec(worker, container, hook['exec'].get('command') or [])
    if 'httpGet' in hook:
        action = hook['httpGet']
        try:
            await _http(worker, spec, action)
        except (BadPort, GetFailed) as problem:
            return (f'HTTP lifecycle hook ({action.get("path", "")}) for {_place(worker, container)} failed - '
                    f'error: {problem}')
    if 'sleep' in hook:
        await worker.simulation.within(hook['sleep'].get('seconds', 0), container.ended)
    return None


async def _exec(worker: PodWorker, container: Container, command: list[str]) -> str | None:
    output = ''
    try:
        code, said, errors = await worker.kubelet.runtime.exec_sync(container, command, FOREVER)
        if not code:
            return None
        output, problem = said + errors, f"command '{' '.join(command)}' exited with {code}: {errors}"
    except RuntimeFailure as failure:
        problem = f'rpc error: code = Unknown desc = {failure}'
    return (f'Exec lifecycle hook ([{" ".join(command)}]) for {_place(worker, container)} failed - '
            f'error: {problem}, message: {go_quote(output)}')


def _place(worker: PodWorker, container: Container) -> str:
    return f'Container "{container.config.name}" in Pod "{pods.describe(worker.pod)}"'


async def _http(worker: PodWorker, spec: Object, action: Object) -> None:
    """runHTTPHandler: who does not speak TLS is asked without it. Any answer will do. Raises BadPort, GetFailed."""
    target = httpget.target(worker, spec, action, AGENT)
    try:
        await httpget.get(worker, target)
    except GetFailed as problem:
        if problem.reason != httpget.NOT_TLS:
            raise
        await _without_tls(worker, target, problem)


async def _without_tls(worker: PodWorker, target: httpget.Target, problem: GetFailed) -> None:
    headers = {name: value for name, value in target.headers.items() if name != 'authorization'}
    try:
        await httpget.get(worker, replace(target, scheme='http', headers=headers))
    except GetFailed:
        raise problem from None
    worker.kubelet.recorder.warning(
        worker.pod, 'LifecycleHTTPFallback',
        f'request to HTTPS lifecycle hook {target.address} got HTTP response, retry with HTTP succeeded')
