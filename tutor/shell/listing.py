"""What a shell makes of the environment when it begins, and the variables that it lists: bash, dash and ash each their
own, and each in its way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tutor.shell.inheriting import forget_other_names
from tutor.shell.printing import function_text
from tutor.shell.quoting import array, if_needed
from tutor.shell.special import ARRAYS, OF_BASH
from tutor.shell.switches import NAMES, SHOPT, is_on
from tutor.shell.variables import Variable, is_name

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

SHOWN = ('BASH', 'BASH_VERSION', 'EUID', 'HOSTNAME', 'HOSTTYPE', 'IFS', 'MACHTYPE', 'OPTIND', 'OSTYPE', 'PPID', 'PS4',
         'SHLVL', 'UID')
"""Variables that bash has of itself and lists."""
EMPTY = ('BASH_ALIASES', 'BASH_ARGV', 'BASH_CMDS', 'BASH_LINENO', 'BASH_SOURCE', 'DIRSTACK')
PROMPTS = {'dash': ('# ', '$ '), 'ash': ('\\w \\$ ', '\\w \\$ ')}


def begin(shell: Shell) -> None:
    """Put into the environment what a shell that starts puts there: where it is, and how deep in other shells."""
    variables = shell.variables
    if shell.dialect.name == 'dash':
        forget_other_names(shell)
    variables.set('PWD', shell.ctx.cwd)
    variables.declare('PWD').exported = True
    if shell.dialect.name == 'dash':
        return
    level = variables.get('SHLVL') or ''
    variables.set('SHLVL', str(int(level) + 1 if level.isdigit() else 1))
    variables.declare('SHLVL').exported = True
    if shell.dialect.name == 'bash':
        variables.declare('OLDPWD').exported = True


def assignments(shell: Shell) -> Iterator[str]:
    """The lines of `set`: all variables in order, after which bash shows the functions."""
    bash = shell.dialect.name == 'bash'
    found = _of_bash(shell) if bash else _of_others(shell)
    for name in shell.variables.names():
        variable = shell.variables.find(name)
        if variable is not None and variable.value is not None and is_name(name):
            found[name] = _assigned(variable) if bash else quoted(shell.variables.get(name) or '')
    yield from (f'{name}={text}' for name, text in sorted(found.items()))
    if bash:
        yield from (function_text(shell.functions[name]) for name in sorted(shell.functions))


def declared(shell: Shell, command: str, wanted: Callable[[Variable], bool]) -> Iterator[str]:
    """What `export` and `readonly` list outside bash: commands that would do it again."""
    for name in shell.variables.names():
        variable = shell.variables.own(name)
        if variable is not None and wanted(variable) and is_name(name):
            yield f'{command} {name}' + (f'={quoted(variable.value)}' if isinstance(variable.value, str) else '')


def quoted(text: str) -> str:
    """A text between quotes, as dash writes it (single_quote)."""
    return "'" + text.replace("'", "'\"'\"'") + "'"


def _assigned(variable: Variable) -> str:
    value = variable.value
    return array(variable.elements, variable.associative) if isinstance(value, dict) else if_needed(value or '')


def _of_bash(shell: Shell) -> dict[str, str]:
    found = {name: if_needed(OF_BASH[name](shell) or '') for name in SHOWN}
    found |= dict.fromkeys(EMPTY, '()')
    found |= {name: array(make(shell)) for name, make in ARRAYS.items()}
    options, more = (':'.join(name for name in sorted(names) if is_on(name, shell)) for names in (NAMES, SHOPT))
    return {**found, 'GROUPS': '()', 'BASH_ARGC': '([0]="0")', 'BASHOPTS': more, 'OPTERR': '1',
            'SHELLOPTS': options}


def _of_others(shell: Shell) -> dict[str, str]:
    root, other = PROMPTS[shell.dialect.name]
    own = {'IFS': ' \t\n', 'OPTIND': '1', 'PPID': '0', 'PS1': other if shell.ctx.uid else root, 'PS2': '> ',
           'PS4': '+ '}
    return {name: quoted(text) for name, text in own.items()}
