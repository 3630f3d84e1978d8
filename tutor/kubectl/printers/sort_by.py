"""--sort-by: rows of a table or objects, by a JSONPath expression (get.SortingPrinter and RuntimeSorter)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tutor.apimachinery.jsonpath import JSONPath, JSONPathError, parse
from tutor.apimachinery.jsonpath.relaxed import relaxed
from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import Quantity, QuantityError
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.printers.printer import Write
from tutor.kubectl.printers.sorting import go_sort

ROWS = '[][][]reflect.Value'
_UNSORTABLE = ((bool, 'bool'), (dict, 'map[string]interface {}'), (list, '[]interface {}'))


class Unsortable(Exception):
    """klog.Exitf: what cannot be compared ends kubectl at once."""

    def __init__(self, text: str, of: str) -> None:
        super().__init__(text)
        self.place = f'sorter.go:{375 if of == ROWS else 329}'


def sorted_table(table: Object, field: str) -> Object:
    """A Table with its rows in order; raises KubectlError when no row has the field."""
    rows = table.get('rows') or []
    if len(rows) < 2:
        return table
    try:
        path = relaxed(field)
    except JSONPathError:
        path = field
    try:
        parsed = parse(path)
    except JSONPathError as error:
        raise KubectlError(f'sorting error: {error}') from None
    return {**table, 'rows': _sorted(rows, [_value(parsed, row.get('object') or {}) for row in rows], path,
                                      ROWS)}


def sorted_objects(objects: Sequence[Object], field: str) -> list[Object]:
    """SortObjects; raises KubectlError for a bad path and when no object has the field."""
    if not objects:
        return []
    try:
        path = relaxed(field)
        parsed = parse(path)
    except JSONPathError as error:
        raise KubectlError(str(error)) from None
    return _sorted(list(objects), [_value(parsed, obj) for obj in objects], path, '*unstructured.Unstructured')


def _value(parsed: JSONPath, obj: Object) -> tuple[Any, ...]:
    """The first value, or nothing."""
    try:
        found = parsed.find(obj)
    except JSONPathError as error:
        raise KubectlError(str(error)) from None
    return (found[0][0],) if found and found[0] else ()


def _sorted(items: list[Any], values: list[tuple[Any, ...]], path: str, of: str) -> list[Any]:
    if not any(values):
        raise KubectlError(f'couldn\'t find any field with path "{path}" in the list of objects')
    try:
        order = go_sort(range(len(items)), lambda i, j: _less_values(values[i], values[j]))
    except TypeError as error:
        raise Unsortable(f'Field {path} in {of} is an unsortable type: interface, err: {error}', of) from None
    return [items[index] for index in order]


def _less_values(left: tuple[Any, ...], right: tuple[Any, ...]) -> bool:
    if not left:
        return True
    if not right:
        return False
    return _less(left[0], right[0])


def _less(left: Any, right: Any) -> bool:
    """isLess; raises TypeError."""
    if left is None or right is None:
        return left is None and right is not None
    for kind, name in _UNSORTABLE:
        if isinstance(left, kind):
            raise TypeError(f'unsortable type: {name}')
    if isinstance(left, str) and isinstance(right, str):
        return _less_text(left, right)
    if type(left) is type(right):
        return left < right
    raise TypeError('unsortable interface: interface')


def _less_text(left: str, right: str) -> bool:
    """As quantities when both are."""
    try:
        return Quantity.parse(left) < Quantity.parse(right)
    except QuantityError:
        return left < right


class SortingPrinter:
    """Sorts the items of a list before another printer prints them."""

    def __init__(self, printer: Any, field: str) -> None:
        self._printer = printer
        self._field = field

    def print(self, obj: Object, write: Write) -> None:
        if isinstance(obj.get('items'), list):
            obj = {**obj, 'items': sorted_objects(obj['items'], self._field)}
        self._printer.print(obj, write)
