"""Evicting pods when the machine has too little memory or disk left (eviction_manager.go).

A real kubelet looks every ten seconds. Here it looks when memory or disk may have changed, and goes on every ten
seconds as long as there is anything to decide: a machine at rest costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import value as quantity_value
from tutor.cluster.containers.container import ContainerHost
from tutor.cluster.kubelet import pods
from tutor.cluster.kubelet.eviction import oom
from tutor.cluster.kubelet.eviction.images import ImageCollector
from tutor.cluster.kubelet.eviction.thresholds import HARD, PRESSED, TRANSITION, Threshold
from tutor.cluster.kubelet.eviction.usage import (
    COUNTED,
    INODES,
    MEMORY,
    STORAGE,
    Machine,
    PodUse,
    container_use,
    request,
    text,
)
from tutor.cluster.simulation import Timer

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet
    from tutor.cluster.kubelet.worker import PodWorker

REASON = 'Evicted'
IMMEDIATE = 1.0
"""Seconds that an evicted pod has at most (immediateEvictionGracePeriodSeconds)."""
LOOK_EVERY = 10.0
COLLECT_EVERY = 300.0
TOLERATED = 'node.kubernetes.io/memory-pressure'


class EvictionManager:
    """Watches over one node."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet
        self.machine = Machine(kubelet)
        self.images = ImageCollector(kubelet, self.machine)
        self._thresholds, self._transition = HARD, TRANSITION
        self._observed: dict[str, float] = {}
        """When each condition was last observed."""
        self._timer: Timer | None = None
        self._collecting: Timer | None = None

    def configure(self, thresholds: tuple[Threshold, ...], transition: float) -> None:
        """Take over what a new process of the kubelet has read."""
        if (thresholds, transition) != (self._thresholds, self._transition):
            self._thresholds, self._transition = thresholds, transition
            self.look_soon()

    # -- what makes it look -------------------------------------------------------------------------------------

    def memory_changed(self, host: ContainerHost) -> None:
        """A process has taken memory. When there is none left, the kernel acts at once."""
        if self._kubelet.idle:
            return
        if self.machine.available(MEMORY) < 0:
            oom.kill_worst(self._kubelet, self.machine)
        self.look_soon()

    def hog(self, resource: str, amount: int) -> None:
        """Something that is no pod takes so much of the machine."""
        kubelet = self._kubelet
        kubelet.hogs[resource] = amount
        while self.machine.available(MEMORY) < 0 and any(worker.running() for worker in kubelet.workers.values()):
            oom.kill_worst(kubelet, self.machine)
        self.disk_filled()

    def disk_filled(self) -> None:
        """More is on the disk than before."""
        if self._collecting is None:
            self._collecting = self._kubelet.simulation.call_later(COLLECT_EVERY, self._collect)
        self.look_soon()

    def look_soon(self) -> None:
        """At the next of the moments that are ten seconds apart."""
        if self._timer is None and not self._kubelet.idle:
            simulation = self._kubelet.simulation
            self._timer = simulation.call_later(LOOK_EVERY - simulation.now % LOOK_EVERY, self._look)

    def _look(self) -> None:
        self._timer = None
        kubelet = self._kubelet
        if not kubelet.running or not kubelet.runtime.available:
            self.look_soon()
            return
        self._synchronize()
        if self._observed or any(_limits_storage(worker.pod) for worker in kubelet.workers.values()):
            self.look_soon()

    def _collect(self) -> None:
        """Look after images as long as somebody fills the disk."""
        self._collecting = None
        if self._kubelet.running:
            self.images.collect()
        if self.images.wanted():
            self._collecting = self._kubelet.simulation.call_later(COLLECT_EVERY, self._collect)

    # -- synchronize --------------------------------------------------------------------------------------------

    def _synchronize(self) -> None:
        met = [threshold for threshold in self._thresholds if threshold.met(self.machine)]
        self._note(met)
        active = [worker for worker in self._kubelet.workers.values() if not worker.terminating]
        if self._over_limits(active) or not met:
            return
        threshold = met[0]
        self._kubelet.node_event('Warning', 'EvictionThresholdMet', f'Attempting to reclaim {threshold.resource}')
        if threshold.resource in (STORAGE, INODES):
            self._remove_dead_containers()
            self.images.remove_unused()
            if not any(each.met(self.machine) for each in self._thresholds):
                return
        # One pod at a time: what it frees is seen before another has to go.
        for use in _ranked(active, threshold.resource):
            if self._evict(use.worker, self._message(use, threshold), disrupted=True):
                return

    def _remove_dead_containers(self) -> None:
        """DeleteAllUnusedContainers: those of pods that have ended."""
        for worker in self._kubelet.workers.values():
            for history in worker.histories.values() if worker.finished else ():
                for container in history:
                    self._kubelet.runtime.remove(container.id)

    def _note(self, met: list[Threshold]) -> None:
        """Set and take back node conditions; each stays for a while after it was last observed."""
        kubelet, now = self._kubelet, self._kubelet.simulation.now
        for threshold in met:
            self._observed[threshold.condition] = now
        for condition in [each for each, seen in self._observed.items() if now - seen >= self._transition]:
            del self._observed[condition]
        changed = False
        for condition, said in PRESSED.items():
            if condition in self._observed and condition not in kubelet.reporter.pressure:
                kubelet.reporter.pressure[condition] = said
                changed = True
            elif condition not in self._observed and kubelet.reporter.pressure.pop(condition, None) is not None:
                changed = True
        if changed:
            kubelet.reporter.report()

    # -- evicting -----------------------------------------------------------------------------------------------

    def _evict(self, worker: PodWorker, message: str, disrupted: bool = False) -> bool:
        """evictPod: critical pods are never evicted."""
        if pods.is_critical(worker.pod):
            return False
        self._kubelet.recorder.warning(worker.pod, REASON, message)
        worker.fail(REASON, message, message if disrupted else '', IMMEDIATE)
        return True

    def _message(self, use: PodUse, threshold: Threshold) -> str:
        """evictionMessage."""
        machine, resource = self.machine, threshold.resource
        found = (f'The node was low on resource: {resource}. Threshold quantity: {text(threshold.quantity(machine))}, '
                 f'available: {text(machine.available(resource), resource)}. ')
        for spec in pods.containers(use.worker.pod) if resource not in COUNTED else ():
            used, asked = use.containers.get(spec['name'], 0), request(spec, resource)
            if used > asked:
                found += (f'Container {spec["name"]} was using {text(used)}, request is {text(asked)}, has larger '
                          f'consumption of {resource}. ')
        return found

    def _over_limits(self, active: list[PodWorker]) -> bool:
        """localStorageEviction: pods that use more of the disk than they may."""
        evicted = [worker for worker in active if (message := _over_limit(worker)) and self._evict(worker, message)]
        return bool(evicted)

    # -- admission ----------------------------------------------------------------------------------------------

    def refuses(self, pod: Object) -> str:
        """Admit: why a new pod is not taken now; '' when it is."""
        if not self._observed or pods.is_critical(pod):
            return ''
        if list(self._observed) == ['MemoryPressure']:
            tolerates = any(each.get('key') in (None, TOLERATED) for each in pod['spec'].get('tolerations') or ()
                            if each.get('operator') == 'Exists')
            if (pod.get('status') or {}).get('qosClass') != 'BestEffort' or tolerates:
                return ''
        return f'The node had condition: [{" ".join(self._observed)}]. '


