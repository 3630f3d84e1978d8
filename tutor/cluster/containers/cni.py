"""Networks of pods as containerd loads them: from the first configuration in /etc/cni/net.d (go-cni, libcni)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache

from tutor.shell.vfs import FileSystem

CONFIGURATIONS = '/etc/cni/net.d'
PROGRAMS = '/opt/cni/bin'
ENDINGS = ('.conf', '.conflist', '.json')
PROBLEM = 'Network plugin returns error: cni plugin not initialized'


def plugins(files: FileSystem) -> Sequence[str]:
    """loadFromConfDir: the plug-ins of the network, none while there is no configuration that can be read."""
    try:
        name = next((name for name, _ in sorted(files.scandir(CONFIGURATIONS)) if name.endswith(ENDINGS)), None)
        return _types(files.read_text(f'{CONFIGURATIONS}/{name}')) if name is not None else ()
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return ()


@lru_cache(maxsize=64)
def _types(text: str) -> Sequence[str]:
    found = json.loads(text)
    return tuple(entry['type'] for entry in found.get('plugins') or ([found] if found else ()))


def missing(files: FileSystem) -> str:
    """What a sandbox's network fails with for want of a program, '' if all are there."""
    for name in plugins(files):
        if not files.exists(f'{PROGRAMS}/{name}'):
            return f'plugin type="{name}" failed (add): failed to find plugin "{name}" in path [{PROGRAMS}]'
    return ''
