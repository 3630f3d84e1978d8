"""APIServices."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object, condition
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation


class ApiServiceStrategy(Kind):
    prefix = 'apiregistration.k8s.io/apiservices'
    free_finalizers = True
    columns = columns('Name, Service, Available, Age')
    name_rule = staticmethod(names.is_path_segment)

    def default(self, obj: Object) -> None:
        obj.setdefault('spec', {})
        service = obj['spec'].get('service')
        if service is not None:
            service.setdefault('port', 443)

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['status'] = {}
        if 'service' not in obj['spec']:
            obj['status'] = {'conditions': [{
                'type': 'Available', 'status': 'True', 'lastTransitionTime': context.simulation.timestamp(),
                'reason': 'Local', 'message': 'Local APIServices are always available'}]}

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateAPIService."""
        spec = obj['spec']
        wanted = f'{spec.get("version", "")}.{spec.get("group", "")}'
        found: list[FieldError] = []
        if obj['metadata'].get('name') != wanted:
            found.append(field.invalid('metadata.name', obj['metadata'].get('name', ''),
                                       f'must be `spec.version+"."+spec.group`: "{wanted}"'))
        for name, low, high in (('groupPriorityMinimum', 0, 20000), ('versionPriority', 0, 1000)):
            value = spec.get(name, 0)
            if not low < value <= high:
                found.append(field.invalid(f'spec.{name}', value, f'must be positive and less than {high}'))
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        service = obj['spec'].get('service')
        where = f'{service.get("namespace", "")}/{service.get("name", "")}' if service else 'Local'
        available = condition(obj, 'Available') or {}
        status = available.get('status', 'Unknown')
        if status != 'True' and available.get('reason'):
            status = f'{status} ({available["reason"]})'
        return [obj['metadata']['name'], where, status, age(obj, simulation)]
