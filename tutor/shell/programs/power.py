"""reboot, poweroff, halt, shutdown: switch the machine off, and maybe on again (systemd's words)."""

from __future__ import annotations

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import parse
from tutor.shell.speech import Said, complain

REBOOT, POWER_OFF, HALT = 'reboot', 'poweroff', 'halt'
CALLS = {REBOOT: 'Reboot', POWER_OFF: 'PowerOff', HALT: 'Halt'}
SAYING = {REBOOT: 'reboot', POWER_OFF: 'power off', HALT: 'halt'}
BOOTING = 20.0
"""Seconds from the end of a machine until its first unit starts."""
NOTICE = 0.3
"""Seconds until those who are logged in are cut off."""
SEAT = Said(zh='你就坐在这台机器前：请用 `ssh` 到别的节点上做，或者用 `systemctl`、`chaos kill` 停止这里的组件',
            en='this is the machine that you sit at: do it on another node by `ssh`, or stop what runs here with '
               '`systemctl` or `chaos kill`')


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """reboot | poweroff | halt"""
    name = argv[0].rpartition('/')[2]
    parse(argv, ctx, 'fpnwd', {'force': 'f', 'poweroff': 'p', 'no-wall': '', 'reboot': ''})
    return await switch(name, io, ctx)


async def shutdown(argv: list[str], io: IO, ctx: Context) -> int:
    """shutdown [-h|-P|-H|-r] now"""
    options = parse(argv, ctx, 'hPHrkc', {'poweroff': 'P', 'reboot': 'r', 'halt': 'H', 'no-wall': ''})
    when = options.args[0] if options.args else '+1'
    if 'c' in options or when not in ('now', '+0'):
        raise Complaint('error: only `shutdown now` is simulated here')
    return await switch(REBOOT if 'r' in options else HALT if 'H' in options else POWER_OFF, io, ctx)


async def switch(how: str, io: IO, ctx: Context) -> int:
    """Switch this machine off, and for REBOOT on again. Its processes end, this one too."""
    machine, simulation = ctx.host.machine, ctx.simulation
    if machine is None:
        raise Complaint('error: a container has no power switch; it ends with its first process')
    if ctx.uid:
        raise Complaint(f'Call to {CALLS[how]} failed: Interactive authentication required.', bare=True)
    if machine.attended:
        return complain(how, SEAT, io, ctx)
    if io.stdout.isatty:
        io.stdout.write(f'\nBroadcast message from root@{ctx.host.hostname} on pts/1 '
                        f'({simulation.wall():%a %Y-%m-%d %H:%M:%S} UTC):\n\n'
                        f'The system will {SAYING[how]} now!\n\n')
    simulation.call_later(NOTICE, machine.halt)
    if how == REBOOT:
        simulation.call_later(NOTICE + BOOTING, machine.boot)
    return 0
