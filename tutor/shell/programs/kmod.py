"""lsmod, modprobe and rmmod: the kernel's modules. swapon and swapoff: the machines have no swap."""

from __future__ import annotations

from tutor.shell import kernel
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import missing_operand, parse

RELEASE = '6.8.0-79-generic'


async def lsmod(argv: list[str], io: IO, ctx: Context) -> int:
    """lsmod"""
    io.stdout.write('Module                  Size  Used by\n')
    for name in kernel.loaded(ctx.files):
        size, _ = kernel.SIZES[name]
        users = kernel.users(ctx.files, name)
        io.stdout.write(f'{name:<19} {size:>8}  {len(users)}{" " + ",".join(users) if users else ""}\n')
    return 0


async def modprobe(argv: list[str], io: IO, ctx: Context) -> int:
    """modprobe [-arqvn] MODULE…"""
    options = parse(argv, ctx, 'arqvn', {'all': 'a', 'remove': 'r', 'quiet': 'q', 'verbose': 'v', 'dry-run': 'n'})
    if not options.args:
        raise Complaint('ERROR: missing parameters. See -h.')
    for word in options.args if {'a', 'r'} & set(options.last('ar')) else options.args[:1]:
        name = word.replace('-', '_')
        if name not in kernel.SIZES:
            raise Complaint(f'FATAL: Module {word} not found in directory /lib/modules/{RELEASE}')
        if ctx.uid and name not in kernel.loaded(ctx.files):
            raise Complaint(f"ERROR: could not insert '{name}': Operation not permitted")
        if 'n' not in options:
            _change(name, 'r' in options, ctx)
    return 0


async def rmmod(argv: list[str], io: IO, ctx: Context) -> int:
    """rmmod MODULE…"""
    options = parse(argv, ctx, 'fsv', {'force': 'f', 'syslog': 's', 'verbose': 'v'})
    if not options.args:
        raise missing_operand(argv, ctx)
    for word in options.args:
        name = word.replace('-', '_')
        if name not in kernel.loaded(ctx.files):
            raise Complaint(f'ERROR: Module {name} is not currently loaded')
        _change(name, True, ctx)
    return 0


def _change(name: str, remove: bool, ctx: Context) -> None:
    if not remove:
        kernel.load(ctx.files, name)
        return
    if ctx.uid:
        raise Complaint(f"ERROR: could not remove '{name}': Operation not permitted")
    if users := kernel.users(ctx.files, name):
        raise Complaint(f'ERROR: Module {name} is in use by: {" ".join(users)}')
    kernel.unload(ctx.files, name)


async def swap(argv: list[str], io: IO, ctx: Context) -> int:
    """swapon [-as] [--show] [DEVICE] | swapoff [-a] [DEVICE]"""
    options = parse(argv, ctx, 'asv', {'all': 'a', 'summary': 's', 'show': '?', 'verbose': 'v'})
    name = argv[0].rpartition('/')[2]
    for device in options.args:
        why = 'Operation not permitted' if ctx.uid else 'Invalid argument'
        raise Complaint(f'{device}: {name} failed: {why}', 255)
    if name == 'swapoff' and ctx.uid:
        raise Complaint('Not superuser.', 1)
    return 0
