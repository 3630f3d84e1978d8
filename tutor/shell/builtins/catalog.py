"""The builtins: name → where it is."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from tutor.shell.process import IO

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

Builtin = Callable[[list[str], IO, 'Shell'], Awaitable[int]]


@dataclass(frozen=True, slots=True)
class Entry:
    module: str
    function: str

    def load(self) -> Builtin:
        return getattr(import_module(f'tutor.shell.builtins.{self.module}'), self.function)


BUILTINS: dict[str, Entry] = {
    '.': Entry('control', 'source'),
    ':': Entry('control', 'colon'),
    '[': Entry('output', 'test'),
    'alias': Entry('names', 'alias'),
    'bg': Entry('jobs', 'bg'),
    'bind': Entry('commands', 'bind'),
    'break': Entry('control', 'leave'),
    'builtin': Entry('names', 'builtin'),
    'caller': Entry('control', 'caller'),
    'cd': Entry('folders', 'cd'),
    'command': Entry('names', 'command'),
    'compgen': Entry('completing', 'compgen'),
    'complete': Entry('completing', 'complete'),
    'compopt': Entry('completing', 'compopt'),
    'continue': Entry('control', 'leave'),
    'declare': Entry('declaring', 'declare'),
    'dirs': Entry('folders', 'dirs'),
    'disown': Entry('extras', 'disown'),
    'echo': Entry('output', 'echo'),
    'enable': Entry('commands', 'enable'),
    'eval': Entry('control', 'evaluate'),
    'exec': Entry('control', 'replace'),
    'exit': Entry('control', 'leave_shell'),
    'export': Entry('declaring', 'export'),
    'false': Entry('control', 'false'),
    'fc': Entry('names', 'fc'),
    'fg': Entry('jobs', 'fg'),
    'getopts': Entry('getopts', 'getopts'),
    'hash': Entry('commands', 'remember'),
    'help': Entry('extras', 'help_about'),
    'history': Entry('names', 'history'),
    'jobs': Entry('jobs', 'jobs'),
    'kill': Entry('jobs', 'kill'),
    'let': Entry('declaring', 'let'),
    'local': Entry('declaring', 'local'),
    'logout': Entry('control', 'leave_shell'),
    'mapfile': Entry('reading', 'mapfile'),
    'popd': Entry('folders', 'popd'),
    'printf': Entry('output', 'printf'),
    'pushd': Entry('folders', 'pushd'),
    'pwd': Entry('folders', 'pwd'),
    'read': Entry('reading', 'read'),
    'readarray': Entry('reading', 'mapfile'),
    'readonly': Entry('declaring', 'readonly'),
    'return': Entry('control', 'leave_function'),
    'set': Entry('options', 'set_options'),
    'shift': Entry('control', 'shift'),
    'shopt': Entry('options', 'shopt'),
    'source': Entry('control', 'source'),
    'test': Entry('output', 'test'),
    'times': Entry('extras', 'times'),
    'trap': Entry('traps', 'trap'),
    'true': Entry('control', 'colon'),
    'type': Entry('names', 'type_of'),
    'typeset': Entry('declaring', 'declare'),
    'ulimit': Entry('limits', 'ulimit'),
    'umask': Entry('options', 'umask'),
    'unalias': Entry('names', 'unalias'),
    'unset': Entry('declaring', 'unset'),
    'wait': Entry('jobs', 'wait'),
}
