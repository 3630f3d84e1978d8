"""A Compose file: read, its variables filled in, and checked."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery.decode import DecodeError, one
from tutor.shell.docker import BuildRequest
from tutor.shell.vfs import normalize

NAMES = ('compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml')
TOP = frozenset({'name', 'version', 'services', 'networks', 'volumes', 'configs', 'secrets', 'include'})
_KEYS = """
build command configs container_name depends_on deploy entrypoint env_file environment expose healthcheck hostname
image init labels logging mem_limit networks platform ports privileged profiles pull_policy read_only restart scale
secrets stdin_open stop_grace_period tty user volumes working_dir cap_add cap_drop cpus dns extra_hosts network_mode
security_opt shm_size sysctls tmpfs ulimits
"""
KEYS = frozenset(_KEYS.split())
ABSENT = frozenset({'configs', 'secrets', 'include'})
STARTED, HEALTHY, COMPLETED = 'service_started', 'service_healthy', 'service_completed_successfully'
_variable = re.compile(r'\$(?:(\$)|(\w+)|\{(\w+)(?:(:?[-?+])((?:[^{}]|\{[^{}]*\})*))?\})')


class ComposeError(Exception):
    """A file that cannot be used; the text is Compose's."""


@dataclass(slots=True)
class Service:
    """One service as it is to run."""

    name: str
    image: str
    build: BuildRequest | None = None
    container_name: str = ''
    command: list[str] = field(default_factory=list)
    entrypoint: list[str] | None = None
    env: dict[str, str] = field(default_factory=dict)
    ports: list[str] = field(default_factory=list)
    volumes: list[str] = field(default_factory=list)
    networks: list[str] = field(default_factory=list)
    mode: str = ''
    """One of Docker's own networks instead."""
    depends_on: dict[str, str] = field(default_factory=dict)
    health: list[str] = field(default_factory=list)
    restart: str = 'no'
    workdir: str = ''
    user: str = ''
    hostname: str = ''
    labels: dict[str, str] = field(default_factory=dict)
    profiles: list[str] = field(default_factory=list)
    replicas: int = 1
    tty: bool = False
    interactive: bool = False
    read_only: bool = False
    privileged: bool = False


@dataclass(slots=True)
class Project:
    """All services of a file in the order in which they start, its networks and volumes by their names in it."""

    name: str
    services: dict[str, Service]
    networks: dict[str, str]
    volumes: dict[str, str]
    external: set[str] = field(default_factory=set)
    """Networks and volumes that others have made."""


