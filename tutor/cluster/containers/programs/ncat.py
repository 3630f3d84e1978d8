"""ncat, nmap's netcat: what --listen and --recv-only do of it."""

from __future__ import annotations

from contextlib import suppress

from tutor.cluster.containers.executables import execute
from tutor.cluster.simulation import BrokenPipe, Pipe
from tutor.shell.process import IO, Connection, Context, NameNotFound

CHUNK = 64 * 1024
SWITCHES = ('keep-open', 'listen', 'recv-only', 'send-only')


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """ncat [--recv-only] HOST PORT, ncat --listen [--keep-open] [--send-only] PORT [-c COMMAND]"""
    switches: set[str] = set()
    words, command = [], ''
    pending = argv[1:]
    while pending:
        word = pending.pop(0)
        if word in ('-c', '--sh-exec') and pending:
            command = pending.pop(0)
        elif word.startswith('--'):
            name = word[2:].partition('=')[0]
            if name not in (*SWITCHES, 'max-conns'):
                io.stderr.write(f'ncat: error: --{name} is not simulated here\n')
                return 2
            switches.add(name)
        else:
            words.append(word)
    if 'listen' in switches and words and words[-1].isdigit():
        return await _listen(int(words[-1]), command, 'keep-open' in switches, io, ctx)
    if len(words) == 2 and words[1].isdigit():
        return await _receive(words[0], int(words[1]), io, ctx)
    io.stderr.write('Ncat: You must specify a host to connect to. QUITTING.\n')
    return 2


async def _receive(host: str, port: int, io: IO, ctx: Context) -> int:
    network = ctx.host.network
    assert network is not None
    try:
        connection = await network.connect((await network.resolve(host))[0], port, 10)
    except NameNotFound:
        io.stderr.write(f'Ncat: Could not resolve hostname "{host}": Name or service not known. QUITTING.\n')
        return 2
    except OSError as problem:
        io.stderr.write(f'Ncat: {problem.strerror}.\n')
        return 1
    try:
        while data := await connection.reader.read(CHUNK):
            io.stdout.write(data)
            await io.stdout.drain()
    finally:
        connection.close()
    return 0


async def _listen(port: int, command: str, again: bool, io: IO, ctx: Context) -> int:
    network = ctx.host.network
    assert network is not None
    ended = ctx.simulation.future()

    async def serve(connection: Connection) -> None:
        nothing = Pipe(ctx.simulation)
        nothing.close()
        with suppress(BrokenPipe):
            await execute(['/bin/sh', '-c', command], IO(nothing, connection.writer, io.stderr), ctx)
        if not again:
            ended.resolve(None)

    try:
        network.listen(port, serve)
    except OSError as problem:
        io.stderr.write(f'Ncat: bind to 0.0.0.0:{port}: {problem.strerror}. QUITTING.\n')
        return 2
    await ended
    return 0
