"""apk, Alpine's package manager."""

from __future__ import annotations

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import parse
from tutor.shell.programs.packages.installing import Unknown, closure, has, install, installed, remove

INDEXES = ''.join(f'fetch https://dl-cdn.alpinelinux.org/alpine/v{{release}}/{part}/x86_64/APKINDEX.tar.gz\n'
                  for part in ('main', 'community'))
FETCHING = 1.2
VERSION = 'apk-tools 2.14.9, compiled for x86_64.\n'
BASE = ('alpine-baselayout', 'alpine-baselayout-data', 'alpine-keys', 'alpine-release', 'apk-tools', 'busybox',
        'busybox-binsh', 'ca-certificates-bundle', 'libapk2', 'libcrypto3', 'libssl3', 'musl', 'musl-utils', 'scanelf',
        'ssl_client', 'zlib')
"""What every image of Alpine has."""


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """apk add [--no-cache] PACKAGE… | del PACKAGE… | info [-e] [PACKAGE…] | update"""
    options = parse(argv, ctx, 'qUvt:eV', {'no-cache': '', 'update-cache': 'U', 'quiet': 'q', 'virtual': 't',
                                           'installed': 'e', 'version': 'V'})
    verb, *names = options.args or ['']
    if 'V' in options:
        io.stdout.write(VERSION)
        return 0
    if verb == 'info' and ('e' in options or not names):
        found = [name for name in (*BASE, *installed(ctx.files)) if not names or name in names]
        io.stdout.write(''.join(f'{name}\n' for name in found))
        return int(len(found) < len(names))
    if verb not in ('add', 'del', 'update', 'upgrade'):
        raise Complaint(f'error: apk {verb} is not simulated here' if verb else VERSION.rstrip())
    if ctx.uid:
        raise Complaint('ERROR: Unable to lock database: Permission denied\nERROR: Failed to open apk database: '
                        'Permission denied', 99, bare=True)
    if verb != 'del':
        await ctx.simulation.sleep(FETCHING)
        io.stdout.write(INDEXES.format(release='.'.join(ctx.files.read_text('/etc/alpine-release').split('.')[:2])))
    if verb in ('update', 'upgrade'):
        io.stdout.write('OK: 26325 distinct packages available\n' if verb == 'update' else 'OK: 8 MiB in 16 packages\n')
        return 0
    try:
        wanted = closure(names, 'alpine')
    except Unknown as problem:
        raise Complaint(f'ERROR: unable to select packages:\n  {problem} (no such package):\n    required by: '
                        f'world[{problem}]', bare=True) from None
    chosen = {name: package for name, package in wanted.items() if has(name, package, ctx.files) == (verb == 'del')}
    for number, (name, package) in enumerate(chosen.items(), 1):
        (install if verb == 'add' else remove)(name, package, ctx)
        io.stdout.write(f'({number}/{len(chosen)}) {"Installing" if verb == "add" else "Purging"} {name} '
                        f'({package.alpine})\n')
    if chosen:
        io.stdout.write('Executing busybox-1.37.0-r19.trigger\n')
    count = len(installed(ctx.files))
    io.stdout.write(f'OK: {8 + count} MiB in {len(BASE) + count} packages\n')
    return 0
