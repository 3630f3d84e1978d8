"""Devices as CEL expressions see them (k8s.io/dynamic-resource-allocation/cel)."""

from __future__ import annotations

import re
from typing import Any

from tutor.apimachinery.expressions import ExpressionError, compile
from tutor.apimachinery.objects import Object

_DOMAIN = re.compile(r"""\b(attributes|capacity)\s*\[\s*(?:"([^"]*)"|'([^']*)')\s*\]""")
_VALUES = ('string', 'bool', 'int')


def matches(expression: str, driver: str, device: Object) -> bool:
    """DeviceMatches. Raises ExpressionError."""
    seen = {'driver': driver, 'allowMultipleAllocations': bool(device.get('allowMultipleAllocations')),
            'attributes': _by_domain(driver, {name: _value(value) for name, value in
                                              (device.get('attributes') or {}).items()}),
            'capacity': _by_domain(driver, {name: {'quantity': str(value['value'])} for name, value in
                                            (device.get('capacity') or {}).items()})}
    for found in _DOMAIN.finditer(expression):  # A domain that a device has nothing of is an empty map.
        seen[found[1]].setdefault(found[2] or found[3] or '', {})
    return compile(expression, ('device',)).evaluate({'device': seen}) is True


def attribute(name: str, driver: str, device: Object) -> Object | None:
    """lookupAttribute: by its full name, or its short one if the domain is the driver's."""
    given = device.get('attributes') or {}
    domain, _, short = name.rpartition('/')
    return given.get(name) or (given.get(short) if domain == driver else None)


def _by_domain(driver: str, values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {driver: {}}
    for name, value in values.items():
        domain, _, short = name.rpartition('/')
        found.setdefault(domain or driver, {})[short] = value
    return found


def _value(value: Object) -> Any:
    for kind in _VALUES:
        if kind in value:
            return value[kind]
    return {'version': value.get('version', '')}


__all__ = ['ExpressionError', 'attribute', 'matches']
