"""Unit files: where they lie, their drop-ins, and the command line and environment that a service's say
(systemd.unit(5), systemd.service(5), systemd.exec(5))."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from tutor.shell.vfs import File, FileSystem

ETC = '/etc/systemd/system'
FOLDERS = (ETC, '/run/systemd/system', '/usr/lib/systemd/system')
MASK = '/dev/null'
SUFFIXES = ('.service', '.socket', '.target', '.timer', '.mount', '.slice')
NAME = re.compile(r'[A-Za-z_]\w*')
WORD = re.compile(r'^\$(\w+)$')
BRACED = re.compile(r'\$\{(\w+)\}')


@dataclass(frozen=True, slots=True)
class UnitFile:
    """A unit as its file and drop-ins say it. `settings` has every value of a key in order, by 'Section.Key'."""

    name: str
    path: str
    drop_ins: tuple[str, ...] = ()
    settings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    masked: bool = False
    read_at: float = 0.0

    def get(self, key: str, default: str = '') -> str:
        values = self.settings.get(key)
        return values[-1] if values else default

    def all(self, key: str) -> tuple[str, ...]:
        return self.settings.get(key, ())

    @property
    def description(self) -> str:
        return self.get('Unit.Description', self.name)

    @property
    def title(self) -> str:
        """'kubelet.service - kubelet: The Kubernetes Node Agent', as systemd's own messages name a unit."""
        return f'{self.name} - {self.description}' if self.description != self.name else self.name


def full_name(name: str) -> str:
    """'kubelet' is 'kubelet.service'."""
    return name if name.endswith(SUFFIXES) else f'{name}.service'


def load(files: FileSystem, name: str, now: float) -> UnitFile | None:
    """Read a unit from its folders; None when there is no such file."""
    path = next((f'{folder}/{name}' for folder in FOLDERS if files.exists(f'{folder}/{name}', follow=False)), None)
    if path is None:
        return None
    if _is_mask(files, path):
        return UnitFile(name, path, masked=True, read_at=now)
    settings: dict[str, list[str]] = {}
    _read(files, path, settings)
    drop_ins = tuple(_drop_ins(files, name))
    for place in drop_ins:
        _read(files, place, settings)
    return UnitFile(name, files.realpath(path), drop_ins, {key: tuple(values) for key, values in settings.items()},
                    read_at=now)


def changed(files: FileSystem, unit: UnitFile) -> bool:
    """Whether a file of the unit is newer than what was read."""
    def newer(path: str) -> bool:
        try:
            return files.node(path).mtime > unit.read_at
        except OSError:
            return True
    return not unit.masked and (
        any(newer(path) for path in (unit.path, *unit.drop_ins)) or tuple(_drop_ins(files, unit.name)) != unit.drop_ins)


def names(files: FileSystem) -> list[str]:
    """All units that have a file."""
    found = {name for folder in FOLDERS if files.is_dir(folder) for name in files.listdir(folder)
             if name.endswith(SUFFIXES)}
    return sorted(found)


def _is_mask(files: FileSystem, path: str) -> bool:
    try:
        return files.readlink(path) == MASK
    except OSError:
        return False


def _drop_ins(files: FileSystem, name: str) -> list[str]:
    found: dict[str, str] = {}
    for folder in reversed(FOLDERS):
        place = f'{folder}/{name}.d'
        if files.is_dir(place):
            found.update((entry, f'{place}/{entry}') for entry in files.listdir(place) if entry.endswith('.conf'))
    return [found[entry] for entry in sorted(found)]


def _read(files: FileSystem, path: str, settings: dict[str, list[str]]) -> None:
    """Add a file's settings; an empty value forgets those before it."""
    for key, value in _parsed(files.read_text(path)):
        values = settings.setdefault(key, [])
        if value:
            values.append(value)
        else:
            values.clear()


@lru_cache(maxsize=256)
def _parsed(text: str) -> tuple[tuple[str, str], ...]:
    """The settings of a unit file in order, by 'Section.Key'. All machines have the same files."""
    found, section = [], ''
    for line in text.replace('\\\n', ' ').splitlines():
        line = line.strip()
        if line.startswith('['):
            section = line.strip('[]')
        elif line and line[0] not in '#;' and '=' in line:
            key, _, value = line.partition('=')
            found.append((f'{section}.{key.strip()}', value.strip()))
    return tuple(found)


def environment(files: FileSystem, unit: UnitFile) -> dict[str, str] | str:
    """The environment of a service; the path of an EnvironmentFile that has to be there and is not."""
    found: dict[str, str] = {}
    for value in unit.all('Service.Environment'):
        found.update(_assignments(value))
    for place in unit.all('Service.EnvironmentFile'):
        path = place.removeprefix('-')
        try:
            node = files.node(path)
        except OSError:
            if place.startswith('-'):
                continue
            return path
        if isinstance(node, File):
            found.update(_of_file(node.data().decode('utf-8', 'replace')))
    return found


def _of_file(text: str) -> dict[str, str]:
    """The variables of an EnvironmentFile, one a line: a value goes to the end of its line, spaces and all
    (parse_env_file_internal)."""
    found: dict[str, str] = {}
    for line in text.replace('\\\n', '').splitlines():
        name, sign, value = line.partition('=')
        if sign and NAME.fullmatch(name.strip()):
            found[name.strip()] = _value(value.strip())
    return found


def _value(text: str) -> str:
    """Without its quotes; in single ones a backslash stands for itself, in double ones it hides some characters alone,
    elsewhere any."""
    value, quote, escaped = '', '', False
    for character in text:
        if escaped:
            value += character if not quote or character in '"\\`$' else f'\\{character}'
            escaped = False
        elif character == '\\' and quote != "'":
            escaped = True
        elif character == quote or (not quote and character in '"\''):
            quote = '' if quote else character
        else:
            value += character
    return value


def _assignments(text: str) -> dict[str, str]:
    try:
        words = shlex.split(text)
    except ValueError:
        words = text.split()
    return dict(word.split('=', 1) for word in words if '=' in word)


def command(line: str, env: Mapping[str, str]) -> list[str]:
    """The words of ExecStart=: a variable that is a word of its own is split, one in braces is not."""
    words: list[str] = []
    try:
        parts = shlex.split(line)
    except ValueError:
        parts = line.split()
    for part in parts:
        variable = WORD.match(part)
        if variable:
            words += env.get(variable[1], '').split()
        else:
            words.append(BRACED.sub(lambda match: env.get(match[1], ''), part))
    return words


def seconds(text: str, default: float) -> float:
    """A time span: '10', '10s', '1min 30s', '100ms'."""
    units = {'': 1.0, 's': 1.0, 'sec': 1.0, 'ms': 0.001, 'min': 60.0, 'm': 60.0, 'h': 3600.0}
    parts = re.findall(r'(\d+(?:\.\d+)?)\s*([a-z]*)', text)
    if not parts or any(unit not in units for _, unit in parts):
        return default
    return sum(float(number) * units[unit] for number, unit in parts)
