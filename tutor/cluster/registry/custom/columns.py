"""additionalPrinterColumns: table columns by JSONPath (apiserver/pkg/registry/customresource/tableconvertor)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from tutor.apimachinery.jsonpath import JSONPath, JSONPathError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.cells import since
from tutor.cluster.registry.strategy import NAME, Column
from tutor.cluster.simulation import Simulation

AGE = Column('Age', 'date', description='CreationTimestamp is a timestamp representing the server time when this '
                                        'object was created.')


def printed(version: Object) -> list[Object] | None:
    """The columns that a version asks for, None for the default one."""
    return version.get('additionalPrinterColumns') or None


def columns(version: Object) -> tuple[Column, ...]:
    wanted = printed(version)
    if wanted is None:
        return NAME, AGE
    return NAME, *(Column(item['name'], item['type'], item.get('format', ''), item.get('description')
                          or f'Custom resource definition column (in JSONPath format): {item["jsonPath"]}',
                          item.get('priority', 0)) for item in wanted)


def cell(column: Object, obj: Object, simulation: Simulation) -> Any:
    """One cell: None for what is not there."""
    path = column['jsonPath']
    value = first(path, obj)
    if value is None:
        return None
    match column['type']:
        case 'integer':
            return int(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
        case 'number':
            return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None
        case 'boolean':
            return value if isinstance(value, bool) else None
        case 'date':
            return since(value, simulation) if isinstance(value, str) else None
    return _parsed(path).render(obj)


def first(path: str, obj: Object) -> Any:
    """The first result of a simple JSONPath such as `.spec.replicas`, None when there is none."""
    try:
        found = _parsed(path).values(obj)
    except JSONPathError:
        return None
    return found[0] if found else None


@lru_cache(maxsize=1024)
def _parsed(path: str) -> JSONPath:
    return JSONPath(f'{{{path}}}')
