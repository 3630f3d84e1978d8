"""How much memory and disk a node, a pod and a container use and how many processes they have; how much of the machine
is left."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import BINARY_SI, DECIMAL_SI, Quantity
from tutor.apimachinery.quantity import value as quantity_value
from tutor.cluster.kubelet import pods
from tutor.cluster.kubelet.stats import Stats
from tutor.cluster.kubelet.volumes import EmptyDir

if TYPE_CHECKING:
    from tutor.cluster.containers.container import Container
    from tutor.cluster.kubelet.kubelet import Kubelet
    from tutor.cluster.kubelet.worker import PodWorker

MEMORY, STORAGE, INODES, PIDS = 'memory', 'ephemeral-storage', 'inodes', 'pids'
PAGE = 4096
SYSTEM_DISK = 0.12
"""The share of a new machine's disk that the system takes."""
SYSTEM_INODES, SYSTEM_PROCESSES = 0.04, 110
INODE_EVERY = 16 * 1024
"""How many bytes of a disk have one inode (mke2fs)."""
STACKS = 8 * 16 * 1024
"""There may be as many threads as have an eighth of the memory for their stacks (kernel/fork.c: set_max_threads)."""
COUNTED = (INODES, PIDS)
"""What is counted; the rest is bytes."""


def text(amount: int, resource: str = MEMORY) -> str:
    """resource.NewQuantity(…).String, as signalToObservations has it."""
    return str(Quantity(amount, DECIMAL_SI if resource in COUNTED else BINARY_SI))


def request(spec: Object, resource: str) -> int:
    """What a container requests of a resource."""
    asked = ((spec.get('resources') or {}).get('requests') or {}).get(resource)
    return quantity_value(asked) if asked is not None else 0


def _whole(amount: int) -> int:
    """Memory is had in pages, and disk in blocks of the same size."""
    return -(-amount // PAGE) * PAGE


def container_use(container: Container, resource: str) -> int:
    """A container's memory, its processes, or its writable layer and its log."""
    host = container.host
    if host is None:
        return 0
    if resource == MEMORY:
        return _whole(host.resident)
    if resource == PIDS:
        return len(host.own_processes())
    if resource == INODES:
        return 0
    return _whole(container.log.size) + _whole(host.files.used if host.touched else 0)


@dataclass(slots=True)
class PodUse:
    """What the running containers of a pod use of one resource, and the pod beyond what it requested."""

    worker: PodWorker
    resource: str
    containers: dict[str, int] = field(default_factory=dict)
    total: int = 0
    over: int = 0

    @classmethod
    def of(cls, worker: PodWorker, resource: str) -> PodUse:
        found = cls(worker, resource)
        for container in worker.running():
            found.containers[container.config.name] = container_use(container, resource)
        found.total = sum(found.containers.values()) + (_volumes(worker) if resource == STORAGE else 0)
        found.over = found.total - sum(request(spec, resource) for spec in pods.containers(worker.pod))
        return found


def _volumes(worker: PodWorker) -> int:
    return sum(volume.used for volume in worker.volumes.values()
               if isinstance(volume, EmptyDir) and volume.kind != 'tmpfs')


class Machine:
    """The memory, the disk and the process table of one node."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet
        self._stats = Stats(kubelet)

    def capacity(self, resource: str) -> int:
        if resource == INODES:
            return self.capacity(STORAGE) // INODE_EVERY
        if resource == PIDS:
            return self.capacity(MEMORY) // STACKS
        return quantity_value(self._kubelet.reporter.capacity[resource])

    def measure(self, resource: str) -> tuple[int, int]:
        """What there is, and what is used."""
        return self.capacity(resource), self.used(resource)

    def available(self, resource: str) -> int:
        return self.capacity(resource) - self.used(resource)

    def used(self, resource: str) -> int:
        if resource == MEMORY:
            return _whole(self._stats.memory())
        kubelet = self._kubelet
        if resource in COUNTED:
            system = SYSTEM_PROCESSES if resource == PIDS else int(self.capacity(INODES) * SYSTEM_INODES)
            inside = sum(container_use(container, resource) for container in kubelet.runtime.containers.values())
            return system + inside + kubelet.hogs.get(resource, 0)
        images = sum(manifest.size for manifest in kubelet.runtime.images.list())
        written = sum(container_use(container, STORAGE) for container in kubelet.runtime.containers.values())
        volumes = sum(_volumes(worker) for worker in kubelet.workers.values())
        system = int(self.capacity(STORAGE) * SYSTEM_DISK) + kubelet.hogs.get(STORAGE, 0)
        return _whole(system + images + kubelet.machine.written) + written + volumes
