"""CEL expressions as Kubernetes uses them: compiled once, evaluated on plain objects (apiserver/pkg/cel).

The library is imported when the first expression is compiled.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from typing import Any

from tutor.apimachinery import quantity
from tutor.apimachinery.cel_fields import display

_SEMVER = re.compile(r'(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+[0-9A-Za-z.-]+)?')
_MESSAGE = re.compile(r'\b(?:Object(?:\.\w+)*|JSONPatch)\s*\{')
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'(?:\\.|[^\'\\])*\'')
_PROBLEM = re.compile(r'ERROR: <input>:(\d+):(\d+): (.*)\n \| (.*)\n \| [.．]*\^')
_UNDECLARED = re.compile(r"undeclared reference to '(\w+(?:\.\w+)+)' ")
_TYPED = re.compile(r'\b(?:variables|request|namespaceObject|authorizer|device)\b|'
                    r'\b(?:quantity|semver|sum|min|max|findAll)\(')
"""What has a type for the API server, and none for us."""
_TYPE_NAMES = {'null': 'null_type', 'duration': 'google.protobuf.Duration', 'timestamp': 'google.protobuf.Timestamp'}
_RUNTIME = (
    (re.compile(r'NOT_FOUND: Key not found in map : "(.*)"'), r'no such key: \1'),
    (re.compile(r'.*No matching overloads.*', re.S), 'no such overload'),
    (re.compile(r'.*(?:cannot convert (\w+) to |onversion error from \'(\w+)\' to \')(\w+)\'?'),
     r"type conversion error from '\1\2' to '\3'"),
    (re.compile(r'.*divide by zero'), 'division by zero'),
    (re.compile(r'.*Index error: index=(-?\d+) size=\d+'), r'index out of bounds: \1'),
)
"""What cel-cpp says of a value that cannot be had, and what cel-go says."""
_FIELD = re.compile(r'([{,]\s*)([A-Za-z_]\w*)(\s*:)')


class ExpressionError(ValueError):
    """An expression that does not compile, or has no value; the text is cel-go's."""


class Program:
    """A compiled expression over some variables."""

    def __init__(self, compiled: Any, error_type: Any) -> None:
        self._compiled = compiled
        self._error_type = error_type
        self.kind: str = compiled.return_type().name()

    def evaluate(self, variables: Mapping[str, Any]) -> Any:
        """The value as plain Python; raises ExpressionError."""
        try:
            found = self._compiled.eval(data=variables)
        except RuntimeError as error:
            raise ExpressionError(_text(error)) from None
        if found.type() == self._error_type:
            raise ExpressionError(_runtime(str(found.plain_value())))
        return found.plain_value()


@lru_cache(maxsize=2048)
def compile(text: str, variables: tuple[str, ...]) -> Program:
    """Compile an expression; raises ExpressionError with where it is wrong."""
    from cel_expr_python import cel
    try:
        return Program(_environment(variables).compile(_objects_as_maps(text)), cel.Type.ERROR)
    except RuntimeError as error:
        raise ExpressionError(_text(error)) from None


def problem(text: str, variables: tuple[str, ...], *wanted: str) -> str:
    """What the API server says of an expression that does not compile, or has none of the wanted types (as cel-go
    writes them; none: any); '' for a good one (compiler.CompileCELExpression)."""
    try:
        found = output_type(text, variables)
    except ExpressionError as error:
        return f'compilation failed: {error}'
    if not wanted or found in wanted or (found == 'dyn' and _TYPED.search(text)):
        return ''
    allowed = wanted[0] if len(wanted) == 1 else f'one of [{" ".join(wanted)}]'
    return f'must evaluate to {allowed} but got {found}'


def output_type(text: str, variables: tuple[str, ...]) -> str:
    """The type of what an expression gives, as cel-go writes it: 'bool', 'list(dyn)'; raises ExpressionError."""
    kind = compile(text, variables).kind.lower().replace('<', '(').replace('>', ')')
    return re.sub(r'\b(?:null|duration|timestamp)\b', lambda name: _TYPE_NAMES[name[0]], kind)


@cache
def _environment(variables: tuple[str, ...]) -> Any:
    from cel_expr_python import cel
    from cel_expr_python.ext import ext_bindings, ext_math, ext_optional, ext_strings
    extensions = [ext_strings.ExtStrings(), ext_optional.ExtOptional(), ext_math.ExtMath(), ext_bindings.ExtBindings()]
    return cel.NewEnv(variables=dict.fromkeys(variables, cel.Type.DYN), extensions=extensions,
                      functions=_functions(cel))


