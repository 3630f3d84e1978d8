"""apt-get, apt and apt-mark, as Debian and Ubuntu have them."""

from __future__ import annotations

import re

from tutor.apimachinery.releases import SERIES
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import Options, parse
from tutor.shell.programs.packages import apt_cache, inventory, kubernetes
from tutor.shell.programs.packages.apt_cache import mirror
from tutor.shell.programs.packages.catalog import Package
from tutor.shell.programs.packages.installing import NotSimulated, Unknown, closure, has, install, remove

LISTS = '/var/lib/apt/lists/deb.debian.org_debian_dists_bookworm_InRelease'
FAILED = 100
FETCHING, UNPACKING = 1.6, 0.4
"""Seconds of an update, and of each package."""
READING = 'Reading package lists... Done\nBuilding dependency tree... Done\nReading state information... Done\n'
SWITCHES = {'yes': 'y', 'assume-yes': 'y', 'quiet': 'q', 'no-install-recommends': '', 'fix-broken': 'f',
            'allow-change-held-packages': '', 'allow-downgrades': '', 'installed': '', 'all-versions': 'a',
            'upgradable': '', 'only-upgrade': '', 'purge': '', 'reinstall': ''}
LOCKED = ('E: Could not open lock file {path} - open (13: Permission denied)\n'
          'E: Unable to acquire the {what} ({path}), are you root?')


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """apt-get update | install PACKAGE… | remove PACKAGE… | clean"""
    options = parse(argv, ctx, 'yqfo:da', SWITCHES, FAILED)
    verb, *names = options.args or ['']
    match verb:
        case 'update':
            return await _update(io, ctx)
        case 'install' | 'remove' | 'purge':
            return await _change(verb, names, options, io, ctx)
        case 'clean' | 'autoclean' | 'autoremove' | 'upgrade' | 'dist-upgrade' | 'full-upgrade':
            if 'clean' not in verb:
                io.stdout.write(READING + '0 upgraded, 0 newly installed, 0 to remove and 0 not upgraded.\n')
            return 0
        case 'list':
            apt_cache.listed(options, io, ctx)
            return 0
        case 'search' | 'show':
            raise Complaint(f'error: {argv[0]} {verb} is not simulated here')
    raise Complaint(f'E: Invalid operation {verb}', FAILED, bare=True)


def _need_root(ctx: Context, path: str, what: str) -> None:
    if ctx.uid:
        raise Complaint(LOCKED.format(path=path, what=what), FAILED, bare=True)


async def _update(io: IO, ctx: Context) -> int:
    _need_root(ctx, '/var/lib/apt/lists/lock', 'directory /var/lib/apt/lists/')
    archive, release = mirror(ctx)
    await ctx.simulation.sleep(FETCHING)
    series = kubernetes.repository(ctx.files) if ctx.host.machine is not None else ''
    if series and series not in SERIES:
        raise Complaint(f'error: the packages of Kubernetes v{series} are not simulated here', FAILED)
    community = f'https://{kubernetes.MIRROR.format(series)}'
    lines = [f'{archive} {release} InRelease [151 kB]', f'{archive} {release}-updates InRelease [55.4 kB]',
             f'{archive} {release}/main amd64 Packages [8792 kB]']
    lines += [f'{community}  InRelease [1227 B]', f'{community}  Packages [4732 B]'] if series else []
    io.stdout.write(''.join(f'Get:{number} {line}\n' for number, line in enumerate(lines, 1))
                    + f'Fetched {"9,004" if series else "8,998"} kB in 2s (5,623 kB/s)\n'
                    'Reading package lists... Done\n')
    ctx.files.make_dirs(LISTS.rpartition('/')[0])
    ctx.files.put(LISTS, 'Origin: Debian\n')
    if ctx.host.machine is not None:
        kubernetes.look(ctx.files)
    return 0


