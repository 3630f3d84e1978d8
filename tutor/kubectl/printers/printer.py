"""What a printer is, and the plain ones: YAML, JSON and names."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError

Write = Callable[[str], object]


class Printer(Protocol):
    """Prints one object after the other."""

    def print(self, obj: Object, write: Write) -> None: ...


def without_managed_fields(obj: Object) -> Object:
    """OmitManagedFieldsPrinter; a list without those of its items."""
    if isinstance(obj.get('items'), list):
        return {**obj, 'items': [without_managed_fields(item) for item in obj['items']]}
    meta = obj.get('metadata')
    if not isinstance(meta, dict) or 'managedFields' not in meta:
        return obj
    return {**obj, 'metadata': {key: value for key, value in meta.items() if key != 'managedFields'}}


class JsonPrinter:
    """`typed`: the command has decoded the object into a Go struct, which is written in the order of its fields."""

    def __init__(self, managed_fields: bool = False, typed: bool = False) -> None:
        self._managed_fields = managed_fields
        self._typed = typed

    def print(self, obj: Object, write: Write) -> None:
        from tutor.apimachinery.printing.json import to_json
        _check_kind(obj)
        shown = obj if self._managed_fields else without_managed_fields(obj)
        if self._typed:
            from tutor.apimachinery.printing.go_structs import in_struct_order
            shown = _collected(shown) if shown.get('kind') == 'List' else in_struct_order(shown)
        write(to_json(shown, sort_keys=not self._typed) + '\n')


def _collected(found: Object) -> Object:
    """A v1.List of objects that nobody has decoded: only itself in the order of its fields."""
    return {'kind': 'List', 'apiVersion': 'v1', 'metadata': found['metadata'], 'items': _by_key(found['items'])}


def _by_key(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _by_key(value[key]) for key in sorted(value)}
    return [_by_key(item) for item in value] if isinstance(value, (list, tuple)) else value


class YamlPrinter:
    """Documents after the first begin with '---'."""

    def __init__(self, managed_fields: bool = False) -> None:
        self._managed_fields = managed_fields
        self._count = 0

    def print(self, obj: Object, write: Write) -> None:
        from tutor.apimachinery.printing.yaml import to_yaml
        _check_kind(obj)
        self._count += 1
        if self._count > 1:
            write('---\n')
        write(to_yaml(obj if self._managed_fields else without_managed_fields(obj)))


class KyamlPrinter:
    """The strict form of YAML, every document with its '---'."""

    def __init__(self, managed_fields: bool = False) -> None:
        self._managed_fields = managed_fields

    def print(self, obj: Object, write: Write) -> None:
        from tutor.apimachinery.printing.kyaml import to_kyaml
        _check_kind(obj)
        write(to_kyaml(obj if self._managed_fields else without_managed_fields(obj)))


def _check_kind(obj: Object) -> None:
    if not obj.get('kind'):
        raise KubectlError("missing apiVersion or kind; try GetObjectKind().SetGroupVersionKind() if you know the type")


class NamePrinter:
    """'deployment.apps/web created', or only the name without an operation."""

    def __init__(self, operation: str = '') -> None:
        self._operation = f' {operation}' if operation else ''

    def print(self, obj: Object, write: Write) -> None:
        if isinstance(obj.get('items'), list) and obj.get('kind', '').endswith('List'):
            from tutor.kubectl.resource.files import items
            for item in items(obj):
                self.print(item, write)
            return
        group, _, _ = obj.get('apiVersion', '').rpartition('/')
        kind = obj.get('kind', '').lower()
        name = (obj.get('metadata') or {}).get('name') or '<unknown>'
        write(f'{kind}.{group}/{name}{self._operation}\n' if group else f'{kind}/{name}{self._operation}\n')
