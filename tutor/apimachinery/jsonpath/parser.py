"""From text to nodes (client-go/util/jsonpath/parser.go)."""

from __future__ import annotations

import re

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

_TERMINATORS = frozenset(' \t\r\n.,[]$@{}')
_DICT_KEY = re.compile(r"'([^']*)'").fullmatch
_SLICE = re.compile(r'(-?\d*)(:-?\d*)?(:-?\d*)?').fullmatch
_COMPARISON = re.compile(r'([^!<>=]+)([!<>=]+)(.+?)', re.DOTALL).fullmatch
_NUMBER = re.compile(r'[+-]?[\d.]*')


def parse(text: str) -> list[Node]:
    """The nodes of a template: texts, and a list of nodes for each pair of braces. Raises JSONPathError."""
    root: list[Node] = []
    position = 0
    while (brace := text.find('{', position)) >= 0:
        if brace > position:
            root.append(Literal(text[position:brace]))
        action = _Action(text, brace + 1)
        root.append(action.parse())
        position = action.position
    if position < len(text):
        root.append(Literal(text[position:]))
    return root


def _parse_action(text: str) -> Nodes:
    nodes = parse('{' + text + '}')
    return nodes[0] if nodes and isinstance(nodes[0], Nodes) else Nodes()


class _Action:
    """One pair of braces."""

    def __init__(self, text: str, position: int) -> None:
        self.text = text
        self.position = position
        self.nodes: list[Node] = []

    def parse(self) -> Nodes:
        while not self.step():
            pass
        return Nodes(self.nodes)

    def next(self) -> str:
        """The next character, '' at the end."""
        char = self.text[self.position:self.position + 1]
        self.position += 1
        return char

    def step(self) -> bool:
        """Parse one more part; whether the action is closed."""
        rest = self.text
        if rest.startswith('[?(', self.position):
            self.filter()
        elif rest.startswith('..', self.position):
            self.recursive()
        else:
            char = self.next()
            if char == '}':
                return True
            self.part(char)
        return False

    def part(self, char: str) -> None:
        if char in ('', '\n', '\r'):
            raise JSONPathError('unclosed action')
        if char in ' @$':
            return
        if char == '[':
            self.array()
        elif char in '"\'':
            self.quoted(char)
        elif char == '.':
            self.field()
        elif char in '+-' or char.isdigit():
            self.position -= 1
            self.number()
        elif char.isalnum() or char == '_':
            self.position -= 1
            self.identifier()
        else:
            raise JSONPathError(f'unrecognized character in action: U+{ord(char):04X} \'{char}\'')

    def word(self) -> str:
        start = self.position
        while self.position < len(self.text) and self.text[self.position] not in _TERMINATORS:
            self.position += 2 if self.text[self.position] == '\\' else 1
        self.position = min(self.position, len(self.text))
        return self.text[start:self.position]

    def field(self) -> None:
        name = self.word()
        self.nodes.append(Wildcard() if name == '*' else FieldName(name.replace('\\', '')))

    def recursive(self) -> None:
        if self.nodes and isinstance(self.nodes[-1], Recursive):
            raise JSONPathError('invalid multiple recursive descent')
        self.position += 2
        self.nodes.append(Recursive())
        following = self.text[self.position:self.position + 1]
        if following.isalnum() or following == '_':
            self.field()

    def identifier(self) -> None:
        start = self.position
        while self.position < len(self.text) and self.text[self.position] not in _TERMINATORS:
            self.position += 1
        name = self.text[start:self.position]
        self.nodes.append(Literal(name == 'true') if name in ('true', 'false') else Identifier(name))

    def number(self) -> None:
        match = _NUMBER.match(self.text, self.position)
        assert match is not None
        self.position = match.end()
        try:
            value = float(match[0]) if '.' in match[0] else int(match[0])
        except ValueError:
            raise JSONPathError(f'cannot parse number {match[0]}') from None
        self.nodes.append(Literal(value))

    def quoted(self, quote: str) -> None:
        start = self.position - 1
        while True:
            char = self.next()
            if char in ('', '\n'):
                raise JSONPathError('unterminated quoted string')
            if char == quote and self.text[self.position - 2] != '\\':
                break
        value = self.text[start:self.position]
        self.nodes.append(Literal(unquote(value)))

    def array(self) -> None:
        start = self.position
        while (char := self.next()) != ']':
            if char in ('', '\n'):
                raise JSONPathError('unterminated array')
        text = self.text[start:self.position - 1]
        if text == '*':
            text = ':'
        parts = text.split(',')
        if len(parts) > 1:
            self.nodes.append(Union(tuple(_parse_action(f'[{part.strip(" ")}]') for part in parts)))
        elif match := _DICT_KEY(text):
            self.nodes += _parse_action(f'.{match[1]}').nodes
        else:
            self.nodes.append(_slice(text))

    def filter(self) -> None:
        self.position += len('[?(')
        start = self.position
        opened = closed = False
        quote = ''
        while True:
            char = self.next()
            if char in ('', '\n'):
                raise JSONPathError('unterminated filter')
            if char in '"\'':
                if not opened:
                    opened, quote = True, char
                elif self.text[self.position - 2] != '\\' and char == quote:
                    closed = True
            elif char == ')' and opened == closed:
                break
        if self.next() != ']':
            raise JSONPathError('unclosed array expect ]')
        self.nodes.append(_filter(self.text[start:self.position - 2]))


def _filter(text: str) -> Filter:
    match = _COMPARISON(text)
    if match is None:
        return Filter(_parse_action(text), 'exists', Nodes())
    return Filter(_parse_action(match[1]), match[2], _parse_action(match[3]))


def _slice(text: str) -> Slice:
    match = _SLICE(text)
    if match is None:
        raise JSONPathError(f'invalid array index {text}')
    numbers: list[int | None] = []
    for part in match.groups():
        digits = (part or '').removeprefix(':')
        if digits == '-':
            raise JSONPathError(f'array index {digits} is not a number')
        numbers.append(int(digits) if digits else None)
    start, end, step = numbers
    single = match[2] is None
    return Slice(start, (start or 0) + 1 if single else end, step, single)


_ESCAPES = {'n': '\n', 't': '\t', 'r': '\r', 'a': '\a', 'b': '\b', 'f': '\f', 'v': '\v', '\\': '\\', "'": "'", '"': '"'}
_ESCAPE = re.compile(r'\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|.|$)', re.DOTALL)


def unquote(text: str) -> str:
    """UnquoteExtend: a Go string in single or double quotes."""
    def replace(match: re.Match[str]) -> str:
        code = match[1]
        if code in _ESCAPES and (code not in '\'"' or code == text[0]):
            return _ESCAPES[code]
        if code[:1] in ('x', 'u', 'U') and len(code) > 1:
            return chr(int(code[1:], 16))
        if code.isdigit() and len(code) == 3:
            return chr(int(code, 8))
        raise JSONPathError(f'unquote string {text} error invalid syntax')
    try:
        if text[0] in _ESCAPE.sub('', text[1:-1]):
            raise ValueError
        return _ESCAPE.sub(replace, text[1:-1])
    except (ValueError, OverflowError):
        raise JSONPathError(f'unquote string {text} error invalid syntax') from None
