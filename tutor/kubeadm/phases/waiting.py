"""[wait-control-plane]: until the kubelet has brought the control plane up (phases/init/waitcontrolplane.go)."""

from __future__ import annotations

from collections.abc import Callable

from tutor.apimachinery.duration import format_duration
from tutor.apimachinery.errors import StatusError
from tutor.cluster.machine.kubeadm_files import MANIFESTS
from tutor.kubeadm.data import InitData
from tutor.kubeadm.environment import Environment
from tutor.kubeadm.errors import KubeadmError
from tutor.kubeadm.phases import kubelet
from tutor.kubeadm.preflight import listens
from tutor.kubeadm.workflow import Phase

Check = Callable[[], bool]


async def run(data: InitData) -> None:
    """runWaitControlPlanePhase. Raises KubeadmError when the control plane does not come up."""
    environment = data.environment
    environment.say(
        '[wait-control-plane] Waiting for the kubelet to boot up the control plane as static Pods from directory '
        f'"{MANIFESTS}"')
    health = data.timeout('kubeletHealthCheck')
    await kubelet.wait(environment, health, format_duration(health))
    await components(data)


async def components(data: InitData) -> None:
    """WaitForControlPlaneComponents. Raises KubeadmError when one of them does not come up."""
    environment, limit = data.environment, data.timeout('controlPlaneComponentHealthCheck')
    environment.say(
        f'[control-plane-check] Waiting for healthy control plane components. This can take up to '
        f'{format_duration(limit)}',
        f'[control-plane-check] Checking kube-apiserver at {data.local_server}/livez',
        '[control-plane-check] Checking kube-controller-manager at https://127.0.0.1:10257/healthz',
        '[control-plane-check] Checking kube-scheduler at https://127.0.0.1:10259/livez')
    await healthy(environment, {
        'kube-controller-manager': lambda: listens(environment, 10257),
        'kube-scheduler': lambda: listens(environment, 10259),
        'kube-apiserver': lambda: data.environment.admin().request('GET', '/livez').status == 200}, limit)


async def healthy(environment: Environment, checks: dict[str, Check], limit: float) -> None:
    """WaitForControlPlaneComponents: say of each when it is. Raises KubeadmError."""
    simulation, missing = environment.ctx.simulation, dict(checks)
    begun = simulation.now
    while True:
        for name, check in list(missing.items()):
            if _works(check):
                del missing[name]
                environment.say(f'[control-plane-check] {name} is healthy after '
                                f'{format_duration(simulation.now - begun)}')
        if not missing:
            return
        if simulation.now - begun >= limit:
            break
        await simulation.sleep(0.5)
    for name in missing:
        environment.say(f'[control-plane-check] {name} is not healthy after {format_duration(limit)}')
    raise KubeadmError('failed while waiting for the control plane to start: '
                       + ', '.join(f'{name} check failed' for name in missing) + ': context deadline exceeded')


def _works(check: Check) -> bool:
    try:
        return check()
    except (StatusError, OSError, KubeadmError):
        return False


PHASE: Phase[InitData] = Phase('wait-control-plane', 'Wait for the control plane to start', run)
