"""vars: $(NAME) in fields stands for a value of an object (api/internal/accumulator)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.patches.strategic import go_text
from tutor.apimachinery.resources import split_api_version
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize.field_paths import split_path
from tutor.kubectl.kustomize.fields import FieldSpec, places
from tutor.kubectl.kustomize.folder import Folder
from tutor.kubectl.kustomize.resources import Id, Kind, ResMap

_REFERENCE = re.compile(r'\$(?:\$|\(([^)]*)\))')


def collect(variables: dict[str, Object], specs: list[Object], items: ResMap) -> None:
    """MergeVars: note on each object which variables read it. Raises KubectlError."""
    for spec in specs:
        target = _target(spec)
        exact = bool(target.namespace) or target.cluster_scoped
        found = [item for item in items if (target.equals if exact else target.same_name)(item.first_id)]
        if len(found) > 1:
            raise KubectlError(f'found {len(found)} resId matches for var {_shown(spec)} (unable to disambiguate)')
        for item in found:
            item.variables.append(spec['name'])
    try:
        merge(variables, specs)
    except KubectlError as error:
        raise KubectlError(f'merging vars [{" ".join(_raw(spec) for spec in specs)}]: {error}') from None


def merge(variables: dict[str, Object], specs: list[Object]) -> None:
    """VarSet.MergeSlice. Raises KubectlError."""
    for spec in specs:
        if spec['name'] in variables:
            raise KubectlError(f"var '{spec['name']}' already encountered")
        variables[spec['name']] = spec


def _target(spec: Object) -> Id:
    fields = spec.get('objref') or {}
    group, version = split_api_version(fields.get('apiVersion') or '')
    gvk = Kind(fields.get('group') or group, fields.get('version') or version, fields.get('kind') or '')
    return Id(gvk, fields.get('name') or '', fields.get('namespace') or '')


def _shown(spec: Object) -> str:
    """fmt's %v of a Var: its target is shown by its kind alone."""
    return f'{{{spec["name"]} {_target(spec).gvk} {{{_path(spec)}}}}}'


def _raw(spec: Object) -> str:
    """The same before anything was filled in."""
    path = (spec.get('fieldref') or {}).get('fieldPath') or ''
    return f'{{{spec["name"]} {Kind.of(spec.get("objref") or {})} {{{path}}}}}'


def _path(spec: Object) -> str:
    return (spec.get('fieldref') or {}).get('fieldPath') or 'metadata.name'


def resolve(folder: Folder, variables: dict[str, Object], specs: list[FieldSpec], items: ResMap) -> None:
    """ResolveVars. Raises KubectlError."""
    values = {name: _value(spec, items) for name, spec in variables.items()}
    used: set[str] = set()

    def value(name: str) -> Any:
        found = values.get(name)
        if isinstance(found, (dict, list)):
            kind = 'map[string]interface {}' if isinstance(found, dict) else '[]interface {}'
            folder.log(f'MakePrimitiveReplacer: bad replacement type={kind} val={go_text(found)}')
            return None
        used.update([name] if found is not None else [])
        return found
    for item in items if values else ():
        for spec in specs:
            for container, key in places(item, spec):
                _expand(container, key, value)
    if unused := sorted(set(values) - used):
        folder.log(f'well-defined vars that were never replaced: {",".join(unused)}')


def _value(spec: Object, items: ResMap) -> Any:
    for item in items:
        if spec['name'] in item.variables:
            value: Any = item.obj
            for part in split_path(_path(spec)):
                name, _, index = part.removesuffix(']').partition('[')
                value = value.get(name) if isinstance(value, dict) else None
                if index and isinstance(value, list):
                    value = value[int(index)] if index.isdigit() and int(index) < len(value) else None
            if value is None:
                raise KubectlError(f"field specified in var '{_shown(spec)}' not found in corresponding resource")
            return value
    raise KubectlError(f"var '{_shown(spec)}' cannot be mapped to a field in the set of known resources")


def _expand(container: Any, key: Any, values: Callable[[str], Any]) -> None:
    value = container[key]
    if isinstance(value, list):
        for index in range(len(value)):
            _expand(value, index, values)
    elif isinstance(value, dict):
        for name in value:
            _expand(value, name, values)
    elif isinstance(value, str):
        container[key] = _expanded(value, values)


def _expanded(text: str, values: Callable[[str], Any]) -> Any:
    """expansion.Expand: a whole value keeps its type."""
    whole = re.fullmatch(r'\$\(([^)]*)\)', text)
    if whole:
        found = values(whole[1])
        return text if found is None else found

    def replaced(match: re.Match[str]) -> str:
        if match[1] is None:
            return '$'
        value = values(match[1])
        if value is None:
            return match[0]
        return str(value).lower() if isinstance(value, bool) else str(value)
    return _REFERENCE.sub(replaced, text)
