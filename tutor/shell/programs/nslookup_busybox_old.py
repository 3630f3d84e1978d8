"""nslookup as BusyBox had it before 1.29: it resolves as every program does, and names each address it finds."""

from __future__ import annotations

from tutor.shell.process import IO, Context, NameNotFound, Network
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.nslookup_busybox import configuration, reverse_name

USAGE = """\
BusyBox v1.28.4 (2018-05-22 17:00:17 UTC) multi-call binary.

Usage: nslookup [HOST] [SERVER]

Query the nameserver for the IP address of the given HOST
optionally using a specified DNS server
"""


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """nslookup NAME [SERVER] (nslookup_main of BusyBox 1.28)"""
    if len(argv) not in (2, 3) or argv[1].startswith('-'):
        io.stderr.write(USAGE)
        return 1
    asked = argv[2] if len(argv) == 3 else ''
    server = asked or configuration(ctx)[0][0]
    network = ctx.host.network
    try:
        if network is None:
            raise NameNotFound
        address = (await network.resolve(server))[0]
    except NameNotFound:
        raise Complaint(f"bad address '{server}'") from None
    await _show('Server:', address, [address], network, address, io)
    io.stdout.write('\n')
    try:
        found = await _addresses(argv[1], address if asked else '', network)
    except (NameNotFound, OSError):
        raise Complaint(f"can't resolve '{argv[1]}'") from None
    await _show('Name:', argv[1], found, network, address, io)
    return 0


async def _addresses(name: str, server: str, network: Network) -> list[str]:
    """What a name stands for, by the configured servers or by one; raises NameNotFound, or OSError."""
    if not server:
        return await network.resolve(name)
    found = (await network.lookup(name, 'A', server)).addresses
    if not found:
        raise NameNotFound
    return found


async def _show(title: str, name: str, addresses: list[str], network: Network, server: str, io: IO) -> None:
    """print_host: each address, with the name that it has."""
    io.stdout.write(f'{title:<10} {name}\n')
    for number, address in enumerate(addresses, 1):
        owner = await _owner(address, network, server)
        io.stdout.write(f'Address {number}: {address}{owner and " " + owner}\n')


async def _owner(address: str, network: Network, server: str) -> str:
    """The name of an address, '' when it has none."""
    question = reverse_name(address)
    try:
        answer = await network.lookup(question, 'PTR', server, False) if question else None
    except OSError:
        return ''
    return answer.records[0].data if answer is not None and answer.records else ''
