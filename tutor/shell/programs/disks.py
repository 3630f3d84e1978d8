"""df, du, mount."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.shell.capabilities import Capability
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.ls import human
from tutor.shell.programs.options import Options, parse
from tutor.shell.vfs import BUDGET, Directory, Node, normalize

VIRTUAL = ('proc', 'sysfs', 'devpts', 'mqueue', 'cgroup2', 'cgroup')
TMPFS = 64 * 1024
"""Kilobytes of the small file systems in memory that every container has."""
DISK = 20 * 1024 * 1024
"""Kilobytes of the disk that a container sees."""


async def mount(argv: list[str], io: IO, ctx: Context) -> int:
    """mount"""
    options = parse(argv, ctx, 't:o:alrw')
    busybox = ctx.host.userland == 'busybox'
    if busybox and len(options.args) == 1 and 't' not in options:
        raise Complaint(f"can't find {options.args[0]} in /etc/fstab" if ctx.files.exists('/etc/fstab') else
                        "can't read '/etc/fstab': No such file or directory")
    if options.args and ctx.may(Capability.SYS_ADMIN):
        raise Complaint('error: mounting is not simulated here', 1 if busybox else 32)
    if options.args:
        raise Complaint('permission denied (are you root?)' if busybox else
                        f'{options.args[-1]}: must be superuser to use mount.', 1 if busybox else 32)
    for device, place, kind, settings in _mounts(ctx):
        if 't' not in options or kind == options.get('t'):
            io.stdout.write(f'{device} on {place} type {kind} ({settings})\n')
    return 0


def mount_points(ctx: Context) -> set[str]:
    """Where something is mounted."""
    return {place for _, place, _, _ in _mounts(ctx)}


def _mounts(ctx: Context) -> list[tuple[str, str, str, str]]:
    """/proc/mounts, or what a machine without it has."""
    try:
        text = ctx.files.read_text('/proc/mounts')
    except OSError:
        text = '/dev/vda1 / ext4 rw,relatime 0 0\ntmpfs /tmp tmpfs rw,nosuid,nodev 0 0\n'
    rows = [line.split() for line in text.splitlines()]
    return [(row[0], row[1], row[2], row[3]) for row in rows if len(row) > 3]


def _disk(ctx: Context, inodes: bool) -> tuple[int, int]:
    """Kilobytes of the disk, and of what is on it; or its inodes."""
    disk = ctx.files.disk
    if inodes:
        return disk.measure('inodes') if disk is not None else (DISK // 16, DISK // 250)
    if disk is not None:
        total, used = disk.measure('ephemeral-storage')
        return total // 1024, used // 1024
    return DISK, DISK * 31 // 100 + ctx.files.used // 1024


async def df(argv: list[str], io: IO, ctx: Context) -> int:
    """df [-hTkmi] [FILE…]"""
    options = parse(argv, ctx, 'hHTkmaPit:x:l', {'human-readable': 'h', 'print-type': 'T', 'all': 'a', 'inodes': 'i'})
    for path in options.args:
        if not ctx.files.exists(normalize(path, ctx.cwd)):
            if ctx.host.userland == 'busybox':
                io.stdout.write(_busybox_table([], options))
            raise Complaint(f"{path}: can't find mount point" if ctx.host.userland == 'busybox'
                            else f'{path}: No such file or directory')
    disks = [disk for disk in _disks(ctx, 'i' in options) if 'a' in options or disk.kind not in VIRTUAL]
    if options.args:
        places = {_place(normalize(path, ctx.cwd), [disk.place for disk in disks]) for path in options.args}
        disks = [disk for disk in disks if disk.place in places]
    io.stdout.write((_busybox_table if ctx.host.userland == 'busybox' else _gnu_table)(disks, options))
    return 0


def mounted(ctx: Context, path: str) -> tuple[str, Disk, Disk]:
    """What kind of file system an absolute path is on, with its kilobytes and its inodes."""
    room, inodes = ({disk.place: disk for disk in _disks(ctx, counted)} for counted in (False, True))
    place = _place(path, list(room))
    return room[place].kind, room[place], inodes[place]


@dataclass(frozen=True, slots=True)
class Disk:
    """A mounted file system, in kilobytes or inodes."""

    device: str
    kind: str
    place: str
    total: int
    used: int


def _disks(ctx: Context, inodes: bool) -> list[Disk]:
    return [Disk(device, kind, place, *(_in_memory(ctx, place, inodes) if kind == 'tmpfs' else _disk(ctx, inodes)))
            for device, place, kind, _ in _mounts(ctx)]


def _in_memory(ctx: Context, place: str, inodes: bool) -> tuple[int, int]:
    """Of a tmpfs of its own what it was made for, of the others what container runtimes give them."""
    files = ctx.files.find(place).files if ctx.files.exists(place) else ctx.files
    if inodes or files is ctx.files or files.disk is not None or files.room == BUDGET:
        return TMPFS, int(inodes)
    return files.room // 1024, files.used // 1024


def _gnu_table(disks: list[Disk], options: Options) -> str:
    figures = ('IUsed', 'IFree', 'IUse%') if 'i' in options else \
        ('Used', 'Available' if 'h' not in options else 'Avail', 'Use%')
    head = ('Filesystem', 'Type', _unit(options), *figures, 'Mounted on')
    rows = [head, *((disk.device, disk.kind, *_sizes(disk, options, 'gnu'), f'{-(-disk.used * 100 // disk.total)}%',
                     disk.place) for disk in disks)]
    wanted = [column for column in range(7) if column != 1 or 'T' in options]
    least = (14, 0, 5, 5, 5, 4, 0)
    widths = [max(least[column], *(len(row[column]) for row in rows)) for column in range(7)]
    lines = []
    for row in rows:
        cells = [f'{row[column]:<{widths[column]}}' if column < 2 else f'{row[column]:>{widths[column]}}'
                 for column in wanted[:-1]]
        lines.append(' '.join([*cells, row[6]]) + '\n')
    return ''.join(lines)


def _busybox_table(disks: list[Disk], options: Options) -> str:
    """BusyBox's df_main: fixed columns; a long device has a line of its own."""
    kind = f'{"Type":<11}' if 'T' in options else ''
    title = f'{"Filesystem":<21}{kind}{_unit(options):>9}      Used Available Use% Mounted on\n' if 'P' not in options \
        else f'{"Filesystem":<21}{kind}1024-blocks    Used Available Capacity Mounted on\n'
    lines = [title]
    for disk in disks:
        total, used, left = _sizes(disk, options, 'busybox')
        device = f'{disk.device:<20}' if len(disk.device) <= 20 else f'{disk.device}\n{"":<20}'
        kind = f' {disk.kind:<10}' if 'T' in options else ''
        share = (disk.used * 100 + disk.total // 2) // disk.total
        lines.append(f'{device}{kind} {total:>9} {used:>9} {left:>9} {share:>3}% {disk.place}\n')
    return ''.join(lines)


def _sizes(disk: Disk, options: Options, userland: str) -> tuple[str, str, str]:
    """What there is, what is used and what is left, as the options want them."""
    total, used, left = (_shown(value, options, userland) for value in (disk.total, disk.used, disk.total - disk.used))
    return total, used, left


def _place(path: str, places: list[str]) -> str:
    return max((place for place in places if path == place or path.startswith(place.rstrip('/') + '/')), key=len,
               default='/')


def _unit(options: Options) -> str:
    if 'i' in options:
        return 'Inodes'
    return 'Size' if 'h' in options or 'H' in options else '1M-blocks' if 'm' in options else '1K-blocks'


def _shown(kilobytes: int, options: Options, userland: str) -> str:
    """A size, or a count of inodes, as the options want it."""
    if 'i' in options:
        return human(kilobytes, userland) if kilobytes and ('h' in options or 'H' in options) else str(kilobytes)
    if 'h' in options or 'H' in options:
        return human(kilobytes * 1024, userland) if kilobytes else '0'
    return str(kilobytes // 1024 if 'm' in options else kilobytes)


async def du(argv: list[str], io: IO, ctx: Context) -> int:
    """du [-hsac] [-d DEPTH] [FILE…]"""
    options = parse(argv, ctx, 'hsackmbd:x', {'human-readable': 'h', 'summarize': 's', 'all': 'a', 'total': 'c',
                                              'max-depth': 'd', 'bytes': 'b'})
    if 'd' in options and not options.get('d').isdigit():
        raise Complaint(f"invalid maximum depth '{options.get('d')}'")
    most = 0 if 's' in options else int(options.get('d')) if 'd' in options else 10**6
    status, total = 0, 0
    for path in options.args or ['.']:
        try:
            node = ctx.files.node(normalize(path, ctx.cwd), follow=False)
        except OSError as problem:
            text = f'{path}: {reason(problem)}' if ctx.host.userland == 'busybox' else \
                f"cannot access '{path}': {reason(problem)}"
            io.stderr.write(f'du: {text}\n')
            status = 1
            continue
        total += _walk(path, node, 0, most, options, io, ctx)
    if 'c' in options:
        io.stdout.write(f'{_sized(total, options)}\ttotal\n')
    return status


def _walk(path: str, node: Node, depth: int, most: int, options, io: IO, ctx: Context) -> int:
    """Print what is below, deepest first; the size of all of it."""
    exact = 'b' in options
    size = node.size if exact else node.room // 1024
    if isinstance(node, Directory):
        for name in sorted(node.entries):
            try:
                child = ctx.files.node(normalize(f'{path}/{name}', ctx.cwd), follow=False)
            except OSError:
                continue
            size += _walk(f'{path.rstrip("/")}/{name}', child, depth + 1, most, options, io, ctx)
    if depth <= most and (isinstance(node, Directory) or 'a' in options or not depth):
        io.stdout.write(f'{_sized(size, options)}\t{path}\n')
    return size


def _sized(size: int, options: Options) -> str:
    if 'h' in options:
        return human(size if 'b' in options else size * 1024) if size else '0'
    return str(size // 1024 if 'm' in options else size)
