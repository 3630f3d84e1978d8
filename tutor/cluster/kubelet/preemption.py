"""Making room on a node for a pod that it cannot do without (pkg/kubelet/preemption)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.apimachinery.qos import qos_class
from tutor.cluster.kubelet import pods
from tutor.cluster.scheduler.node_info import PodInfo

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet
    from tutor.cluster.kubelet.worker import PodWorker

REASON = 'Preempting'
MESSAGE = 'Preempted in order to admit critical pod'
DISRUPTION = 'Pod was preempted by Kubelet to accommodate a critical pod.'


@dataclass(frozen=True, slots=True)
class Requirement:
    """So much of a resource is missing."""

    resource: str
    amount: int


class PreemptionError(Exception):
    """There are not enough pods that could go."""


class CriticalPodAdmission:
    """CriticalPodAdmissionHandler of one node."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet

    def make_room(self, pod: Object, missing: list[Requirement]) -> None:
        """evictPodsToFreeRequests. Raises PreemptionError."""
        workers = [worker for worker in self._kubelet.workers.values() if not worker.terminating and not worker.finished
                   and _preemptable(pod, worker.pod)]
        for worker in _chosen(workers, missing):
            self._kubelet.recorder.warning(worker.pod, REASON, MESSAGE)
            worker.fail(REASON, MESSAGE, DISRUPTION)


def _preemptable(incoming: Object, other: Object) -> bool:
    """kubelettypes.Preemptable."""
    if pods.is_critical(incoming) and not pods.is_critical(other):
        return True
    return incoming['spec'].get('priority', 0) > other['spec'].get('priority', 0)


def _chosen(workers: list[PodWorker], missing: list[Requirement]) -> list[PodWorker]:
    """getPodsToPreempt: as few guaranteed pods as can be, then burstable, then best-effort ones."""
    by_class: dict[str, list[PodWorker]] = {'BestEffort': [], 'Burstable': [], 'Guaranteed': []}
    for worker in workers:
        by_class[qos_class(worker.pod['spec'])].append(worker)
    best_effort, burstable, guaranteed = by_class.values()
    never = _left(missing, workers)
    if never:
        listed = ''.join(f'(res: {each.resource}, q: {each.amount}), ' for each in never)
        raise PreemptionError('preemption: error finding a set of pods to preempt: no set of running pods found to '
                              f'reclaim resources: [{listed}]')
    first = _by_distance(guaranteed, _left(missing, [*best_effort, *burstable]))
    second = _by_distance(burstable, _left(missing, [*best_effort, *first]))
    third = _by_distance(best_effort, _left(missing, [*second, *first]))
    return [*third, *second, *first]


def _by_distance(workers: list[PodWorker], missing: list[Requirement]) -> list[PodWorker]:
    """getPodsToPreemptByDistance: one after the other, the one that leaves least missing, the smallest of these."""
    left, found = list(workers), []
    while missing:
        best = min(left, key=lambda worker: (_distance(worker, missing), _given(worker, 'memory'),
                                             _given(worker, 'cpu')))
        left.remove(best)
        found.append(best)
        missing = _left(missing, [best])
    return found


def _distance(worker: PodWorker, missing: list[Requirement]) -> float:
    return sum((max(each.amount - _given(worker, each.resource), 0) / each.amount) ** 2 for each in missing)


def _left(missing: list[Requirement], workers: Iterable[PodWorker]) -> list[Requirement]:
    """admissionRequirementList.subtract."""
    workers = list(workers)
    rest = [replace(each, amount=each.amount - sum(_given(worker, each.resource) for worker in workers))
            for each in missing]
    return [each for each in rest if each.amount > 0]


def _given(worker: PodWorker, resource: str) -> int:
    """GetResourceRequest."""
    info = PodInfo(worker.pod)
    known = {'pods': 1, 'cpu': info.milli_cpu, 'memory': info.memory, 'ephemeral-storage': info.storage}
    return known.get(resource, info.scalars.get(resource, 0))
