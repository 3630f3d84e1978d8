"""/stats/summary: what the kubelet says of its node, pods and their containers, as JSON (stats/v1alpha1)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import value as quantity_value
from tutor.cluster.containers.container import Container
from tutor.cluster.kubelet.eviction.usage import INODES, MEMORY, PIDS, STORAGE, Machine, PodUse, container_use
from tutor.cluster.kubelet.volumes import EmptyDir

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet
    from tutor.cluster.kubelet.stats import Sample, Stats
    from tutor.cluster.kubelet.worker import PodWorker

MOST_PIDS = 4_194_304
PAGE = 4096


class Summary:
    """The document of one moment."""

    def __init__(self, kubelet: Kubelet, stats: Stats) -> None:
        self._kubelet = kubelet
        self._stats = stats
        self._machine = Machine(kubelet)
        self._now = kubelet.simulation.now
        self._stamp = kubelet.stamp(self._now)

    def document(self) -> Object:
        return {'node': self._node(), 'pods': [self._pod(worker) for worker in self._stats.workers()]}

    def _node(self) -> Object:
        kubelet, sample = self._kubelet, self._stats.node(self._now)
        rate = sum(container.host.meter.rate for container in kubelet.runtime.containers.values()
                   if container.host is not None)
        most = self._machine.capacity(MEMORY)
        images = sum(manifest.size for manifest in kubelet.runtime.images.list())
        return {'nodeName': kubelet.name, 'startTime': kubelet.stamp(sample.since),
                **self._use(sample, rate + self._stats.system_rate(), most),
                'fs': self._disk(self._machine.used(STORAGE), self._machine.used(INODES)),
                'runtime': {'imageFs': self._disk(images), 'containerFs': self._disk(self._machine.used(STORAGE))},
                'rlimit': {'time': self._stamp, 'maxpid': MOST_PIDS, 'curproc': self._machine.used(PIDS)},
                'swap': {'time': self._stamp, 'swapUsageBytes': 0}}

    def _pod(self, worker: PodWorker) -> Object:
        meta, samples = worker.pod['metadata'], self._stats.containers(worker, self._now)
        running = {container.config.name: container for container in worker.running()}
        found: Object = {'podRef': {'name': meta['name'], 'namespace': meta['namespace'], 'uid': meta['uid']},
                         'startTime': meta['creationTimestamp'],
                         'containers': [self._container(sample, running[sample.name]) for sample in samples
                                        if sample.name in running]}
        if samples:
            rate = sum(container.host.meter.rate for container in running.values() if container.host is not None)
            found['cpu'] = self._cpu(sum(sample.cpu for sample in samples), rate)
            found['memory'] = self._memory(sum(sample.memory for sample in samples))
        volumes = [volume for volume in worker.volumes.values() if isinstance(volume, EmptyDir)]
        if volumes:
            found['volume'] = [{**self._disk(volume.used), 'name': volume.name} for volume in volumes]
        found['ephemeral-storage'] = self._disk(PodUse.of(worker, STORAGE).total)
        found['process_stats'] = {'process_count': _processes(running.values())}
        found['swap'] = {'time': self._stamp, 'swapUsageBytes': 0}
        return found

    def _container(self, sample: Sample, container: Container) -> Object:
        rate = container.host.meter.rate if container.host is not None else 0.0
        logged = container.log.size
        written = max(container_use(container, STORAGE) - logged, 0)
        return {'name': sample.name, 'startTime': self._kubelet.stamp(sample.since),
                **self._use(sample, rate, container.config.memory_limit),
                'rootfs': self._disk(written), 'logs': self._disk(logged),
                'swap': {'time': self._stamp, 'swapUsageBytes': 0}}

    # -- parts --------------------------------------------------------------------------------------------------

    def _use(self, sample: Sample, rate: float, most: int) -> Object:
        return {'cpu': self._cpu(sample.cpu, rate), 'memory': self._memory(sample.memory, most)}

    def _cpu(self, seconds: float, rate: float) -> Object:
        return {'time': self._stamp, 'usageNanoCores': int(rate * 1e9), 'usageCoreNanoSeconds': int(seconds * 1e9)}

    def _memory(self, used: int, most: int = 0) -> Object:
        """What is available is known where there is a limit."""
        available = {'availableBytes': max(most - used, 0)} if most else {}
        return {'time': self._stamp, **available, 'usageBytes': used, 'workingSetBytes': used, 'rssBytes': used,
                'pageFaults': used // PAGE, 'majorPageFaults': 0}

    def _disk(self, used: int, inodes: int = 0) -> Object:
        whole, all_inodes = quantity_value(self._kubelet.reporter.capacity[STORAGE]), self._machine.capacity(INODES)
        taken = self._machine.used(INODES)
        return {'time': self._stamp, 'availableBytes': whole - self._machine.used(STORAGE), 'capacityBytes': whole,
                'usedBytes': used, 'inodesFree': all_inodes - taken, 'inodes': all_inodes,
                'inodesUsed': inodes or 1 + used // (8 * PAGE)}


def _processes(containers: Iterable[Container]) -> int:
    """Those of the containers, and the pod's own."""
    return 1 + sum(len(container.host.processes) for container in containers if container.host is not None)
