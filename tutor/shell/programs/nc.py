"""nc and telnet: a connection by hand, or a listener."""

from __future__ import annotations

import re

from tutor.cluster.simulation import BrokenPipe, Reader, Writer
from tutor.shell.process import IO, Connection, Context, NameNotFound
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.options import missing_operand, parse
from tutor.shell.programs.running import NotRunnable, start

CHUNK = 64 * 1024
SERVICES = {20: 'ftp-data', 22: 'ssh', 25: 'smtp', 53: 'domain', 80: 'http', 443: 'https', 3306: 'mysql',
            5432: 'postgresql',
            6379: 'redis', 8080: 'http-alt'}


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """nc [-zvnlku] [-w SECONDS] [-p PORT] [HOST] PORT"""
    argv, served = _program(argv) if ctx.host.userland == 'busybox' else (argv, [])
    options = parse(argv, ctx, 'zvnlkuw:p:i:q:s:N46', {'zero': 'z'})
    if ctx.host.network is None:
        raise Complaint('network is unreachable')
    if 'u' in options:
        raise Complaint('UDP is not simulated here')
    if 'l' in options:
        port = options.get('p') or (options.args[-1] if options.args else '')
        return await _listen(port, 'k' in options, served, io, ctx)
    if len(options.args) < 2:
        raise missing_operand(argv, ctx, 'missing port number')
    host, ports = options.args[0], _ports(options.args[1])
    limit = float(options.get('w')) if options.get('w').replace('.', '', 1).isdigit() else None
    status = 1
    for port in ports:
        connection = await _open(host, port, limit, 'v' in options, io, ctx)
        if connection is None:
            continue
        status = 0
        try:
            if 'z' not in options:
                await _converse(connection, io, ctx)
        finally:
            connection.close()
    return status


def _program(argv: list[str]) -> tuple[list[str], list[str]]:
    """The words before -e, and those after it: the program that talks to the other side."""
    place = next((place for place, word in enumerate(argv) if re.fullmatch(r'-[a-z]*e', word)), len(argv))
    rest = [argv[place][:-1]] if place < len(argv) and len(argv[place]) > len('-e') else []
    return argv[:place] + rest, argv[place + 1:]


async def telnet(argv: list[str], io: IO, ctx: Context) -> int:
    """telnet HOST [PORT]"""
    options = parse(argv, ctx, 'l:e:anE', {})
    if not options.args or ctx.host.network is None:
        raise missing_operand(argv, ctx)
    host, port = options.args[0], options.args[1] if len(options.args) > 1 else '23'
    busybox, network = ctx.host.userland == 'busybox', ctx.host.network
    if not port.isdigit():
        raise Complaint(f"bad port '{port}'" if busybox else f'could not resolve {host}/{port}: Servname not supported '
                        'for ai_socktype', bare=not busybox)
    try:
        address = (await network.resolve(host))[0]
    except OSError:
        raise Complaint(f"bad address '{host}'" if busybox else
                        f'could not resolve {host}/{port}: Name or service not known') from None
    if not busybox:
        io.stdout.write(f'Trying {address}...\n')
    try:
        connection = await network.connect(address, int(port))
    except OSError as problem:
        raise Complaint(f"can't connect to remote host ({address}): {reason(problem)}" if busybox else
                        f'Unable to connect to remote host: {reason(problem)}') from None
    io.stdout.write(f'Connected to {host}\n\n' if busybox else f"Connected to {host}.\nEscape character is '^]'.\n")
    try:
        await _converse(connection, io, ctx)
    finally:
        connection.close()
    io.stdout.write('Connection closed by foreign host\n' if busybox else 'Connection closed by foreign host.\n')
    return 1


def _ports(spec: str) -> list[int]:
    first, dash, last = spec.partition('-')
    if not first.isdigit() or (dash and not last.isdigit()) or not 0 < int(last or first) < 65536:
        raise Complaint(f'port number invalid: {spec}')
    return list(range(int(first), min(int(last or first), int(first) + 1024) + 1))


async def _open(host: str, port: int, limit: float | None, verbose: bool, io: IO, ctx: Context) -> Connection | None:
    network = ctx.host.network
    assert network is not None
    busybox = ctx.host.userland == 'busybox'
    try:
        address = (await network.resolve(host))[0]
    except (NameNotFound, OSError):
        raise Complaint(f"bad address '{host}'" if busybox else
                        f'getaddrinfo for host "{host}" port {port}: Name or service not known') from None
    try:
        connection = await network.connect(address, port, limit)
    except OSError as problem:
        why = reason(problem) if not isinstance(problem, TimeoutError) or busybox else \
            'Operation now in progress' if limit else 'Connection timed out'
        if busybox:
            if isinstance(problem, TimeoutError) and limit:
                io.stderr.write('nc: timed out\n')
            else:
                io.stderr.write(f"nc: can't connect to remote host ({address}): {why}\n" if not verbose else
                                f'nc: {host} ({address}:{port}): {why}\n')
        elif verbose:
            io.stderr.write(f'nc: connect to {host}{f" ({address})" if address != host else ""} port {port} (tcp) '
                            f'{"timed out" if isinstance(problem, TimeoutError) and limit else "failed"}: {why}\n')
        return None
    if verbose:
        name = SERVICES.get(port, '*')
        io.stderr.write(f'{host} ({address}:{port}) open\n' if busybox else
                        f'Connection to {host}{f" ({address})" if address != host else ""} {port} port '
                        f'[tcp/{name}] succeeded!\n')
    return connection


async def _converse(connection: Connection, io: IO, ctx: Context) -> None:
    """Standard input goes out, what comes is printed, until the other side ends."""
    sending = ctx.simulation.spawn(_copy(io.stdin, connection.writer, True), 'nc')
    try:
        await _copy(connection.reader, io.stdout, False)
    finally:
        sending.cancel()


async def _copy(reader: Reader, writer: Writer, ends: bool) -> None:
    try:
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()
        if ends:
            writer.close()
    except BrokenPipe:
        return


async def _hand_over(connection: Connection, served: list[str], io: IO, ctx: Context) -> None:
    """-e: a program has the connection as its standard streams."""
    try:
        await start(served, IO(connection.reader, connection.writer, connection.writer), ctx).exit
    except NotRunnable as problem:
        io.stderr.write(f"nc: can't execute '{served[0]}': {problem}\n")
    connection.close()


async def _listen(port: str, again: bool, served: list[str], io: IO, ctx: Context) -> int:
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise Complaint(f'port number invalid: {port}' if port else 'missing port with option -l')
    network = ctx.host.network
    assert network is not None
    ended = ctx.simulation.future()

    async def serve(connection: Connection) -> None:
        await (_hand_over(connection, served, io, ctx) if served else _converse(connection, io, ctx))
        if not again:
            ended.resolve(None)
    try:
        listener = network.listen(int(port), serve)
    except OSError as problem:
        raise Complaint(f'bind: {reason(problem)}' if ctx.host.userland == 'busybox' else reason(problem)) from None
    try:
        await ended
    finally:
        listener.close()
    return 0
