"""How the servers of an ensemble agree: they vote for who knows most, and what the leader changes all others do."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tutor.cluster.containers.programs.zookeeper.tree import EPOCH_SHIFT, Transaction, Tree, ZooKeeperError
from tutor.cluster.simulation import BrokenPipe, Future
from tutor.shell.process import Connection, Context

LOOKING, FOLLOWING, LEADING, STANDALONE = 'looking', 'follower', 'leader', 'standalone'
PAUSE = 1.0
PATIENCE = 2.0
"""Seconds for a vote to come, and for a change to be agreed upon."""


class NotServing(Exception):
    """There is no quorum."""


@dataclass(frozen=True, slots=True)
class Peer:
    """One `server.N=host:port:port` of zoo.cfg."""

    number: int
    host: str
    port: int
    election: int


class Quorum:
    """This server's part in the ensemble."""

    def __init__(self, ctx: Context, number: int, peers: list[Peer], tree: Tree, stored: Callable[[], None],
                 log: Callable[..., None]) -> None:
        self._ctx = ctx
        self._number = number
        self._peers = peers
        self._tree = tree
        self._stored = stored
        self._log = log
        self.role = LOOKING if len(peers) > 1 else STANDALONE
        self._followers: dict[int, Connection] = {}
        self._link: Connection | None = None
        self._asked: dict[int, Future[dict[str, Any]]] = {}
        self._count = 0
        self._left = ctx.simulation.future()

    @property
    def serving(self) -> bool:
        if self.role == LEADING:
            return self._enough(len(self._followers) + 1)
        return self.role != LOOKING

    @property
    def followers(self) -> int:
        return len(self._followers)

    def _enough(self, count: int) -> bool:
        return count > len(self._peers) // 2

    async def run(self) -> None:
        """Vote, and then follow or lead, for ever."""
        network, own = self._ctx.host.network, next(peer for peer in self._peers if peer.number == self._number)
        assert network is not None
        network.listen(own.election, self._serve_vote)
        network.listen(own.port, self._serve_follower)
        while True:
            self.role = LOOKING
            self._log('INFO', 'QuorumPeer@774', 'LOOKING')
            while (leader := await self._elect()) is None:
                await self._ctx.simulation.sleep(PAUSE)
            if leader.number == self._number:
                await self._lead()
            else:
                await self._follow(leader)

    # -- the election -------------------------------------------------------------------------------------------

    def _vote(self) -> dict[str, Any]:
        return {'zxid': self._tree.zxid, 'number': self._number, 'leads': self.role == LEADING}

    async def _serve_vote(self, connection: Connection) -> None:
        if await connection.reader.readline():
            connection.writer.write(json.dumps(self._vote()).encode() + b'\n')

    async def _elect(self) -> Peer | None:
        """Who leads, once more than half of all servers have told what they know."""
        votes = [self._vote()]
        for peer in self._peers:
            if peer.number != self._number:
                vote = await self._vote_of(peer)
                votes.extend([vote] if vote is not None else [])
        if not self._enough(len(votes)):
            return None
        best = max(votes, key=lambda vote: (vote['leads'], vote['zxid'], vote['number']))
        return next((peer for peer in self._peers if peer.number == best['number']), None)

    async def _vote_of(self, peer: Peer) -> dict[str, Any] | None:
        connection = None
        try:
            connection = await self._connect(peer.host, peer.election)
            connection.writer.write(b'vote\n')
            return json.loads(await connection.reader.readline())
        except (OSError, BrokenPipe, ValueError) as problem:
            self._log('WARN', 'QuorumCnxManager@588', f'Cannot open channel to {peer.number} at election address '
                      f'{peer.host}:{peer.election}' + (f': {problem.strerror}' if isinstance(problem, OSError)
                                                        and problem.strerror else ''))
            return None
        finally:
            if connection is not None:
                connection.close()

    async def _connect(self, host: str, port: int) -> Connection:
        network = self._ctx.host.network
        assert network is not None
        return await network.connect((await network.resolve(host))[0], port, PATIENCE)

    # -- the leader ---------------------------------------------------------------------------------------------

    async def _lead(self) -> None:
        """As long as more than half of the servers are there."""
        simulation = self._ctx.simulation
        self.role = LEADING
        self._tree.zxid = ((self._tree.zxid >> EPOCH_SHIFT) + 1) << EPOCH_SHIFT
        self._followers.clear()
        self._left = simulation.future()
        self._log('INFO', 'Leader@372', f'LEADING - LEADER ELECTION TOOK - {int(simulation.now * 1000) % 900 + 20}')
        await simulation.within(10 * PATIENCE, self._left)
        if self._enough(len(self._followers) + 1):
            self._left = simulation.future()
            await self._left
        self._log('INFO', 'Leader@496', 'Shutdown called: Not sufficient followers synced, only synced with sids: '
                  f'[ {",".join(map(str, sorted([self._number, *self._followers])))} ]')
        for connection in self._followers.values():
            connection.close()
        self._followers.clear()

    async def _serve_follower(self, connection: Connection) -> None:
        """A server that follows: it gets the whole tree, then each change; it hands on what its clients ask."""
        line = await connection.reader.readline()
        if self.role != LEADING or not line:
            return
        number = json.loads(line)['number']
        self._followers[number] = connection
        self._send(connection, {'tree': self._tree.plain()})
        self._log('INFO', 'LearnerHandler@329', f'Follower sid: {number}')
        while line := await connection.reader.readline():
            asked = json.loads(line)
            try:
                answer = self._propose(asked['request'])
            except ZooKeeperError as error:
                answer = {'error': str(error)}
            except NotServing:
                break
            self._send(connection, {'id': asked['id'], 'answer': answer})
        if self._followers.get(number) is connection:
            del self._followers[number]
            self._log('WARN', 'LearnerHandler@644', f'******* GOODBYE {connection.peer[0]}:{connection.peer[1]} '
                      '********')
            if not self._enough(len(self._followers) + 1) and not self._left.done:
                self._left.resolve(None)

    def _send(self, connection: Connection, message: dict[str, Any]) -> None:
        try:
            connection.writer.write(json.dumps(message).encode() + b'\n')
        except BrokenPipe:
            connection.close()

    def _propose(self, request: Transaction) -> dict[str, Any]:
        """Make what is asked transactions, apply them, and have all followers do so."""
        if not self.serving:
            raise NotServing
        last: Transaction = {}
        for change in list(self._tree.prepare(request)):
            last = {**change, 'zxid': self._tree.zxid + 1, 'time': self._ctx.simulation.wall().timestamp()}
            self._tree.apply(last)
            for connection in list(self._followers.values()):
                self._send(connection, {'change': last})
        self._stored()
        return {'path': last.get('path', ''), 'zxid': self._tree.zxid}

    # -- a follower ---------------------------------------------------------------------------------------------

    async def _follow(self, leader: Peer) -> None:
        """Until the connection to the leader breaks."""
        connection = None
        try:
            connection = await self._connect(leader.host, leader.port)
            self._send(connection, {'number': self._number})
            while line := await connection.reader.readline():
                message = json.loads(line)
                if 'tree' in message:
                    self._tree.load(message['tree'])
                    self._link, self.role = connection, FOLLOWING
                    self._log('INFO', 'Follower@65', 'FOLLOWING - LEADER ELECTION TOOK - '
                              f'{int(self._ctx.simulation.now * 1000) % 900 + 20}')
                    self._stored()
                elif 'change' in message:
                    self._tree.apply(message['change'])
                    self._stored()
                elif (waiting := self._asked.pop(message['id'], None)) is not None:
                    waiting.resolve(message['answer'])
        except (OSError, BrokenPipe, ValueError):
            pass
        finally:
            self._link = None
            if connection is not None:
                connection.close()
        if self.role == FOLLOWING:
            self._log('WARN', 'Follower@89', 'Exception when following the leader: java.io.EOFException')
        else:
            await self._ctx.simulation.sleep(PAUSE)

    # -- for clients --------------------------------------------------------------------------------------------

    async def change(self, request: Transaction) -> dict[str, Any]:
        """Have something changed. Raises ZooKeeperError, and NotServing without a quorum."""
        if self._link is None:
            if self.role == FOLLOWING:
                raise NotServing
            return self._propose(request)
        self._count += 1
        waiting = self._asked[self._count] = self._ctx.simulation.future()
        self._send(self._link, {'id': self._count, 'request': request})
        if not await self._ctx.simulation.within(PATIENCE, waiting):
            raise NotServing
        answer = waiting.result()
        if 'error' in answer:
            raise ZooKeeperError(answer['error'])
        return answer