class Reader:
    """Reads one file. `folder` is where it lies, `read` gives the text of another file; what has to be warned of goes
    to `warn`."""

    def __init__(self, folder: str, path: str, env: Mapping[str, str], read: Callable[[str], str],
                 warn: Callable[[str], None]) -> None:
        self._folder = folder
        self._path = path
        self._env = env
        self._read = read
        self._warn = warn

    def project(self, text: str, name: str) -> Project:
        """Raises ComposeError."""
        try:
            found = one(text)
        except DecodeError as problem:
            raise ComposeError(f'yaml: {problem}') from None
        if not isinstance(found, dict):
            raise ComposeError('empty compose file' if not found else 'top-level object must be a mapping')
        self._check(found, TOP, '')
        if 'version' in found:
            self._warn(f'{self._path}: the attribute `version` is obsolete, it will be ignored, please remove it to '
                       'avoid potential confusion')
        content = self._filled(found)
        name = project_name(name or str(content.get('name') or '') or self._folder.rpartition('/')[2])
        if not content.get('services'):
            raise ComposeError('no service selected')
        services = {each: self._service(each, fields or {}, name) for each, fields in content['services'].items()}
        external: set[str] = set()
        networks = self._named(content.get('networks'), name, external, {'default': None})
        volumes = self._named(content.get('volumes'), name, external, {})
        project = Project(name, _ordered(services), networks, volumes, external)
        self._check_references(project)
        return project

    def _check(self, found: Mapping[str, Any], known: frozenset[str], where: str) -> None:
        for key in found:
            if key in ABSENT:
                raise ComposeError(f'error: {key} are not simulated here')
            if key not in known and not str(key).startswith('x-'):
                raise ComposeError(f'validating {self._path}: {where or "(root)"} additional properties \'{key}\' not '
                                   'allowed')

    def _filled(self, value: Any) -> Any:
        """Variables in all texts (interpolation)."""
        if isinstance(value, str):
            return _variable.sub(self._value, value)
        if isinstance(value, dict):
            return {key: self._filled(each) for key, each in value.items()}
        return [self._filled(each) for each in value] if isinstance(value, list) else value

    def _value(self, match: re.Match[str]) -> str:
        dollar, bare, braced, operator, word = match.groups()
        if dollar:
            return '$'
        name = bare or braced
        given = self._env.get(name)
        empty = given is None or (given == '' and (operator or '').startswith(':'))
        if operator in ('-', ':-'):
            return self._filled(word) if empty else given or ''
        if operator in ('+', ':+'):
            return '' if empty else self._filled(word)
        if operator and empty:
            raise ComposeError(f'error while interpolating: required variable {name} is missing a value: {word}')
        if given is None:
            self._warn(f'The "{name}" variable is not set. Defaulting to a blank string.')
        return given or ''

    def _named(self, found: Any, project: str, external: set[str], start: dict[str, Any]) -> dict[str, str]:
        names: dict[str, str] = {}
        for key, fields in {**start, **(found or {})}.items():
            fields = fields or {}
            names[key] = fields.get('name') or (key if fields.get('external') else f'{project}_{key}')
            if fields.get('external'):
                external.add(names[key])
        return names

    def _check_references(self, project: Project) -> None:
        for service in project.services.values():
            for network in service.networks:
                if network not in project.networks:
                    raise ComposeError(f'service "{service.name}" refers to undefined network {network}: invalid '
                                       'compose project')
            for bind in service.volumes:
                source = bind.partition(':')[0]
                if ':' in bind and not source.startswith('/') and source not in project.volumes:
                    raise ComposeError(f'service "{service.name}" refers to undefined volume {source}: invalid '
                                       'compose project')

    # -- services -----------------------------------------------------------------------------------------------

    def _service(self, name: str, found: dict[str, Any], project: str) -> Service:
        self._check(found, KEYS, f'services.{name}')
        if not found.get('image') and not found.get('build'):
            raise ComposeError(f'service "{name}" has neither an image nor a build context specified: invalid compose '
                               'project')
        image = found.get('image') or f'{project}-{name}'
        mode = found.get('network_mode', '')
        if mode not in ('', 'bridge', 'host', 'none'):
            raise ComposeError(f'error: network_mode {mode} is not simulated here')
        networks = [] if mode else found.get('networks') or ['default']
        deploy: dict[str, Any] = found.get('deploy') or {}
        return Service(
            name, image, self._build(found.get('build'), image), found.get('container_name', ''),
            _words(found.get('command')) or [], _words(found.get('entrypoint')), self._environment(found),
            [_port(port) for port in found.get('ports') or ()],
            [self._volume(volume) for volume in found.get('volumes') or ()], list(networks), mode,
            _dependencies(found.get('depends_on') or []), _health(found.get('healthcheck') or {}),
            found.get('restart') or 'no', found.get('working_dir', ''), str(found.get('user', '')),
            found.get('hostname', ''), _mapping(found.get('labels')), list(found.get('profiles') or ()),
            int(found.get('scale') or deploy.get('replicas', 1)), bool(found.get('tty')), bool(found.get('stdin_open')),
            bool(found.get('read_only')), bool(found.get('privileged')))

    def _build(self, found: Any, image: str) -> BuildRequest | None:
        if not found:
            return None
        fields = {'context': found} if isinstance(found, str) else found
        context = normalize(fields.get('context', '.'), self._folder)
        name = fields.get('dockerfile', 'Dockerfile')
        try:
            text = fields.get('dockerfile_inline') or self._read(normalize(name, context))
        except OSError:
            raise ComposeError(f'failed to solve: failed to read dockerfile: open {name}: no such file or '
                               'directory') from None
        return BuildRequest(context, text, name, [image], _mapping(fields.get('args')), fields.get('target', ''))

    def _environment(self, found: dict[str, Any]) -> dict[str, str]:
        env: dict[str, str] = {}
        files = found.get('env_file') or []
        for entry in [files] if isinstance(files, str) else files:
            path = entry['path'] if isinstance(entry, dict) else entry
            try:
                env |= variables(self._read(normalize(path, self._folder)))
            except OSError:
                raise ComposeError(f'env file {normalize(path, self._folder)} not found: stat '
                                   f'{normalize(path, self._folder)}: no such file or directory') from None
        given = found.get('environment') or {}
        pairs = given.items() if isinstance(given, dict) else [
            (name, value if equals else None) for name, equals, value in (str(word).partition('=') for word in given)]
        for name, value in pairs:
            if value is None and name not in self._env:
                continue
            env[name] = self._env[name] if value is None else _plain(value)
        return env

    def _volume(self, found: Any) -> str:
        """A bind as `docker run -v` has it."""
        if isinstance(found, dict):
            source, target = found.get('source', ''), found['target']
            text = f'{source}:{target}' if source else target
            text += ':ro' if found.get('read_only') else ''
        else:
            text = str(found)
        source, colon, rest = text.partition(':')
        if not colon or not source.startswith(('.', '/', '~')):
            return text
        home = self._env.get('HOME', '/root')
        return f'{normalize(home + source[1:] if source[0] == "~" else source, self._folder)}:{rest}'


