"""export, local, declare, readonly, unset, let."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.shell import listing
from tutor.shell.arithmetic import ArithmeticProblem
from tutor.shell.builtins.arguments import parted
from tutor.shell.elements import REFERENCE, BadSubscript
from tutor.shell.printing import function_text
from tutor.shell.process import IO
from tutor.shell.quoting import array, double_quoted
from tutor.shell.unwinding import Exit, ExpansionProblem
from tutor.shell.variables import ReadOnly, Variable, is_name

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


def _attributes(argv: list[str]) -> tuple[str, str, list[str]]:
    """The letters that are switched on (-), those switched off (+), and the other words."""
    on, words = parted(argv)
    off = ''.join(word[1:] for word in words if word.startswith('+'))
    return on, off, [word for word in words if not word.startswith('+')]


async def export(argv: list[str], io: IO, shell: Shell) -> int:
    """export [-fn] [NAME[=VALUE]…] or export -p"""
    on, _, words = _attributes(argv)
    if not words:
        _list(argv[0], io, shell, lambda variable: variable.exported)
        return 0
    if 'f' in on:
        return _export_functions(words, io, shell)
    return _each(words, argv[0], io, shell, False, lambda variable: _set(variable, exported='n' not in on))


def _export_functions(words: list[str], io: IO, shell: Shell) -> int:
    for name in words:
        if name not in shell.functions:
            shell.complain(io, f'export: {name}: not a function')
            return 1
        variable = shell.variables.declare(f'BASH_FUNC_{name}%%')
        variable.value, variable.exported = function_text(shell.functions[name]).removeprefix(f'{name} '), True
    return 0


async def readonly(argv: list[str], io: IO, shell: Shell) -> int:
    """readonly [-p] [NAME[=VALUE]…]"""
    _, _, words = _attributes(argv)
    if not words:
        _list(argv[0], io, shell, lambda variable: variable.readonly)
        return 0
    return _each(words, argv[0], io, shell, False, lambda variable: _set(variable, readonly=True))


async def local(argv: list[str], io: IO, shell: Shell) -> int:
    if not shell.inside_function:
        if shell.dialect.name != 'bash':
            shell.complain(io, 'local: not in a function')
            raise Exit(2)
        shell.complain(io, 'local: can only be used in a function')
        return 1
    return await declare(argv, io, shell)


async def declare(argv: list[str], io: IO, shell: Shell) -> int:
    """declare [-aAfFgilnprux] [NAME[=VALUE]…]"""
    on, off, words = _attributes(argv)
    if 'f' in on or 'F' in on:
        return _functions(words, 'F' in on, io, shell)
    if 'p' in on and words:
        return _print(words, io, shell)
    if not words:
        _print_all(io, shell, lambda variable: all(letter in variable.letters for letter in on if letter in 'aAilnrux'))
        return 0
    inside = shell.inside_function and 'g' not in on
    status = _each(words, argv[0], io, shell, inside, lambda variable: _attribute(variable, on, off))
    if 'r' in on:
        for word in words:
            shell.variables.declare(word.partition('=')[0]).readonly = True
    return status


def _attribute(variable: Variable, on: str, off: str) -> None:
    variable.exported = (variable.exported or 'x' in on) and 'x' not in off
    variable.integer = (variable.integer or 'i' in on) and 'i' not in off
    variable.letter_case = 'l' if 'l' in on else 'u' if 'u' in on else '' if off else variable.letter_case
    if 'A' in on and not variable.associative:
        variable.associative, variable.value = True, variable.value if isinstance(variable.value, dict) else {}
    if 'a' in on:
        variable.array = True
        if isinstance(variable.value, str):
            variable.value = {0: variable.value}
    if 'n' in on and isinstance(variable.value, str):
        variable.reference, variable.value = variable.value, None


def _each(words: list[str], command: str, io: IO, shell: Shell, local: bool,
          change: Callable[[Variable], None]) -> int:
    status = 0
    for word in words:
        name, equals, value = word.partition('=')
        if not is_name(name):
            shell.complain(io, f'{command}: {shell.dialect.no_name(word)}')
            status = 1
            continue
        variable = shell.variables.declare(name, local)
        if equals and variable.readonly:
            shell.complain(io, f'{command}: {name}: readonly variable' if command != 'export' else
                           f'{name}: readonly variable')
            status = 1
            continue
        change(variable)
        if equals:
            variable.put(str(shell.expander.number(value)) if variable.integer else value)
            if not variable.reference:
                change(variable)
    return status


def _set(variable: Variable, **attributes: bool) -> None:
    for name, value in attributes.items():
        setattr(variable, name, value)


def _functions(words: list[str], names_only: bool, io: IO, shell: Shell) -> int:
    status = 0
    for name in words or sorted(shell.functions):
        if name not in shell.functions:
            status = 1
            continue
        exported = shell.variables.own(f'BASH_FUNC_{name}%%') is not None
        if names_only:
            io.stdout.write(f'{name}\n' if words else f'declare -f{"x" if exported else ""} {name}\n')
        else:
            io.stdout.write(function_text(shell.functions[name]) + '\n')
    return status


def _list(command: str, io: IO, shell: Shell, wanted: Callable[[Variable], bool]) -> None:
    if shell.dialect.name == 'bash':
        _print_all(io, shell, wanted)
    else:
        io.stdout.write(''.join(f'{line}\n' for line in listing.declared(shell, command, wanted)))


def _print_all(io: IO, shell: Shell, wanted: Callable[[Variable], bool]) -> None:
    for name in shell.variables.names():
        variable = shell.variables.own(name)
        if variable is not None and wanted(variable) and is_name(name):
            io.stdout.write(_declaration(name, variable) + '\n')


def _print(words: list[str], io: IO, shell: Shell) -> int:
    status = 0
    for name in words:
        variable = shell.variables.own(name)
        if variable is None:
            shell.complain(io, f'declare: {name}: not found')
            status = 1
        else:
            io.stdout.write(_declaration(name, variable) + '\n')
    return status


def _declaration(name: str, variable: Variable) -> str:
    return f'declare -{variable.letters or "-"} {name}{_value(variable)}'


def _value(variable: Variable) -> str:
    if variable.reference:
        return f'="{variable.reference}"'
    if variable.value is None:
        return ''
    if isinstance(variable.value, str):
        return f'={double_quoted(variable.value)}'
    return f'={array(variable.elements, variable.associative)}'


async def unset(argv: list[str], io: IO, shell: Shell) -> int:
    """unset [-fvn] [NAME…]"""
    on, _, words = _attributes(argv)
    status = 0
    for name in words:
        match = REFERENCE.fullmatch(name)
        if match is None and 'v' in on:
            shell.complain(io, f'unset: {shell.dialect.no_name(name)}')
            status = 1
            continue
        try:
            if match is not None and match[2] is not None:
                _unset_element(match[1], match[2], shell)
            elif 'f' not in on and shell.variables.own(name) is not None:
                own = shell.variables.own(name)
                shell.variables.unset(own.reference if own is not None and own.reference and 'n' not in on else name)
            elif 'v' not in on:
                shell.functions.pop(name, None)
        except ReadOnly:
            shell.complain(io, f'unset: {name}: cannot unset: readonly variable')
            status = 1
        except (ArithmeticProblem, BadSubscript) as problem:
            shell.complain(io, f'unset: {problem}')
            status = 1
    return status


def _unset_element(name: str, index: str, shell: Shell) -> None:
    variable = shell.variables.find(name)
    if variable is not None and index in ('@', '*') and not variable.associative:
        shell.variables.unset(name)
    elif variable is not None and isinstance(variable.value, dict):
        variable.value.pop(shell.expander.elements.key(name, index.strip('\'"')), None)


async def let(argv: list[str], io: IO, shell: Shell) -> int:
    """let EXPRESSION…"""
    value = 0
    if len(argv) < 2:
        shell.complain(io, 'let: expression expected')
        return 1
    for text in argv[1:]:
        try:
            value = shell.expander.number(text)
        except ExpansionProblem as problem:
            shell.complain(io, f'let: {problem}')
            return 1 if shell.dialect.name == 'bash' else 2
    return int(value == 0)
