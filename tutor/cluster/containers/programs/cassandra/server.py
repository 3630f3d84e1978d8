"""run.sh of the image: a Cassandra node that joins the ring by its seeds, and tells nodetool about it."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from tutor.cluster.containers.programs.cassandra.ring import HIGHEST, LOWEST, Endpoint, Ring
from tutor.cluster.containers.programs.serving import until_terminated
from tutor.cluster.simulation import BrokenPipe
from tutor.shell.process import IO, Connection, Context

GOSSIP, JMX, CQL = 7000, 7199, 9042
DATA = '/cassandra_data'
STARTING = 12.0
JOINING = 6.0
TERMINATED = 143
PATIENCE = 2.0
"""Seconds after which a node that does not answer is down."""


async def run(argv: list[str], io: IO, ctx: Context) -> int:
    """run.sh."""
    return await Node(io, ctx).run()


class Node:
    """One node: itself, and the ring as it knows it."""

    def __init__(self, io: IO, ctx: Context) -> None:
        self._io = io
        self._ctx = ctx
        self._ring = Ring()
        self._mode = 'STARTING'

    async def run(self) -> int:
        ctx, network = self._ctx, self._ctx.host.network
        assert network is not None
        self._log('Cassandra version: 3.11.2')
        self._log(f'Cluster name: {ctx.env.get("CASSANDRA_CLUSTER_NAME", "Test Cluster")}')
        network.listen(JMX, self._serve_jmx)
        await ctx.simulation.sleep(STARTING)
        self._own = self._load()
        self._ring.merge([self._own.plain()])
        network.listen(GOSSIP, self._serve_gossip)
        self._log(f'Starting up server gossip on {self._own.address}')
        self._mode = 'JOINING'
        if not await self._join():
            self._log('Unable to contact any seeds!', 'ERROR')
            return 3
        self._mode = 'NORMAL'
        self._log(f'Node /{self._own.address} state jump to NORMAL')
        network.listen(CQL, self._serve_cql)
        self._log(f'Starting listening for CQL clients on /0.0.0.0:{CQL} (unencrypted)...')
        await until_terminated(ctx)
        return TERMINATED

    def _log(self, text: str, level: str = 'INFO ') -> None:
        stamp = f'{self._ctx.simulation.wall():%H:%M:%S.%f}'[:12]
        self._io.stdout.write(f'{level} {stamp} {text}\n')

    def _load(self) -> Endpoint:
        """This node as its data folder knows it, or a new one with random tokens."""
        env, files = self._ctx.env, self._ctx.files
        address = env.get('POD_IP') or (self._ctx.network.addresses or [''])[0]
        path = f'{DATA}/data/peers.json'
        if files.is_file(path):
            known = json.loads(files.read_text(path))
            self._ring.merge(known['peers'])
            return Endpoint(**{**known['own'], 'address': address})
        random = self._ctx.simulation.random
        count = int(env.get('CASSANDRA_NUM_TOKENS') or 32)
        return Endpoint(address, str(UUID(int=random.getrandbits(128), version=4)), env.get('CASSANDRA_DC', 'DC1'),
                        env.get('CASSANDRA_RACK', 'Rack1'),
                        [random.randint(LOWEST, HIGHEST) for _ in range(count)], random.randint(65_000, 105_000))

    def _save(self) -> None:
        peers = [plain for plain in self._ring.plain() if plain['host_id'] != self._own.host_id]
        self._ctx.files.make_dirs(f'{DATA}/data')
        self._ctx.files.put(f'{DATA}/data/peers.json', json.dumps({'own': self._own.plain(), 'peers': peers}))

    # -- the ring -----------------------------------------------------------------------------------------------

    async def _join(self) -> bool:
        """Ask the seeds who there is, and tell all of them; whether this node is a seed itself or reached one."""
        reached = False
        for seed in self._ctx.env.get('CASSANDRA_SEEDS', '').split(','):
            address = await self._resolve(seed.strip())
            if not address or address == self._own.address:
                reached = reached or address == self._own.address
                continue
            answer = await self._tell(address)
            reached = reached or answer is not None
            self._ring.merge(answer or [])
        reached = reached or not self._ctx.env.get('CASSANDRA_SEEDS')
        self._ring.merge([self._own.plain()])
        if reached and len(self._ring.endpoints) > 1:
            await self._ctx.simulation.sleep(JOINING)
        for address in self._others():
            await self._tell(address)
        self._save()
        return reached

    async def _resolve(self, name: str) -> str:
        network = self._ctx.host.network
        assert network is not None
        try:
            return (await network.resolve(name))[0] if name else ''
        except OSError:
            return ''

    def _others(self) -> list[str]:
        return [endpoint.address for endpoint in self._ring.endpoints.values()
                if endpoint.host_id != self._own.host_id]

    async def _tell(self, address: str) -> list[dict[str, Any]] | None:
        """Gossip with a node: it hears of this one, and says whom it knows. None when it is down."""
        network = self._ctx.host.network
        assert network is not None
        try:
            connection = await network.connect(address, GOSSIP, PATIENCE)
        except OSError:
            return None
        try:
            connection.writer.write(json.dumps(self._own.plain()).encode() + b'\n')
            line = await connection.reader.readline()
            return json.loads(line) if line else None
        except (BrokenPipe, ValueError):
            return None
        finally:
            connection.close()

    async def _serve_gossip(self, connection: Connection) -> None:
        try:
            self._ring.merge([json.loads(await connection.reader.readline())])
        except (ValueError, TypeError):
            return
        self._save()
        connection.writer.write(json.dumps(self._ring.plain()).encode() + b'\n')

    async def _serve_cql(self, connection: Connection) -> None:
        while await connection.reader.readline():
            connection.writer.write(b'\x84\x00\x00\x00\x00')

    # -- nodetool -----------------------------------------------------------------------------------------------

    async def _serve_jmx(self, connection: Connection) -> None:
        asked = (await connection.reader.readline()).decode().strip()
        if asked == 'drain':
            self._mode = 'DRAINED'
            self._log('DRAINED')
        answer: dict[str, Any] = {'mode': self._mode, 'nodes': []}
        if asked == 'status' and self._mode not in ('STARTING', 'DRAINED'):
            shares = self._ring.owned()
            for endpoint in self._ring.endpoints.values():
                own = endpoint.host_id == self._own.host_id
                up = own or await self._tell(endpoint.address) is not None
                joining = own and self._mode == 'JOINING'
                answer['nodes'].append({**endpoint.plain(), 'tokens': len(endpoint.tokens),
                                        'owns': shares[endpoint.host_id],
                                        'state': ('U' if up else 'D') + ('J' if joining else 'N')})
        connection.writer.write(json.dumps(answer).encode() + b'\n')
