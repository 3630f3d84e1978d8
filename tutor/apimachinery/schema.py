"""The shape of every kind of Kubernetes 1.36: fields, types, lists and how they merge.

The index is made when the package is built (`hatch_build.py`), one line for each definition:
`name|group/version/Kind,…|map type|field[!]=type[,attribute:value…] …`. `!` marks a required field. Types: s string,
b boolean, i int32, l int64, f number, y base64 bytes, q quantity, t time, u time with microseconds, x int or string,
o any object, * anything, @N the struct in line N, [T a list, {T a map. A line is parsed when it is first needed.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tutor.apimachinery.resources import Resource

_DATA = Path(__file__).parents[1] / '_data'

STRING, BOOLEAN, INT32, INT64, NUMBER, BYTES = 's', 'b', 'i', 'l', 'f', 'y'
QUANTITY, TIME, MICRO_TIME, INT_OR_STRING, OBJECT, ANY = 'q', 't', 'u', 'x', 'o', '*'
STRUCT, LIST, MAP = '@', '[', '{'


class SchemaMissing(RuntimeError):
    """The package was not built: its data files are not there."""


@dataclass(slots=True)
class Field:
    """One field, or what a list or map holds. `type` is one of the constants above.

    `ref` names the definition of a STRUCT, or `inline` is it; `items` is what a LIST or MAP holds. `list_type` is
    atomic, set or map (with `map_keys`); `patch` holds merge, replace, retainKeys; `merge_key` is for strategic merge
    patches.
    """

    name: str
    type: str
    ref: str = ''
    items: Field | None = None
    required: bool = False
    list_type: str = ''
    map_type: str = ''
    map_keys: tuple[str, ...] = ()
    merge_key: str = ''
    patch: tuple[str, ...] = ()
    inline: Definition | None = None

    @property
    def definition(self) -> Definition | None:
        """The struct it refers to."""
        return definition(self.ref) if self.ref else self.inline

    @property
    def element(self) -> Definition | None:
        """The struct that its items, or it itself, are made of."""
        item = self
        while item.items is not None:
            item = item.items
        return item.definition


@dataclass(slots=True)
class Definition:
    """One struct: its fields by name, and the group, version and kind if it is an object of its own. `open`: it may
    have other fields too."""

    name: str
    kinds: tuple[tuple[str, str, str], ...]
    map_type: str
    fields: dict[str, Field]
    open: bool = False

    @property
    def short_name(self) -> str:
        """'PodSpec': what Go and `kubectl explain` call it."""
        return self.name.rpartition('.')[2]

    @property
    def go_type(self) -> str:
        """'v1.PodSpec'."""
        return '.'.join(self.name.rsplit('.', 2)[1:])

    @property
    def required(self) -> tuple[str, ...]:
        return tuple(name for name, item in self.fields.items() if item.required)


def _read(name: str) -> bytes:
    try:
        return zlib.decompress((_DATA / name).read_bytes())
    except FileNotFoundError:
        raise SchemaMissing(
            f'tutor/_data/{name} is missing: it is made when the package is installed '
            '(`make run`, or `pip install --editable .` in the source tree)') from None


class _Index:
    """The lines of the index, by number, by name and by kind."""

    def __init__(self, text: str) -> None:
        self.lines = text.split('\n')
        self.by_name: dict[str, int] = {}
        self.by_kind: dict[tuple[str, str, str], str] = {}
        for number, line in enumerate(self.lines):
            name, kinds, _ = line.split('|', 2)
            self.by_name[name] = number
            if kinds:
                for kind in kinds.split(','):
                    group, version, short = kind.split('/')
                    self.by_kind.setdefault((group, version, short), name)

    def name(self, number: int) -> str:
        line = self.lines[number]
        return line[:line.index('|')]


@cache
def _index() -> _Index:
    return _Index(_read('schema.z').decode())


@cache
def definition(name: str) -> Definition | None:
    """A definition by its full name, such as 'io.k8s.api.core.v1.PodSpec'."""
    index = _index()
    number = index.by_name.get(name)
    if number is None:
        return None
    _, kinds, map_type, fields = index.lines[number].split('|')
    found = tuple(tuple(kind.split('/')) for kind in kinds.split(',')) if kinds else ()
    parsed = (_parse_field(part) for part in fields.split(' ')) if fields else ()
    return Definition(name, found, map_type, {item.name: item for item in parsed})  # type: ignore[arg-type]


def lookup(group: str, version: str, kind: str) -> Definition | None:
    """The definition of a kind, or None for one that Kubernetes does not have (a custom resource)."""
    name = _index().by_kind.get((group, version, kind))
    return definition(name) if name else None


def for_resource(resource: Resource) -> Definition | None:
    return lookup(resource.group, resource.version, resource.kind)


def for_object(obj: dict[str, Any]) -> Definition | None:
    """The definition of an object, by its apiVersion and kind."""
    group, _, version = str(obj.get('apiVersion', '')).rpartition('/')
    return lookup(group, version, str(obj.get('kind', '')))


def names() -> list[str]:
    """The names of all definitions."""
    return list(_index().by_name)


def field_at(start: Definition, *path: str) -> Field | None:
    """The field at the end of a path of names, through lists and maps."""
    current: Definition | None = start
    found: Field | None = None
    for name in path:
        found = current.fields.get(name) if current else None
        if found is None:
            return None
        current = found.element
    return found


def _parse_field(text: str) -> Field:
    name, _, rest = text.partition('=')
    kind, *attributes = rest.split(',')
    found = _parse_type(kind)
    found.required = name.endswith('!')
    found.name = name.rstrip('!')
    for attribute in attributes:
        key, _, value = attribute.partition(':')
        if key == 'list':
            found.list_type = value
        elif key == 'map':
            found.map_type = value
        elif key == 'key':
            found.merge_key = value
        elif key == 'patch':
            found.patch = tuple(value.split('/'))
        elif key == 'keys':
            found.map_keys = tuple(value.split('/'))
    return found


def _parse_type(text: str) -> Field:
    kind = text[0]
    if kind == STRUCT:
        return Field('', STRUCT, ref=_index().name(int(text[1:])))
    if kind in (LIST, MAP):
        return Field('', kind, items=_parse_type(text[1:]))
    return Field('', kind)


@cache
def _descriptions() -> dict[str, list[Any]]:
    return json.loads(_read('descriptions.z'))


def description(name: str, field: str = '') -> str:
    """The text of a definition, or of one of its fields, for `kubectl explain`."""
    found = _descriptions().get(name)
    if found is None:
        return ''
    return found[1].get(field, '') if field else found[0]
