"""buildMetadata: where each object came from, and what changed it."""

from __future__ import annotations

import posixpath

from tutor.apimachinery.objects import Object
from tutor.kubectl.kustomize.resources import Item

ORIGIN = 'config.kubernetes.io/origin'
TRANSFORMATIONS = 'alpha.config.kubernetes.io/transformations'


def configured(path: str, file: str, kind: str, plugin: Item | None = None) -> Object:
    """What a built-in generator or transformer, configured in a file, has made; `plugin` is its own object."""
    by: Object = {'apiVersion': 'builtin', 'kind': kind}
    if plugin is not None:
        by |= {name: value for name, value in (('name', plugin.name), ('namespace', plugin.namespace)) if value}
    return {'configuredIn': posixpath.normpath(posixpath.join(path, file)), 'configuredBy': by}


def annotate(items: list[Item], options: list[str]) -> None:
    """Put on every object the annotations that `options` ask for. Those of the build itself are gone then, and with
    them a field `annotations` that has nothing else."""
    for item in items:
        more: dict[str, str] = {}
        if 'originAnnotations' in options and item.origin:
            more[ORIGIN] = _lines(item.origin, '', '')
        if 'transformerAnnotations' in options and item.transformations:
            more[TRANSFORMATIONS] = ''.join(_lines(entry, '- ', '  ') for entry in item.transformations)
        found = {**(item.meta.get('annotations') or {}), **more}
        if found:
            item.meta['annotations'] = found
        else:
            item.meta.pop('annotations', None)


def _lines(entry: Object, first: str, indent: str) -> str:
    """The YAML of a struct, its fields in their order."""
    text = ''
    for key, value in entry.items():
        head = indent if text else first
        text += f'{head}{key}:\n{_lines(value, f"{indent}  ", f"{indent}  ")}' if isinstance(value, dict) else \
            f'{head}{key}: {value}\n'
    return text
