"""What table rows are made of (pkg/printers/internalversion)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.duration import human_duration, parse_timestamp
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.strategy import Column
from tutor.cluster.simulation import Simulation

NONE = '<none>'
UNKNOWN = '<unknown>'


def columns(text: str) -> tuple[Column, ...]:
    """'Name, Ready, Age, IP*, Desired:integer': a star marks what only `-o wide` shows."""
    return tuple(_column(part.strip()) for part in text.split(','))


def _column(text: str) -> Column:
    priority = 1 if text.endswith('*') else 0
    name, _, kind = text.rstrip('*').partition(':')
    return Column(name, kind or 'string', 'name' if name == 'Name' else '', priority=priority)


def age(obj: Object, simulation: Simulation) -> str:
    """The age of an object."""
    return since(obj['metadata'].get('creationTimestamp'), simulation)


def since(timestamp: str | None, simulation: Simulation) -> str:
    """translateTimestampSince."""
    if not timestamp:
        return UNKNOWN
    return human_duration(simulation.seconds() - parse_timestamp(timestamp))


def container_names(containers: list[Object] | None) -> str:
    return ','.join(item.get('name', '') for item in containers or ())


def images(containers: list[Object] | None) -> str:
    return ','.join(item.get('image', '') for item in containers or ())


def template_cells(spec: Object) -> list[Any]:
    """Containers and images of a pod template's spec."""
    pod = (spec.get('template') or {}).get('spec') or {}
    return [container_names(pod.get('containers')), images(pod.get('containers'))]


def format_labels(labels: dict[str, str] | None) -> str:
    """labels.FormatLabels: 'a=b,c=d', '<none>' for none."""
    return ','.join(f'{key}={labels[key]}' for key in sorted(labels)) if labels else NONE


def join(values: list[str] | None, limit: int = 0) -> str:
    """Values with commas; beyond a limit only how many more there are (formatEndpoints)."""
    values = list(values or ())
    if not values:
        return NONE
    if limit and len(values) > limit:
        return f'{",".join(values[:limit])} + {len(values) - limit} more...'
    return ','.join(values)
