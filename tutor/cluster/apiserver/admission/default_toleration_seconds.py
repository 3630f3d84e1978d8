"""DefaultTolerationSeconds: pods stay five minutes on a node that is not ready or unreachable."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver.admission.plugin import Plugin
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer

TAINTS = ('node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable')
SECONDS = 300


class DefaultTolerationSeconds(Plugin):
    name = 'DefaultTolerationSeconds'
    resources = frozenset({('', 'pods')})

    def __init__(self, server: ApiServer) -> None:
        super().__init__(server)
        self._tolerations: Mapping[str, Object] = {}
        """By taint. Shared by all pods that get them: there are many."""
        self.bear(dict.fromkeys(TAINTS, SECONDS))

    def bear(self, seconds: Mapping[str, int]) -> None:
        """For how long a pod stays in spite of each taint."""
        self._tolerations = {taint: {'effect': 'NoExecute', 'key': taint, 'operator': 'Exists',
                                     'tolerationSeconds': number} for taint, number in seconds.items()}

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        spec = obj.get('spec')
        if not spec or scope.info.subresource:
            return
        tolerations = spec.get('tolerations') or []
        missing = [added for taint, added in self._tolerations.items()
                   if not any(_tolerates(each, taint) for each in tolerations)]
        if missing:
            obj['spec'] = {**spec, 'tolerations': [*tolerations, *missing]}


def _tolerates(toleration: Object, taint: str) -> bool:
    return toleration.get('key') in (None, '', taint) and toleration.get('effect') in (None, '', 'NoExecute')
