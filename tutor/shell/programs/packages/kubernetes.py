"""The packages of Kubernetes' community on a node: which version is installed, and those that the repositories had
when apt looked into them last."""

from __future__ import annotations

import re

from tutor.apimachinery.releases import NEWEST, SERIES, patches, series_of
from tutor.shell.vfs import FileSystem

KUBERNETES = ('kubeadm', 'kubectl', 'kubelet')
"""The packages that have Kubernetes' own version."""
SIZES = {'kubeadm': 12.6, 'kubectl': 11.8, 'kubelet': 13.4}
"""In MB, as they are fetched."""
REVISION = '-1.1'
STATUS = '/var/lib/dpkg/status'
HELD = '/var/lib/apt/held'
SOURCES = '/etc/apt/sources.list.d/kubernetes.list'
REPOSITORY = re.compile(r'^deb\s.*https://pkgs\.k8s\.io/core:/stable:/v([\d.]+)/deb/', re.M)
LISTS = '/var/lib/apt/lists'
MIRROR = 'prod-cdn.packages.k8s.io/repositories/isv:/kubernetes:/core:/stable:/v{}/deb'
_LISTED = re.compile(r'^prod-cdn\.packages\.k8s\.io_.*_v([\d.]+)_deb_InRelease$')
_STANZA = 'Package: {}\nStatus: install ok installed\nVersion: {}\n'


def furnish(files: FileSystem, version: str) -> None:
    """What a node that runs a version has: packages of it on hold, and the lists of its series."""
    series = series_of(version)
    if series in SERIES:
        files.put(SOURCES, files.read_text(SOURCES).replace(f'/v{series_of(NEWEST)}/', f'/v{series}/'))
    files.put(STATUS, '\n'.join(_STANZA.format(name, version.lstrip('v') + REVISION) for name in KUBERNETES))
    files.make_dirs(HELD.rpartition('/')[0])
    files.put(HELD, ''.join(f'{name}\n' for name in KUBERNETES))
    look(files)


def installed(files: FileSystem, name: str) -> str:
    """The version of one of the packages, '1.36.1-1.1'."""
    text = files.read_text(STATUS) if files.is_file(STATUS) else ''
    found = re.search(rf'^Package: {name}\nStatus: .*\nVersion: (.*)$', text, re.MULTILINE)
    return found[1] if found else NEWEST.lstrip('v') + REVISION


def release(files: FileSystem, name: str) -> str:
    """The version of the program in a package, 'v1.36.1'."""
    return f'v{installed(files, name).removesuffix(REVISION)}'


def put(files: FileSystem, versions: dict[str, str]) -> None:
    """Other versions of packages are installed now."""
    now = {name: versions.get(name) or installed(files, name) for name in KUBERNETES}
    files.write(STATUS, '\n'.join(_STANZA.format(name, version) for name, version in now.items()))


def repository(files: FileSystem) -> str:
    """The series whose repository a node's list of sources names, '1.36'; '' for none."""
    text = files.read_text(SOURCES) if files.is_file(SOURCES) else ''
    found = REPOSITORY.search(text)
    return found[1] if found else ''


def look(files: FileSystem) -> None:
    """apt update: the lists of packages are those of the repository that the sources name."""
    files.make_dirs(LISTS)
    for name in files.listdir(LISTS):
        if _LISTED.match(name):
            files.remove(f'{LISTS}/{name}')
    series = repository(files)
    if series:
        place = MIRROR.format(series).replace('/', '_')
        files.put(f'{LISTS}/{place}_InRelease', f'Origin: obs://build.opensuse.org/isv:kubernetes:core:stable:v{series}'
                                                '/deb\n')


def listed(files: FileSystem) -> str:
    """The series whose packages apt knows; '' for none."""
    names = files.listdir(LISTS) if files.is_dir(LISTS) else []
    return next((found[1] for name in names if (found := _LISTED.match(name))), '')


def versions(files: FileSystem) -> tuple[str, ...]:
    """Those that apt knows, newest first."""
    return tuple(f'{version}{REVISION}' for version in patches(listed(files)))
