"""ping."""

from __future__ import annotations

from tutor.cluster.simulation import Cancelled
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import missing_operand, parse

PROBE_PORT = 1
"""A port that nobody listens on: a refusal shows that the address answers."""


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """ping [-c COUNT] [-i SECONDS] [-W SECONDS] [-w SECONDS] [-q] HOST"""
    options = parse(argv, ctx, 'c:i:W:w:qn46s:t:I:v')
    if not options.args:
        raise missing_operand(argv, ctx, 'usage error: Destination address required')
    host = options.args[-1]
    network = ctx.host.network
    busybox = ctx.host.userland == 'busybox'
    try:
        address = (await network.resolve(host))[0] if network is not None else ''
    except OSError:
        address = ''
    if not address:
        raise Complaint(f"bad address '{host}'" if busybox else f'{host}: Name or service not known', 1 if busybox
                        else 2)
    numbers = {letter: float(options.get(letter)) if options.get(letter).replace('.', '', 1).isdigit() else None
               for letter in 'ciWw'}
    return await _Ping(host, address, numbers, 'q' in options, io, ctx).run()


class _Ping:
    def __init__(self, host: str, address: str, numbers: dict[str, float | None], quiet: bool, io: IO,
                 ctx: Context) -> None:
        self._host = host
        self._address = address
        self._count = int(numbers['c'] or 0)
        self._interval = numbers['i'] or 1.0
        self._patience = numbers['W'] or 1.0
        self._deadline = numbers['w']
        self._quiet = quiet
        self._io = io
        self._ctx = ctx
        self._busybox = ctx.host.userland == 'busybox'
        self._sent = 0
        self._times: list[float] = []
        self._began = ctx.simulation.now

    async def run(self) -> int:
        size = '56 data bytes' if self._busybox else '56(84) bytes of data.'
        self._io.stdout.write(f'PING {self._host} ({self._address}){":" if self._busybox else ""} {size}\n')
        try:
            while not self._count or self._sent < self._count:
                if self._sent:
                    await self._ctx.simulation.sleep(self._interval)
                if self._deadline and self._ctx.simulation.now - self._began >= self._deadline:
                    break
                await self._one()
        except Cancelled:
            self._summary()
            raise
        return self._summary()

    async def _one(self) -> None:
        self._sent += 1
        began = self._ctx.simulation.now
        if await self._answers():
            took = (self._ctx.simulation.now - began) * 1000 + 0.05 + self._ctx.simulation.random.random() / 20
            self._times.append(took)
            number = self._sent - 1 if self._busybox else self._sent
            if not self._quiet:
                plain = self._busybox or self._host == self._address
                source = self._address if plain else f'{self._host} ({self._address})'
                kind = 'seq' if self._busybox else 'icmp_seq'
                self._io.stdout.write(f'64 bytes from {source}: {kind}={number} ttl=64 time={took:.3f} ms\n')
                await self._io.stdout.drain()

    async def _answers(self) -> bool:
        """An address answers if a connection to it is opened or refused; service addresses answer nothing."""
        try:
            connection = await self._ctx.network.connect(self._address, PROBE_PORT, self._patience)
        except ConnectionRefusedError:
            return True
        except OSError:
            return False
        connection.close()
        return True

    def _summary(self) -> int:
        got, sent = len(self._times), max(self._sent, 1)
        loss = f'{100 - got * 100 // sent}% packet loss'
        elapsed = int((self._ctx.simulation.now - self._began) * 1000)
        self._io.stdout.write(f'\n--- {self._host} ping statistics ---\n{self._sent} packets transmitted, {got} '
                              + (f'packets received, {loss}\n' if self._busybox
                                 else f'received, {loss}, time {elapsed}ms\n'))
        if got:
            least, most, mean = min(self._times), max(self._times), sum(self._times) / got
            if self._busybox:
                self._io.stdout.write(f'round-trip min/avg/max = {least:.3f}/{mean:.3f}/{most:.3f} ms\n')
            else:
                spread = (sum((each - mean) ** 2 for each in self._times) / got) ** 0.5
                self._io.stdout.write(f'rtt min/avg/max/mdev = {least:.3f}/{mean:.3f}/{most:.3f}/{spread:.3f} ms\n')
        return 0 if got else 1
