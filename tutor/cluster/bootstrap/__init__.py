"""The objects that a new v1.36 control plane makes for itself, as data: default RBAC, namespaces, priority classes,
flow control, API services, the controllers' service accounts."""

from __future__ import annotations

import json
import zlib
from functools import lru_cache
from pathlib import Path

from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.resources import by_kind, split_api_version
from tutor.cluster.registry.store import ResourceStores
from tutor.cluster.registry.strategy import Context

SOURCES = ('objects.yaml', 'rbac.yaml')
COMPILED = Path(__file__).parents[2] / '_data' / 'bootstrap.z'


@lru_cache(maxsize=1)
def objects() -> tuple[Object, ...]:
    """All of them, from the form that the build compiled, or from their YAML."""
    if COMPILED.is_file():
        return tuple(json.loads(zlib.decompress(COMPILED.read_bytes())))
    return tuple(read_sources(Path(__file__).parent))


def read_sources(folder: Path) -> list[Object]:
    """The objects in the YAML files of a folder."""
    import yaml
    loader = getattr(yaml, 'CSafeLoader', yaml.SafeLoader)
    return [obj for name in SOURCES for obj in yaml.load_all((folder / name).read_text(), Loader=loader) if obj]


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
