"""APIServices."""

from __future__ import annotations

from base64 import b64decode
from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object, condition
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_STATES = ('True', 'False', 'Unknown')


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
        found += _group_version(spec.get('group', ''), spec.get('version', ''))
        for name, high in (('groupPriorityMinimum', 20000), ('versionPriority', 1000)):
            value = spec.get(name, 0)
            if not 0 < value <= high:
                found.append(field.invalid(f'spec.{name}', value, f'must be positive and less than {high}'))
        return found + (_local(spec) if 'service' not in spec else _service(spec))

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateAPIServiceStatus."""
        return [field.not_supported(f'status.conditions[{index}].status', item.get('status', ''), _STATES)
                for index, item in enumerate((new.get('status') or {}).get('conditions') or ())
                if item.get('status') not in _STATES]

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        service = obj['spec'].get('service')
        where = f'{service.get("namespace", "")}/{service.get("name", "")}' if service else 'Local'
        available = condition(obj, 'Available') or {}
        status = available.get('status', 'Unknown')
        if status != 'True' and available.get('reason'):
            status = f'{status} ({available["reason"]})'
        return [obj['metadata']['name'], where, status, age(obj, simulation)]


def _group_version(group: str, version: str) -> list[FieldError]:
    """Only the first API of all has no group."""
    found: list[FieldError] = []
    if group:
        found += field.invalid_each('spec.group', group, names.is_dns1123_subdomain(group))
    elif version != 'v1':
        found.append(field.required('spec.group', 'only v1 may have an empty group and it better be legacy kube'))
    return found + field.invalid_each('spec.version', version, names.is_dns1035_label(version))


def _local(spec: Object) -> list[FieldError]:
    """What the API server serves by itself is not reached by TLS."""
    found: list[FieldError] = []
    if bundle := spec.get('caBundle'):
        found.append(field.invalid('spec.caBundle', f'{len(b64decode(bundle))} bytes',
                                   'local APIServices may not have a caBundle'))
    if spec.get('insecureSkipTLSVerify'):
        found.append(field.invalid('spec.insecureSkipTLSVerify', True,
                                   'local APIServices may not have insecureSkipTLSVerify'))
    return found


def _service(spec: Object) -> list[FieldError]:
    service, path = spec['service'], 'spec.service'
    found = [field.required(f'{path}.{name}') for name in ('namespace', 'name') if not service.get(name)]
    if told := names.is_valid_port_number(service.get('port', 0)):
        found.append(field.invalid(f'{path}.port', service.get('port', 0), f'port is not valid: {", ".join(told)}'))
    if spec.get('insecureSkipTLSVerify') and spec.get('caBundle'):
        found.append(field.invalid('spec.insecureSkipTLSVerify', True, 'may not be true if caBundle is present'))
    return found
