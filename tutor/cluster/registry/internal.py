"""Bad values that are whole structs: messages show the server's internal form, with Go's names for all fields."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object


def internal(obj: Object | None, fields: str, nested: dict[str, str] | None = None,
             zeros: dict[str, Any] | None = None) -> dict[str, Any]:
    """The fields of an internal struct, in its order, null (or the given zero) where they are not set."""
    found: dict[str, Any] = {}
    for name in fields.split():
        value = (obj or {}).get(_external(name))
        if value is None:
            value = (zeros or {}).get(name)
        elif nested and name in nested:
            value = internal(value, nested[name])
        found[name] = value
    return found


_INITIALS = {'IP': 'ip', 'SELinuxOptions': 'seLinuxOptions', 'FSGroup': 'fsGroup'}


def _external(name: str) -> str:
    for initial, plain in _INITIALS.items():
        if name.startswith(initial):
            return plain + name[len(initial):]
    return name[0].lower() + name[1:]
