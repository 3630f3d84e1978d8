"""Whether the node takes a pod: what the scheduler asks too, for those that came past it (lifecycle/predicate.go)."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from tutor.apimachinery.objects import Object
from tutor.apimachinery.scheduling import NO_EXECUTE, matches_node, taints, tolerations, untolerated
from tutor.cluster.kubelet import pods
from tutor.cluster.kubelet.preemption import PreemptionError, Requirement
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo
from tutor.cluster.scheduler.plugins.node_ports import conflicts

MakeRoom = Callable[[Object, list[Requirement]], None]
OPERATING_SYSTEM = 'kubernetes.io/os'


class Refusal(NamedTuple):
    """Why a pod is refused, as its status says it."""

    reason: str
    message: str


class Admission:
    """Keeps account of the pods that were admitted to one node until their containers have ended."""

    def __init__(self, name: str) -> None:
        self._info = NodeInfo(name)

    @property
    def count(self) -> int:
        """How many pods the node has taken whose containers have not ended."""
        return len(self._info.pods)

    def admit(self, pod: Object, node: Object | None, make_room: MakeRoom) -> Refusal | None:
        """canAdmitPod for a new pod: it counts from now on, or why it is refused. A critical pod is not refused for
        resources that it is missing as long as room can be made for it."""
        asking = PodInfo(pod)
        if asking.uid in self._info.pods:
            return None
        refusal = self._refuse(asking, node) if node is not None else None
        if refusal is not None and node is not None and pods.is_critical(pod):
            refusal = self._recover(asking, node, make_room)
        if refusal is None:
            self._info.add(asking)
        return refusal

    def _recover(self, asking: PodInfo, node: Object, make_room: MakeRoom) -> Refusal | None:
        """HandleAdmissionFailure."""
        other = _wrong_system(asking.pod, node) or _mismatch(asking, self._info, node)
        if other is not None:
            return other
        missing = [Requirement(each.name, each.requested - (each.capacity - each.used))
                   for each in _shortages(asking, self._info)]
        try:
            make_room(asking.pod, missing)
        except PreemptionError as error:
            return Refusal('UnexpectedAdmissionError',
                           f'Unexpected error while attempting to recover from admission failure: {error}')
        return None

    def resize(self, pod: Object, node: Object | None) -> Refusal | None:
        """canAdmitPod for a pod that asks for other resources: they count from now on; or why they are refused, for
        good (Infeasible) or for now (Deferred)."""
        asking, before = PodInfo(pod), self._info.pods.get(pods.uid(pod))
        if before is not None:
            self._info.remove(before)
        refusal = self._refuse(asking, node) if node is not None else None
        if refusal is not None:
            refusal = _infeasible(asking, self._info) or Refusal('Deferred', refusal.message)
        if refusal is None:
            self._info.add(asking)
        elif before is not None:
            self._info.add(before)
        return refusal

    def release(self, uid: str) -> None:
        """The pod's containers have ended: what it had is free."""
        known = self._info.pods.get(uid)
        if known is not None:
            self._info.remove(known)

    def _refuse(self, asking: PodInfo, node: Object) -> Refusal | None:
        """predicateAdmitHandler.Admit: the first reason counts."""
        if self._info.node is not node:
            self._info.set_node(node)
        return (_wrong_system(asking.pod, node) or _insufficient(asking, self._info)
                or _mismatch(asking, self._info, node))


def _wrong_system(pod: Object, node: Object) -> Refusal | None:
    """rejectPodAdmissionBasedOnOSSelector (which looks at the pod's labels), …OSField."""
    wanted = (pod['metadata'].get('labels') or {}).get(OPERATING_SYSTEM)
    if wanted is not None and wanted != 'linux':
        return Refusal('PodOSSelectorNodeLabelDoesNotMatch',
                       "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label")
    if (pod['spec'].get('os') or {}).get('name', 'linux') != 'linux':
        return Refusal('PodOSNotSupported', "Failed to admit pod as the OS field doesn't match node OS")
    return None


class Shortage(NamedTuple):
    """A resource of which the node has not enough left."""

    name: str
    requested: int
    used: int
    capacity: int


def _insufficient(asking: PodInfo, node: NodeInfo) -> Refusal | None:
    """InsufficientResourceError: the first shortage."""
    for name, requested, used, capacity in _shortages(asking, node):
        return Refusal(f'OutOf{name}', f"Node didn't have enough resource: {name}, requested: {requested}, "
                                       f'used: {used}, capacity: {capacity}')
    return None


def _shortages(asking: PodInfo, node: NodeInfo) -> list[Shortage]:
    """noderesources.Fits. Extended resources that the node does not know are not its concern."""
    needs = [('pods', 1, len(node.pods), node.max_pods), ('cpu', asking.milli_cpu, node.used_cpu, node.cpu),
             ('memory', asking.memory, node.used_memory, node.memory),
             ('ephemeral-storage', asking.storage, node.used_storage, node.storage)]
    needs += [(name, amount, node.used_scalars.get(name, 0), node.scalars[name])
              for name, amount in asking.scalars.items() if name in node.scalars]
    return [Shortage(*need) for need in needs if need[1] and need[1] > need[3] - need[2]]


def _infeasible(asking: PodInfo, node: NodeInfo) -> Refusal | None:
    """What the node could not give even if it were empty."""
    for name, requested, capacity in (('memory', asking.memory, node.memory), ('cpu', asking.milli_cpu, node.cpu)):
        if requested > capacity:
            return Refusal('Infeasible', f"Node didn't have enough capacity: {name}, requested: {requested}, "
                                         f'capacity: {capacity}')
    return None


def _mismatch(asking: PodInfo, info: NodeInfo, node: Object) -> Refusal | None:
    """The other predicates of scheduler.AdmissionCheck, and taints that evict."""
    pod = asking.pod
    if not matches_node(pod, node):
        return _failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector")
    if any(conflicts(info.ports, *port) for port in asking.ports):
        return _failed('NodePorts', "node(s) didn't have free ports for the requested pod ports")
    static = pods.SOURCE in (pod['metadata'].get('annotations') or {})
    if not static and untolerated(taints(node), tolerations(pod), (NO_EXECUTE,)) is not None:
        return _failed('TaintToleration', "node(s) had taints that the pod didn't tolerate")
    return None


def _failed(predicate: str, text: str) -> Refusal:
    return Refusal(predicate, f'Predicate {predicate} failed: {text}')
