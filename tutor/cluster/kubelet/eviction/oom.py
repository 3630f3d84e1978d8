"""The kernel's OOM killer: when the machine has no memory at all left, the process with the worst score ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.apimachinery.qos import qos_class
from tutor.cluster.containers.container import Container
from tutor.cluster.kubelet import pods
from tutor.cluster.kubelet.eviction.usage import MEMORY, Machine, request

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet

GUARANTEED, BEST_EFFORT = -997, 1000
WORST_BURSTABLE, BEST_BURSTABLE = 999, 3
NODE_CRITICAL = 2_000_001_000


def score_adjustment(pod: Object, spec: Object, capacity: int) -> int:
    """GetContainerOOMScoreAdjust: a sidecar lives at least as long as the regular container that asks for most."""
    quality = (pod.get('status') or {}).get('qosClass') or qos_class(pod['spec'])
    if pod['spec'].get('priority', 0) >= NODE_CRITICAL or quality == 'Guaranteed':
        return GUARANTEED
    if quality == 'BestEffort':
        return BEST_EFFORT
    score = 1000 - 1000 * request(spec, MEMORY) // capacity
    if pods.restartable_init(spec):
        score = min(score, *(1000 - 1000 * request(each, MEMORY) // capacity for each in pods.containers(pod)))
    return min(max(score, BEST_BURSTABLE), WORST_BURSTABLE)


def kill_worst(kubelet: Kubelet, machine: Machine) -> None:
    """End the main process of one container, as long as there is any, and tell (oom_watcher_linux.go)."""
    capacity = machine.capacity(MEMORY)
    scored: list[tuple[float, Container]] = []
    for worker in kubelet.workers.values():
        for container in worker.running():
            assert container.host is not None
            share = 1000 * container.host.resident / capacity
            scored.append((share + container.config.oom_score, container))
    if not scored:
        return
    victim = max(scored, key=lambda each: each[0])[1]
    assert victim.host is not None and victim.main is not None
    victim.host.oom_killed = True
    kubelet.machine.kernel_log.killed(victim, kubelet.runtime.sandboxes[victim.sandbox], victim.main,
                                      victim.host.resident, system=True)
    kubelet.node_event('Warning', 'SystemOOM', f'System OOM encountered, victim process: {victim.program}, '
                       f'pid: {_pid(kubelet, victim)}')
    kubelet.runtime.kill(victim)


def _pid(kubelet: Kubelet, container: Container) -> int:
    """The number of a container's main process on its machine."""
    assert container.main is not None
    return next((pid for pid, process in kubelet.machine.processes.items() if process.task is container.main.task),
                container.main.pid)
