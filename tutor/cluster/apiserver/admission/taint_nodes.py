"""TaintNodesByCondition: a new node takes no pods until it is known to be ready (plugin/pkg/admission/nodetaint)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver.admission.plugin import Plugin
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context

TAINT = {'effect': 'NoSchedule', 'key': 'node.kubernetes.io/not-ready'}


class TaintNodesByCondition(Plugin):
    name = 'TaintNodesByCondition'
    resources = frozenset({('', 'nodes')})

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        if old is not None or scope.info.subresource:
            return
        spec = obj.setdefault('spec', {})
        taints = spec.get('taints') or []
        if not any(taint.items() >= TAINT.items() for taint in taints):
            spec['taints'] = [*taints, dict(TAINT)]
