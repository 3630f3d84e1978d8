"""Running a template on an object (text/template/exec.go)."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from typing import Any

from tutor.apimachinery.gotemplate.formatting import text
from tutor.apimachinery.gotemplate.functions import FUNCTIONS, FunctionError, go_type, truth
from tutor.apimachinery.gotemplate.nodes import (
    Action,
    Branch,
    Call,
    Chain,
    Command,
    Dot,
    Function,
    Jump,
    Literal,
    Pipeline,
    TemplateError,
    Text,
    Variable,
)
from tutor.apimachinery.gotemplate.parser import Parser

MAX_STEPS = 1_000_000
TEXT_FIRST = ('base64decode', 'printf')
"""Functions whose first parameter is a string."""
MAX_CALLS = 200


class Missing:
    """A key that a map does not have: printed as '<no value>', nil to everything else."""

    def __bool__(self) -> bool:
        return False


MISSING = Missing()


class _Break(Exception):
    pass


class _Continue(Exception):
    pass


class Template:
    """A parsed template."""

    def __init__(self, source: str, name: str, allow_missing: bool, functions: Mapping[str, Callable[..., Any]]
                 ) -> None:
        self.functions = {**FUNCTIONS, **functions}
        parser = Parser(source, name, self.functions)
        self.name = name
        self.allow_missing = allow_missing
        self.body = parser.parse()
        self.templates = parser.templates

    def render(self, data: Any) -> str:
        """What it prints. Raises TemplateError, which has what was `printed` before."""
        run = _Run(self, data)
        try:
            run.nodes(self.body, data)
        except TemplateError as error:
            error.printed = ''.join(run.out)
            raise
        return ''.join(run.out)


class _Run:
    def __init__(self, template: Template, data: Any) -> None:
        self.template = template
        self.out: list[str] = []
        self.variables: list[tuple[str, Any]] = [('$', data)]
        self.steps = 0
        self.calls = 0

    def nodes(self, nodes: list[Any], dot: Any) -> None:
        for node in nodes:
            self.steps += 1
            if self.steps > MAX_STEPS:
                raise TemplateError(f'template: {self.template.name}: too many steps')
            if isinstance(node, Text):
                self.out.append(node.text)
            elif isinstance(node, Action):
                value = self.pipeline(node.pipeline, dot)
                if not node.pipeline.variables:
                    self.out.append('<no value>' if value is MISSING or value is None else text(value))
            elif isinstance(node, Branch):
                self.branch(node, dot)
            elif isinstance(node, Call):
                self.call(node, dot)
            elif isinstance(node, Jump):
                raise _Break if node.kind == 'break' else _Continue

    def branch(self, node: Branch, dot: Any) -> None:
        mark = len(self.variables)
        if node.kind == 'range':
            self.range(node, dot)
        else:
            value = self.pipeline(node.pipeline, dot)
            if truth(value):
                self.nodes(node.body, value if node.kind == 'with' else dot)
            else:
                self.nodes(node.otherwise, dot)
        del self.variables[mark:]

    def range(self, node: Branch, dot: Any) -> None:
        value = self.pipeline(node.pipeline, dot, declare=False)
        names = node.pipeline.variables
        if isinstance(value, dict):
            pairs: list[tuple[Any, Any]] = [(key, value[key]) for key in sorted(value)]
        elif isinstance(value, list):
            pairs = list(enumerate(value))
        elif isinstance(value, int) and not isinstance(value, bool):
            pairs = [(number, number) for number in range(min(value, MAX_STEPS))]
        elif value is None or value is MISSING:
            pairs = []
        else:
            command = node.pipeline.commands[0]
            raise self.error(command, f"range can't iterate over {text(value)}")
        mark = len(self.variables)
        for key, item in pairs:
            if len(names) == 1:
                self.assign(names[0], item, node.pipeline.declares)
            elif names:
                self.assign(names[0], key, node.pipeline.declares)
                self.assign(names[1], item, node.pipeline.declares)
            try:
                self.nodes(node.body, item)
            except _Continue:
                pass
            except _Break:
                break
            finally:
                del self.variables[mark:]
        if not pairs:
            self.nodes(node.otherwise, dot)

    def call(self, node: Call, dot: Any) -> None:
        body = self.template.templates.get(node.name)
        name = self.template.name
        if body is None:
            raise TemplateError(f'template: {name}:{node.at}: executing "{name}" at <{{{{{node.source}}}}}>: '
                                f'template "{node.name}" not defined')
        self.calls += 1
        if self.calls > MAX_CALLS:
            raise TemplateError(f'template: {name}:{node.at}: exceeded maximum template depth ({MAX_CALLS})')
        value = self.pipeline(node.pipeline, dot) if node.pipeline else None
        outer, self.variables = self.variables, [('$', value)]
        self.nodes(body, value)
        self.variables = outer
        self.calls -= 1

    # -- pipelines -----------------------------------------------------------------------------------------------

    def pipeline(self, pipeline: Pipeline, dot: Any, declare: bool = True) -> Any:
        value: Any = None
        for number, command in enumerate(pipeline.commands):
            value = self.command(command, dot, (value,) if number else ())
        if declare:
            for name in pipeline.variables:
                self.assign(name, value, pipeline.declares)
        return value

    def assign(self, name: str, value: Any, declares: bool) -> None:
        if declares:
            self.variables.append((name, value))
            return
        for index in range(len(self.variables) - 1, -1, -1):
            if self.variables[index][0] == name:
                self.variables[index] = (name, value)
                return

    def command(self, command: Command, dot: Any, piped: tuple[Any, ...]) -> Any:
        first = command.arguments[0]
        if isinstance(first, Function):
            return self.function(command, dot, piped)
        if len(command.arguments) > 1 or piped:
            if isinstance(first, Chain) and first.names:
                raise self.error(first, f'{first.names[-1]} is not a method but has arguments')
            shown = getattr(first, 'source', '') or command.source
            raise self.error(Command([first], shown, command.at), f"can't give argument to non-function {shown}")
        if isinstance(first, Literal) and first.value is None:
            raise self.error(command, 'nil is not a command')
        return self.value(first, dot, command)

    def function(self, command: Command, dot: Any, piped: tuple[Any, ...]) -> Any:
        first, *rest = command.arguments
        name = first.name
        if name in ('and', 'or') and not piped:
            return self.short_circuit(name, command, rest, dot)
        given = [self.value(item, dot, command) for item in rest]
        if name in TEXT_FIRST and given:
            self.check_text(rest[0], given[0], command)
        if name == 'call' and given:
            shown = rest[0].source if isinstance(rest[0], (Chain, Literal)) else command.source
            raise self.error(command, 'error calling call: call of nil' if given[0] in (None, MISSING) else
                             f'error calling call: non-function {shown} of type {go_type(given[0])}')
        arguments = [None if value is MISSING else value for value in (*given, *piped)]
        function = self.template.functions[name]
        try:
            inspect.signature(function).bind(*arguments)
        except TypeError:
            raise self.error(command, f'wrong number of args for {name}: want {_wanted(function)} got {len(arguments)}'
                             ) from None
        try:
            return function(*arguments)
        except FunctionError as error:
            raise self.error(command, f'error calling {name}: {error}') from None

    def check_text(self, node: Any, value: Any, command: Command) -> None:
        """validateType for functions whose first argument is a string."""
        if isinstance(value, str):
            return
        at = node if isinstance(node, Chain) else command
        raise self.error(at, 'invalid value; expected string' if value in (None, MISSING) else
                         f'expected string; found {text(value)}')

    def short_circuit(self, name: str, command: Command, rest: list[Any], dot: Any) -> Any:
        if not rest:
            raise self.error(command, f'wrong number of args for {name}: want at least 1 got 0')
        value: Any = None
        for item in rest:
            value = self.value(item, dot, command)
            if truth(value) == (name == 'or'):
                break
        return value

    def value(self, node: Any, dot: Any, command: Command) -> Any:
        if isinstance(node, Chain):
            return self.chain(node, dot, command)
        if isinstance(node, Literal):
            return node.value
        if isinstance(node, Dot):
            return dot
        if isinstance(node, Variable):
            return next(value for name, value in reversed(self.variables) if name == node.name)
        if isinstance(node, Pipeline):
            return self.pipeline(node, dot)
        if isinstance(node, Function):
            return self.function(Command([node], command.source, command.at), dot, ())
        raise AssertionError(node)

    def chain(self, node: Chain, dot: Any, command: Command) -> Any:
        value = self.value(node.base, dot, command)
        for name in node.names:
            if value is MISSING:
                break  # a zero value has zero fields
            if value is None:
                raise self.error(_place(node), f'nil pointer evaluating interface {{}}.{name}')
            if not isinstance(value, dict):
                told = name == node.names[0] and (value is dot or isinstance(node.base, Pipeline))
                kind = go_type(value) if told else 'interface {}'
                raise self.error(_place(node), f"can't evaluate field {name} in type {kind}")
            if name not in value and not self.template.allow_missing:
                raise self.error(_place(node), f'map has no entry for key "{name}"')
            value = value.get(name, MISSING)
        return value

    def error(self, node: Command | Chain, problem: str) -> TemplateError:
        name = self.template.name
        return TemplateError(f'template: {name}:{node.at}: executing "{name}" at <{node.source}>: {problem}')


def _place(chain: Chain) -> Chain | Command:
    """What an error points at: of `(…).a` the last thing that was looked at in the parentheses."""
    if not isinstance(chain.base, Pipeline):
        return chain
    command = chain.base.commands[-1]
    last = command.arguments[-1]
    return last if isinstance(last, Chain) else command


def _wanted(function: Any) -> str:
    parameters = inspect.signature(function).parameters.values()
    fixed = sum(item.kind is not inspect.Parameter.VAR_POSITIONAL for item in parameters)
    return f'at least {fixed}' if len(list(parameters)) > fixed else str(fixed)
