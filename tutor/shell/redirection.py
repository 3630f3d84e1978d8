"""Redirections: which streams a command gets."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Any

from tutor.cluster.simulation import Reader, Writer
from tutor.shell.access import READ, allowed, open_write
from tutor.shell.process import IO
from tutor.shell.streams import BytesReader, FileWriter, NullWriter, device_writer, file_reader
from tutor.shell.substitution import ReadEnd, WriteEnd, from_process, to_process
from tutor.shell.syntax import ProcessSubstitution, Redirect
from tutor.shell.unwinding import Failed
from tutor.shell.vfs import Device, Directory, File, normalize

if TYPE_CHECKING:
    from tutor.shell.interpreter import Shell

BOTH = ('&>', '&>>', '>&')


async def redirected(shell: Shell, redirects: list[Redirect], io: IO) -> tuple[IO, list[Any]]:
    """The streams after redirections, and what was opened; raises Failed."""
    if not redirects:
        return io, []
    streams: dict[int, Any] = {0: io.stdin, 1: io.stdout, 2: io.stderr, **shell.descriptors}
    opened: list[Any] = []
    for redirect in redirects:
        await _redirect(shell, redirect, streams, opened, io)
    shell.redirected_descriptors = {number: stream for number, stream in streams.items() if number > 2}
    return IO(streams[0], streams[1], streams[2]), opened


async def close_all(opened: list[Any]) -> None:
    """Close what redirections have opened; the commands of >(…) are waited for."""
    for stream in opened:
        stream.close()
    for stream in opened:
        if isinstance(stream, WriteEnd):
            await stream.task


async def _redirect(shell: Shell, redirect: Redirect, streams: dict[int, Any], opened: list[Any], io: IO) -> None:
    operator, number = redirect.operator, redirect.descriptor
    match redirect.target.parts:
        case (ProcessSubstitution(writes=False) as part,) if operator == '<':
            reader = from_process(shell, part, io)
            streams[number or 0] = reader
            opened.append(ReadEnd(reader))
            return
        case (ProcessSubstitution(writes=True) as part,) if operator in ('>', '>>', '>|'):
            end = to_process(shell, part, io)
            streams[1 if number is None else number] = end.pipe
            opened.append(end)
            return
    target = await _target(shell, redirect, io)
    if redirect.variable:
        number = _new_descriptor(shell, redirect, streams)
    if operator in ('<<', '<<-', '<<<'):
        text = target + '\n' if operator == '<<<' else target
        streams[number or 0] = BytesReader(text.encode('utf-8', 'surrogateescape'))
    elif operator in ('>&', '<&') and (target.isdigit() or target == '-'):
        default = 1 if operator == '>&' else 0
        _duplicate(shell, default if number is None else number, target, default, streams, io)
    elif operator in ('<', '<>'):
        streams[number or 0] = open_read(shell, target, streams, io)
    else:
        writer = _open_write(shell, target, operator in ('>>', '&>>'), operator == '>', streams, io)
        opened.append(writer)
        for each in (1, 2) if operator in BOTH else (1 if number is None else number,):
            streams[each] = writer


async def _target(shell: Shell, redirect: Redirect, io: IO) -> str:
    """The text of a here-document, or the one word that a file's name is to become; raises Failed."""
    if redirect.operator in ('<<', '<<-', '<<<') or shell.dialect.name != 'bash':
        return await shell.guarded(shell.expander.text, redirect.target, io)
    words = await shell.expanded([redirect.target], io)
    if len(words) != 1:
        shell.complain(io, f'{redirect.target.source}: ambiguous redirect')
        raise Failed
    return words[0]


def _new_descriptor(shell: Shell, redirect: Redirect, streams: dict[int, Any]) -> int:
    """{name}>file: a free descriptor from 10 on, whose number the variable gets; or the one that it has."""
    name, _, index = redirect.variable.partition('[')
    held = shell.expander.elements.find(name, index.removesuffix(']') if index else None) or ''
    if redirect.operator in ('>&', '<&') and held.isdigit():
        return int(held)
    number = next(number for number in range(10, 1000) if number not in streams)
    shell.expander.elements.assign(redirect.variable, str(number))
    return number


def _duplicate(shell: Shell, number: int, target: str, default: int, streams: dict[int, Any], io: IO) -> None:
    """2>&1, >&-."""
    if target == '-':
        streams[number] = NullWriter() if default else BytesReader()
        if number > 2:
            del streams[number]
    elif int(target) in streams:
        streams[number] = streams[int(target)]
    else:
        shell.complain(io, f'{target}: Bad file descriptor')
        raise Failed


def open_read(shell: Shell, path: str, streams: dict[int, Any], io: IO) -> Reader:
    """A file for reading; raises Failed with the message written."""
    try:
        if not path:
            raise FileNotFoundError(errno.ENOENT, 'No such file or directory')
        node = shell.ctx.files.node(normalize(path, shell.ctx.cwd))
        if isinstance(node, Directory):
            raise OSError(errno.EISDIR, 'Is a directory')
        if not allowed(node, shell.ctx, READ):
            raise OSError(errno.EACCES, 'Permission denied')
    except OSError as problem:
        shell.complain(io, shell.dialect.cannot_open(path, problem))
        raise Failed(2 if shell.dialect.name == 'dash' else 1) from None
    if isinstance(node, Device) and node.kind in ('stdin', 'tty'):
        return streams[0]
    assert isinstance(node, (File, Device))
    return file_reader(node, shell.ctx.simulation)


def _open_write(shell: Shell, path: str, append: bool, clobbers: bool, streams: dict[int, Any], io: IO) -> Writer:
    whole = normalize(path, shell.ctx.cwd)
    if not path:
        missing = FileNotFoundError(errno.ENOENT, 'No such file or directory')
        shell.complain(io, shell.dialect.cannot_create(path, missing))
        raise Failed(2 if shell.dialect.name == 'dash' else 1)
    if clobbers and shell.options.get('noclobber') and shell.ctx.files.is_file(whole):
        shell.complain(io, f'{path}: cannot overwrite existing file')
        raise Failed
    try:
        node = open_write(whole, append, shell.ctx)
    except OSError as problem:
        shell.complain(io, shell.dialect.cannot_create(path, problem))
        raise Failed(2 if shell.dialect.name == 'dash' else 1) from None
    if isinstance(node, Device):
        return device_writer(node, IO(io.stdin, streams[1], streams[2]))
    return FileWriter(shell.ctx.files, node)