def _ranked(workers: list[PodWorker], resource: str) -> list[PodUse]:
    """rankMemoryPressure, rankDiskPressureFunc, rankPIDPressure: first those beyond their requests, then by priority
    and by how far."""
    found = [PodUse.of(worker, resource) for worker in workers if worker.running()]
    return sorted(found, key=lambda use: (use.over <= 0, use.worker.pod['spec'].get('priority', 0), -use.over))


def _limits_storage(pod: Object) -> bool:
    """Whether a pod may be evicted for the disk it uses."""
    return any(_limit(spec) for spec in pods.containers(pod)) or any(
        (volume.get('emptyDir') or {}).get('sizeLimit') for volume in pod['spec'].get('volumes') or ())


def _limit(spec: Object) -> str:
    return ((spec.get('resources') or {}).get('limits') or {}).get(STORAGE, '')


def _over_limit(worker: PodWorker) -> str:
    """What limit on local storage a pod has exceeded, in the manager's words: emptyDirLimitEviction,
    podEphemeralStorageLimitEviction, containerEphemeralStorageLimitEviction."""
    if not _limits_storage(worker.pod):
        return ''
    for volume in worker.pod['spec'].get('volumes') or ():
        limit = (volume.get('emptyDir') or {}).get('sizeLimit')
        mounted = worker.volumes.get(volume['name'])
        if limit and mounted is not None and mounted.used > quantity_value(limit) > 0:
            return f'Usage of EmptyDir volume "{volume["name"]}" exceeds the limit "{limit}". '
    limits = {spec['name']: _limit(spec) for spec in pods.containers(worker.pod)}
    total = sum(quantity_value(limit) for limit in limits.values() if limit)
    if all(limits.values()) and PodUse.of(worker, STORAGE).total > total:
        return f'Pod ephemeral local storage usage exceeds the total limit of containers {text(total)}. '
    for container in worker.running():
        limit = limits.get(container.config.name)
        if limit and container_use(container, STORAGE) > quantity_value(limit):
            return f'Container {container.config.name} exceeded its local ephemeral storage limit "{limit}". '
    return ''
