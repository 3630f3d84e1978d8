"""The environment of a container: values, references, $(VAR) expansion and the variables of Services."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from tutor.apimachinery.objects import Object
from tutor.client.informer import Informers
from tutor.cluster.kubelet import fields

FromFile = Callable[[Object], str | None]


class ConfigError(Exception):
    """Why a container's configuration cannot be made (CreateContainerConfigError)."""


def make(pod: Object, container: Object, informers: Informers, facts: fields.Facts,
         from_file: FromFile) -> dict[str, str]:
    """kubelet.makeEnvironmentVariables; `from_file` reads a fileKeyRef. Raises ConfigError."""
    namespace = pod['metadata']['namespace']
    result: dict[str, str] = {}
    for source in container.get('envFrom') or ():
        result.update(_from_source(source, namespace, informers))
    services = service_variables(namespace, informers, pod['spec'].get('enableServiceLinks', True))
    tmp = dict(services)
    tmp.update(result)
    for entry in container.get('env') or ():
        source = entry.get('valueFrom') or {}
        value = from_file(source['fileKeyRef']) if 'fileKeyRef' in source else _value(
            pod, container, entry, namespace, informers, facts, tmp)
        if value is not None:
            tmp[entry['name']] = result[entry['name']] = value
    for name, value in services.items():
        result.setdefault(name, value)
    return result


def _value(pod: Object, container: Object, entry: Object, namespace: str, informers: Informers, facts: fields.Facts,
           known: Mapping[str, str]) -> str | None:
    """The value of one variable, None when it is optional and not there."""
    source = entry.get('valueFrom')
    if not source:
        return expand(entry.get('value') or '', known)
    if 'fieldRef' in source:
        return fields.field_value(pod, source['fieldRef']['fieldPath'], facts)
    if 'resourceFieldRef' in source:
        return fields.resource_value(pod, container, source['resourceFieldRef'], facts)
    if 'configMapKeyRef' in source:
        return _from_key(source['configMapKeyRef'], 'configmaps', namespace, informers)
    if 'secretKeyRef' in source:
        return _from_key(source['secretKeyRef'], 'secrets', namespace, informers)
    raise ConfigError(f'unsupported source of environment variable {entry["name"]}: {", ".join(source)}')


def _from_key(reference: Object, resource: str, namespace: str, informers: Informers) -> str | None:
    name, key, optional = reference.get('name', ''), reference['key'], reference.get('optional', False)
    obj = informers.of(resource).get(namespace, name)
    if obj is None:
        if optional:
            return None
        raise ConfigError(f'{resource[:-1]} "{name}" not found')
    value = text_data(obj).get(key)
    if value is None and not optional:
        kind = 'ConfigMap' if resource == 'configmaps' else 'Secret'
        raise ConfigError(f"couldn't find key {key} in {kind} {namespace}/{name}")
    return value


def _from_source(source: Object, namespace: str, informers: Informers) -> dict[str, str]:
    """All keys of an envFrom source: each of them can be the name of a variable."""
    prefix = source.get('prefix') or ''
    for field, resource in (('configMapRef', 'configmaps'), ('secretRef', 'secrets')):
        if field not in source:
            continue
        reference = source[field]
        obj = informers.of(resource).get(namespace, reference.get('name', ''))
        if obj is None:
            if reference.get('optional'):
                return {}
            raise ConfigError(f'{resource[:-1]} "{reference.get("name", "")}" not found')
        return {prefix + key: value for key, value in sorted(text_data(obj).items())}
    return {}


def text_data(obj: Object) -> dict[str, str]:
    """The data of a ConfigMap or Secret as text: binaryData is none."""
    return {key: value.decode('utf-8', 'surrogateescape') for key, value in bytes_data(obj).items()
            if key not in (obj.get('binaryData') or {})}


def bytes_data(obj: Object) -> dict[str, bytes]:
    """The data of a ConfigMap or Secret as bytes."""
    if obj['kind'] == 'Secret':
        return {key: base64.b64decode(value or '') for key, value in (obj.get('data') or {}).items()}
    found = {key: _encoded(value) for key, value in (obj.get('data') or {}).items()}
    found.update((key, base64.b64decode(value or '')) for key, value in (obj.get('binaryData') or {}).items())
    return found


@lru_cache(256)
def _encoded(text: str) -> bytes:
    """One copy for all who have it: each pod mounts the cluster's CA."""
    return text.encode('utf-8', 'surrogateescape')


_reference = re.compile(r'\$(?:\$|\(([^()$]*)\))')


def expand(text: str, known: Mapping[str, str]) -> str:
    """expansion.Expand: $(VAR) becomes its value, or stays as it is when there is none; $$ is a dollar sign."""
    if '$' not in text:
        return text

    def value(match: re.Match[str]) -> str:
        name = match.group(1)
        if name is None:
            return '$'
        return known.get(name, match.group(0))

    return _reference.sub(value, text)


def expand_path(text: str, known: Mapping[str, str]) -> str:
    """ExpandContainerVolumeMounts: like expand, but every variable must have a value. Raises ConfigError."""
    missing = {name for name in _reference.findall(text.replace('$$', '')) if not known.get(name)}
    if missing:
        raise ConfigError(f'missing value for {", ".join(sorted(missing))}')
    return expand(text, known)


def service_variables(namespace: str, informers: Informers, links: bool) -> dict[str, str]:
    """getServiceEnvVarMap: the Services of the pod's namespace, and the API server's always."""
    services = informers.of('services')
    found: list[Object] = []
    api = services.get('default', 'kubernetes')
    if api is not None and (namespace != 'default' or not links):
        found.append(api)
    if links:
        found += services.list(namespace)
    result: dict[str, str] = {}
    for service in found:
        result.update(_variables(service))
    return result


def _variables(service: Object) -> Iterable[tuple[str, str]]:
    """envvars.FromServices."""
    spec = service['spec']
    address = spec.get('clusterIP')
    if not address or address == 'None' or spec.get('type') == 'ExternalName':
        return
    name = service['metadata']['name'].upper().replace('-', '_')
    ports = spec.get('ports') or []
    if not ports:
        return
    yield f'{name}_SERVICE_HOST', address
    yield f'{name}_SERVICE_PORT', str(ports[0]['port'])
    for port in ports:
        if port.get('name'):
            yield f'{name}_SERVICE_PORT_{port["name"].upper().replace("-", "_")}', str(port['port'])
    for index, port in enumerate(ports):
        protocol = port.get('protocol', 'TCP')
        url = f'{protocol.lower()}://{address}:{port["port"]}'
        prefix = f'{name}_PORT_{port["port"]}_{protocol}'
        if index == 0:
            yield f'{name}_PORT', url
        yield prefix, url
        yield f'{prefix}_PROTO', protocol.lower()
        yield f'{prefix}_PORT', str(port['port'])
        yield f'{prefix}_ADDR', address
