"""ResourceQuotas."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec import resources
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

SCOPES = ('BestEffort', 'CrossNamespacePodAffinity', 'NotBestEffort', 'NotTerminating', 'PriorityClass', 'Terminating',
          'VolumeAttributesClass')
_OBJECTS = frozenset({'pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps',
                      'persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers'})
_COMPUTE = frozenset({'cpu', 'memory', 'storage', 'ephemeral-storage'})


class ResourceQuotaStrategy(Kind):
    columns = columns('Name, Request, Limit, Age')

    def default(self, obj: Object) -> None:
        obj.setdefault('spec', {})
        obj.setdefault('status', {})

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['status'] = {}

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateResourceQuotaSpec."""
        spec = obj['spec']
        found: list[FieldError] = []
        for name, amount in sorted((spec.get('hard') or {}).items()):
            path = f'spec.hard[{name}]'
            _name(name, path, found)
            resources.validate_amount(name.removeprefix('requests.'), amount, path, found)
        for scope in spec.get('scopes') or ():
            if scope not in SCOPES:
                found.append(field.invalid('spec.scopes', spec['scopes'], 'unsupported scope'))
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        """printResourceQuota."""
        status = obj.get('status') or {}
        used, hard = status.get('used') or {}, status.get('hard') or {}
        requests, limits = [], []
        for name in sorted(hard):
            text = f'{name}: {used.get(name, "0")}/{hard[name]}'
            (limits if name.startswith('limits') else requests).append(text)
        return [obj['metadata']['name'], ', '.join(requests), ', '.join(limits), age(obj, simulation)]


def _name(name: str, path: str, found: list[FieldError]) -> None:
    """ValidateResourceQuotaResourceName."""
    if errors := names.is_qualified_name(name):
        found += [field.invalid(path, name, text) for text in errors]
        return
    base = name.removeprefix('requests.').removeprefix('limits.')
    known = name in _OBJECTS or base in _COMPUTE or base.startswith('hugepages-')
    if '/' not in name and not known:
        found.append(field.invalid(path, name, 'must be a standard resource type or fully qualified'))
        found.append(field.invalid(path, name, 'must be a standard resource for quota'))
