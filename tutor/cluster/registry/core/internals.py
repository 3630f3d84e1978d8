"""Objects as the API server's own Go types have them (pkg/apis/core): what is not allowed to change is shown so.

`internals.txt` has a line for each type, with its fields in their order. After a colon stands what a field is: a
string (s), number (i), bool (f) or quantity (q), a struct (=), a pointer to one (*) or a list of them ([); without a
colon it is null when it is not there. `+` stands for the fields of another type.
"""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.printing import to_json

_EMPTY = {'s': '', 'i': 0, 'f': False, 'q': '0'}
_IN_SECURITY_CONTEXT = ('hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers')
"""Fields of v1.PodSpec that are the security context's here."""


_METADATA = ('name', 'generateName', 'namespace', 'labels', 'annotations', 'finalizers')


@cache
def _types() -> dict[str, tuple[tuple[str, str], ...]]:
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for line in Path(__file__).with_suffix('.txt').read_text(encoding='utf-8').splitlines():
        name, *words = line.split(' ')
        fields: list[tuple[str, str]] = []
        for word in words:
            field, _, kind = word.partition(':')
            fields += found[field[1:]] if field[0] == '+' else [(field, kind)]
        found[name] = tuple(fields)
    return found


def pod_template(template: Object) -> Object:
    """A PodTemplateSpec: its metadata stands beside its spec."""
    meta = template.get('metadata') or {}
    return {**{name: _value(meta[name], '') for name in _METADATA if name in meta},
            'Spec': _struct(template['spec'], 'PodSpec')}


def difference(before: Object | list[Object], after: Object | list[Object], kind: str) -> str:
    """diff.Diff of two objects of an internal type, or of lists of such: a unified diff of their JSON."""
    left, right = (to_json(_value(item, f'[{kind}') if isinstance(item, list) else _struct(item, kind),
                           indent=1, sort_keys=False).splitlines() for item in (before, after))
    lines = list(difflib.unified_diff(left, right, n=3, lineterm=''))[2:]
    return '\n'.join(lines) + '\n\n'


def internal_form(value: Object, kind: str) -> Object:
    """An object of an internal type as messages show it."""
    return _struct(value, kind)


def _struct(value: Object, kind: str) -> Object:
    given = {name.lower(): item for name, item in value.items()}
    if kind == 'PodSpec':
        given['securitycontext'] = {**(value.get('securityContext') or {}),
                                    **{name: value[name] for name in _IN_SECURITY_CONTEXT if name in value}}
    return {name: _value(given.get(name.lower()), what) for name, what in _types()[kind]}


def _value(value: Any, what: str) -> Any:
    if what in _EMPTY:
        return _EMPTY[what] if value is None else value
    if what[:1] == '[':
        return [_struct(item, what[1:]) for item in value] if value else None
    if what[:1] == '=':
        return _struct(value or {}, what[1:])
    if what and value is not None:
        return _struct(value, what[1:])
    return dict(sorted(value.items(), reverse='matchLabels' in value)) if isinstance(value, dict) else value
