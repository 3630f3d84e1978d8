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
        """admitPod."""
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
        _compute(scope, obj, 'priority', 'integer value of priority', value)
        _compute(scope, obj, 'preemptionPolicy', 'string value of PreemptionPolicy', policy)

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


def _compute(scope: Scope, pod: Object, name: str, what: str, value: int | str) -> None:
    """Set a field that only this plugin decides. Raises Forbidden where the pod says something else."""
    given = pod['spec'].get(name)
    if given is not None and given != value:
        raise refused(scope, pod, f'the {what} ({given}) must not be provided in pod spec; priority admission '
                                  f'controller computed {value} from the given PriorityClass name')
    pod['spec'][name] = value
