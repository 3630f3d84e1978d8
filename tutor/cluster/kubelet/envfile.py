"""Environment variables out of a file of a volume: fileKeyRef (pkg/kubelet/util/env, ParseEnv)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tutor.apimachinery.objects import Object
from tutor.cluster.kubelet.environment import ConfigError
from tutor.cluster.kubelet.volumes import Volume

_entry = re.compile(r"[ \t]*(?P<key>[^=\s#'][^=\n']*?)[ \t]*=[ \t]*'(?P<value>[^']*)'[ \t]*(?:#[^\n]*)?(?:\n|$)").match
_empty = re.compile(r'[ \t]*(?:#[^\n]*)?(?:\n|$)').match


def value(reference: Object, volumes: Mapping[str, Volume]) -> str | None:
    """The variable that a fileKeyRef names, None when it is optional and not there. Raises ConfigError."""
    volume = volumes.get(reference['volumeName'])
    if volume is None:
        raise ConfigError(f'cannot find the volume "{reference["volumeName"]}" referenced by FileKeyRef')
    files, top = volume.place()
    path, optional = f'{top.rstrip("/")}/{reference["path"]}', reference.get('optional', False)
    try:
        found = parse(files.read_text(path)).get(reference['key'])
    except OSError:
        if optional:
            return None
        raise ConfigError(f'couldn\'t parse env file: open {reference["path"]}: no such file or directory') from None
    if found is None and not optional:
        raise ConfigError(f'environment variable key "{reference["key"]}" not found in file "{reference["path"]}"')
    return found


def parse(text: str) -> dict[str, str]:
    """Lines of KEY='value', whose values may go on over lines; blank lines and comments. Raises ConfigError."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        match = _entry(text, at) or _empty(text, at)
        if match is None:
            raise ConfigError(f"couldn't parse env file: invalid format on line {text.count(chr(10), 0, at) + 1}")
        if match.groupdict():
            found[match['key']] = match['value']
        at = match.end()
    return found
