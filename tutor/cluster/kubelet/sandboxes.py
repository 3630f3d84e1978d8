"""Pod sandboxes, as the kubelet has the runtime make them (kuberuntime_sandbox.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.cluster.containers import cni, handlers
from tutor.cluster.containers.runtime import RuntimeFailure
from tutor.cluster.kubelet import cgroups, pods
from tutor.cluster.kubelet.launch import pod_memory

if TYPE_CHECKING:
    from tutor.cluster.kubelet.worker import PodWorker

CHANGED = 'Pod sandbox changed, it will be killed and re-created.'
RUNTIME_CLASSES = 'runtimeclasses.node.k8s.io'


def leave(worker: PodWorker) -> None:
    """A sandbox that is lost takes its network with it."""
    if worker.sandbox is not None:
        worker.kubelet.recorder.normal(worker.pod, 'SandboxChanged', CHANGED)
    if worker.attachment is not None:
        worker.kubelet.network.detach(worker.attachment)
        worker.attachment = None


async def make(worker: PodWorker) -> None:
    """createPodSandbox. Raises TooLong, RuntimeFailure."""
    kubelet, pod, hostname = worker.kubelet, worker.pod, worker.hostname()
    handler = _handler(worker)
    await kubelet.timing.sandbox(worker.simulation)
    problem = '' if kubelet.idle else _problem(worker, handler)
    if problem:
        raise RuntimeFailure(f'rpc error: code = Unknown desc = {problem}')
    attachment = worker.attachment
    if attachment is None:
        attachment = worker.attachment = kubelet.network.attach(worker.key, pods.host_network(pod))
    security = pod['spec'].get('securityContext') or {}
    worker.sandbox = kubelet.runtime.run_sandbox(
        worker.key, hostname, attachment.addresses, attachment.open, metadata=pod['metadata'],
        cgroup=cgroups.of_pod(pod), memory_limit=pod_memory(pod), user=security.get('runAsUser'),
        group=security.get('runAsGroup'))
    if pod['spec'].get('shareProcessNamespace'):
        kubelet.runtime.share_processes(worker.sandbox)
    kubelet.own(worker)


def _handler(worker: PodWorker) -> str:
    """LookupRuntimeHandler: '' for containerd's usual one. Raises RuntimeFailure."""
    name = worker.pod['spec'].get('runtimeClassName')
    if not name:
        return ''
    found = worker.kubelet.informers.of(RUNTIME_CLASSES).get('', name)
    if found is None:
        raise RuntimeFailure(f'runtimeclass.node.k8s.io "{name}" not found')
    return found['handler']


def _problem(worker: PodWorker, handler: str) -> str:
    """What RunPodSandbox fails with, '' if it does not."""
    runtime, files = worker.kubelet.runtime, worker.kubelet.machine.files
    if handler:
        problem = handlers.problem(runtime.handlers, handler, files, runtime.new_id)
        if problem:
            return problem
    lacking = '' if pods.host_network(worker.pod) else cni.missing(files)
    return f'failed to setup network for sandbox "{runtime.new_id()}": {lacking}' if lacking else ''
