"""pacman, Arch Linux's package manager."""

from __future__ import annotations

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import parse
from tutor.shell.programs.packages.catalog import Package
from tutor.shell.programs.packages.installing import Unknown, closure, has, install, remove

SYNCED = '/var/lib/pacman/sync/core.db'
FETCHING, EACH = 1.5, 0.3
CHECKS = ('checking keyring...\nchecking package integrity...\nloading package files...\n'
          'checking for file conflicts...\nchecking available disk space...\n')


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """pacman -S[y][u] [--noconfirm] PACKAGE… | -R PACKAGE… | -Q"""
    options = parse(argv, ctx, 'SRyusnc', {'noconfirm': '', 'needed': '', 'sync': 'S', 'refresh': 'y', 'remove': 'R'})
    if 'S' not in options and 'R' not in options:
        raise Complaint('error: only -S and -R are simulated here')
    if ctx.uid:
        raise Complaint('error: you cannot perform this operation unless you are root.', bare=True)
    if 'c' in options and 'S' in options:
        return 0
    if 'y' in options:
        await ctx.simulation.sleep(FETCHING)
        io.stdout.write(':: Synchronizing package databases...\n core downloading...\n extra downloading...\n')
        ctx.files.make_dirs(SYNCED.rpartition('/')[0])
        ctx.files.put(SYNCED, '')
    if 'u' in options:
        io.stdout.write(':: Starting full system upgrade...\n')
    if not options.args:
        io.stdout.write(' there is nothing to do\n' if 'u' in options else '')
        return 0
    chosen = _chosen(options.args, 'R' in options, io, ctx)
    io.stdout.write(('checking dependencies...\n' if 'R' in options else
                     'resolving dependencies...\nlooking for conflicting packages...\n')
                    + f'\nPackages ({len(chosen)}) '
                    + '  '.join(f'{name}-{package.arch}' for name, package in chosen.items()) + '\n\n')
    question = 'Do you want to remove these packages?' if 'R' in options else 'Proceed with installation?'
    io.stdout.write(f':: {question} [Y/n] ')
    if 'noconfirm' not in options:
        answer = await io.stdin.readline()
        if answer.decode().strip().lower() not in ('y', 'yes') and answer != b'\n':
            return 1
    io.stdout.write('\n')
    return await _change(chosen, 'R' in options, io, ctx)


def _chosen(names: list[str], gone: bool, io: IO, ctx: Context) -> dict[str, Package]:
    """Raises Complaint. Without the databases nothing is known."""
    if not gone and not ctx.files.exists(SYNCED):
        raise Complaint(''.join(f"warning: database file for '{part}' does not exist (use '-Sy' to download)\n"
                                for part in ('core', 'extra'))
                        + '\n'.join(f'error: target not found: {name}' for name in names), bare=True)
    try:
        wanted = closure(names, 'arch')
    except Unknown as problem:
        raise Complaint(f'error: target not found: {problem}', bare=True) from None
    for name, package in wanted.items():
        there = has(name, package, ctx.files)
        if gone and not there:
            raise Complaint(f'error: target not found: {name}', bare=True)
        if there and not gone:
            io.stderr.write(f'warning: {name}-{package.arch} is up to date -- reinstalling\n')
    return wanted


async def _change(chosen: dict[str, Package], gone: bool, io: IO, ctx: Context) -> int:
    if not gone:
        io.stdout.write(':: Retrieving packages...\n' + ''.join(
            f' {name}-{package.arch}-x86_64 downloading...\n' for name, package in chosen.items()) + CHECKS)
    await ctx.simulation.sleep(EACH * len(chosen))
    io.stdout.write(':: Processing package changes...\n')
    for name, package in chosen.items():
        (remove if gone else install)(name, package, ctx)
        io.stdout.write(f'{"removing" if gone else "installing"} {name}...\n')
    io.stdout.write(':: Running post-transaction hooks...\n(1/1) Arming ConditionNeedsUpdate...\n')
    return 0
