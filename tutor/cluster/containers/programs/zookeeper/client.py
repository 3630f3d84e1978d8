"""zkCli.sh: one command, or those of standard input."""

from __future__ import annotations

import json
import shlex
from datetime import UTC, datetime
from typing import Any

from tutor.cluster.simulation import BrokenPipe
from tutor.shell.process import IO, Connection, Context

PORT = 2181
PAUSE = 1.0
TRIES = 30
CONNECTED = '\nWATCHER::\n\nWatchedEvent state:SyncConnected type:None path:null\n'
FAILURES = {'NoNode': 'Node does not exist: {}', 'NodeExists': 'Node already exists: {}',
            'NotEmpty': 'Node not empty: {}', 'BadVersion': 'version No is not valid : {}',
            'NoChildrenForEphemerals': 'Ephemerals cannot have children: {}'}
LISTED = ('ls', 'ls2', 'get', 'stat')
HELP = """\
ZooKeeper -server host:port cmd args
\tstat path [watch]
\tset path data [version]
\tls path [watch]
\tls2 path [watch]
\tdelete path [version]
\trmr path
\tget path [watch]
\tcreate [-s] [-e] path data acl
\tquit
"""


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    words, server = argv[1:], f'localhost:{PORT}'
    if words[:1] == ['-server'] and len(words) > 1:
        server, words = words[1], words[2:]
    host, _, port = server.split(',')[0].partition(':')
    io.stdout.write(f'Connecting to {server}\n')
    connection = await _connect(host, int(port or PORT) if (port or '0').isdigit() else PORT, io, ctx)
    if connection is None:
        io.stderr.write('Exception in thread "main" org.apache.zookeeper.KeeperException$ConnectionLossException: '
                        'KeeperErrorCode = ConnectionLoss'
                        + (f' for {words[1]}' if len(words) > 1 else '') + '\n')
        return 1
    try:
        if words:
            io.stdout.write(CONNECTED)
            return await _run(words, connection, io)
        io.stdout.write(f'Welcome to ZooKeeper!\nJLine support is disabled\n{CONNECTED}')
        count = 0
        while True:
            if io.stdout.isatty:
                io.stdout.write(f'[zk: {server}(CONNECTED) {count}] ')
            line = await io.stdin.readline()
            words = _split(line.decode('utf-8', 'replace'))
            if not line or words[:1] == ['quit']:
                io.stdout.write('Quitting...\n')
                return 0
            if words:
                await _run(words, connection, io)
                count += 1
    except (BrokenPipe, ValueError):
        io.stdout.write('KeeperErrorCode = ConnectionLoss\n')
        return 1
    finally:
        connection.close()


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


async def _connect(host: str, port: int, io: IO, ctx: Context) -> Connection | None:
    """A session: it is tried again every second, as the client does until its patience ends."""
    network = ctx.host.network
    assert network is not None
    for _ in range(TRIES):
        try:
            connection = await network.connect((await network.resolve(host))[0], port)
            await _ask({'op': 'ping'}, connection)
            return connection
        except (OSError, BrokenPipe, ValueError) as problem:
            why = f'java.net.ConnectException: {problem.strerror}' if isinstance(problem, OSError) else (
                'java.io.IOException: Connection reset by peer')
            wall = ctx.simulation.wall()
            io.stderr.write(f'{wall:%Y-%m-%d %H:%M:%S},{wall.microsecond // 1000:03} [myid:] - WARN  [main-SendThread('
                            f'{host}:{port}):ClientCnxn$SendThread@1162] - Session 0x0 for server null, unexpected '
                            f'error, closing socket connection and attempting reconnect\n{why}\n')
            await ctx.simulation.sleep(PAUSE)
    return None


async def _ask(request: dict[str, Any], connection: Connection) -> dict[str, Any]:
    """Raises BrokenPipe or ValueError when the connection ends."""
    connection.writer.write(json.dumps(request).encode() + b'\n')
    return json.loads(await connection.reader.readline())


async def _run(words: list[str], connection: Connection, io: IO) -> int:
    """One command; what it says goes to standard output, what fails too."""
    request = _request(words)
    if request is None:
        io.stderr.write(HELP)
        return 1
    answer = await _ask(request, connection)
    if 'error' in answer:
        io.stdout.write(FAILURES[answer['error']].format(request['path']) + '\n')
        return 1
    if words[0] in LISTED:
        if words[0] in ('ls', 'ls2'):
            io.stdout.write(f'[{", ".join(answer["children"])}]\n')
        elif words[0] == 'get':
            io.stdout.write(answer['data'] + '\n')
        if words[0] != 'ls':
            io.stdout.write(shown(answer))
    elif words[0] == 'create':
        io.stdout.write(f'Created {answer["path"]}\n')
    elif words[0] == 'set':
        io.stdout.write(shown(await _ask({'op': 'stat', 'path': request['path']}, connection)))
    return 0


def _request(words: list[str]) -> dict[str, Any] | None:
    """What a command asks of the server; None for one that there is not."""
    name, rest = words[0], words[1:]
    options = [word for word in rest if word in ('-s', '-e')]
    rest = [word for word in rest if word not in options]
    if not rest or not rest[0].startswith('/'):
        return None
    path = rest[0].rstrip('/') or '/'
    if name in LISTED:
        return {'op': 'stat', 'path': path}
    if name == 'create' and len(rest) > 1:
        return {'op': 'create', 'path': path, 'data': rest[1], 'ephemeral': '-e' in options,
                'sequential': '-s' in options}
    version = int(rest[-1]) if rest[-1].isdigit() and len(rest) > (2 if name == 'set' else 1) else -1
    if name == 'set' and len(rest) > 1:
        return {'op': 'set', 'path': path, 'data': rest[1], 'version': version}
    if name in ('delete', 'rmr'):
        return {'op': 'delete' if name == 'delete' else 'deleteall', 'path': path, 'version': version}
    return None


def shown(stat: dict[str, Any]) -> str:
    """The Stat of a node, as zkCli.sh prints it."""
    def moment(seconds: float) -> str:
        return f'{datetime.fromtimestamp(seconds, UTC):%a %b %d %H:%M:%S UTC %Y}'
    return (f'cZxid = {stat["czxid"]:#x}\nctime = {moment(stat["ctime"])}\nmZxid = {stat["mzxid"]:#x}\n'
            f'mtime = {moment(stat["mtime"])}\npZxid = {stat["pzxid"]:#x}\ncversion = {stat["cversion"]}\n'
            f'dataVersion = {stat["version"]}\naclVersion = 0\nephemeralOwner = {stat["owner"]:#x}\n'
            f'dataLength = {len(stat["data"].encode())}\nnumChildren = {len(stat["children"])}\n')
