"""Reading what a person or program sends: YAML or JSON, one document or many, with the errors kubectl shows."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from tutor.apimachinery import yaml_keys, yaml_types
from tutor.apimachinery.objects import deep_copy

MAX_BYTES = 3 * 1024 * 1024
MAX_DEPTH = 500
MAX_NODES = 400_000
Resolve = Callable[[str], Any]


class DecodeError(ValueError):
    """The input is neither YAML nor JSON; the text is what kubectl prints after 'error parsing FILE: '."""


def documents(data: str | bytes, resolve: Resolve = yaml_types.resolve) -> Iterator[Any]:
    """The documents of a stream, as they are read: those before a broken one come out first. `resolve` gives the values
    of scalars without quotes. Raises DecodeError."""
    text = _text(data)
    if text.lstrip().startswith('{'):
        yield from _json_documents(text, resolve)
    else:
        yield from _yaml_documents(text, resolve)


def one(data: str | bytes) -> Any:
    """A single document, None for an empty input."""
    return next(documents(data), None)


def _text(data: str | bytes) -> str:
    if len(data) > MAX_BYTES:
        raise DecodeError(f'the input is larger than {MAX_BYTES} bytes')
    text = data.decode('utf-8', 'replace') if isinstance(data, bytes) else data
    return text.removeprefix('\ufeff')


# -- JSON ---------------------------------------------------------------------------------------------------------


def _json_documents(text: str, resolve: Resolve) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    position, found = 0, 0
    while True:
        position = _skip_space(text, position)
        if position >= len(text):
            return
        try:
            value, position = decoder.raw_decode(text, position)
        except RecursionError:
            raise DecodeError('exceeded max depth') from None
        except ValueError as error:
            if _cut_off(text, error):
                raise DecodeError('unexpected EOF') from None
            if found:
                raise DecodeError(f'json: offset {getattr(error, "pos", 0) + 1}: {json_problem(text, error)}') from None
            yield from _yaml_documents(text, resolve)
            return
        found += 1
        yield value


def _skip_space(text: str, position: int) -> int:
    while position < len(text) and text[position] in ' \t\r\n':
        position += 1
    return position


def _cut_off(text: str, error: ValueError) -> bool:
    position = getattr(error, 'pos', 0)
    return position >= len(text.rstrip()) or 'Unterminated' in str(error)


def json_problem(data: str | bytes, error: Exception) -> str:
    """What Go's encoding/json says of a text that Python's could not read."""
    text = data.decode('utf-8', 'replace') if isinstance(data, bytes) else data
    position, said = getattr(error, 'pos', len(text)), str(error)
    position = _skip_space(text, position)
    if position >= len(text) or 'Unterminated' in said:
        return 'unexpected end of JSON input'
    literal = next((word for word in _LITERALS if word[0] == text[position]), '')
    if literal and 'Expecting value' in said:
        return _literal_problem(text[position:], literal)
    char = f"invalid character '{text[position]}'"
    for words, where in _JSON_PROBLEMS.items():
        if words in said:
            return f'{char} {where}'
    if 'delimiter' in said:
        inside = text[:position].rfind('[') > text[:position].rfind('{')
        return f'{char} after {"array element" if inside else "object key:value pair"}'
    return f'{char} looking for beginning of value'


_LITERALS = ('true', 'false', 'null')


def _literal_problem(text: str, literal: str) -> str:
    """What begins like a literal is read as one."""
    for char, wanted in zip(text, literal, strict=False):
        if char != wanted:
            return f"invalid character '{char}' in literal {literal} (expecting '{wanted}')"
    return 'unexpected end of JSON input'


_JSON_PROBLEMS = {
    'property name': 'looking for beginning of object key string', "':' delimiter": 'after object key',
    'Extra data': 'after top-level value', 'control character': 'in string literal',
    'escape': 'in string escape code', 'Expecting value': 'looking for beginning of value',
}


# -- YAML ---------------------------------------------------------------------------------------------------------

_TOO_DEEP = 'error converting YAML to JSON: yaml: exceeded max depth of 10000'


def split_yaml(text: str) -> Iterator[str]:
    """utilyaml.YAMLReader: documents are parted by lines that begin with '---'."""
    lines: list[str] = []
    for line in text.splitlines(keepends=True) if '\n---' in text or text.startswith('---') else [text]:
        rest = line[3:].strip() if line.startswith('---') else None
        if rest is not None and (not rest or rest[0] == '#' or line[3] in ' \t'):
            if lines:
                yield ''.join(lines)
            lines = [line[3:]] if rest and rest[0] != '#' else []
        else:
            lines.append(line)
    if lines:
        yield ''.join(lines)


def _yaml_documents(text: str, resolve: Resolve) -> Iterator[Any]:
    for document in split_yaml(text):
        value = parse_yaml(document, resolve)
        if value is not None:
            yield value


def parse_yaml(text: str, resolve: Resolve = yaml_types.resolve) -> Any:
    """One YAML document as JSON-like values. Raises DecodeError, the text as go-yaml has it."""
    import yaml
    from yaml.cyaml import CParser  # pyright: ignore[reportAttributeAccessIssue] - of the C extension
    try:
        return _Builder(CParser(text), resolve).document()
    except yaml.MarkedYAMLError as error:
        if error.problem == 'exceeded maximum nesting depth':  # the scanner, which reads ahead, has a limit of its own
            raise DecodeError(_TOO_DEEP) from None
        raise DecodeError(f'error converting YAML to JSON: yaml: {_where(error)}{error.problem or ""}') from None
    except yaml.YAMLError as error:
        raise DecodeError(f'error converting YAML to JSON: yaml: {_reader_problem(error)}') from None


def _where(error: Any) -> str:
    """go-yaml v2's parser.fail: lines count from 0 for the parser, from 1 for the scanner."""
    from yaml.scanner import ScannerError
    mark = error.problem_mark if error.problem_mark is not None and error.problem_mark.line else error.context_mark
    line = mark.line if mark is not None else 0
    if line and isinstance(error, ScannerError):
        line += 1
    return f'line {line}: ' if line else ''