async def _change(verb: str, names: list[str], options: Options, io: IO, ctx: Context) -> int:
    _need_root(ctx, '/var/lib/dpkg/lock-frontend', 'dpkg frontend lock')
    io.stdout.write(READING)
    community = _of_community(names, verb, ctx)
    names = [name for name in names if name.partition('=')[0] not in community]
    if community:
        status = await _upgrade(community, options, io, ctx)
        if status or not names:
            return status
    wanted = _chosen(names, ctx)
    if verb == 'install':
        missing = {name: package for name, package in wanted.items() if not has(name, package, ctx.files)}
        for name, package in wanted.items():
            if name not in missing:
                io.stdout.write(f'{name} is already the newest version ({package.debian}).\n')
        return await _install(missing, options, io, ctx)
    there = {name: package for name, package in wanted.items() if has(name, package, ctx.files)}
    for name in wanted.keys() - there.keys():
        io.stdout.write(f"Package '{name}' is not installed, so not removed\n")
    _plan('The following packages will be REMOVED:', there, f'0 upgraded, 0 newly installed, {len(there)} to remove',
          io)
    for name, package in there.items():
        remove(name, package, ctx)
        io.stdout.write(f'Removing {name} ({package.debian}) ...\n')
    return 0


def _of_community(names: list[str], verb: str, ctx: Context) -> dict[str, str]:
    """The versions that are wanted of kubeadm, kubectl and kubelet of a node. Raises Complaint."""
    found: dict[str, str] = {}
    for name in names if ctx.host.machine is not None else ():
        plain, _, version = name.partition('=')
        if plain not in kubernetes.KUBERNETES:
            continue
        pattern = re.escape(version).replace(r'\*', '.*')
        there = apt_cache.known(plain, ctx)
        matching = [each for each in (there.versions if there else ()) if not version or re.fullmatch(pattern, each)]
        if not matching:
            raise Complaint(f"E: Version '{version}' for '{plain}' was not found", FAILED, bare=True)
        if verb != 'install':
            raise Complaint(f'error: {plain} cannot be removed here')
        found[plain] = matching[0]
    return found


async def _upgrade(wanted: dict[str, str], options: Options, io: IO, ctx: Context) -> int:
    """Install other versions of what is there already. Raises Complaint."""
    now = {name: kubernetes.installed(ctx.files, name) for name in wanted}
    changed = {name: version for name, version in sorted(wanted.items()) if version != now[name]}
    for name in wanted.keys() - changed.keys():
        io.stdout.write(f'{name} is already the newest version ({now[name]}).\n')
    older = [name for name, version in changed.items() if _numbers(version) < _numbers(now[name])]
    held = [name for name in changed if name in inventory.held(ctx)]
    for title, names in (('held packages will be changed', held), ('packages will be DOWNGRADED', older), (
            'packages will be upgraded', [name for name in changed if name not in older])):
        io.stdout.write(f'The following {title}:\n  {" ".join(names)}\n' if names else '')
    if changed:
        downgraded = f', {len(older)} downgraded' if older else ''
        io.stdout.write(f'{len(changed) - len(older)} upgraded, 0 newly installed{downgraded}, 0 to remove and 0 not '
                        'upgraded.\n')
    refused = [(held, 'Held packages were changed', 'allow-change-held-packages'),
               (older, 'Packages were downgraded', 'allow-downgrades')]
    for names, what, switch in refused if 'y' in options else ():
        if names and switch not in options:
            raise Complaint(f'E: {what} and -y was used without --{switch}.', FAILED, bare=True)
    if not changed:
        return 0
    total = sum(kubernetes.SIZES[name] for name in changed)
    io.stdout.write(f'Need to get {total:.1f} MB of archives.\nAfter this operation, 16.4 kB of additional disk space '
                    'will be used.\n')
    if not await _sure(options, io):
        return 1
    place = f'https://{kubernetes.MIRROR.format(kubernetes.listed(ctx.files))}'
    io.stdout.write(''.join(f'Get:{number} {place}  {name} {version} [{kubernetes.SIZES[name]} MB]\n'
                            for number, (name, version) in enumerate(changed.items(), 1)))
    await ctx.simulation.sleep(UNPACKING * len(changed))
    io.stdout.write(f'Fetched {total:.1f} MB in 4s (6,000 kB/s)\n(Reading database ... 126483 files and directories '
                    'currently installed.)\n')
    for name, version in changed.items():
        io.stdout.write(f'Preparing to unpack .../{name}_{version}_amd64.deb ...\nUnpacking {name} ({version}) over '
                        f'({now[name]}) ...\n')
    io.stdout.write(''.join(f'Setting up {name} ({version}) ...\n' for name, version in changed.items()))
    kubernetes.put(ctx.files, changed)
    return 0


