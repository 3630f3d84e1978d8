"""Secrets."""

from __future__ import annotations

import base64
import json
from typing import Any

from tutor.apimachinery import decode, field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.core.configmap import IMMUTABLE, MAX_SIZE, decoded_size
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

SERVICE_ACCOUNT_TOKEN = 'kubernetes.io/service-account-token'
_REQUIRED = {
    'kubernetes.io/ssh-auth': ('ssh-privatekey',),
    'kubernetes.io/tls': ('tls.crt', 'tls.key'),
}


class SecretStrategy(Kind):
    columns = columns('Name, Type, Data, Age')
    selectable = ('type',)
    triggers = ()

    def default(self, obj: Object) -> None:
        obj.setdefault('type', 'Opaque')
        given = obj.pop('stringData', None)
        if given:
            data = obj.setdefault('data', {})
            for key, value in given.items():
                data[key] = base64.b64encode(value.encode()).decode()

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateSecret."""
        data = obj.get('data') or {}
        found: list[FieldError] = []
        for key in sorted(data):
            found += [field.invalid(f'data[{key}]', key, text) for text in names.is_config_map_key(key)]
        if sum(decoded_size(value) for value in data.values()) > MAX_SIZE:
            found.append(field.too_long('data', MAX_SIZE))
        kind = obj['type']
        if kind == SERVICE_ACCOUNT_TOKEN:
            _service_account(obj, found)
        elif kind in ('kubernetes.io/dockercfg', 'kubernetes.io/dockerconfigjson'):
            _docker(data, '.dockercfg' if kind.endswith('cfg') else '.dockerconfigjson', found)
        elif kind == 'kubernetes.io/basic-auth' and 'username' not in data and 'password' not in data:
            found += [field.required(f'data[{name}]') for name in ('username', 'password')]
        for name in _REQUIRED.get(kind, ()):
            if name not in data or (name == 'ssh-privatekey' and not data[name]):
                found.append(field.required(f'data[{name}]'))
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateSecretUpdate."""
        found = metadata.immutable(new['type'], old['type'], 'type')
        if old.get('immutable'):
            if not new.get('immutable'):
                found.append(field.forbidden('immutable', IMMUTABLE))
            if (new.get('data') or {}) != (old.get('data') or {}):
                found.append(field.forbidden('data', IMMUTABLE))
        return found + self.check(new, context)

    def fields(self, obj: Object) -> dict[str, str]:
        return {'type': obj.get('type', '')}

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], obj.get('type', ''), len(obj.get('data') or ()), age(obj, simulation)]


def _service_account(obj: Object, found: list[FieldError]) -> None:
    name = 'kubernetes.io/service-account.name'
    if not (obj['metadata'].get('annotations') or {}).get(name):
        found.append(field.required(f'metadata.annotations[{name}]'))


def _docker(data: dict[str, str], key: str, found: list[FieldError]) -> None:
    if key not in data:
        found.append(field.required(f'data[{key}]'))
        return
    text = base64.b64decode(data[key])
    try:
        found_json = json.loads(text)
    except ValueError as error:
        found.append(field.invalid(f'data[{key}]', '<secret contents redacted>', decode.json_problem(text, error)))
        return
    if not isinstance(found_json, dict):
        kind = {list: 'array', str: 'string', bool: 'bool'}.get(type(found_json), 'number')
        found.append(field.invalid(f'data[{key}]', '<secret contents redacted>',
                                   f'json: cannot unmarshal {kind} into Go value of type map[string]interface {{}}'))
