"""The kernel's OOM killer: when the machine has no memory at all left, the process with the worst score ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.cluster.containers.container import Container
from tutor.cluster.kubelet import pods
from tutor.cluster.kubelet.eviction.usage import MEMORY, Machine, request

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet
    from tutor.cluster.kubelet.worker import PodWorker

GUARANTEED, BEST_EFFORT = -997, 1000
WORST_BURSTABLE, BEST_BURSTABLE = 999, 3
CRITICAL = 2_000_000_000


def score_adjustment(worker: PodWorker, name: str, capacity: int) -> int:
    """GetContainerOOMScoreAdjust."""
    spec, quality = worker.pod['spec'], (worker.pod.get('status') or {}).get('qosClass', 'BestEffort')
    if spec.get('priority', 0) >= CRITICAL or quality == 'Guaranteed':
        return GUARANTEED
    if quality == 'BestEffort':
        return BEST_EFFORT
    asked = next((request(each, MEMORY) for each in pods.containers(worker.pod) if each['name'] == name), 0)
    return min(max(1000 - 1000 * asked // capacity, BEST_BURSTABLE), WORST_BURSTABLE)


def kill_worst(kubelet: Kubelet, machine: Machine) -> None:
    """End the main process of one container, as long as there is any, and tell (oom_watcher_linux.go)."""
    capacity = machine.capacity(MEMORY)
    scored: list[tuple[float, Container]] = []
    for worker in kubelet.workers.values():
        for container in worker.running():
            assert container.host is not None
            share = 1000 * container.host.resident / capacity
            scored.append((share + score_adjustment(worker, container.config.name, capacity), container))
    if not scored:
        return
    victim = max(scored, key=lambda each: each[0])[1]
    assert victim.host is not None and victim.main is not None
    victim.host.oom_killed = True
    kubelet.node_event('Warning', 'SystemOOM', f'System OOM encountered, victim process: {victim.program}, '
                       f'pid: {_pid(kubelet, victim)}')
    kubelet.runtime.kill(victim)


def _pid(kubelet: Kubelet, container: Container) -> int:
    """The number of a container's main process on its machine."""
    assert container.main is not None
    return next((pid for pid, process in kubelet.machine.processes.items() if process.task is container.main.task),
                container.main.pid)