def _numbers(version: str) -> list[int]:
    return [int(part) for part in re.findall(r'\d+', version)]


def _chosen(names: list[str], ctx: Context) -> dict[str, Package]:
    """The packages of these names. Raises Complaint; without an update nothing is known."""
    known = ctx.host.machine is not None or ctx.files.exists(LISTS)
    try:
        wanted = closure(names, 'debian')
    except NotSimulated as problem:
        if known:
            raise Complaint(str(problem), FAILED) from None
        wanted = None
    except Unknown as problem:
        raise Complaint(f'E: Unable to locate package {problem}', FAILED, bare=True) from None
    unknown = [] if known else [name for name in names if wanted is None or not has(name, wanted[name], ctx.files)]
    if unknown:
        raise Complaint('\n'.join(f'E: Unable to locate package {name}' for name in unknown), FAILED, bare=True)
    return wanted or {}


def _plan(title: str, packages: dict[str, Package], counts: str, io: IO) -> None:
    if packages:
        io.stdout.write(f'{title}\n  {" ".join(packages)}\n')
    io.stdout.write(f'{counts} and 0 not upgraded.\n')


async def _install(missing: dict[str, Package], options: Options, io: IO, ctx: Context) -> int:
    _plan('The following NEW packages will be installed:', missing,
          f'0 upgraded, {len(missing)} newly installed, 0 to remove', io)
    if not missing:
        return 0
    size = sum(package.size for package in missing.values())
    io.stdout.write(f'Need to get {size} kB of archives.\nAfter this operation, {size * 3} kB of additional disk '
                    'space will be used.\n')
    if not await _sure(options, io):
        return 1
    archive, release = mirror(ctx)
    for number, (name, package) in enumerate(missing.items(), 1):
        io.stdout.write(f'Get:{number} {archive} {release}/main amd64 {name} amd64 {package.debian} '
                        f'[{package.size} kB]\n')
    await ctx.simulation.sleep(UNPACKING * len(missing))
    io.stdout.write(f'Fetched {size} kB in 0s ({size * 8:,} kB/s)\n')
    for name, package in missing.items():
        io.stdout.write(f'Selecting previously unselected package {name}.\n(Reading database ... 6089 files and '
                        f'directories currently installed.)\nPreparing to unpack .../{name}_{package.debian}_amd64.deb '
                        f'...\nUnpacking {name} ({package.debian}) ...\n')
    for name, package in missing.items():
        install(name, package, ctx)
        io.stdout.write(f'Setting up {name} ({package.debian}) ...\n')
    return 0


async def _sure(options: Options, io: IO) -> bool:
    """Whether to go on: the person is asked without -y."""
    if 'y' in options:
        return True
    io.stdout.write('Do you want to continue? [Y/n] ')
    answer = (await io.stdin.readline()).decode().strip().lower()
    if answer not in ('', 'y', 'yes') or (not answer and not io.stdin.isatty):
        io.stdout.write('Abort.\n')
        return False
    return True


async def mark(argv: list[str], io: IO, ctx: Context) -> int:
    """apt-mark hold | unhold | showhold PACKAGE…"""
    verb, *names = parse(argv, ctx, '', {}, FAILED).args or ['']
    held = inventory.held(ctx)
    if verb == 'showhold':
        io.stdout.write(''.join(f'{name}\n' for name in sorted(held)))
        return 0
    if verb not in ('hold', 'unhold'):
        raise Complaint(f'error: apt-mark {verb} is not simulated here')
    _need_root(ctx, '/var/lib/dpkg/lock', 'dpkg lock')
    for name in names:
        before = name in held
        if before == (verb == 'hold'):
            io.stdout.write(f'{name} was already {"set on hold" if before else "not on hold"}.\n')
            continue
        (held.append if verb == 'hold' else held.remove)(name)
        io.stdout.write(f'{name} set on hold.\n' if verb == 'hold' else f'Canceled hold on {name}.\n')
    ctx.files.make_dirs('/var/lib/apt')
    ctx.files.put(kubernetes.HELD, '\n'.join(held) + '\n')
    return 0
