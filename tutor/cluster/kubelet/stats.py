"""How much a node and its containers use (pkg/kubelet/server/stats)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.cluster.containers.container import Container

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet
    from tutor.cluster.kubelet.worker import PodWorker

SYSTEM_CPU, SYSTEM_MEMORY = 0.022, 420 * 1024 * 1024
"""What the kubelet, containerd and the operating system use."""
PER_POD_CPU, PER_POD_MEMORY = 0.0004, 900 * 1024


@dataclass(frozen=True, slots=True)
class Sample:
    """What one container or node had used at a moment: CPU seconds since `since`, and bytes of memory."""

    name: str
    since: float
    cpu: float
    memory: int


class Stats:
    """The resource use of one node, its pods and their containers; worked out when it is asked for."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet

    def workers(self) -> list[PodWorker]:
        return list(self._kubelet.workers.values())

    def worker(self, uid: str) -> PodWorker | None:
        return self._kubelet.find(uid)

    def containers(self, worker: PodWorker, moment: float) -> list[Sample]:
        """The containers of a pod that ran at a moment, with what they had used by then."""
        return [Sample(container.config.name, container.started_at or 0.0, container.host.meter.at(moment),
                       container.host.resident)
                for container in _running(worker, moment) if container.host is not None]

    def node(self, moment: float) -> Sample:
        """The whole machine."""
        kubelet = self._kubelet
        hosts = [container.host for container in kubelet.runtime.containers.values() if container.host is not None]
        cpu = kubelet.runtime.used + sum(host.meter.at(moment) for host in hosts) + self.system_rate() * moment
        return Sample(kubelet.name, 0.0, cpu, self.memory())

    def memory(self) -> int:
        """The bytes in use on the whole machine now."""
        kubelet = self._kubelet
        return SYSTEM_MEMORY + PER_POD_MEMORY * len(kubelet.workers) + kubelet.hogs.get('memory', 0) + \
            kubelet.runtime.memory.used

    def system_rate(self) -> float:
        """The cores that the system and the kubelet use."""
        return SYSTEM_CPU + PER_POD_CPU * len(self._kubelet.workers)


def _running(worker: PodWorker, moment: float) -> Iterator[Container]:
    for history in worker.histories.values():
        if history and history[0].running and history[0].started_at is not None and history[0].started_at <= moment:
            yield history[0]
