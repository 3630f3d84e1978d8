"""Label selectors and field selectors: parsed, matched fast, printed back (apimachinery/pkg/labels, pkg/fields)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tutor.apimachinery import field, names

Labels = Mapping[str, str]

_OPERATORS = {'In': 'in', 'NotIn': 'notin', 'Exists': 'exists', 'DoesNotExist': '!'}
_BINARY = ('in', 'notin', '=', '==', '!=', 'gt', 'lt')


class SelectorError(ValueError):
    """Not a selector; the text is the one of labels.Parse or fields.ParseSelector."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One term. `operator` is one of in, notin, =, ==, !=, exists, !, gt, lt."""

    key: str
    operator: str
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.operator == 'exists':
            return self.key
        if self.operator == '!':
            return f'!{self.key}'
        if self.operator in ('in', 'notin'):
            return f'{self.key} {self.operator} ({",".join(sorted(self.values))})'
        return f'{self.key}{ {"gt": ">", "lt": "<"}.get(self.operator, self.operator) }{self.values[0]}'

    def predicate(self) -> Callable[[Labels], bool]:
        """Requirement.Matches, as a function."""
        key, values = self.key, frozenset(self.values)
        if self.operator in ('=', '==', 'in'):
            return lambda labels: key in labels and labels[key] in values
        if self.operator in ('!=', 'notin'):
            return lambda labels: key not in labels or labels[key] not in values
        if self.operator == 'exists':
            return lambda labels: key in labels
        if self.operator == '!':
            return lambda labels: key not in labels
        bound, greater = int(self.values[0]), self.operator == 'gt'
        return lambda labels: _compare(labels.get(key), bound, greater)


def _compare(value: str | None, bound: int, greater: bool) -> bool:
    try:
        number = int(value or '')
    except ValueError:
        return False
    return number > bound if greater else number < bound


class Selector:
    """A conjunction of requirements, in order of keys. Without any it matches everything."""

    __slots__ = ('matches', 'requirements')

    def __init__(self, requirements: Iterable[Requirement]) -> None:
        self.requirements = tuple(sorted(requirements, key=lambda item: item.key))
        self.matches: Callable[[Labels], bool] = _compile(self.requirements)

    @property
    def empty(self) -> bool:
        return not self.requirements

    def __str__(self) -> str:
        return ','.join(map(str, self.requirements))

    def __repr__(self) -> str:
        return f'Selector({self!s})'


def _compile(requirements: tuple[Requirement, ...]) -> Callable[[Labels], bool]:
    if not requirements:
        return lambda labels: True
    if all(item.operator in ('=', '==') for item in requirements):
        wanted = frozenset((item.key, item.values[0]) for item in requirements)
        return lambda labels: wanted <= labels.items()
    predicates = [item.predicate() for item in requirements]
    if len(predicates) == 1:
        return predicates[0]
    return lambda labels: all(predicate(labels) for predicate in predicates)


EVERYTHING = Selector(())
NOTHING = Selector(())
NOTHING.matches = lambda labels: False


def from_map(labels: Labels | None) -> Selector:
    """A selector for objects that have all of these labels (a Service's); none for an absent map is everything."""
    return Selector(Requirement(key, '=', (value,)) for key, value in (labels or {}).items())


def from_label_selector(selector: Mapping[str, Any] | None) -> Selector:
    """metav1.LabelSelectorAsSelector: nothing for none, everything for an empty one. Raises SelectorError."""
    if selector is None:
        return NOTHING
    labels = selector.get('matchLabels') or {}
    expressions = selector.get('matchExpressions') or ()
    if not labels and not expressions:
        return EVERYTHING
    found = [Requirement(key, '=', (value,)) for key, value in labels.items()]
    for expression in expressions:
        operator = _OPERATORS.get(expression.get('operator', ''))
        if operator is None:
            quoted = field.go_quote(expression.get('operator', ''))
            raise SelectorError(f'{quoted} is not a valid label selector operator')
        found.append(_requirement(expression.get('key', ''), operator, expression.get('values') or ()))
    return Selector(found)


def format_label_selector(selector: Mapping[str, Any] | None) -> str:
    """metav1.FormatLabelSelector: how tables and describe show one."""
    try:
        text = str(from_label_selector(selector))
    except SelectorError:
        return '<error>'
    return text or '<none>'