def project_name(text: str) -> str:
    """loader.NormalizeProjectName."""
    return re.sub(r'[^-_a-z0-9]', '', text.lower()).lstrip('_-')


def variables(text: str) -> dict[str, str]:
    """The NAME=VALUE lines of an .env file."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        name, equals, value = line.strip().removeprefix('export ').partition('=')
        if equals and not name.startswith('#'):
            found[name.strip()] = value.strip().strip('"\'')
    return found


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _words(found: Any) -> list[str] | None:
    if found is None:
        return None
    return shlex.split(found) if isinstance(found, str) else [_plain(word) for word in found]


def _mapping(found: Any) -> dict[str, str]:
    if isinstance(found, dict):
        return {str(name): _plain(value) for name, value in found.items()}
    return {name: value for name, _, value in (str(word).partition('=') for word in found or ())}


def _port(found: Any) -> str:
    if isinstance(found, dict):
        return f'{found["published"]}:{found["target"]}' if found.get('published') else str(found['target'])
    return str(found)


def _dependencies(found: Any) -> dict[str, str]:
    if isinstance(found, list):
        return dict.fromkeys(found, STARTED)
    return {name: (fields or {}).get('condition', STARTED) for name, fields in found.items()}


def _health(found: dict[str, Any]) -> list[str]:
    """The command of a health check."""
    test = found.get('test') or []
    if isinstance(test, str):
        return ['/bin/sh', '-c', test]
    if test[:1] == ['CMD-SHELL']:
        return ['/bin/sh', '-c', *test[1:]]
    return [str(word) for word in test[1:]] if test[:1] == ['CMD'] else []


def _ordered(services: dict[str, Service]) -> dict[str, Service]:
    """Each after those it depends on. Raises ComposeError."""
    found: dict[str, Service] = {}
    path: list[str] = []

    def visit(name: str, wanted_by: str) -> None:
        if name in found:
            return
        if name not in services:
            raise ComposeError(f'service "{wanted_by}" depends on undefined service "{name}": invalid compose project')
        if name in path:
            raise ComposeError(f'dependency cycle detected: {" -> ".join([*path[path.index(name):], name])}')
        path.append(name)
        for other in services[name].depends_on:
            visit(other, name)
        path.pop()
        found[name] = services[name]

    for name in sorted(services):
        visit(name, '')
    return found
