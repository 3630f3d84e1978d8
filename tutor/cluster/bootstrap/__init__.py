"""The objects that a new v1.36 control plane makes for itself, as data: default RBAC, namespaces, priority classes,
flow control, API services, the controllers' service accounts."""

from __future__ import annotations

import json
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.resources import by_kind, split_api_version
from tutor.cluster.registry.store import ResourceStores
from tutor.cluster.registry.strategy import Context

SOURCES = ('objects.yaml', 'rbac.yaml')
FOLDER = Path(__file__).parent
COMPILED = Path(__file__).parents[2] / '_data'


def objects() -> tuple[Object, ...]:
    """All of them."""
    return read_compiled('bootstrap.z', [FOLDER / name for name in SOURCES])


@cache
def of_kind(kind: str) -> tuple[Object, ...]:
    """Those of one kind."""
    return tuple(obj for obj in objects() if obj['kind'] == kind)


def read_compiled(name: str, sources: Sequence[Path]) -> tuple[Object, ...]:
    """Objects from the form that the build compiled, or from their YAML. They are shared: do not change them."""
    return _read(name, tuple(sources))


@cache
def _read(name: str, sources: tuple[Path, ...]) -> tuple[Object, ...]:
    compiled = COMPILED / name
    newest = max(source.stat().st_mtime for source in sources)
    if compiled.is_file() and compiled.stat().st_mtime >= newest:
        return tuple(json.loads(zlib.decompress(compiled.read_bytes())))
    import yaml
    loader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
    return tuple(obj for source in sources for obj in yaml.load_all(source.read_text(encoding='utf-8'), Loader=loader)
                 if obj)


def create_all(stores: ResourceStores, context: Context) -> None:
    """Store them, without asking admission: it is the API server itself that makes them."""
    for source in objects():
        group, version = split_api_version(source['apiVersion'])
        resource = by_kind(group, version, source['kind'])
        assert resource is not None, source['kind']
        store = stores.of(group, resource.plural)
        context.namespace = source['metadata'].get('namespace', '')
        obj = deep_copy(source)
        status = obj.get('status')
        store.strategy.default(obj)
        stored = store.create(obj, context)
        if status and not stored.get('status'):
            store.replace({**stored, 'metadata': dict(stored['metadata']), 'status': status}, stored, context)
