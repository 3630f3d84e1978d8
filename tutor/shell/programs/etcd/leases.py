"""etcdctl lease: grant, revoke, timetolive, list, keep-alive (etcdctl/ctlv3/command/lease_command.go)."""

from __future__ import annotations

from tutor.shell.etcd import EtcdError, Leasing
from tutor.shell.process import IO, Context
from tutor.shell.programs.etcd.connection import Failure
from tutor.shell.programs.options import Options

VERBS = ('grant', 'revoke', 'timetolive', 'list', 'keep-alive')
NEEDS = {'grant': 'lease grant command needs TTL argument', 'revoke': 'lease revoke command needs 1 argument',
         'timetolive': 'lease timetolive command needs lease ID as argument',
         'keep-alive': 'lease keep-alive command needs lease ID as argument'}
BAD = 128


def check(words: list[str]) -> None:
    """What is wrong with the arguments, before anything is asked. Raises Failure."""
    verb, rest = (words or [''])[0], words[1:]
    if verb not in VERBS:
        raise Failure(f'etcdctl lease needs a command: {", ".join(VERBS)}', BAD)
    if verb in NEEDS and len(rest) != 1:
        raise Failure(NEEDS[verb], BAD)
    if verb == 'grant' and not rest[0].lstrip('-').isdigit():
        raise Failure(f'bad TTL (strconv.ParseInt: parsing "{rest[0]}": invalid syntax)', BAD)
    if verb != 'grant' and rest:
        number(rest[0])


def number(text: str) -> int:
    """The identifier of a lease, which is written in hexadecimal. Raises Failure."""
    try:
        return int(text, 16)
    except ValueError:
        raise Failure(f'bad lease ID arg (strconv.ParseInt: parsing "{text}": invalid syntax), expecting ID in Hex',
                      BAD) from None


async def run(leases: Leasing, words: list[str], options: Options, io: IO, ctx: Context) -> None:
    """One of the commands. Raises Failure, EtcdError."""
    match words:
        case ['grant', seconds]:
            ttl = int(seconds)
            if ttl < 1:
                raise Failure('failed to grant lease (etcdserver: invalid lease TTL)')
            io.stdout.write(f'lease {leases.grant(ttl):016x} granted with TTL({ttl}s)\n')
        case ['revoke', text]:
            try:
                leases.revoke(number(text))
            except EtcdError as error:
                raise Failure(f'failed to revoke lease ({error})') from None
            io.stdout.write(f'lease {number(text):016x} revoked\n')
        case ['timetolive', text]:
            _show(leases, number(text), 'keys' in options, io)
        case ['keep-alive', text]:
            await _keep_alive(leases, number(text), 'once' in options, io, ctx)
        case _:
            found = leases.list()
            io.stdout.write(''.join([f'found {len(found)} leases\n', *(f'{lease.id:016x}\n' for lease in found)]))


def _show(leases: Leasing, lease: int, keys: bool, io: IO) -> None:
    try:
        found = leases.show(lease)
    except EtcdError:
        io.stdout.write(f'lease {lease:016x} already expired\n')
        return
    attached = f', attached keys([{" ".join(found.keys)}])' if keys else ''
    io.stdout.write(f'lease {lease:016x} granted with TTL({found.ttl}s), remaining({found.left}s){attached}\n')


async def _keep_alive(leases: Leasing, lease: int, once: bool, io: IO, ctx: Context) -> None:
    """Three times in its life, until it is gone."""
    while True:
        try:
            ttl = leases.renew(lease)
        except EtcdError:
            if once:
                raise
            io.stdout.write(f'lease {lease:016x} expired or revoked.\n')
            return
        io.stdout.write(f'lease {lease:016x} keepalived with TTL({ttl})\n')
        if once:
            return
        await ctx.simulation.sleep(max(ttl / 3, 0.5))
