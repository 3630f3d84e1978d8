"""Which strategy each resource has: one line per kind. What has no line follows the generic rules."""

from __future__ import annotations

from importlib import import_module

from tutor.apimachinery.resources import Resource
from tutor.cluster.registry.strategy import Strategy

STRATEGIES: dict[tuple[str, str], str] = {
    # (group, plural): 'module below tutor.cluster.registry:Class'
}


def strategy_for(resource: Resource) -> Strategy:
    """The strategy of a resource; its module is imported here, when the resource is first served."""
    where = STRATEGIES.get((resource.group, resource.plural))
    if where is None:
        return Strategy(resource)
    module, _, name = where.partition(':')
    return getattr(import_module(f'tutor.cluster.registry.{module}'), name)(resource)
