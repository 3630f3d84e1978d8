"""Field specs: where in an object something is, by kind and path (api/filters/fieldspec)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.kustomize.resources import Item, Kind

Place = tuple[Any, Any]
"""A dict or list, and a key or index in it."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    path: str
    gvk: Kind = field(default_factory=Kind)
    create: bool = False

    @classmethod
    def of(cls, fields: Object) -> FieldSpec:
        return cls(str(fields.get('path') or ''), Kind.of(fields), bool(fields.get('create')))

    def parts(self) -> list[str]:
        """The path taken apart; a slash after a backslash belongs to a name."""
        found = ['']
        for part in self.path.split('/'):
            if found[-1].endswith('\\'):
                found[-1] = f'{found[-1][:-1]}/{part}'
            else:
                found.append(part)
        return found[1:]


def merged(specs: list[FieldSpec], more: list[FieldSpec]) -> list[FieldSpec]:
    """FsSlice.MergeAll. Raises KubectlError."""
    found = list(specs)
    for spec in more:
        same = [other for other in found if (other.path, other.gvk) == (spec.path, spec.gvk)]
        if any(other.create != spec.create for other in same):
            raise KubectlError('conflicting fieldspecs')
        if not same:
            found.append(spec)
    return found


def places(item: Item, spec: FieldSpec, missing: Any = None) -> list[Place]:
    """Where a spec leads to in an object of its kind. With `missing`, what is not there is made when the spec says so:
    `missing` at the end of the path. Raises KubectlError."""
    if not spec.gvk.selects(item.gvk):
        return []
    return list(_places(item.obj, spec.parts(), missing if spec.create else None))


def _places(value: Any, path: list[str], missing: Any) -> Iterator[Place]:
    if isinstance(value, list):
        for element in value:
            yield from _places(element, path, missing)
        return
    if value is None:
        return
    if not isinstance(value, dict):
        raise KubectlError('expected sequence or mapping node')
    name = path[0].removesuffix('[]')
    of_list = name != path[0]
    if value.get(name) is None:
        if missing is None or of_list:
            if name in value and len(path) == 1:
                yield value, name
            return
        value[name] = (missing.copy() if isinstance(missing, dict) else missing) if len(path) == 1 else {}
    if len(path) > 1:
        yield from _places(value[name], path[1:], missing)
    elif isinstance(value[name], list) and of_list:
        yield from ((value[name], index) for index in range(len(value[name])))
    else:
        yield value, name
