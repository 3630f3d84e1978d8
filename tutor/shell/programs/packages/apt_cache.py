"""apt-cache, apt list and the lists they read: which packages there are, and where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.options import Options, parse
from tutor.shell.programs.packages import kubernetes
from tutor.shell.programs.packages.catalog import PACKAGES
from tutor.shell.programs.packages.inventory import ARCHITECTURE, records

FAILED = 100
COMMUNITY = (*kubernetes.KUBERNETES, 'cri-tools', 'kubernetes-cni')
"""What these repositories have."""
UNSTABLE = '\nWARNING: apt does not have a stable CLI interface. Use with caution in scripts.\n\n'


@dataclass(frozen=True, slots=True)
class Known:
    """A package as the lists have it: its versions, newest first, the one that is installed or '', and where they are.
    `release` is the distribution's name in `apt list`."""

    name: str
    versions: tuple[str, ...]
    installed: str
    place: str
    release: str


def mirror(ctx: Context) -> tuple[str, str]:
    """The distribution's archive and its release."""
    text = ctx.files.read_text('/etc/os-release') if ctx.files.is_file('/etc/os-release') else ''
    release = re.search(r'^VERSION_CODENAME=(\w+)$', text, re.MULTILINE)
    archive = 'http://archive.ubuntu.com/ubuntu' if 'ID=ubuntu' in text else 'http://deb.debian.org/debian'
    return archive, release[1] if release is not None else 'stable'


def known(name: str, ctx: Context) -> Known | None:
    """What is known of a name, None for nothing."""
    archive, release = mirror(ctx)
    there = {record.name: record.version for record in records(ctx)}
    if name in COMMUNITY and ctx.host.machine is not None:
        series, listed = kubernetes.listed(ctx.files), kubernetes.versions(ctx.files)
        versions = listed if name in kubernetes.KUBERNETES else ()
        return Known(name, versions or (there[name],), there[name],
                     f'https://pkgs.k8s.io/core:/stable:/v{series}/deb  Packages' if listed else '',
                     'unknown' if listed else 'now')
    package = PACKAGES.get(name)
    version = there.get(name, '') or (package.debian if package else '')
    if not version:
        return None
    return Known(name, (version,), there.get(name, ''), f'{archive} {release}/main {ARCHITECTURE} Packages', release)


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """apt-cache madison PACKAGE… | policy PACKAGE…"""
    verb, *names = parse(argv, ctx, '', {}, FAILED).args or ['']
    if verb not in ('madison', 'policy') or (verb == 'policy' and not names):
        raise Complaint(f'error: apt-cache {" ".join((verb, *names))} is not simulated here')
    for name in names:
        found = known(name, ctx)
        if found is None:
            io.stderr.write(f'N: Unable to locate package {name}\n')
        elif verb == 'madison':
            io.stdout.write(''.join(f'{name:>10} | {version:>10} | {found.place}\n'
                                    for version in found.versions if found.place))
        else:
            io.stdout.write('\n'.join(_policy(found)) + '\n')
    return 0


def _policy(found: Known) -> Iterator[str]:
    """Each version with its priorities; *** is the installed one."""
    yield f'{found.name}:'
    yield f'  Installed: {found.installed or "(none)"}'
    yield f'  Candidate: {found.versions[0]}'
    yield '  Version table:'
    for version in found.versions:
        here = version == found.installed
        yield f' {"***" if here else "   "} {version} {500 if found.place else 100}'
        if found.place:
            yield f'        500 {found.place}'
        if here:
            yield '        100 /var/lib/dpkg/status'


def listed(options: Options, io: IO, ctx: Context) -> None:
    """apt list [--installed] [--all-versions] [PATTERN…]"""
    io.stderr.write('' if io.stdout.isatty else UNSTABLE)
    io.stdout.write('Listing...' + (' Done\n' if io.stdout.isatty else '\n'))
    patterns = options.args[1:]
    names = sorted({*PACKAGES, *(record.name for record in records(ctx))})
    for name in names:
        if patterns and not any(fnmatchcase(name, pattern) for pattern in patterns):
            continue
        found = known(name, ctx)
        if found is None or ('installed' in options and not found.installed) or 'upgradable' in options:
            continue
        for version in found.versions if 'a' in options else (found.installed or found.versions[0],):
            here = version == found.installed
            io.stdout.write(f'{name}/{found.release}{",now" if here else ""} {version} {ARCHITECTURE}'
                            f'{" [installed]" if here else ""}\n')
        io.stdout.write('\n' if 'a' in options else '')