def go_label_selector(selector: Mapping[str, Any] | None) -> str:
    """LabelSelector.String of the generated Go code: how messages show one with %v."""
    if selector is None:
        return 'nil'
    labels = ''.join(f'{key}: {value},' for key, value in sorted((selector.get('matchLabels') or {}).items()))
    expressions = ''.join(
        f'LabelSelectorRequirement{{Key:{entry["key"]},Operator:{entry["operator"]},'
        f'Values:[{" ".join(entry.get("values") or ())}],}},' for entry in selector.get('matchExpressions') or ())
    return f'&LabelSelector{{MatchLabels:map[string]string{{{labels}}},' \
           f'MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}'


def _requirement(key: str, operator: str, values: Iterable[str]) -> Requirement:
    """labels.NewRequirement."""
    values = tuple(values)
    errors = _key_errors(key)
    if operator in ('in', 'notin') and not values:
        errors.append(field.invalid('values', list(values), "for 'in', 'notin' operators, values set can't be empty"))
    elif operator in ('=', '==', '!=') and len(values) != 1:
        errors.append(field.invalid('values', list(values), 'exact-match compatibility requires one single value'))
    elif operator in ('exists', '!') and values:
        errors.append(field.invalid('values', list(values), 'values set must be empty for exists and does not exist'))
    elif operator in ('gt', 'lt'):
        errors += _number_errors(values)
    for index, value in enumerate(values):
        if found := names.is_label_value(value):
            errors.append(field.invalid(f'values[{index}][{key}]', value, '; '.join(found)))
    if errors:
        raise SelectorError(field.aggregate(errors))
    return Requirement(key, operator, values)


def _key_errors(key: str) -> list[field.FieldError]:
    found = names.is_qualified_name(key)
    return [field.invalid('<nil>', key, '; '.join(found))] if found else []


def _number_errors(values: tuple[str, ...]) -> list[field.FieldError]:
    if len(values) != 1:
        return [field.invalid('values', list(values), "for 'Gt', 'Lt' operators, exactly one value is required")]
    if not re.fullmatch('[+-]?[0-9]+', values[0]):
        return [field.invalid('values[0]', values[0], "for 'Gt', 'Lt' operators, the value must be an integer")]
    return []


# -- the grammar of label selectors -------------------------------------------------------------------------------

_SYMBOLS = '=!(),><'
_TOKENS = frozenset({')', ',', '!', '==', '=', '>', '<', '!=', '('})
_END = ''


class _Parser:
    """labels.Parser: tokens with one of lookahead. 'in' and 'notin' are words where a value may stand."""

    def __init__(self, text: str) -> None:
        self.tokens = list(_scan(text))
        self.position = 0

    def look(self) -> tuple[str, str]:
        return self.tokens[min(self.position, len(self.tokens) - 1)]

    def take(self) -> tuple[str, str]:
        token = self.look()
        self.position += 1
        return token

    def parse(self) -> list[Requirement]:
        found: list[Requirement] = []
        while True:
            kind, literal = self.look()
            if kind == _END:
                return found
            if kind not in ('word', '!'):
                raise SelectorError(f"found '{literal}', expected: !, identifier, or 'end of string'")
            found.append(self.requirement())
            kind, literal = self.take()
            if kind == _END:
                return found
            if kind != ',':
                raise SelectorError(f"found '{literal}', expected: ',' or 'end of string'")
            kind, literal = self.look()
            if kind not in ('word', '!'):
                raise SelectorError(f"found '{literal}', expected: identifier after ','")

    def requirement(self) -> Requirement:
        try:
            key, absent = self.key()
            if self.look()[0] in (_END, ','):
                return _requirement(key, '!' if absent else 'exists', ())
            if absent:
                return _requirement(key, '!', ())
            operator = self.operator()
            values = self.values() if operator in ('in', 'notin') else self.exact_value()
            return _requirement(key, operator, sorted(values))
        except SelectorError as error:
            raise SelectorError(f'unable to parse requirement: {error}') from None

    def key(self) -> tuple[str, bool]:
        kind, literal = self.take()
        absent = kind == '!'
        if absent:
            kind, literal = self.take()
        if kind != 'word':
            raise SelectorError(f"found '{literal}', expected: identifier")
        if errors := _key_errors(literal):
            raise SelectorError(field.aggregate(errors))
        return literal, absent

    def operator(self) -> str:
        kind, literal = self.take()
        if kind == 'word' and literal in ('in', 'notin'):
            return literal
        if kind in ('=', '==', '!='):
            return kind
        if kind in ('<', '>'):
            return 'lt' if kind == '<' else 'gt'
        raise SelectorError(f"found '{literal}', expected: {', '.join(_BINARY)}")

    def values(self) -> set[str]:
        kind, literal = self.take()
        if kind != '(':
            raise SelectorError(f"found '{literal}' expected: '('")
        kind, literal = self.look()
        if kind == ')':
            self.take()
            return {''}
        if kind not in ('word', ','):
            raise SelectorError(f"found '{literal}', expected: ',', ')' or identifier")
        found = self.identifiers()
        if self.take()[0] != ')':
            raise SelectorError(f"found '{literal}', expected: ')'")
        return found

    def identifiers(self) -> set[str]:
        found: set[str] = set()
        while True:
            kind, literal = self.take()
            following, next_literal = self.look()
            if kind == 'word':
                found.add(literal)
                if following == ')':
                    return found
                if following != ',':
                    raise SelectorError(f"found '{next_literal}', expected: ',' or ')'")
            elif kind == ',':
                if not found:
                    found.add('')
                if following == ')':
                    return found | {''}
                if following == ',':
                    self.take()
                    found.add('')
            else:
                raise SelectorError(f"found '{literal}', expected: ',', or identifier")

    def exact_value(self) -> set[str]:
        if self.look()[0] in (_END, ','):
            return {''}
        kind, literal = self.take()
        if kind == 'word':
            return {literal}
        raise SelectorError(f"found '{literal}', expected: identifier")


