"""VolumeZone: a volume with a zone is used in that zone."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.cluster.scheduler.framework import SKIP, Cycle, Hint, Plugin, PreFilter, Rejection, always
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo
from tutor.cluster.scheduler.plugins.claims import claim_names

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
        for name in claim_names(pod.pod):
            claim = informers.of('persistentvolumeclaims').get(pod.namespace, name) or {}
            volume = informers.of('persistentvolumes').objects.get(claim.get('spec', {}).get('volumeName', ''))
            labels = (volume['metadata'].get('labels') or {}) if volume is not None else {}
            for key, old_key in _LABELS.items():
                value = labels.get(key) or labels.get(old_key)
                if value:
                    found.append((key, frozenset(value.split('__'))))
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
        return {'nodes': always, 'persistentvolumes': always, 'persistentvolumeclaims': _same_namespace}


def _same_namespace(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    obj: Object = new or old or {}
    return obj['metadata'].get('namespace') == pod.namespace
