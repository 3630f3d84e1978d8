"""VolumeRestrictions: a ReadWriteOncePod claim is used by one pod alone."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.cluster.scheduler.framework import SKIP, Cycle, Hint, Plugin, PreFilter, Rejection
from tutor.cluster.scheduler.hints import added, own_claim
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo
from tutor.cluster.scheduler.plugins.claims import claim_names, claims_key

_IN_USE = Rejection('VolumeRestrictions', (
    'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode',))


class VolumeRestrictions(Plugin):
    name = 'VolumeRestrictions'

    def pre_filter(self, cycle: Cycle) -> PreFilter:
        names = claim_names(cycle.pod.pod) if cycle.pod.spec.get('volumes') else []
        claims = self.handle.informers.of('persistentvolumeclaims')
        once = [name for name in names
                if 'ReadWriteOncePod' in ((claims.get(cycle.pod.namespace, name) or {}).get('spec') or {}).get(
                    'accessModes', ())]
        if not once:
            return SKIP
        wanted = frozenset(claims_key(cycle.pod.namespace, name) for name in once)
        users = sum(_uses(pod, wanted) for node in self.handle.cache.nodes for pod in node.pods.values())
        cycle.data[self.name] = (wanted, users)
        return None

    def filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        """satisfyReadWriteOncePod: while a pod of any node has the claim, no node will do."""
        if not cycle.data[self.name][1]:
            return nodes
        cycle.failed.update((node.name, _IN_USE) for node in nodes)
        return []

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
        claims_key(pod.namespace, name) in wanted for name in claim_names(pod.pod))


def _released(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """A pod went that used a claim of the waiting one."""
    return new is None and old is not None and old['metadata']['namespace'] == pod.namespace and bool(
        set(claim_names(old)) & set(claim_names(pod.pod)))