def _functions(cel: Any) -> list[Any]:
    """Kubernetes' own library for lists and regular expressions (apiserver/pkg/cel/library)."""
    kind = cel.Type

    def member(name: str, implementation: Callable[..., Any], result: Any, *parameters: Any) -> Any:
        return cel.FunctionDecl(name, [cel.Overload(
            f'kubernetes_{name}', return_type=result, parameters=list(parameters), is_member=True,
            impl=implementation)])
    return [
        cel.FunctionDecl('jsonpatch.escapeKey', [cel.Overload(
            'string_jsonpatch_escapeKey_string', return_type=kind.STRING, parameters=[kind.STRING], is_member=False,
            impl=lambda text: text.replace('~', '~0').replace('/', '~1'))]),
        *_ordered(cel),
        member('isSorted', lambda values: list(values) == sorted(values), kind.BOOL, kind.LIST),
        member('sum', sum, kind.DYN, kind.LIST),
        member('min', min, kind.DYN, kind.LIST),
        member('max', max, kind.DYN, kind.LIST),
        member('find', lambda text, pattern: (re.search(pattern, text) or [''])[0], kind.STRING, kind.STRING,
               kind.STRING),
        member('findAll', lambda text, pattern: [found[0] for found in re.finditer(pattern, text)], kind.DYN,
               kind.STRING, kind.STRING),
    ]


def _ordered(cel: Any) -> list[Any]:
    """quantity() and semver(): what has an order of its own is kept as a map that says what it is."""
    kind = cel.Type

    def function(name: str, member: bool, implementation: Callable[..., Any], result: Any, *parameters: Any) -> Any:
        return cel.FunctionDecl(name, [cel.Overload(f'kubernetes_{name}', return_type=result, is_member=member,
                                                    parameters=list(parameters), impl=implementation)])
    return [
        function('quantity', False, lambda text: _checked({'quantity': text}), kind.DYN, kind.STRING),
        function('isQuantity', False, lambda text: _is({'quantity': text}), kind.BOOL, kind.STRING),
        function('semver', False, lambda text: _checked({'version': text}), kind.DYN, kind.STRING),
        function('isSemver', False, lambda text: _is({'version': text}), kind.BOOL, kind.STRING),
        function('compareTo', True, _compare, kind.INT, kind.MAP, kind.MAP),
        function('isGreaterThan', True, lambda one, other: _compare(one, other) > 0, kind.BOOL, kind.MAP, kind.MAP),
        function('isLessThan', True, lambda one, other: _compare(one, other) < 0, kind.BOOL, kind.MAP, kind.MAP),
    ]


def _rank(value: Mapping[str, str]) -> Any:
    if 'quantity' in value:
        return quantity.parse(value['quantity']).value
    found = _SEMVER.fullmatch(value['version'])
    if found is None:
        raise ValueError('invalid semantic version')
    # What has no pre-release part comes after all that has; numbers in it come before words.
    parts = [(0, int(part), '') if part.isdigit() else (1, 0, part) for part in (found[4] or '').split('.')]
    return [int(found[1]), int(found[2]), int(found[3])], not found[4], parts


def _compare(one: Mapping[str, str], other: Mapping[str, str]) -> int:
    before, after = _rank(one), _rank(other)
    return (before > after) - (before < after)


def _checked(value: dict[str, str]) -> dict[str, str]:
    _rank(value)
    return value


def _is(value: dict[str, str]) -> bool:
    try:
        _rank(value)
    except ValueError:
        return False
    return True


def _objects_as_maps(text: str) -> str:
    """`Object.spec{replicas: 1}` and `JSONPatch{op: "add"}` of mutations, as the maps that they stand for."""
    if not _MESSAGE.search(text):
        return text
    kept: list[str] = []

    def keep(found: re.Match[str]) -> str:
        kept.append(found[0])
        return f'\0{len(kept) - 1}\0'
    bare = _MESSAGE.sub('{', _STRING.sub(keep, text))
    bare = _FIELD.sub(r'\1"\2"\3', bare)
    return re.sub('\0(\\d+)\0', lambda found: kept[int(found[1])], bare)


def _text(error: Exception) -> str:
    """cel-go's words for what cel-cpp finds wrong, in the order of the places (Errors.ToDisplayString)."""
    text = str(error).removesuffix(' [INVALID_ARGUMENT]').removeprefix('INVALID_ARGUMENT: ')
    problems = [(int(line), *_as_cel_go(int(column), said, shown))
                for line, column, said, shown in _PROBLEM.findall(text)]
    return '\n'.join(display(*problem) for problem in sorted(problems, key=lambda item: item[:2])) or text


def _as_cel_go(column: int, said: str, shown: str) -> tuple[int, str, str]:
    """cel-go has no word for a macro, and misses the variable that a chain of fields begins with, not the chain."""
    said = said.replace('has() argument must be a field selection', 'invalid argument to has() macro')
    chain = _UNDECLARED.match(said)
    if chain is None:
        return column, said, shown
    places = [found.start() + 1 for found in re.finditer(rf'(?<![\w.]){re.escape(chain[1])}(?!\w)', shown)]
    place = min(places, key=lambda place: abs(place - column), default=column)
    return place, said.replace(chain[1], chain[1].partition('.')[0], 1), shown


def _runtime(text: str) -> str:
    """cel-go's words for what cel-cpp says."""
    for said, words in _RUNTIME:
        if found := said.fullmatch(text):
            return found.expand(words)
    return text.partition(': ')[2] or text