def _reader_problem(error: Any) -> str:
    reason = getattr(error, 'reason', '')
    return reason if reason else 'control characters are not allowed'


class _Builder:
    """Builds values from parser events on a stack of its own, so that depth and aliases have limits."""

    def __init__(self, parser: Any, resolve: Resolve) -> None:
        self.parser = parser
        self.resolve = resolve
        self.anchors: dict[str, Any] = {}
        self.nodes = 0
        self.aliased = 0
        self.problems: list[str] = []

    def document(self) -> Any:
        from yaml.events import DocumentStartEvent, StreamEndEvent
        self.parser.get_event()
        event = self.parser.get_event()
        if isinstance(event, StreamEndEvent):
            return None
        assert isinstance(event, DocumentStartEvent)
        value = self.node()
        self.parser.get_event()  # the document must end here
        if self.problems:  # go-yaml's own come first
            found = next((text for text in self.problems if text.startswith('yaml: ')), self.problems[0])
            raise DecodeError(f'error converting YAML to JSON: {found}')
        return value

    def node(self) -> Any:
        from yaml import events
        frames: list[_Frame] = []
        while True:
            event = self.parser.get_event()
            kind = type(event)
            self.count(1)
            if kind is events.ScalarEvent:
                value: Any = self.keep(event.anchor, _scalar(event, self.resolve))
            elif kind is events.AliasEvent:
                value = self.alias(event.anchor)
            elif kind in (events.MappingStartEvent, events.SequenceStartEvent):
                frames.append(_Frame(kind is events.MappingStartEvent, event.anchor))
                if len(frames) > MAX_DEPTH:
                    raise DecodeError(_TOO_DEEP)
                continue
            else:
                frame = frames.pop()
                value = self.keep(frame.anchor, frame.finish())
            if not frames:
                return value
            frames[-1].add(value, kind is events.ScalarEvent and event.implicit[0], self.problems)

    def count(self, nodes: int) -> None:
        self.nodes += nodes
        if self.nodes > MAX_NODES:
            raise DecodeError('error converting YAML to JSON: yaml: document contains excessive aliasing'
                              if self.aliased else 'the input has too many parts')

    def keep(self, anchor: str | None, value: Any) -> Any:
        if anchor is not None:
            self.anchors[anchor] = value
        return value

    def alias(self, anchor: str) -> Any:
        if anchor not in self.anchors:
            raise DecodeError(f"error converting YAML to JSON: yaml: unknown anchor '{anchor}' referenced")
        value = self.anchors[anchor]
        size = _size(value)
        self.aliased += size
        self.count(size)
        return deep_copy(value)


class _Frame:
    """A mapping or list that is being read."""

    __slots__ = ('anchor', 'items', 'key', 'mapping', 'merges', 'waiting')

    def __init__(self, mapping: bool, anchor: str | None) -> None:
        self.mapping = mapping
        self.anchor = anchor
        self.items: Any = {} if mapping else []
        self.merges: list[Any] = []
        self.key: Any = None
        self.waiting = True

    def add(self, value: Any, plain: bool, problems: list[str]) -> None:
        """The next item, key or value; keys that JSON cannot have are told of in `problems`."""
        if not self.mapping:
            self.items.append(value)
        elif self.waiting:
            self.key = yaml_types if plain and value == yaml_types.MERGE else value
            self.waiting = False
        else:
            self.waiting = True
            if self.key is yaml_types:
                self.merges += value if isinstance(value, list) else [value]
            elif (text := yaml_keys.as_text(self.key)) is not None:
                self.items[text] = value
            else:
                problems.append(yaml_keys.problem(self.key, value))

    def finish(self) -> Any:
        for merged in self.merges:
            if not isinstance(merged, dict):
                raise DecodeError('error converting YAML to JSON: yaml: map merge requires map or sequence of maps '
                                  'as the value')
            for key, value in merged.items():
                self.items.setdefault(key, value)
        return self.items


def _scalar(event: Any, resolve: Resolve) -> Any:
    if event.implicit[0]:
        return resolve(event.value)
    tag = event.tag
    if tag in (None, '!', 'tag:yaml.org,2002:str') or event.implicit[1]:
        return event.value
    if tag == 'tag:yaml.org,2002:binary':
        import base64
        return base64.b64decode(event.value).decode('utf-8', 'replace')
    return resolve(event.value)


def _size(value: Any) -> int:
    """How many nodes a value has."""
    total, todo = 0, [value]
    while todo:
        item = todo.pop()
        total += 1
        if isinstance(item, dict):
            todo += item.values()
        elif isinstance(item, list):
            todo += item
        if total > MAX_NODES:
            break
    return total
