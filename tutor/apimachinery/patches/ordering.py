"""The order of merged lists: what the patch says first, then the live object's, as far as both allow."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.patches.merge import same


def normalize(merged: list[Any], patch_order: list[Any], server_order: list[Any], merge_key: str) -> list[Any]:
    """normalizeElementOrder: items of the patch in its order, the others at the place the server had them."""
    place = _Places(patch_order, merge_key)
    server = _Places(server_order, merge_key)
    patched = sorted((item for item in merged if place.of(item) >= 0), key=place.of)
    others = [item for item in merged if place.of(item) < 0]
    known = sorted((item for item in others if server.of(item) >= 0), key=server.of)
    others = known + [item for item in others if server.of(item) < 0]
    return _merge_sorted(others, patched, server)


def _merge_sorted(left: list[Any], right: list[Any], server: _Places) -> list[Any]:
    """mergeSortedSlice."""
    found: list[Any] = []
    i = j = 0
    while i < len(left) and j < len(right):
        a, b = server.of(left[i]), server.of(right[j])
        if a >= 0 and b >= 0 and a < b:
            found.append(left[i])
            i += 1
        else:
            found.append(right[j])
            j += 1
    return found + right[j:] + left[i:]


class _Places:
    """Where items stand in a list, by merge key or by value."""

    def __init__(self, order: list[Any], merge_key: str) -> None:
        self.merge_key = merge_key
        self.index: dict[Any, int] = {}
        for number, item in enumerate(order):
            self.index.setdefault(self.name(item), number)

    def of(self, item: Any) -> int:
        return self.index.get(self.name(item), -1)

    def name(self, item: Any) -> Any:
        value = item.get(self.merge_key) if isinstance(item, dict) else item
        return (type(value), value if isinstance(value, (str, int, float, bool, type(None))) else str(value))


def unique(items: list[Any]) -> list[Any]:
    """deduplicateScalars, in the order of first appearance."""
    found: list[Any] = []
    for item in items:
        if not any(same(item, other) for other in found):
            found.append(item)
    return found
