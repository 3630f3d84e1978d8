"""VolumeRestrictions: a ReadWriteOncePod claim is used by one pod alone, and some disks by one pod of a node."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.volumes import claims_of
from tutor.cluster.scheduler.framework import SKIP, Cycle, Hint, Plugin, PreFilter, Rejection
from tutor.cluster.scheduler.hints import added, own_claim
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo

_IN_USE = Rejection('VolumeRestrictions', (
    'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode',))
_NO_DISK = Rejection('VolumeRestrictions', ('node(s) had no available disk',))


class VolumeRestrictions(Plugin):
    name = 'VolumeRestrictions'

    def pre_filter(self, cycle: Cycle) -> PreFilter:
        names = claims_of(cycle.pod.pod) if cycle.pod.spec.get('volumes') else []
        claims = self.handle.informers.of('persistentvolumeclaims')
        once = [name for name in names
                if 'ReadWriteOncePod' in ((claims.get(cycle.pod.namespace, name) or {}).get('spec') or {}).get(
                    'accessModes', ())]
        if not once and not _disks(cycle.pod.pod):
            return SKIP
        wanted = frozenset(f'{cycle.pod.namespace}/{name}' for name in once)
        users = sum(_uses(pod, wanted) for node in self.handle.cache.nodes for pod in node.pods.values())
        cycle.data[self.name] = (wanted, users)
        return None

    def filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        """satisfyVolumeConflicts; satisfyReadWriteOncePod: while a pod of any node has the claim, no node will do."""
        disks, in_use, passed = _disks(cycle.pod.pod), cycle.data[self.name][1], []
        for node in nodes:
            if any(conflicts(disk, other.pod) for disk in disks for other in node.pods.values()):
                cycle.failed[node.name] = _NO_DISK
            elif in_use:
                cycle.failed[node.name] = _IN_USE
            else:
                passed.append(node)
        return passed

    def add_pod(self, cycle: Cycle, pod: PodInfo, node: NodeInfo) -> None:
        self._count(cycle, pod, 1)

    def remove_pod(self, cycle: Cycle, pod: PodInfo, node: NodeInfo) -> None:
        self._count(cycle, pod, -1)

    def _count(self, cycle: Cycle, pod: PodInfo, by: int) -> None:
        wanted, users = cycle.data[self.name]
        cycle.data[self.name] = (wanted, users + by * _uses(pod, wanted))

    def hints(self) -> dict[str, Hint]:
        return {'pods': _released, 'nodes': added, 'persistentvolumeclaims': own_claim}


def _uses(pod: PodInfo, wanted: frozenset[str]) -> bool:
    return bool(pod.spec.get('volumes')) and any(
        f'{pod.namespace}/{name}' in wanted for name in claims_of(pod.pod))


def _disks(pod: Object) -> list[Object]:
    """needsRestrictionsCheck: the volumes that are a disk of a kind which one pod of a node has to itself."""
    return [volume for volume in pod['spec'].get('volumes') or ()
            if any(volume.get(kind) for kind in ('gcePersistentDisk', 'awsElasticBlockStore', 'iscsi', 'rbd'))]


def conflicts(disk: Object, pod: Object) -> bool:
    """isVolumeConflict: whether a pod has the same disk, not read-only for both."""
    return any(_same(disk, other) for other in _disks(pod))


def _same(one: Object, two: Object) -> bool:
    for kind, field in (('gcePersistentDisk', 'pdName'), ('awsElasticBlockStore', 'volumeID'), ('iscsi', 'iqn')):
        if one.get(kind) and two.get(kind) and one[kind][field] == two[kind][field]:
            return kind == 'awsElasticBlockStore' or not _read_only(one[kind], two[kind])
    ours, theirs = one.get('rbd'), two.get('rbd')
    return bool(ours and theirs and set(ours['monitors']) & set(theirs['monitors'])
                and all(ours.get(field) == theirs.get(field) for field in ('pool', 'image'))
                and not _read_only(ours, theirs))


def _read_only(one: Object, two: Object) -> bool:
    return bool(one.get('readOnly') and two.get('readOnly'))


def _released(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """isSchedulableAfterPodDeleted: a pod went that used a claim, or a disk, of the waiting one."""
    return new is None and old is not None and old['metadata']['namespace'] == pod.namespace and (
        bool(set(claims_of(old)) & set(claims_of(pod.pod)))
        or any(conflicts(disk, old) for disk in _disks(pod.pod)))
