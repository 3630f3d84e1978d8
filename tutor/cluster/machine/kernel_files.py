"""What the kernel of one machine shows in /proc and /sys: its memory, processors, load and identity."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zlib import crc32

from tutor.shell import procfs
from tutor.shell.programs.machine import measured

if TYPE_CHECKING:
    from tutor.cluster.machine.machine import Machine

VERSION = ('Linux version 6.8.0-79-generic (buildd@lcy02-amd64-093) (x86_64-linux-gnu-gcc-13 (Ubuntu 13.3.0) 13.3.0, '
           'GNU ld (GNU Binutils for Ubuntu) 2.42) #79-Ubuntu SMP PREEMPT_DYNAMIC Tue Aug 12 14:42:46 UTC 2025\n')

COMMAND_LINE = 'BOOT_IMAGE=/vmlinuz-6.8.0-79-generic root=/dev/vda1 ro console=tty1 console=ttyS0\n'
MOUNTS = """\
sysfs /sys sysfs rw,nosuid,nodev,noexec,relatime 0 0
proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0
/dev/vda1 / ext4 rw,relatime 0 0
cgroup2 /sys/fs/cgroup cgroup2 rw,nosuid,nodev,noexec,relatime,nsdelegate,memory_recursiveprot 0 0
tmpfs /tmp tmpfs rw,nosuid,nodev 0 0
"""
CPU = """\
processor\t: {number}
vendor_id\t: GenuineIntel
cpu family\t: 6
model name\t: Intel Xeon Processor (Icelake)
cpu MHz\t\t: 2400.000
cache size\t: 16384 KB
flags\t\t: fpu vme de pse tsc msr pae mce cx8 apic sep mtrr pge mca cmov sse sse2 ht syscall nx lm aes avx avx2

"""


def furnish(machine: Machine) -> None:
    """Put them onto a machine's disk; what changes is made when it is read."""
    files = machine.files
    files.put('/proc/meminfo', lambda: _meminfo(machine), 0o444)
    files.put('/proc/uptime', lambda: _uptime(machine), 0o444)
    files.put('/proc/loadavg', '0.12 0.08 0.05 1/412 2048\n', 0o444)
    files.put('/proc/cpuinfo', lambda: _cpuinfo(machine), 0o444)
    for name, make in procfs.files(lambda: machine.network).items():
        files.put(f'/proc/net/{name}', make, 0o444)
    files.put('/proc/mounts', MOUNTS, 0o444)
    files.put('/sys/fs/cgroup/cgroup.controllers', 'cpuset cpu io memory hugetlb pids rdma misc\n', 0o444)
    files.put('/sys/fs/cgroup/cgroup.subtree_control', 'cpuset cpu io memory hugetlb pids rdma misc\n')
    files.put('/proc/version', VERSION, 0o444)
    files.put('/proc/cmdline', COMMAND_LINE, 0o444)
    files.put('/proc/sys/kernel/hostname', f'{machine.name}\n')
    files.put('/proc/sys/kernel/osrelease', '6.8.0-79-generic\n', 0o444)
    files.put('/etc/machine-id', f'{machine_id(machine.name)}\n', 0o444)
    files.put('/sys/class/dmi/id/product_uuid', f'{system_uuid(machine.name)}\n', 0o400)


def machine_id(name: str) -> str:
    """/etc/machine-id."""
    return f'{crc32(name.encode()):08x}' * 4


def system_uuid(name: str) -> str:
    """What the machine's firmware says."""
    unique = f'{crc32(name.encode()):08x}'
    return f'{unique}-1c1b-4c5d-9c3a-{unique}2c3d'


def _meminfo(machine: Machine) -> bytes:
    facts = measured(*machine.usage('memory'))
    order = ('MemTotal', 'MemFree', 'MemAvailable', 'Buffers', 'Cached')
    lines = [f'{name + ":":<15} {facts[name]:>8} kB' for name in order]
    return '\n'.join([*lines, f'SwapTotal:      {0:>8} kB', f'SwapFree:       {0:>8} kB', '']).encode()


def _uptime(machine: Machine) -> bytes:
    seconds = machine.simulation.now - machine.booted_at
    return f'{seconds:.2f} {seconds * machine.processors * 0.95:.2f}\n'.encode()


def _cpuinfo(machine: Machine) -> bytes:
    return ''.join(CPU.format(number=number) for number in range(machine.processors)).encode()
