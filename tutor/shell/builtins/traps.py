"""trap."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tutor.shell.builtins.jobs import ALL, list_signals
from tutor.shell.process import IO
from tutor.shell.quoting import single_quoted
from tutor.shell.unwinding import Exit, Failed

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

OWN = ('EXIT', 'DEBUG', 'ERR', 'RETURN')
ORDER = ('EXIT', *ALL, 'DEBUG', 'ERR', 'RETURN')
USAGE = 'trap: usage: trap [-lp] [[arg] signal_spec ...]\n'


async def trap(argv: list[str], io: IO, shell: Shell) -> int:
    """trap [-lp] [[COMMAND] SIGNAL…]"""
    words = argv[1:]
    if words[:1] == ['-l']:
        list_signals([], io, shell)
        return 0
    if not words or words[0] == '-p':
        return _show([_name(word) or '' for word in words[1:]], io, shell)
    if words[0] == '--':
        words = words[1:]
    command, names = (words[0], words[1:]) if len(words) > 1 else ('-', words)
    if len(words) == 1 and _name(words[0]) is None:
        io.stderr.write(USAGE)
        return 2
    status = 0
    shell.inherited_traps = {}
    for word in names:
        name = _name(word)
        if name is None:
            shell.complain(io, f'trap: {word}: invalid signal specification')
            status = 1
        else:
            _set(name, command, shell)
    return status


def _name(word: str) -> str | None:
    """EXIT, ERR, INT …: the name of a signal or its number; None for another word."""
    if word.isdigit():
        number = int(word)
        return 'EXIT' if not number else ALL[number - 1] if number <= len(ALL) else None
    name = word.upper().removeprefix('SIG')
    return name if name in ORDER else None


def _show(names: list[str], io: IO, shell: Shell) -> int:
    traps = shell.traps or shell.inherited_traps
    for name in ORDER:
        if name in traps and (not names or name in names):
            shown = name if name in OWN or shell.dialect.name != 'bash' else f'SIG{name}'
            io.stdout.write(f'trap -- {single_quoted(traps[name])} {shown}\n')
    return 0


def _set(name: str, command: str, shell: Shell) -> None:
    if command == '-':
        shell.traps.pop(name, None)
        shell.ctx.signals.pop(name, None)
        return
    shell.traps[name] = command
    if name not in OWN and not command:
        shell.ctx.signals[name] = lambda: None
    elif name not in OWN:
        shell.ctx.signals[name] = _handler(name, shell)


def _handler(name: str, shell: Shell) -> Callable[[], None]:
    def run() -> None:
        if shell.held.takes(name):
            return

        async def handle() -> None:
            try:
                await shell.run_trap(name)
            except Exit as leaving:
                shell.status = leaving.status
                status = await shell.run_exit_trap()
                process = shell.ctx.host.processes.get(shell.ctx.pid)
                if process is not None and process.task is not None:
                    process.exit_status = status
                    process.task.cancel()
            except Failed:
                pass
        shell.ctx.simulation.spawn(handle(), f'trap {name}')
    return run
