"""tee."""

from __future__ import annotations

from typing import Any

from tutor.shell.access import open_write
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import reason
from tutor.shell.programs.inputs import CHUNK
from tutor.shell.programs.options import parse
from tutor.shell.streams import FileWriter, device_writer
from tutor.shell.vfs import File, normalize


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """tee [-ai] [FILE…]"""
    options = parse(argv, ctx, 'aip', {'append': 'a', 'ignore-interrupts': 'i'})
    writers: list[Any] = [io.stdout]
    status = 0
    for path in options.args:
        try:
            node = open_write(normalize(path, ctx.cwd), 'a' in options, ctx)
        except OSError as problem:
            io.stderr.write(f'{argv[0]}: {path}: {reason(problem)}\n')
            status = 1
            continue
        if isinstance(node, File):
            writers.append(FileWriter(ctx.files, node))
        else:
            writers.append(device_writer(node, io))
    while data := await io.stdin.read(CHUNK):
        for writer in writers:
            writer.write(data)
        await io.stdout.drain()
    return status
