"""Runtime handlers: the low-level runtimes that containerd's configuration names, of which a RuntimeClass chooses one
(internal/cri/config)."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from typing import Any

from tutor.shell.vfs import FileSystem

CONFIGURATION = '/etc/containerd/config.toml'
PLUGINS = ('io.containerd.cri.v1.runtime', 'io.containerd.grpc.v1.cri')
"""The plugin with the runtimes, in version 3 and version 2 of the file."""
RUNC = 'io.containerd.runc.v2'
DEFAULT: Mapping[str, str] = {'runc': RUNC}
FOLDERS = ('/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin')


class BadConfiguration(Exception):
    """The file is no TOML; the text says where."""


def read(files: FileSystem) -> Mapping[str, str]:
    """The types of a machine's runtimes by their handlers. Raises BadConfiguration."""
    text = files.read_text(CONFIGURATION) if files.is_file(CONFIGURATION) else ''
    try:
        plugins: Any = tomllib.loads(text).get('plugins') or {}
    except tomllib.TOMLDecodeError as problem:
        raise BadConfiguration(f'failed to load TOML: {CONFIGURATION}: {problem}') from None
    found = dict(DEFAULT)
    for plugin in PLUGINS:
        runtimes = ((plugins.get(plugin) or {}).get('containerd') or {}).get('runtimes') or {}
        found.update((name, str(entry.get('runtime_type', ''))) for name, entry in runtimes.items())
    return found


def problem(known: Mapping[str, str], handler: str, files: FileSystem, new_id: Callable[[], str]) -> str:
    """Why no sandbox can be made with a handler; '' if one can."""
    kind = known.get(handler)
    if kind is None:
        return f'failed to get sandbox runtime: no runtime for "{handler}" is configured'
    if kind == RUNC:
        return ''
    name, _, version = kind.rpartition('.')
    shim = f'containerd-shim-{name.rpartition(".")[2]}-{version}'
    if any(files.is_file(f'{folder}/{shim}') for folder in FOLDERS):
        return f'failed to start sandbox "{new_id()}": the runtime "{kind}" is not simulated'
    return (f'failed to start sandbox "{new_id()}": failed to create containerd task: failed to start shim: failed to '
            f'resolve runtime path: runtime "{kind}" binary not installed "{shim}": file does not exist')
