"""Priority: a pod's priority comes from its PriorityClass, or from the default one."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver.admission.plugin import Plugin, refused
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context

GROUP = 'scheduling.k8s.io'


class Priority(Plugin):
    name = 'Priority'
    resources = frozenset({('', 'pods'), (GROUP, 'priorityclasses')})

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        if scope.resource.plural != 'pods' or scope.info.subresource:
            return
        spec = obj.get('spec') or {}
        if old is not None:
            for name in ('priority', 'preemptionPolicy'):
                if name in old['spec']:
                    spec.setdefault(name, old['spec'][name])
            return
        name = spec.get('priorityClassName')
        found = self._class(scope, obj, name) if name else self._default()
        value, policy = 0, 'PreemptLowerPriority'
        if found is not None:
            value, policy = found.get('value', 0), found.get('preemptionPolicy', policy)
            spec['priorityClassName'] = found['metadata']['name']
        given = spec.get('priority')
        if given is not None and given != value:
            raise refused(
                scope, obj,
                f'the integer value of priority ({given}) must not be provided in pod spec; priority admission '
                f'controller computed {value} from the given PriorityClass name')
        own = spec.get('preemptionPolicy')
        if own is not None and own != policy:
            raise refused(
                scope, obj,
                f'the string value of PreemptionPolicy ({own}) must not be provided in pod spec; priority admission '
                f'controller computed {policy} from the given PriorityClass name')
        spec['priority'] = value
        spec.setdefault('preemptionPolicy', policy)

    def _class(self, scope: Scope, obj: Object, name: str) -> Object:
        found = self.server.stores.of(GROUP, 'priorityclasses').find('', name)
        if found is None:
            raise refused(scope, obj, f'no PriorityClass with name {name} was found')
        return found

    def _default(self) -> Object | None:
        defaults = [c for c in self.server.stores.of(GROUP, 'priorityclasses').list() if c.get('globalDefault')]
        return min(defaults, key=lambda c: c.get('value', 0), default=None)

    def validate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        if scope.resource.plural != 'priorityclasses' or not obj.get('globalDefault'):
            return
        other = self._default()
        if other is not None and other['metadata']['name'] != obj['metadata'].get('name'):
            raise refused(scope, obj, f'PriorityClass {other["metadata"]["name"]} is already marked as default. '
                                      'Only one default can exist')
