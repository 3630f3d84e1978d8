"""From nodes and an object to results and text (client-go/util/jsonpath/jsonpath.go)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tutor.apimachinery.jsonpath.compare import compare
from tutor.apimachinery.jsonpath.nodes import (
    FieldName,
    Filter,
    Identifier,
    JSONPathError,
    Literal,
    Node,
    Nodes,
    Recursive,
    Slice,
    Union,
    Wildcard,
)
from tutor.apimachinery.jsonpath.parser import parse
from tutor.apimachinery.patches.strategic import go_text
from tutor.apimachinery.printing.json import to_json
from tutor.apimachinery.printing.yaml import format_float

MAX_RESULTS = 200_000


class JSONPath:
    """A parsed template."""

    def __init__(self, template: str) -> None:
        self.template = template
        self._nodes = parse(template)

    def find(self, data: Any, allow_missing: bool = True) -> list[list[Any]]:
        """The results of each part of the template. Raises JSONPathError."""
        return _Evaluation(allow_missing).block(self._nodes, 0, data, False)[0]

    def values(self, data: Any) -> list[Any]:
        """All results in one list, for sorting and columns."""
        return [value for results in self.find(data) for value in results]

    def render(self, data: Any, allow_missing: bool = True, as_json: bool = False) -> str:
        """What the template prints of an object. Raises JSONPathError."""
        return ''.join(_print(results, as_json) for results in self.find(data, allow_missing))


def _print(results: list[Any], as_json: bool) -> str:
    """PrintResults: containers as JSON, plain values as text, several of them parted by spaces."""
    if as_json:
        return to_json(results) + '\n'
    return ' '.join(map(to_text, results))


def to_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, (dict, list)):
        return to_json(value, indent=None)
    if value is None:
        return 'null'
    if isinstance(value, bool):
        return 'true' if value else 'false'
    if isinstance(value, float):
        return format_float(value)
    return str(value)


class _Evaluation:
    def __init__(self, allow_missing: bool) -> None:
        self.allow_missing = allow_missing
        self.budget = MAX_RESULTS

    def block(self, nodes: Sequence[Node], start: int, data: Any, in_range: bool) -> tuple[list[list[Any]], int]:
        """FindResults from one node on, until the end of the template or of the range; where it ended."""
        found: list[list[Any]] = []
        index = start
        while index < len(nodes):
            node = nodes[index]
            word = _identifier(node)
            if word == 'end':
                if not in_range:
                    raise JSONPathError('not in range, nothing to end')
                return found, index
            results = self.walk([data], node)
            if word == 'range':
                index = self.range(nodes, index + 1, results, found)
            else:
                self.spend(len(results) + 1)
                found.append(results)
            index += 1
        return found, index

    def range(self, nodes: Sequence[Node], start: int, items: list[Any], found: list[list[Any]]) -> int:
        """Run what follows for each item; where its `end` stands."""
        end = len(nodes)
        for item in items:
            results, end = self.block(nodes, start, item, True)
            found += results
        if not items:
            # Its end must be found even though there is nothing to run.
            end = self._skip(nodes, start)
        return end

    def _skip(self, nodes: Sequence[Node], start: int) -> int:
        depth = 0
        for index in range(start, len(nodes)):
            word = _identifier(nodes[index])
            if word == 'range':
                depth += 1
            elif word == 'end':
                if depth == 0:
                    return index
                depth -= 1
        return len(nodes)

    def spend(self, count: int) -> None:
        self.budget -= count
        if self.budget < 0:
            raise JSONPathError('too many results')

    def walk(self, values: list[Any], node: Node) -> list[Any]:
        return _WALKERS[type(node)](self, values, node)

    def nodes(self, values: list[Any], node: Nodes) -> list[Any]:
        for part in node.nodes:
            values = self.walk(values, part)
        return values

    def literal(self, values: list[Any], node: Literal) -> list[Any]:
        return [node.value]

    def identifier(self, values: list[Any], node: Identifier) -> list[Any]:
        if node.name in ('range', 'end'):
            return values
        raise JSONPathError(f'unrecognized identifier {node.name}')

    def field(self, values: list[Any], node: FieldName) -> list[Any]:
        found = [value[node.name] for value in values if isinstance(value, dict) and node.name in value]
        if not found and not self.allow_missing:
            raise JSONPathError(f'{node.name} is not found')
        return found

    def slice(self, values: list[Any], node: Slice) -> list[Any]:
        found: list[Any] = []
        for value in values:
            if value is None:
                continue
            if not isinstance(value, list):
                raise JSONPathError(f'{go_type(value)} is not array or slice')
            found += _take(value, node)
        return found

    def wildcard(self, values: list[Any], node: Wildcard) -> list[Any]:
        found: list[Any] = []
        for value in values:
            found += _children(value)
        self.spend(len(found))
        return found

    def recursive(self, values: list[Any], node: Recursive) -> list[Any]:
        """Everything that has something inside, from the outside in."""
        found: list[Any] = []
        todo = list(reversed(values))
        while todo:
            value = todo.pop()
            children = _children(value)
            if children:
                found.append(value)
                todo += reversed(children)
                self.spend(len(children))
        return found

    def union(self, values: list[Any], node: Union) -> list[Any]:
        return [value for part in node.parts for value in self.nodes(values, part)]

    def filter(self, values: list[Any], node: Filter) -> list[Any]:
        found: list[Any] = []
        for value in values:
            if not isinstance(value, list):
                raise JSONPathError(f'{_shown(value)} is not array or slice and cannot be filtered')
            found += [item for item in value if self.passes(item, node)]
        return found

    def passes(self, item: Any, node: Filter) -> bool:
        if node.operator == 'exists':
            try:
                return bool(self.nodes([item], node.left))
            except JSONPathError:
                return False
        left = self.nodes([item], node.left)
        if not left:
            return False
        if len(left) > 1:
            raise JSONPathError('can only compare one element at a time')
        right = self.nodes([item], node.right)
        if not right:
            return False
        if len(right) > 1:
            raise JSONPathError('can only compare one element at a time')
        return compare(left[0], node.operator, right[0])


_WALKERS: dict[type, Callable[[_Evaluation, list[Any], Any], list[Any]]] = {
    Nodes: _Evaluation.nodes, Literal: _Evaluation.literal, Identifier: _Evaluation.identifier,
    FieldName: _Evaluation.field, Slice: _Evaluation.slice, Wildcard: _Evaluation.wildcard,
    Recursive: _Evaluation.recursive, Union: _Evaluation.union, Filter: _Evaluation.filter,
}


def _identifier(node: Node) -> str:
    """'range' or 'end' if that is what a pair of braces begins with."""
    if isinstance(node, Nodes) and node.nodes and isinstance(node.nodes[0], Identifier):
        return node.nodes[0].name
    return ''


def _children(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [value[key] for key in sorted(value)]
    return value if isinstance(value, list) else []


def _take(value: list[Any], node: Slice) -> list[Any]:
    """evalArray."""
    length = len(value)
    start = node.start or 0
    end = length if node.end is None else node.end
    if start < 0:
        start += length
    if end < 0 or (end == 0 and node.single):
        end += length
    if start == end:
        return []
    if not 0 <= start < length:
        raise JSONPathError(f'array index out of bounds: index {start}, length {length}')
    if not 0 <= end <= length:
        raise JSONPathError(f'array index out of bounds: index {end - 1}, length {length}')
    if start > end:
        raise JSONPathError(f'starting index {start} is greater than ending index {end}')
    if node.step is not None and node.step <= 0:
        raise JSONPathError('step must be > 0')
    return value[start:end:node.step]


def go_type(value: Any) -> str:
    """The Go type of a value of an unstructured object."""
    names = {dict: 'map[string]interface {}', list: '[]interface {}', str: 'string', bool: 'bool', int: 'int64',
             float: 'float64'}
    return names.get(type(value), '<nil>')


def _shown(value: Any) -> str:
    return go_text(value)
