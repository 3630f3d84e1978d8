"""Runs an awk program: variables, fields, expressions, statements."""

from __future__ import annotations

import math
import re
from typing import Any

from tutor.shell.process import IO, Context
from tutor.shell.programs.awk import tree
from tutor.shell.programs.awk.calls import SPECIAL
from tutor.shell.programs.awk.functions import PURE
from tutor.shell.programs.awk.inputs import Inputs
from tutor.shell.programs.awk.lexer import unescaped
from tutor.shell.programs.awk.output import Outputs
from tutor.shell.programs.awk.values import Input, Value, compare, formatted, number, text, truth
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.regex import BadPattern, compile_posix

MAX_STEPS = 1_500_000
MAX_CALLS = 150
MAX_FIELD = 100_000


class Next(Exception):
    """next and nextfile."""

    def __init__(self, whole_file: bool) -> None:
        super().__init__()
        self.whole_file = whole_file


class Exit(Exception):
    """exit."""


class Return(Exception):
    def __init__(self, value: Value) -> None:
        super().__init__()
        self.value = value


class Loop(Exception):
    """break and continue."""

    def __init__(self, again: bool) -> None:
        super().__init__()
        self.again = again


class Interpreter:
    """The state of one run. `set_record` gives it a line; `run` carries out statements."""

    def __init__(self, program: tree.Program, io: IO, ctx: Context) -> None:
        self.program = program
        self.ctx = ctx
        self.outputs = Outputs(io, ctx)
        self.inputs = Inputs(self, io, ctx)
        self.status = 0
        self.variables: dict[str, Any] = {
            'FS': ' ', 'OFS': ' ', 'ORS': '\n', 'RS': '\n', 'NR': 0.0, 'FNR': 0.0, 'SUBSEP': '\x1c', 'OFMT': '%.6g',
            'CONVFMT': '%.6g', 'RSTART': 0.0, 'RLENGTH': -1.0, 'FILENAME': '', 'ENVIRON': {
                name: Input(value) for name, value in ctx.env.items()}}
        self.scopes: list[dict[str, Any]] = []
        self.record = ''
        self._fields: list[Value] | None = []
        self._steps = 0
        self.random = ctx.simulation.random.__class__(0)
        self.seed = 0.0

    # -- records and fields -------------------------------------------------------------------------------------

    def set_record(self, record: str) -> None:
        self.record = Input(record)
        self._fields = None

    def _split(self) -> list[Value]:
        if self._fields is None:
            self._fields = [Input(part) for part in self.split(self.record, text(self.variables['FS']))]
        return self._fields

    def split(self, string: str, separator: str, pattern: re.Pattern[str] | None = None) -> list[str]:
        """Divide a string as FS says."""
        if pattern is None and separator == ' ':
            return string.split()
        if not string:
            return []
        if pattern is None and len(separator) == 1 and separator != '\\':
            return string.split(separator)
        if pattern is None and not separator:
            return list(string)
        expression = pattern or self.pattern(separator)
        parts, end = [], 0
        for match in expression.finditer(string):
            if match.end() > match.start():
                parts.append(string[end:match.start()])
                end = match.end()
        return [*parts, string[end:]]

    def field(self, place: int) -> Value:
        if place < 0:
            raise Complaint(f'trying to access out of range field {place}', 2)
        if not place:
            return self.record
        fields = self._split()
        return fields[place - 1] if place <= len(fields) else None

    def _set_field(self, place: int, value: Value) -> None:
        if not place:
            self.set_record(self.text(value))
            return
        if place < 0 or place > MAX_FIELD:
            raise Complaint(f'trying to access out of range field {place}', 2)
        fields = self._split()
        fields += [''] * (place - len(fields))
        fields[place - 1] = value
        self._rebuild()

    def _rebuild(self) -> None:
        assert self._fields is not None
        self.record = Input(self.text(self.variables['OFS']).join(self.text(field) for field in self._fields))

    def _set_count(self, count: int) -> None:
        fields = self._split()
        del fields[max(count, 0):]
        fields += [''] * (min(count, MAX_FIELD) - len(fields))
        self._rebuild()

    # -- variables ----------------------------------------------------------------------------------------------

    def text(self, value: Value) -> str:
        return text(value, str(self.variables['CONVFMT'])) if isinstance(value, float) else text(value)

    def pattern(self, source: str) -> re.Pattern[str]:
        try:
            return compile_posix(source, True, awk=True)
        except BadPattern as problem:
            raise Complaint(f'regular expression compile failed ({problem})\n{source}', 2) from None

    def get(self, name: str) -> Value:
        if name == 'NF':
            return float(len(self._split()))
        if self.scopes and name in self.scopes[-1]:
            value = self.scopes[-1][name]
        else:
            value = self.variables.get(name)
        if isinstance(value, dict):
            raise Complaint(f'type error: cannot use array {name} as a scalar', 2)
        return value

    def set(self, name: str, value: Value) -> None:
        if name == 'NF':
            self._set_count(int(number(value)))
            return
        scope = self.scopes[-1] if self.scopes and name in self.scopes[-1] else self.variables
        if isinstance(scope.get(name), dict) or name in self.program.functions:
            raise Complaint(f'type error: cannot assign to {name}', 2)
        scope[name] = value

    def assign(self, assignment: str) -> None:
        """NAME=VALUE of -v or among the files."""
        name, _, value = assignment.partition('=')
        self.set(name, Input(unescaped(value)))

    def array(self, name: str) -> dict[str, Any]:
        scope = self.scopes[-1] if self.scopes and name in self.scopes[-1] else self.variables
        found = scope.get(name)
        if found is None:
            found = scope[name] = {}
        if not isinstance(found, dict):
            raise Complaint(f'type error: {name} is not an array', 2)
        return found

    async def _key(self, subscripts: list[tree.Expression]) -> str:
        return str(self.variables['SUBSEP']).join([self.text(await self.value(each)) for each in subscripts])

    # -- statements ---------------------------------------------------------------------------------------------

    async def run(self, statements: list[tree.Statement]) -> None:
        for statement in statements:
            self._step()
            await self._run(statement)

    def _step(self) -> None:
        self._steps += 1
        if self._steps > MAX_STEPS:
            raise Complaint('stopped: the program does not end', 2)

    async def _run(self, node: tree.Statement) -> None:
        match node:
            case tree.Evaluate():
                await self.value(node.value)
            case tree.Output():
                await self._output(node)
            case tree.If():
                await self.run(node.yes if truth(await self.value(node.test)) else node.no)
            case tree.While():
                await self._while(node)
            case tree.For():
                await self._for(node)
            case tree.ForIn():
                await self._for_in(node)
            case tree.Jump():
                if node.kind in ('next', 'nextfile'):
                    raise Next(node.kind == 'nextfile')
                raise Loop(node.kind == 'continue')
            case tree.Leave():
                value = await self.value(node.value) if node.value is not None else None
                if node.kind == 'return':
                    raise Return(value)
                if node.value is not None:
                    self.status = int(number(value)) & 255
                raise Exit
            case tree.Delete():
                array = self.array(node.name)
                if node.subscripts:
                    array.pop(await self._key(node.subscripts), None)
                else:
                    array.clear()

    async def _body(self, body: list[tree.Statement]) -> bool:
        """Run a loop's body once; False when it breaks."""
        self._step()
        try:
            await self.run(body)
        except Loop as jump:
            return jump.again
        return True

    async def _while(self, node: tree.While) -> None:
        if node.after and not await self._body(node.body):
            return
        while truth(await self.value(node.test)) and await self._body(node.body):
            pass

    async def _for(self, node: tree.For) -> None:
        await self.run(node.start)
        while (node.test is None or truth(await self.value(node.test))) and await self._body(node.body):
            await self.run(node.step)

    async def _for_in(self, node: tree.ForIn) -> None:
        for key in list(self.array(node.array)):
            self.set(node.variable, Input(key))
            if not await self._body(node.body):
                break

    async def _output(self, node: tree.Output) -> None:
        values = [await self.value(each) for each in node.args]
        if node.form:
            if not values:
                raise Complaint('printf: no format', 2)
            shown = formatted(self.text(values[0]), values[1:])
        else:
            form = str(self.variables['OFMT'])
            shown = self.text(self.variables['OFS']).join(text(value, form) for value in values) if node.args \
                else self.record
            shown += self.text(self.variables['ORS'])
        target = self.text(await self.value(node.target)) if node.target is not None else ''
        self.outputs.write(shown, node.redirect, target)

    # -- expressions --------------------------------------------------------------------------------------------

    async def value(self, node: tree.Expression) -> Value:
        match node:
            case tree.Number() | tree.String():
                return node.value
            case tree.Field():
                return self.field(int(number(await self.value(node.index))))
            case tree.Name():
                return self.get(node.name)
            case tree.Binary():
                return await self._binary(node)
            case tree.Element():
                array, key = self.array(node.name), await self._key(node.subscripts)
                if key not in array:
                    array[key] = None
                return array[key]
            case tree.Assign():
                return await self._assign(node)
            case tree.Step():
                return await self._increment(node)
            case tree.Group():
                return await self.value(node.items[0]) if len(node.items) == 1 else await self._key(node.items)
            case tree.Regex():
                return float(node.pattern.search(self.record) is not None)
            case tree.Match():
                found = (await self.pattern_of(node.right)).search(self.text(await self.value(node.left))) is not None
                return float(found is not node.negated)
            case tree.Logical():
                left = truth(await self.value(node.left))
                if left is (node.operator == '||'):
                    return float(left)
                return float(truth(await self.value(node.right)))
            case tree.Unary():
                operand = await self.value(node.operand)
                return float(not truth(operand)) if node.operator == '!' else \
                    -number(operand) if node.operator == '-' else number(operand)
            case tree.Conditional():
                return await self.value(node.yes if truth(await self.value(node.test)) else node.no)
            case tree.Member():
                return float(await self._key(node.subscripts) in self.array(node.name))
            case tree.Call():
                return await self._call(node)
            case tree.Getline():
                return await self.inputs.getline(node)
        raise AssertionError(node)

    async def pattern_of(self, node: tree.Expression) -> re.Pattern[str]:
        return node.pattern if isinstance(node, tree.Regex) else self.pattern(self.text(await self.value(node)))

    async def _binary(self, node: tree.Binary) -> Value:
        left, right = await self.value(node.left), await self.value(node.right)
        if node.operator == 'concat':
            return self.text(left) + self.text(right)
        if node.operator in ('+', '-', '*', '/', '%', '^'):
            return self._calculate(node.operator, number(left), number(right))
        difference = compare(left, right)
        match node.operator:
            case '<':
                return float(difference < 0)
            case '<=':
                return float(difference <= 0)
            case '==':
                return float(not difference)
            case '!=':
                return float(bool(difference))
            case '>':
                return float(difference > 0)
        return float(difference >= 0)

    def _calculate(self, operator: str, left: float, right: float) -> float:
        if operator in '/%' and not right:
            if self.ctx.host.userland == 'busybox':
                raise Complaint('cmd. line:1: Division by zero', 2)
            return float('nan') if operator == '%' or not left else float('inf') * (1 if left > 0 else -1)
        try:
            match operator:
                case '+':
                    return left + right
                case '-':
                    return left - right
                case '*':
                    return left * right
                case '/':
                    return left / right
                case '%':
                    return math.fmod(left, right)
            power = left ** right
            return float(power) if isinstance(power, (int, float)) else float('nan')
        except (OverflowError, ValueError):
            return float('inf')
        except ZeroDivisionError:
            return float('inf')

    async def _assign(self, node: tree.Assign) -> Value:
        value = await self.value(node.value)
        if node.operator != '=':
            operator = node.operator[:-1].replace('**', '^')
            value = self._calculate(operator, number(await self.value(node.target)), number(value))
        await self.store(node.target, value)
        return value

    async def _increment(self, node: tree.Step) -> Value:
        before = number(await self.value(node.target))
        await self.store(node.target, before + node.amount)
        return before + node.amount if node.prefix else before

    async def store(self, target: tree.Name | tree.Field | tree.Element, value: Value) -> None:
        match target:
            case tree.Name():
                self.set(target.name, value)
            case tree.Field():
                self._set_field(int(number(await self.value(target.index))), value)
            case tree.Element():
                self.array(target.name)[await self._key(target.subscripts)] = value

    # -- functions ----------------------------------------------------------------------------------------------

    async def _call(self, node: tree.Call) -> Value:
        pure = PURE.get(node.name)
        if pure is not None:
            least, most, function = pure
            if not least <= len(node.args) <= most:
                raise Complaint(f'not enough arguments to {node.name}' if len(node.args) < least
                                else f'too many arguments to {node.name}', 2)
            return function([await self.value(each) for each in node.args])
        if node.name in self.program.functions:
            return await self._call_own(self.program.functions[node.name], node.args)
        special = SPECIAL.get(node.name)
        if special is None:
            raise Complaint(f'line 1: function {node.name} never defined', 2)
        return await special(self, node.args)

    async def _call_own(self, function: tree.Function, args: list[tree.Expression]) -> Value:
        if len(args) > len(function.parameters):
            raise Complaint(f'line 1: too many arguments in call to {function.name}', 2)
        if len(self.scopes) >= MAX_CALLS:
            raise Complaint(f'function {function.name}: nested too deeply', 2)
        scope: dict[str, Any] = {}
        passed: list[tuple[str, str]] = []
        for place, parameter in enumerate(function.parameters):
            if place >= len(args):
                scope[parameter] = None
            elif isinstance(arg := args[place], tree.Name) and arg.name != 'NF':
                outer = self.scopes[-1] if self.scopes and arg.name in self.scopes[-1] else self.variables
                scope[parameter] = outer.get(arg.name)
                if scope[parameter] is None:
                    passed.append((parameter, arg.name))
            else:
                scope[parameter] = await self.value(arg)
        self.scopes.append(scope)
        try:
            await self.run(function.body)
        except Return as returned:
            return returned.value
        finally:
            self.scopes.pop()
            for parameter, name in passed:
                if isinstance(scope[parameter], dict):
                    outer = self.scopes[-1] if self.scopes and name in self.scopes[-1] else self.variables
                    outer[name] = scope[parameter]
        return None
