"""dnf, yum and zypper, as Fedora, Red Hat's kin and openSUSE have them."""

from __future__ import annotations

import re

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import parse
from tutor.shell.programs.packages.catalog import Package
from tutor.shell.programs.packages.installing import Unknown, closure, has, install, remove

FETCHING, EACH = 2.0, 0.3
"""Seconds until the metadata is there, and of each package."""
SWITCHES = {'assumeyes': 'y', 'quiet': 'q', 'setopt': '=', 'nodocs': '', 'allowerasing': '', 'refresh': '',
            'no-confirm': 'y', 'non-interactive': 'n', 'no-recommends': ''}
NEEDS_ROOT = 'Error: This command has to be run with superuser privileges (under the root user on most systems).'
RULE = '=' * 80
NO_PROVIDER = 104
"""ZYPPER_EXIT_INF_CAP_NOT_FOUND"""
WITHOUT_NAMES = ('update', 'upgrade', 'clean', 'makecache', 'autoremove')
VERBS = {'in': 'install', 'rm': 'remove', 'erase': 'remove'}


def _mark(ctx: Context) -> str:
    """What a distribution puts behind its packages' versions."""
    release = ctx.files.read_text('/etc/os-release')
    platform = re.search(r'PLATFORM_ID="platform:(f|el|al)(\d+)"', release)
    return '.' + {'f': 'fc', 'el': 'el', 'al': 'amzn'}[platform[1]] + platform[2] if platform else ''


def _full(name: str, package: Package, ctx: Context) -> str:
    return f'{name}-{package.rpm}{_mark(ctx)}.x86_64'


async def dnf(argv: list[str], io: IO, ctx: Context) -> int:
    """dnf [-y] install PACKAGE… | remove PACKAGE… | clean all | makecache"""
    options = parse(argv, ctx, 'yq', SWITCHES)
    verb, *names = options.args or ['']
    verb = VERBS.get(verb, verb)
    if verb not in ('install', 'remove') and verb not in WITHOUT_NAMES:
        raise Complaint(f'error: {argv[0]} {verb} is not simulated here' if verb else
                        'usage: dnf [options] COMMAND', bare=not verb)
    if ctx.uid:
        raise Complaint(NEEDS_ROOT, bare=True)
    if verb == 'clean':
        io.stdout.write('0 files removed\n')
        return 0
    if verb != 'remove':
        await ctx.simulation.sleep(FETCHING)
        io.stdout.write(f'Last metadata expiration check: 0:00:01 ago on '
                        f'{ctx.simulation.wall():%a %b %e %H:%M:%S %Y}.\n')
    if verb == 'makecache':
        io.stdout.write('Metadata cache created.\n')
        return 0
    chosen = _dnf_chosen(verb, names, io, ctx)
    io.stdout.write('Dependencies resolved.\n')
    if not chosen:
        io.stdout.write('Nothing to do.\nComplete!\n')
        return 0
    _table(verb, chosen, io, ctx)
    if 'y' not in options:
        io.stdout.write('Is this ok [y/N]: ')
        if (await io.stdin.readline()).decode().strip().lower() not in ('y', 'yes'):
            io.stdout.write('Operation aborted.\n')
            return 1
    return await _transact(verb, chosen, io, ctx)


def _dnf_chosen(verb: str, names: list[str], io: IO, ctx: Context) -> dict[str, Package]:
    """What is to be changed. Raises Complaint."""
    try:
        wanted = closure(names, 'rpm')
    except Unknown as problem:
        if verb == 'remove':
            io.stdout.write(f'No match for argument: {problem}\nNo packages marked for removal.\n')
            return {}
        raise Complaint(f'No match for argument: {problem}\nError: Unable to find a match: {problem}',
                        bare=True) from None
    there = {name for name, package in wanted.items() if has(name, package, ctx.files)}
    if verb == 'install':
        io.stdout.write(''.join(f'Package {_full(name, wanted[name], ctx)} is already installed.\n'
                                for name in wanted if name in there))
    return {name: package for name, package in wanted.items() if (name in there) == (verb == 'remove')}


