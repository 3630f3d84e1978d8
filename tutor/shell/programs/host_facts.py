"""hostnamectl, timedatectl, lscpu, lsblk: what a machine is made of. Containers have no systemd to ask."""

from __future__ import annotations

import re
from typing import Any

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.identity import KERNEL
from tutor.shell.programs.machine import processors
from tutor.shell.programs.options import parse

NO_SYSTEMD = ('System has not been booted with systemd as init system (PID 1). Can\'t operate.\n'
              'Failed to connect to bus: Host is down')
DISK, PART = '60G', '59G'


def _machine(ctx: Context) -> Any:
    if ctx.host.machine is None:
        raise Complaint(NO_SYSTEMD, bare=True)
    return ctx.host.machine


def _rows(rows: list[tuple[str, str]], width: int) -> str:
    return ''.join(f'{name:>{width}}: {value}\n' for name, value in rows)


async def hostnamectl(argv: list[str], io: IO, ctx: Context) -> int:
    """hostnamectl [status|hostname]"""
    machine = _machine(ctx)
    options = parse(argv, ctx, 'Hj', {'static': '', 'json': '='})
    verb = options.args[0] if options.args else 'status'
    if verb == 'hostname' and len(options.args) == 1:
        io.stdout.write(f'{machine.hostname}\n')
        return 0
    if verb != 'status':
        raise Complaint(f'error: hostnamectl {" ".join(options.args)} is not simulated here')
    system = re.search(r'^PRETTY_NAME="(.*)"', machine.read('/etc/os-release'), re.MULTILINE)
    io.stdout.write(_rows([
        ('Static hostname', machine.hostname), ('Icon name', 'computer-vm'), ('Chassis', 'vm'),
        ('Machine ID', machine.read('/etc/machine-id').strip()), ('Virtualization', 'kvm'),
        ('Operating System', system[1] if system else 'Linux'), ('Kernel', f'Linux {KERNEL}'),
        ('Architecture', 'x86-64'), ('Hardware Vendor', 'QEMU'), ('Hardware Model', 'Standard PC _Q35 + ICH9, 2009_'),
    ], 16))
    return 0


async def timedatectl(argv: list[str], io: IO, ctx: Context) -> int:
    """timedatectl [status]"""
    _machine(ctx)
    words = parse(argv, ctx, '', {'adjust-system-clock': ''}).args
    if words and words[0] != 'status':
        raise Complaint(f'error: timedatectl {" ".join(words)} is not simulated here')
    now = f'{ctx.simulation.wall():%a %Y-%m-%d %H:%M:%S}'
    io.stdout.write(_rows([
        ('Local time', f'{now} UTC'), ('Universal time', f'{now} UTC'), ('RTC time', now),
        ('Time zone', 'Etc/UTC (UTC, +0000)'), ('System clock synchronized', 'yes'), ('NTP service', 'active'),
        ('RTC in local TZ', 'no')], 25))
    return 0


async def lscpu(argv: list[str], io: IO, ctx: Context) -> int:
    """lscpu: in a container it shows the machine's, too."""
    parse(argv, ctx, 'aeJp::', {'all': 'a', 'extended': '?', 'json': 'J', 'parse': '?'})
    count = processors(ctx)
    model = re.search(r'^model name\t: (.*)$', ctx.files.read_text('/proc/cpuinfo'), re.MULTILINE)
    rows = [('Architecture', 'x86_64'), ('  CPU op-mode(s)', '32-bit, 64-bit'), ('  Byte Order', 'Little Endian'),
            ('CPU(s)', str(count)), ('  On-line CPU(s) list', f'0-{count - 1}' if count > 1 else '0'),
            ('Vendor ID', 'GenuineIntel'), ('  Model name', model[1] if model else 'Virtual CPU'),
            ('    CPU family', '6'), ('    Thread(s) per core', '1'), ('    Core(s) per socket', '1'),
            ('    Socket(s)', str(count)), ('Virtualization features', ''), ('  Hypervisor vendor', 'KVM'),
            ('  Virtualization type', 'full')]
    io.stdout.write(''.join(f'{name + ":":<25}{value}'.rstrip() + '\n' for name, value in rows))
    return 0


async def lsblk(argv: list[str], io: IO, ctx: Context) -> int:
    """lsblk [-f]: the disk that all of a machine's files are on."""
    options = parse(argv, ctx, 'fapno:l', {'fs': 'f', 'all': 'a', 'paths': 'p', 'noheadings': 'n', 'output': 'o'})
    if 'o' in options:
        raise Complaint('error: lsblk -o is not simulated here')
    root = '/' if ctx.host.machine is not None else '/etc/hosts'
    if 'f' in options:
        lines = ['NAME   FSTYPE FSVER LABEL           UUID                                 FSAVAIL FSUSE% MOUNTPOINTS',
                 'vda',
                 f'└─vda1 ext4   1.0   cloudimg-rootfs 5e2c1a1c-7d0e-4a5b-9c37-8a1f2b3c4d5e     51G    12% {root}']
    else:
        lines = ['NAME   MAJ:MIN RM SIZE RO TYPE MOUNTPOINTS', f'vda    252:0    0  {DISK}  0 disk ',
                 f'└─vda1 252:1    0  {PART}  0 part {root}']
    io.stdout.write(''.join(f'{line}\n' for line in (lines[1:] if 'n' in options else lines)))
    return 0
