"""Environment variables of containers (ValidateEnv, ValidateEnvFrom)."""

from __future__ import annotations

import re

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

ENV_FIELDS = frozenset({
    'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName',
    'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs'})
VOLUME_FIELDS = frozenset({'metadata.name', 'metadata.namespace', 'metadata.labels', 'metadata.annotations',
                           'metadata.uid'})
_KNOWN = ENV_FIELDS | VOLUME_FIELDS | {'spec.restartPolicy', 'spec.schedulerName', 'status.phase', 'spec.host'}
_SUBSCRIPT = re.compile(r"(.*)\['(.*)'\]").fullmatch
_RESOURCES = frozenset(f'{kind}.{name}' for kind in ('limits', 'requests')
                       for name in ('cpu', 'memory', 'ephemeral-storage'))
_ONE_OF = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`'


def validate(variables: list[Object], path: str, found: list[FieldError]) -> None:
    for index, variable in enumerate(variables):
        name = variable.get('name')
        if not name:
            found.append(field.required(f'{path}[{index}].name'))
        elif errors := names.is_relaxed_env_name(name):
            found += [field.invalid(f'{path}[{index}].name', name, text) for text in errors]
        if 'valueFrom' in variable:
            _source(variable, f'{path}[{index}].valueFrom', found)


def _source(variable: Object, path: str, found: list[FieldError]) -> None:
    """validateEnvVarValueFrom."""
    source = variable['valueFrom']
    if 'fieldRef' in source:
        object_field(source['fieldRef'], ENV_FIELDS, f'{path}.fieldRef', found)
    if 'resourceFieldRef' in source:
        resource_field(source['resourceFieldRef'], False, f'{path}.resourceFieldRef', found)
    for name in ('configMapKeyRef', 'secretKeyRef'):
        if name in source:
            _key_selector(source[name], f'{path}.{name}', found)
    if not source:
        found.append(field.invalid(path, '', _ONE_OF))
    elif variable.get('value'):
        found.append(field.invalid(path, '', 'may not be specified when `value` is not empty'))
    elif len(source) > 1:
        found.append(field.invalid(path, '', 'may not have more than one field specified at a time'))


def object_field(reference: Object, allowed: frozenset[str], path: str, found: list[FieldError]) -> None:
    """validateObjectFieldSelector."""
    where = reference.get('fieldPath')
    here = f'{path}.fieldPath'
    if not where:
        found.append(field.required(here))
        return
    match = _SUBSCRIPT(where)
    base = match[1] if match else where
    if base not in _KNOWN or (match and base not in ('metadata.labels', 'metadata.annotations')):
        found.append(field.invalid(here, where, f'error converting fieldPath: field label not supported: {where}'))
    elif match:
        key = match[2].lower() if base == 'metadata.annotations' else match[2]
        found += [field.invalid(here, match[2], text) for text in names.is_qualified_name(key)]
    elif base not in allowed:
        found.append(field.not_supported(here, where, sorted(allowed)))


def resource_field(reference: Object, volume: bool, path: str, found: list[FieldError]) -> None:
    """validateContainerResourceFieldSelector."""
    resource = reference.get('resource', '')
    if volume and not reference.get('containerName'):
        found.append(field.required(f'{path}.containerName'))
    elif not resource:
        found.append(field.required(f'{path}.resource'))
    elif resource not in _RESOURCES and not resource.startswith(('limits.hugepages-', 'requests.hugepages-')):
        found.append(field.not_supported(f'{path}.resource', resource, sorted(_RESOURCES)))


def _key_selector(selector: Object, path: str, found: list[FieldError]) -> None:
    if not selector.get('name'):
        found.append(field.required(f'{path}.name'))
    key = selector.get('key')
    if not key:
        found.append(field.required(f'{path}.key'))
    else:
        found += [field.invalid(f'{path}.key', key, text) for text in names.is_config_map_key(key)]


def validate_sources(sources: list[Object], path: str, found: list[FieldError]) -> None:
    """ValidateEnvFrom."""
    for index, source in enumerate(sources):
        here = f'{path}[{index}]'
        if prefix := source.get('prefix'):
            found += [field.invalid(f'{here}.prefix', prefix, text) for text in names.is_relaxed_env_name(prefix)]
        given = [name for name in ('configMapRef', 'secretRef') if name in source]
        found += [field.required(f'{here}.{name}.name') for name in given if not source[name].get('name')]
        if not given:
            found.append(field.invalid(here, '', 'must specify one of: `configMapRef` or `secretRef`'))
        elif len(given) > 1:
            found.append(field.invalid(here, '', 'may not have more than one field specified at a time'))
