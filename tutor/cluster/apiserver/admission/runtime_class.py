"""RuntimeClass: a pod's overhead and scheduling constraints come from its class (plugin/pkg/admission/runtimeclass)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object, deep_copy
from tutor.cluster.apiserver.admission.plugin import Plugin, refused
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context


class RuntimeClass(Plugin):
    name = 'RuntimeClass'
    resources = frozenset({('', 'pods')})

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        spec = obj.get('spec') or {}
        if old is not None or scope.info.subresource or not spec.get('runtimeClassName'):
            return
        name = spec['runtimeClassName']
        found = self.server.stores.of('node.k8s.io', 'runtimeclasses').find('', name)
        if found is None:
            raise refused(scope, obj, f'pod rejected: RuntimeClass "{name}" not found')
        fixed = (found.get('overhead') or {}).get('podFixed')
        if fixed:
            if spec.get('overhead') not in (None, fixed):
                raise refused(scope, obj, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
            spec['overhead'] = dict(fixed)
        self._schedule(scope, obj, found.get('scheduling') or {})

    def validate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        """validateOverhead."""
        spec = obj.get('spec') or {}
        if old is not None or scope.info.subresource or not spec.get('overhead'):
            return
        name = spec.get('runtimeClassName')
        found = self.server.stores.of('node.k8s.io', 'runtimeclasses').find('', name) if name else None
        if not (found or {}).get('overhead'):
            raise refused(
                scope, obj, 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead')

    def _schedule(self, scope: Scope, obj: Object, scheduling: Object) -> None:
        spec = obj['spec']
        selector = spec.get('nodeSelector') or {}
        for key, value in (scheduling.get('nodeSelector') or {}).items():
            if selector.get(key, value) != value:
                raise refused(scope, obj, f'conflict: runtimeClass.scheduling.nodeSelector[{key}] = {value}; '
                                          f'pod.spec.nodeSelector[{key}] = {selector[key]}')
        if scheduling.get('nodeSelector'):
            spec['nodeSelector'] = {**selector, **scheduling['nodeSelector']}
        own = spec.get('tolerations') or []
        more = [item for item in scheduling.get('tolerations') or () if item not in own]
        if more:
            spec['tolerations'] = [*own, *deep_copy(more)]
