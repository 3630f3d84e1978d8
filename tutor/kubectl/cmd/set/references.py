"""Where an environment variable takes its value from, in words and by looking it up (kubectl/pkg/cmd/set/env)."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.client.client import Client
from tutor.kubectl.describe.pod import KNOWN_FIELDS, field_value
from tutor.kubectl.describe.resources import container_resource_value
from tutor.kubectl.errors import KubectlError


def reference_text(source: Mapping[str, Any]) -> str:
    """GetEnvVarRefString."""
    for field, noun in (('configMapKeyRef', 'configmap'), ('secretKeyRef', 'secret')):
        if field in source:
            return f'{noun} {source[field].get("name", "")}, key {source[field].get("key", "")}'
    if 'fieldRef' in source:
        return f'field path {source["fieldRef"].get("fieldPath", "")}'
    if 'resourceFieldRef' in source:
        reference = source['resourceFieldRef']
        prefix = f'{reference["containerName"]}/' if reference.get('containerName') else ''
        return f'resource field {prefix}{reference.get("resource", "")}'
    return 'invalid valueFrom'


class Resolver:
    """GetEnvVarRefValue: reads each ConfigMap and Secret once."""

    def __init__(self, client: Client, namespace: str) -> None:
        self._client = client
        self._namespace = namespace
        self._known: dict[tuple[str, str], Object] = {}

    def value(self, source: Mapping[str, Any], obj: Object, container: Object) -> str:
        """Raises StatusError or KubectlError for what is not there."""
        if 'secretKeyRef' in source:
            return base64.b64decode(self._key('secrets', source['secretKeyRef'])).decode('utf-8', 'replace')
        if 'configMapKeyRef' in source:
            return self._key('configmaps', source['configMapKeyRef'])
        if 'fieldRef' in source:
            return _field(obj, source['fieldRef'].get('fieldPath', ''))
        if 'resourceFieldRef' in source:
            return container_resource_value(source['resourceFieldRef'], container)
        raise KubectlError('invalid valueFrom')

    def _key(self, resource: str, reference: Mapping[str, Any]) -> str:
        name, key = reference.get('name', ''), reference.get('key', '')
        found = self._known.get((resource, name))
        if found is None:
            found = self._known[resource, name] = self._client.get(resource, name, self._namespace)
        if key not in (found.get('data') or {}):
            raise KubectlError(f'key {key} not found in {resource[:-1].replace("configmap", "config map")} {name}')
        return found['data'][key]


def _field(obj: Object, path: str) -> str:
    """fieldpath.ExtractFieldPathAsString knows the metadata only."""
    if path not in KNOWN_FIELDS:
        raise KubectlError(f'unsupported fieldPath: {path}')
    return field_value(obj, path)
