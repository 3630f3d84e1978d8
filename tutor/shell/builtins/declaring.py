"""export, local, declare, readonly, unset, let."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.shell.process import IO
from tutor.shell.syntax import Text, Word
from tutor.shell.variables import ReadOnly, Variable

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

NAME = re.compile(r'[A-Za-z_][A-Za-z0-9_]*')


async def export(argv: list[str], io: IO, shell: Shell) -> int:
    words = [word for word in argv[1:] if not word.startswith('-')]
    if not words:
        for name, value in sorted(shell.variables.exported().items()):
            io.stdout.write(f'declare -x {name}="{_escaped(value)}"\n')
        return 0
    return _each(words, argv[0], io, shell, local=False, change=lambda v: _set(v, exported='-n' not in argv))


async def readonly(argv: list[str], io: IO, shell: Shell) -> int:
    words = [word for word in argv[1:] if not word.startswith('-')]
    return _each(words, argv[0], io, shell, local=False, change=lambda v: _set(v, readonly=True))


async def local(argv: list[str], io: IO, shell: Shell) -> int:
    if len(shell.variables.scopes) < 2:
        shell.complain(io, 'local: can only be used in a function')
        return 1
    return await declare(argv, io, shell)


async def declare(argv: list[str], io: IO, shell: Shell) -> int:
    letters = ''.join(word[1:] for word in argv[1:] if word.startswith('-'))
    words = [word for word in argv[1:] if not word.startswith(('-', '+'))]
    if 'f' in letters or 'F' in letters:
        return _functions(words, io, shell)
    if 'p' in letters or not words:
        return _print(words or list(shell.variables.names()), io, shell)
    inside = len(shell.variables.scopes) > 1 and 'g' not in letters

    def change(variable: Variable) -> None:
        variable.exported = variable.exported or 'x' in letters
        variable.integer = variable.integer or 'i' in letters
        if 'A' in letters and not variable.associative:
            variable.associative, variable.value = True, variable.value or {}
        if 'a' in letters and variable.value is None:
            variable.value = {}

    status = _each(words, argv[0], io, shell, inside, change)
    if 'r' in letters:
        for word in words:
            shell.variables.declare(word.partition('=')[0]).readonly = True
    return status


def _each(words: list[str], command: str, io: IO, shell: Shell, local: bool, change) -> int:
    status = 0
    for word in words:
        name, equals, value = word.partition('=')
        if not NAME.fullmatch(name):
            shell.complain(io, f"{command}: `{word}': not a valid identifier")
            status = 1
            continue
        variable = shell.variables.declare(name, local)
        if equals and variable.readonly:
            shell.complain(io, f'{name}: readonly variable')
            status = 1
            continue
        if equals and not (value == '' and isinstance(variable.value, dict)):
            variable.value = value
        change(variable)
    return status


def _set(variable: Variable, **attributes: bool) -> None:
    for name, value in attributes.items():
        setattr(variable, name, value)


def _functions(words: list[str], io: IO, shell: Shell) -> int:
    for name in words or sorted(shell.functions):
        if name not in shell.functions:
            return 1
        io.stdout.write(shell.functions[name].source + '\n')
    return 0


def _print(words: list[str], io: IO, shell: Shell) -> int:
    for name in words:
        variable = shell.variables.find(name)
        if variable is None:
            shell.complain(io, f'declare: {name}: not found')
            return 1
        flags = ''.join(letter for letter, on in (
            ('A', variable.associative), ('a', isinstance(variable.value, dict) and not variable.associative),
            ('i', variable.integer), ('r', variable.readonly), ('x', variable.exported)) if on) or '-'
        io.stdout.write(f'declare -{flags} {name}{_value(variable)}\n')
    return 0


def _value(variable: Variable) -> str:
    if variable.value is None:
        return ''
    if isinstance(variable.value, dict):
        items = ' '.join(f'[{key}]="{_escaped(value)}"' for key, value in variable.value.items())
        return f'=({items})'
    return f'="{_escaped(variable.value)}"'


def _escaped(text: str) -> str:
    return re.sub(r'(["\\$`])', r'\\\1', text)


async def unset(argv: list[str], io: IO, shell: Shell) -> int:
    for name in argv[1:]:
        if name.startswith('-'):
            continue
        match = re.fullmatch(r'(\w+)\[(.+)\]', name)
        try:
            if match:
                variable = shell.variables.find(match[1])
                if variable is not None and isinstance(variable.value, dict):
                    variable.value.pop(match[2] if variable.associative else int(match[2]), None)
            elif shell.variables.find(name) is not None and '-f' not in argv:
                shell.variables.unset(name)
            else:
                shell.functions.pop(name, None)
        except ReadOnly:
            shell.complain(io, f'unset: {name}: cannot unset: readonly variable')
            return 1
    return 0


async def let(argv: list[str], io: IO, shell: Shell) -> int:
    value = 0
    for text in argv[1:]:
        value = await shell.expander.arithmetic(Word((Text(text, True),), text))
    return int(value == 0)