def _scan(text: str) -> Iterable[tuple[str, str]]:
    """labels.Lexer: (kind, literal) pairs, the last one the end of the string."""
    position, end = 0, len(text)
    while position < end:
        char = text[position]
        if char in ' \t\r\n':
            position += 1
        elif char in _SYMBOLS:
            symbol = text[position:position + 2] if text[position:position + 2] in _TOKENS else char
            position += len(symbol)
            yield symbol, symbol
        else:
            start = position
            while position < end and text[position] not in ' \t\r\n' and text[position] not in _SYMBOLS:
                position += 1
            yield 'word', text[start:position]
    yield _END, ''


@lru_cache(maxsize=512)
def parse(text: str) -> Selector:
    """labels.Parse: 'app=web,tier in (a,b),!legacy'. Raises SelectorError."""
    return Selector(_Parser(text).parse())


# -- field selectors ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldRequirement:
    """One term; `operator` is '=' or '!='."""

    field: str
    operator: str
    value: str

    def __str__(self) -> str:
        return f'{self.field}{self.operator}{_escape(self.value)}'


class FieldSelector:
    """A conjunction over an object's selectable fields."""

    __slots__ = ('requirements',)

    def __init__(self, requirements: Iterable[FieldRequirement]) -> None:
        self.requirements = tuple(requirements)

    @property
    def empty(self) -> bool:
        return not self.requirements

    def matches(self, values: Callable[[str], str]) -> bool:
        """Whether it matches; `values` gives the text of a field, '' where there is none."""
        return all((values(item.field) == item.value) == (item.operator == '=') for item in self.requirements)

    def __str__(self) -> str:
        return ','.join(map(str, self.requirements))


def _escape(value: str) -> str:
    return value.replace('\\', '\\\\').replace(',', '\\,').replace('=', '\\=')


def _unescape(value: str, whole: str) -> str:
    found, position = [], 0
    while position < len(value):
        char = value[position]
        if char == '\\':
            position += 1
            char = value[position:position + 1]
            if char not in ('\\', ',', '='):
                raise SelectorError(f'invalid field selector: invalid escape sequence: {chr(92)}{char}')
        elif char in ',=':
            raise SelectorError(f"invalid field selector: unescaped character in value: {char}")
        found.append(char)
        position += 1
    return ''.join(found)


@lru_cache(maxsize=512)
def parse_fields(text: str) -> FieldSelector:
    """fields.ParseSelector: 'metadata.name=web,status.phase!=Running'. Raises SelectorError."""
    found = []
    for term in re.split(r'(?<!\\),', text):
        if not term:
            continue
        match = re.match(r'(.*?)(!=|==|=)(.*)', term, re.DOTALL)
        if match is None:
            raise SelectorError(f"invalid selector: '{text}'; can't understand '{term}'")
        operator = '!=' if match[2] == '!=' else '='
        found.append(FieldRequirement(match[1], operator, _unescape(match[3], text)))
    return FieldSelector(found)
