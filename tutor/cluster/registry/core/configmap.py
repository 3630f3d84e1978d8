"""ConfigMaps."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

MAX_SIZE = 1024 * 1024
IMMUTABLE = 'field is immutable when `immutable` is set'


def decoded_size(text: str) -> int:
    """How many bytes a base64 text stands for."""
    return len(text) * 3 // 4 - text[-2:].count('=')


class ConfigMapStrategy(Kind):
    columns = columns('Name, Data, Age')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateConfigMap."""
        data, binary = obj.get('data') or {}, obj.get('binaryData') or {}
        found: list[FieldError] = []
        size = 0
        for key in sorted(data):
            found += [field.invalid(f'data[{key}]', key, text) for text in names.is_config_map_key(key)]
            if key in binary:
                found.append(field.invalid(f'data[{key}]', key, 'duplicate of key present in binaryData'))
            size += len(data[key].encode())
        for key in sorted(binary):
            found += [field.invalid(f'binaryData[{key}]', key, text) for text in names.is_config_map_key(key)]
            size += decoded_size(binary[key])
        if size > MAX_SIZE:
            found.append(field.too_long('', MAX_SIZE))
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateConfigMapUpdate."""
        found: list[FieldError] = []
        if old.get('immutable'):
            if not new.get('immutable'):
                found.append(field.forbidden('immutable', IMMUTABLE))
            found += [field.forbidden(name, IMMUTABLE) for name in ('data', 'binaryData')
                      if (new.get(name) or {}) != (old.get(name) or {})]
        return found + self.check(new, context)

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], len(obj.get('data') or ()) + len(obj.get('binaryData') or ()),
                age(obj, simulation)]
