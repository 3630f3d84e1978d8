"""VolumeZone: a volume with a zone is used in that zone."""

from __future__ import annotations

from tutor.apimachinery.objects import Object, labels
from tutor.apimachinery.volumes import claims_of
from tutor.cluster.scheduler.framework import SKIP, Cycle, Hint, Plugin, PreFilter, Rejection
from tutor.cluster.scheduler.hints import added, own_claim, relabelled
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo

_ELSEWHERE = Rejection('VolumeZone', ('node(s) had no available volume zone',), True)
_LABELS = {
    'topology.kubernetes.io/zone': 'failure-domain.beta.kubernetes.io/zone',
    'topology.kubernetes.io/region': 'failure-domain.beta.kubernetes.io/region',
}


class VolumeZone(Plugin):
    name = 'VolumeZone'

    def pre_filter(self, cycle: Cycle) -> PreFilter:
        if not cycle.pod.spec.get('volumes'):
            return SKIP
        wanted = self._topologies(cycle.pod)
        if not wanted:
            return SKIP
        cycle.data[self.name] = wanted
        return None

    def _topologies(self, pod: PodInfo) -> list[tuple[str, frozenset[str]]]:
        informers, found = self.handle.informers, []
        for name in claims_of(pod.pod):
            claim = informers.of('persistentvolumeclaims').get(pod.namespace, name) or {}
            volume = informers.of('persistentvolumes').objects.get(claim.get('spec', {}).get('volumeName', ''))
            found += _topologies(volume)
        return found

    def filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        passed = []
        for node in nodes:
            labelled = any(key in node.labels or old in node.labels for key, old in _LABELS.items())
            if labelled and any((node.labels.get(key) or node.labels.get(_LABELS[key])) not in values
                                for key, values in cycle.data[self.name]):
                cycle.failed[node.name] = _ELSEWHERE
            else:
                passed.append(node)
        return passed

    def hints(self) -> dict[str, Hint]:
        return {'nodes': relabelled, 'storageclasses.storage.k8s.io': added, 'persistentvolumes': _moved,
                'persistentvolumeclaims': own_claim}


def _topologies(volume: Object | None) -> list[tuple[str, frozenset[str]]]:
    """The labels of a volume's zone and region, and the values that nodes may have for them."""
    given = labels(volume) if volume is not None else {}
    found = ((key, given.get(key) or given.get(old_key)) for key, old_key in _LABELS.items())
    return [(key, frozenset(value.split('__'))) for key, value in found if value]


def _moved(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """A volume was made, or has other zones."""
    return new is not None and (old is None or _topologies(old) != _topologies(new))
