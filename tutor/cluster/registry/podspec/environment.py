"""Environment variables of containers (ValidateEnv, ValidateEnvFrom)."""

from __future__ import annotations

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object

ENV_FIELDS = frozenset({
    'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName',
    'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs'})
VOLUME_FIELDS = frozenset({'metadata.name', 'metadata.namespace', 'metadata.labels', 'metadata.annotations',
                           'metadata.uid'})
_SUBSCRIPTED = ('metadata.labels', 'metadata.annotations')
_KNOWN = ENV_FIELDS | VOLUME_FIELDS | {'spec.restartPolicy', 'spec.schedulerName', 'status.phase'}
_RESOURCES = frozenset(f'{kind}.{name}' for kind in ('limits', 'requests')
                       for name in ('cpu', 'memory', 'ephemeral-storage'))
_HUGE_PAGES = ('limits.hugepages-', 'requests.hugepages-')
_BYTES_SHOWN = '1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei'
_BYTES = frozenset(_BYTES_SHOWN.split(', '))
_SIZED = {'memory': 'memory', 'ephemeral-storage': 'local ephemeral storage', 'hugepages': 'hugepages'}
"""The kinds of resources that are counted in bytes, and how messages call them."""
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
    if 'fileKeyRef' in source:
        _file_key(source['fileKeyRef'], f'{path}.fileKeyRef', found)
    if not source:
        found.append(field.invalid(path, '', _ONE_OF))
    elif variable.get('value'):
        found.append(field.invalid(path, '', 'may not be specified when `value` is not empty'))
    elif len(source) > 1:
        found.append(field.invalid(path, '', 'may not have more than one field specified at a time'))


def object_field(reference: Object, allowed: frozenset[str], path: str, found: list[FieldError]) -> None:
    """validateObjectFieldSelector."""
    where, version = reference.get('fieldPath', ''), reference.get('apiVersion', 'v1')
    here = f'{path}.fieldPath'
    if not where:
        found.append(field.required(here))
    elif problem := _unknown_label(where, version):
        found.append(field.invalid(here, where, f'error converting fieldPath: {problem}'))
    elif subscript := _subscript(where):
        base, key = subscript
        key = key.lower() if base == 'metadata.annotations' else key
        found += field.invalid_each(path, key, names.is_qualified_name(key))
    elif where not in allowed:
        found.append(field.not_supported(here, where, sorted(allowed)))


def _unknown_label(where: str, version: str) -> str:
    """ConvertDownwardAPIFieldLabel: what is wrong with a field, '' if nothing."""
    if version != 'v1':
        return f'unsupported pod version: {version}'
    if subscript := _subscript(where):
        return '' if subscript[0] in _SUBSCRIPTED else f'field label does not support subscript: {where}'
    return '' if where in _KNOWN else f'field label not supported: {where}'


def _subscript(where: str) -> tuple[str, str] | None:
    """SplitMaybeSubscriptedPath: "metadata.labels['app']" is metadata.labels and app."""
    base, bracket, key = where.removesuffix("']").partition("['")
    return (base, key) if bracket and base and where.endswith("']") else None


def resource_field(reference: Object, volume: bool, path: str, found: list[FieldError]) -> None:
    """validateContainerResourceFieldSelector."""
    resource = reference.get('resource', '')
    if volume and not reference.get('containerName'):
        found.append(field.required(f'{path}.containerName'))
    elif not resource:
        found.append(field.required(f'{path}.resource'))
    elif resource not in _RESOURCES and not resource.startswith(_HUGE_PAGES):
        found.append(field.not_supported(f'{path}.resource', resource, sorted(_RESOURCES)))
    _divisor(resource, reference.get('divisor', '0'), f'{path}.divisor', found)


def _divisor(resource: str, divisor: str, path: str, found: list[FieldError]) -> None:
    """validateContainerResourceDivisor."""
    if divisor == '0':
        return
    kind = 'hugepages' if resource.startswith(_HUGE_PAGES) else resource.partition('.')[2]
    if kind == 'cpu' and divisor not in ('1m', '1'):
        found.append(field.invalid(path, resource,
                                   "only divisor's values 1m and 1 are supported with the cpu resource"))
    elif kind in _SIZED and divisor not in _BYTES:
        found.append(field.invalid(path, resource, f"only divisor's values {_BYTES_SHOWN} are supported with the "
                                                   f'{_SIZED[kind]} resource'))


def _key_selector(selector: Object, path: str, found: list[FieldError]) -> None:
    """validateConfigMapKeySelector, validateSecretKeySelector."""
    name, key = selector.get('name', ''), selector.get('key')
    found += field.invalid_each(f'{path}.name', name, names.is_dns1123_subdomain(name))
    if not key:
        found.append(field.required(f'{path}.key'))
    else:
        found += field.invalid_each(f'{path}.key', key, names.is_config_map_key(key))


def _file_key(selector: Object, path: str, found: list[FieldError]) -> None:
    """validateFileKeySelector."""
    for name in ('volumeName', 'path', 'key'):
        if not selector.get(name):
            found.append(field.required(f'{path}.{name}'))
    if volume := selector.get('volumeName'):
        found += field.invalid_each(f'{path}.volumeName', volume, names.is_dns1123_label(volume))
    if key := selector.get('key'):
        found += field.invalid_each(f'{path}.key', key, names.is_relaxed_env_name(key))


def validate_sources(sources: list[Object], path: str, found: list[FieldError]) -> None:
    """ValidateEnvFrom. As upstream, how many sources one has is said of the whole list."""
    for index, source in enumerate(sources):
        here = f'{path}[{index}]'
        if prefix := source.get('prefix'):
            found += field.invalid_each(f'{here}.prefix', prefix, names.is_relaxed_env_name(prefix))
        given = [name for name in ('configMapRef', 'secretRef') if name in source]
        for kind in given:
            _source_name(source[kind].get('name', ''), f'{here}.{kind}.name', found)
        if not given:
            found.append(field.invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'))
        elif len(given) > 1:
            found.append(field.invalid(path, '', 'may not have more than one field specified at a time'))


def _source_name(name: str, path: str, found: list[FieldError]) -> None:
    if not name:
        found.append(field.required(path))
    else:
        found += field.invalid_each(path, name, names.is_dns1123_subdomain(names.name_for_generate(name)))