def _table(verb: str, chosen: dict[str, Package], io: IO, ctx: Context) -> None:
    rows = ''.join(f' {name:<24}{"x86_64":<10}{package.rpm + _mark(ctx):<26}{"baseos":<12}{package.size} k\n'
                   for name, package in chosen.items())
    count, size = len(chosen), sum(package.size for package in chosen.values())
    noun = 'Package' if count == 1 else 'Packages'
    io.stdout.write(f'{RULE}\n {"Package":<24}{"Arch":<10}{"Version":<26}{"Repository":<12}Size\n{RULE}\n'
                    f'{"Installing" if verb == "install" else "Removing"}:\n{rows}\nTransaction Summary\n{RULE}\n'
                    f'{verb.title()}  {count} {noun}\n\n')
    io.stdout.write(f'Total download size: {size} k\nInstalled size: {size * 3} k\n' if verb == 'install' else
                    f'Freed space: {size * 3} k\n')


async def _transact(verb: str, chosen: dict[str, Package], io: IO, ctx: Context) -> int:
    if verb == 'install':
        io.stdout.write('Downloading Packages:\n')
    await ctx.simulation.sleep(EACH * len(chosen))
    io.stdout.write('Running transaction check\nTransaction check succeeded.\nRunning transaction test\n'
                    'Transaction test succeeded.\nRunning transaction\n')
    doing, done = ('Installing', 'Installed') if verb == 'install' else ('Erasing', 'Removed')
    for number, (name, package) in enumerate(chosen.items(), 1):
        (install if verb == 'install' else remove)(name, package, ctx)
        io.stdout.write(f'  {doing:<17}: {_full(name, package, ctx):<50} {number}/{len(chosen)}\n')
    io.stdout.write(f'\n{done}:\n' + ''.join(f'  {_full(name, package, ctx)}\n' for name, package in chosen.items()))
    io.stdout.write('\nComplete!\n')
    return 0


async def zypper(argv: list[str], io: IO, ctx: Context) -> int:
    """zypper [-n] install [-y] PACKAGE… | remove PACKAGE… | refresh"""
    options = parse(argv, ctx, 'ynq', SWITCHES)
    verb, *names = options.args or ['']
    verb = VERBS.get(verb, verb)
    if verb not in ('install', 'remove', 'refresh', 'ref', 'clean'):
        raise Complaint(f'error: zypper {verb} is not simulated here')
    if ctx.uid:
        raise Complaint('Root privileges are required to run this command.', 5, bare=True)
    if verb not in ('install', 'remove'):
        await ctx.simulation.sleep(FETCHING)
        io.stdout.write('All repositories have been ' + ('cleaned up' if verb == 'clean' else 'refreshed') + '.\n')
        return 0
    io.stdout.write('Loading repository data...\nReading installed packages...\n')
    try:
        wanted = closure(names, 'rpm')
    except Unknown as problem:
        io.stdout.write(f"'{problem}' not found in package names. Trying capabilities.\n")
        raise Complaint(f"No provider of '{problem}' found.", NO_PROVIDER, bare=True) from None
    chosen = {name: package for name, package in wanted.items()
              if has(name, package, ctx.files) == (verb == 'remove')}
    return await _zypper_change(verb, chosen, 'y' in options or 'n' in options, io, ctx)


async def _zypper_change(verb: str, chosen: dict[str, Package], sure: bool, io: IO, ctx: Context) -> int:
    io.stdout.write('Resolving package dependencies...\n')
    if not chosen:
        io.stdout.write('Nothing to do.\n')
        return 0
    count = f'{len(chosen)} ' if len(chosen) > 1 else ''
    noun = 'packages are' if count else 'package is'
    kind = 'NEW ' if verb == 'install' else ''
    doing = 'installed' if verb == 'install' else 'REMOVED'
    io.stdout.write(f'\nThe following {count}{kind}{noun} going to be {doing}:\n  {" ".join(chosen)}\n\n'
                    f'{len(chosen)} {"new " if kind else ""}package{"s" if count else ""} to {verb}.\n'
                    f'Continue? [y/n/v/...? shows all options] (y): {"y" + chr(10) if sure else ""}')
    if not sure and (await io.stdin.readline()).decode().strip().lower() not in ('y', 'yes'):
        return 4
    await ctx.simulation.sleep(EACH * len(chosen))
    for number, (name, package) in enumerate(chosen.items(), 1):
        (install if verb == 'install' else remove)(name, package, ctx)
        doing = 'Installing' if verb == 'install' else 'Removing'
        io.stdout.write(f'({number}/{len(chosen)}) {doing}: {name}-{package.rpm}.x86_64 [done]\n')
    return 0
