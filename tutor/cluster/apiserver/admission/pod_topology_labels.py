"""PodTopologyLabels: a pod with a node is labelled with where that is (plugin/pkg/admission/podtopologylabels)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver.admission.plugin import Plugin
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.store import ResourceStores
from tutor.cluster.registry.strategy import Context

LABELS = ('topology.kubernetes.io/region', 'topology.kubernetes.io/zone')


class PodTopologyLabels(Plugin):
    name = 'PodTopologyLabels'
    resources = frozenset({('', 'pods')})

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        node = (obj.get('spec') or {}).get('nodeName')
        if old is not None or scope.info.subresource or not node:
            return
        found = topology(self.server.stores, node)
        if found:
            obj['metadata']['labels'] = {**found, **(obj['metadata'].get('labels') or {})}


def topology(stores: ResourceStores, node: str) -> dict[str, str]:
    """What the labels of a node say of its place."""
    labels = (stores.of('', 'nodes').find('', node) or {'metadata': {}})['metadata'].get('labels') or {}
    return {name: labels[name] for name in LABELS if name in labels}
