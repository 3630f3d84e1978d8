"""What a name means: alias, type, command, history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.shell.parser import CLOSING, OPENING
from tutor.shell.process import IO

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell


async def alias(argv: list[str], io: IO, shell: Shell) -> int:
    status = 0
    if len(argv) == 1:
        argv = [argv[0], *sorted(shell.aliases)]
    for word in argv[1:]:
        name, equals, value = word.partition('=')
        if equals:
            shell.aliases[name] = value
        elif name in shell.aliases:
            io.stdout.write(f"alias {name}='{shell.aliases[name]}'\n")
        else:
            shell.complain(io, f'alias: {name}: not found')
            status = 1
    return status


async def unalias(argv: list[str], io: IO, shell: Shell) -> int:
    if '-a' in argv:
        shell.aliases.clear()
        return 0
    for name in argv[1:]:
        if shell.aliases.pop(name, None) is None:
            shell.complain(io, f'unalias: {name}: not found')
            return 1
    return 0


async def type_of(argv: list[str], io: IO, shell: Shell) -> int:
    status = 0
    brief = '-t' in argv
    for name in argv[1:]:
        if name.startswith('-'):
            continue
        kind, text = _meaning(name, shell)
        if kind is None:
            if not brief:
                shell.complain(io, f'type: {name}: not found')
            status = 1
        elif not (brief and kind == ''):
            io.stdout.write((kind if brief else text) + '\n')
    return status


def _meaning(name: str, shell: Shell) -> tuple[str | None, str]:
    from tutor.shell.builtins.catalog import BUILTINS
    if name in shell.aliases:
        return 'alias', f"{name} is aliased to `{shell.aliases[name]}'"
    if name in OPENING | CLOSING:
        return 'keyword', f'{name} is a shell keyword'
    if name in shell.functions:
        return 'function', f'{name} is a function\n{shell.functions[name].source}'
    if name in BUILTINS:
        return 'builtin', f'{name} is a shell builtin'
    path = shell.which(name)
    return ('file', f'{name} is {path}') if path else (None, '')


async def command(argv: list[str], io: IO, shell: Shell) -> int:
    words = argv[1:]
    if words and words[0] in ('-v', '-V'):
        status = 0
        for name in words[1:]:
            kind, text = _meaning(name, shell)
            if kind is None:
                status = 1
                continue
            short = {'alias': f"alias {name}='{shell.aliases.get(name)}'", 'file': shell.which(name)}.get(kind, name)
            io.stdout.write(f'{text if words[0] == "-V" else short}\n')
        return status
    return await builtin([argv[0], *(word for word in words if word != '-p')], io, shell) if words else 0


async def builtin(argv: list[str], io: IO, shell: Shell) -> int:
    """Run a builtin or a program, whatever functions are called so."""
    from tutor.shell.builtins.catalog import BUILTINS
    found = BUILTINS.get(argv[1]) if len(argv) > 1 else None
    if found is not None:
        return await found.load()(argv[1:], io, shell)
    if argv[0] == 'builtin':
        shell.complain(io, f'builtin: {argv[1] if len(argv) > 1 else ""}: not a shell builtin')
        return 1
    return await shell.execute(argv[1:], io)


async def history(argv: list[str], io: IO, shell: Shell) -> int:
    entries = shell.ctx.extras.get('history')
    if entries is None:
        return 0
    if argv[1:] == ['-c']:
        entries.clear()
        return 0
    if argv[1:2] == ['-d']:
        if len(argv) < 3 or not argv[2].isdigit() or not entries.delete(int(argv[2])):
            shell.complain(io, f'history: {" ".join(argv[2:3])}: history position out of range')
            return 1
        return 0
    lines = list(entries)
    start = max(len(lines) - int(argv[1]), 0) if len(argv) > 1 and argv[1].isdigit() else 0
    for number, line in enumerate(lines[start:], start + 1):
        io.stdout.write(f'{number:5}  {line}\n')
    return 0
