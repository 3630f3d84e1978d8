"""The server (QuorumPeerMain): it reads zoo.cfg, keeps the tree in its data folder and serves clients."""

from __future__ import annotations

import json
import re
from typing import Any

from tutor.cluster.containers.programs.serving import until_terminated
from tutor.cluster.containers.programs.zookeeper.quorum import STANDALONE, NotServing, Peer, Quorum
from tutor.cluster.containers.programs.zookeeper.tree import Tree, ZooKeeperError
from tutor.cluster.simulation import BrokenPipe
from tutor.shell.process import IO, Connection, Context

VERSION = '3.4.10-39d3a4f269333c922ed3db283be479f9deacaa0f, built on 03/23/2017 10:13 GMT'
WORDS = ('ruok', 'stat', 'srvr', 'mntr', 'conf', 'cons', 'envi', 'isro', 'dump', 'wchs')
STARTING = 2.0
TERMINATED = 143
_server = re.compile(r'(?m)^server\.(\d+)=([^:\s]+):(\d+):(\d+)')


async def java(argv: list[str], io: IO, ctx: Context) -> int:
    """java … org.apache.zookeeper.server.quorum.QuorumPeerMain FILE."""
    if not any(word.endswith('QuorumPeerMain') for word in argv):
        io.stderr.write('java: error: only the server of ZooKeeper runs here\n')
        return 1
    return await Server(io, ctx, argv[-1]).run()


class Server:
    """One server of the ensemble."""

    def __init__(self, io: IO, ctx: Context, path: str) -> None:
        self._io = io
        self._ctx = ctx
        text = ctx.files.read_text(path)
        self._settings = dict(re.findall(r'(?m)^(\w+)=\s*(.*?)\s*$', text))
        self._peers = [Peer(int(number), host, int(port), int(election))
                       for number, host, port, election in _server.findall(text)]
        self._tree = Tree()
        self._sessions = 0
        self._number = 0
        self._store = f'{self._settings.get("dataDir", "/tmp/zookeeper")}/version-2'

    async def run(self) -> int:
        ctx, network = self._ctx, self._ctx.host.network
        assert network is not None
        await ctx.simulation.sleep(STARTING)
        port = int(self._settings.get('clientPort', 2181))
        try:
            self._number = int(ctx.files.read_text(f'{self._settings.get("dataDir", "")}/myid'))
        except (OSError, ValueError):
            if self._peers:
                self._log('ERROR', 'QuorumPeerMain@85', 'Invalid config, exiting abnormally')
                return 2
        ctx.files.make_dirs(self._store)
        if ctx.files.is_file(f'{self._store}/snapshot'):
            self._tree.load(json.loads(ctx.files.read_text(f'{self._store}/snapshot')))
        self._quorum = Quorum(ctx, self._number, self._peers, self._tree, self._save, self._log)
        network.listen(port, self._serve)
        self._log('INFO', 'NIOServerCnxnFactory@89', f'binding to port 0.0.0.0/0.0.0.0:{port}')
        task = ctx.simulation.spawn(self._quorum.run(), 'quorum') if len(self._peers) > 1 else None
        try:
            await until_terminated(ctx)
        finally:
            if task is not None:
                task.cancel()
        return TERMINATED

    def _log(self, level: str, place: str, text: str) -> None:
        wall = self._ctx.simulation.wall()
        self._io.stdout.write(f'{wall:%Y-%m-%d %H:%M:%S},{wall.microsecond // 1000:03} [myid:{self._number or ""}] - '
                              f'{level:<5} [{"main:" if place.startswith("QuorumPeerMain") else ""}{place}] - {text}\n')

    def _save(self) -> None:
        self._ctx.files.put(f'{self._store}/snapshot', json.dumps(self._tree.plain()))

    # -- clients ------------------------------------------------------------------------------------------------

    async def _serve(self, connection: Connection) -> None:
        first = await connection.reader.read(4)
        if first.decode('latin-1') in WORDS:
            word, peer = first.decode(), f'/{connection.peer[0]}:{connection.peer[1]}'
            self._log('INFO', 'NIOServerCnxn@883', f'Processing {word} command from {peer}')
            connection.writer.write(self._word(word, peer).encode())
            self._log('INFO', 'NIOServerCnxn@1044', f'Closed socket connection for client {peer} (no session '
                      'established for client)')
            return
        line = first + await connection.reader.readline()
        session = 0
        try:
            while line.startswith(b'{'):
                request = json.loads(line)
                if not session:
                    self._sessions += 1
                    session = self._number << 56 | int(self._ctx.simulation.now * 1000) << 16 | self._sessions
                    await self._quorum.change({'op': 'open', 'session': session})
                connection.writer.write(json.dumps(await self._answer(request, session)).encode() + b'\n')
                line = await connection.reader.readline()
            await self._close(session)
        except (NotServing, ValueError):
            self._log('WARN', 'NIOServerCnxn@373', 'Exception causing close of session 0x0: ZooKeeperServer not '
                      'running')
        except BrokenPipe:
            await self._close(session)

    async def _close(self, session: int) -> None:
        try:
            if session:
                await self._quorum.change({'op': 'close', 'session': session})
        except NotServing:
            return

    async def _answer(self, request: dict[str, Any], session: int) -> dict[str, Any]:
        if not self._quorum.serving:
            raise NotServing
        try:
            if request['op'] == 'stat':
                return self._tree.stat(request['path'])
            if request['op'] == 'ping':
                return {}
            return await self._quorum.change({**request, 'session': session})
        except ZooKeeperError as error:
            return {'error': str(error)}

    def _word(self, word: str, peer: str) -> str:
        """The answer to a four letter word."""
        if word == 'ruok':
            return 'imok'
        if word == 'conf':
            names = ('clientPort', 'dataDir', 'dataLogDir', 'tickTime', 'maxClientCnxns', 'minSessionTimeout',
                     'maxSessionTimeout')
            return ''.join(f'{name}={self._settings[name]}\n' for name in names if name in self._settings) + (
                f'serverId={self._number}\n')
        if word == 'envi':
            return ('Environment:\nzookeeper.version=' + VERSION + f'\nhost.name={self._ctx.host.hostname}\n'
                    'java.version=1.8.0_131\njava.vendor=Oracle Corporation\nos.name=Linux\nos.arch=amd64\n')
        if not self._quorum.serving:
            return 'This ZooKeeper instance is not currently serving requests\n'
        role, tree = self._quorum.role, self._tree
        if word == 'isro':
            return 'rw'
        if word in ('stat', 'srvr'):
            clients = f'Clients:\n {peer}[0](queued=0,recved=1,sent=0)\n\n' if word == 'stat' else ''
            return (f'Zookeeper version: {VERSION}\n{clients}Latency min/avg/max: 0/0/0\nReceived: 1\nSent: 0\n'
                    f'Connections: 1\nOutstanding: 0\nZxid: {tree.zxid:#x}\nMode: {role}\n'
                    f'Node count: {len(tree.nodes)}\n')
        if word == 'mntr':
            found = {'zk_version': VERSION, 'zk_server_state': role, 'zk_znode_count': len(tree.nodes),
                     'zk_ephemerals_count': sum(bool(node.owner) for node in tree.nodes.values()),
                     **({'zk_followers': self._quorum.followers, 'zk_synced_followers': self._quorum.followers}
                        if role not in (STANDALONE, 'follower') else {})}
            return ''.join(f'{name}\t{value}\n' for name, value in found.items())
        return '\n'
