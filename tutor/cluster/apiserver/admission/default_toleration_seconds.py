"""DefaultTolerationSeconds: pods stay five minutes on a node that is not ready or unreachable."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver.admission.plugin import Plugin
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context

TAINTS = ('node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable')
SECONDS = 300
TOLERATIONS = {taint: {'effect': 'NoExecute', 'key': taint, 'operator': 'Exists', 'tolerationSeconds': SECONDS}
               for taint in TAINTS}
"""Shared by all pods that get them: there are many."""


class DefaultTolerationSeconds(Plugin):
    name = 'DefaultTolerationSeconds'
    resources = frozenset({('', 'pods')})

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        spec = obj.get('spec')
        if not spec or scope.info.subresource:
            return
        tolerations = spec.get('tolerations') or []
        missing = [added for taint, added in TOLERATIONS.items() if not any(_tolerates(t, taint) for t in tolerations)]
        if missing:
            obj['spec'] = {**spec, 'tolerations': [*tolerations, *missing]}


def _tolerates(toleration: Object, taint: str) -> bool:
    return toleration.get('key') in (None, '', taint) and toleration.get('effect') in (None, '', 'NoExecute')
