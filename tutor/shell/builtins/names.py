"""What a name means: alias, type, command, history."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tutor.shell.builtins.arguments import parted
from tutor.shell.events import place_of
from tutor.shell.lookup import all_paths
from tutor.shell.parser import KEYWORDS
from tutor.shell.printing import function_text
from tutor.shell.process import IO
from tutor.shell.quoting import single_quoted
from tutor.shell.vfs import normalize

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
            word = 'alias ' if shell.dialect.name == 'bash' else ''
            io.stdout.write(f'{word}{name}={single_quoted(shell.aliases[name])}\n')
        else:
            shell.complain(io, f'alias: {name}: not found')
            status = 1
    return status


async def unalias(argv: list[str], io: IO, shell: Shell) -> int:
    if '-a' in argv:
        shell.aliases.clear()
        return 0
    status = 0
    for name in argv[1:]:
        if shell.aliases.pop(name, None) is None:
            shell.complain(io, f'unalias: {name}: not found')
            status = 1
    return status


async def type_of(argv: list[str], io: IO, shell: Shell) -> int:
    letters, names = parted(argv)
    status = 0
    for name in names:
        meanings = list(_meanings(name, shell, 'P' in letters))
        if not meanings:
            if shell.dialect.name != 'bash':
                io.stdout.write(f'{name}: not found\n')
                status = 127
                continue
            if not set(letters) & set('tpP'):
                shell.complain(io, f'type: {name}: not found')
            status = 1
        for kind, text in meanings if 'a' in letters else meanings[:1]:
            if 't' in letters:
                io.stdout.write(f'{kind}\n')
            elif 'p' not in letters and 'P' not in letters:
                io.stdout.write(f'{text}\n')
            elif kind == 'file':
                io.stdout.write(text.removeprefix(f'{name} is ').removeprefix('hashed (').removesuffix(')') + '\n')
    return status


def _meanings(name: str, shell: Shell, only_files: bool = False) -> Iterator[tuple[str, str]]:
    """What a name stands for, by what wins: a kind, and bash's sentence about it."""
    from tutor.shell.builtins.catalog import BUILTINS
    if not only_files:
        if name in shell.aliases and shell.expands_aliases:
            yield 'alias', f"{name} is aliased to `{shell.aliases[name]}'"
        if name in KEYWORDS:
            yield 'keyword', f'{name} is a shell keyword'
        if name in shell.functions:
            yield 'function', f'{name} is a function\n{function_text(shell.functions[name])}'
        if name in BUILTINS and name not in shell.disabled:
            yield 'builtin', f'{name} is a shell builtin'
    if '/' in name:
        if shell.ctx.files.exists(normalize(name, shell.ctx.cwd)):
            yield 'file', f'{name} is {name}'
        return
    if name in shell.hashed and not only_files:
        yield 'file', f'{name} is hashed ({shell.hashed[name].path})'
    for path in all_paths(shell, name):
        yield 'file', f'{name} is {path}'


async def command(argv: list[str], io: IO, shell: Shell) -> int:
    words = argv[1:]
    if words and words[0] in ('-v', '-V'):
        return _describe(words[1:], words[0] == '-V', io, shell)
    return await builtin([argv[0], *(word for word in words if word != '-p')], io, shell) if words else 0


def _describe(names: list[str], in_words: bool, io: IO, shell: Shell) -> int:
    """command -v and -V; with bash, one that is found is enough."""
    missing = 0
    for name in names:
        kind, text = next(_meanings(name, shell), ('', ''))
        if kind:
            io.stdout.write(f'{text if in_words else _short(kind, name, shell)}\n')
            continue
        missing += 1
        if in_words and shell.dialect.name != 'bash':
            io.stdout.write(f'{name}: not found\n')
        elif in_words:
            shell.complain(io, f'command: {name}: not found')
    if shell.dialect.name != 'bash':
        return 127 if missing else 0
    return int(missing == len(names) and bool(names))


def _short(kind: str, name: str, shell: Shell) -> str:
    """What `command -v` says of a name."""
    if kind == 'alias':
        return f'alias {name}={single_quoted(shell.aliases[name])}'
    return shell.which(name) or name if kind == 'file' else name


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


async def fc(argv: list[str], io: IO, shell: Shell) -> int:
    """fc -l [-nr] [FIRST [LAST]] | fc -s [OLD=NEW] [COMMAND]: list what was typed, or run it again."""
    lines: list[str] = list(shell.ctx.extras.get('history') or ())
    letters = ''.join(word[1:] for word in argv[1:] if word.startswith('-') and not word[1:].isdigit())
    words = [word for word in argv[1:] if not word.startswith('-') or word[1:].isdigit()]
    if lines and lines[-1].startswith('fc'):
        lines.pop()
    if not lines and 'l' in letters:
        return 0
    if 's' in letters:
        return await _again(words, lines, io, shell)
    if 'l' not in letters:
        shell.complain(io, 'fc: error: no editor is opened here; use fc -l to list, and fc -s to run a command again')
        return 1
    first = place_of(words[0], lines) if words else max(len(lines) - 16, 0)
    last = place_of(words[1], lines) if len(words) > 1 else len(lines) - 1
    if first is None or last is None:
        shell.complain(io, 'fc: history specification out of range')
        return 1
    numbers = range(min(first, last), max(first, last) + 1)
    for place in reversed(numbers) if ('r' in letters) is not (first > last) else numbers:
        io.stdout.write(f'{"" if "n" in letters else place + 1}\t {lines[place]}\n')
    return 0


async def _again(words: list[str], lines: list[str], io: IO, shell: Shell) -> int:
    changes = [word.split('=', 1) for word in words if '=' in word]
    names = [word for word in words if '=' not in word]
    place = place_of(names[0] if names else '-1', lines)
    if place is None:
        shell.complain(io, 'fc: no command found')
        return 1
    text = lines[place]
    for old, new in changes:
        text = text.replace(old, new)
    io.stderr.write(text + '\n')
    shell.sourcing += 1
    try:
        return await shell.run_block(text)
    finally:
        shell.sourcing -= 1
