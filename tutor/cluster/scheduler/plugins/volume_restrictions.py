"""VolumeRestrictions: a ReadWriteOncePod claim is used by one pod alone."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.cluster.scheduler.framework import SKIP, Cycle, Hint, Plugin, PreFilter, Rejection
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
        cycle.data[self.name] = [claims_key(cycle.pod.namespace, name) for name in once]
        return None

    def filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        wanted = set(cycle.data[self.name])
        passed = []
        for node in nodes:
            used = {claims_key(other.namespace, name) for other in node.pods.values() if other.uid != cycle.pod.uid
                    for name in claim_names(other.pod)}
            if wanted & used:
                cycle.failed[node.name] = _IN_USE
            else:
                passed.append(node)
        return passed

    def hints(self) -> dict[str, Hint]:
        return {'pods': _gone, 'persistentvolumeclaims': lambda pod, old, new: True}


def _gone(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    return new is None
