"""Changing kubeconfig files: which file an entry lives in, and how files are written (clientcmd.ModifyConfig)."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory
from tutor.kubectl.kubeconfig import KubeConfig, default_path, load, parse

PATH_FIELDS = {'clusters': ('certificate-authority',), 'users': ('client-certificate', 'client-key', 'tokenFile')}
SINGULAR = {'clusters': 'cluster', 'contexts': 'context', 'users': 'user'}
_ORDER = {
    'clusters': ('server', 'tls-server-name', 'insecure-skip-tls-verify', 'certificate-authority',
                 'certificate-authority-data', 'proxy-url', 'disable-compression', 'extensions'),
    'users': ('client-certificate', 'client-certificate-data', 'client-key', 'client-key-data', 'token', 'tokenFile',
              'as', 'as-uid', 'as-groups', 'as-user-extra', 'username', 'password', 'auth-provider', 'exec',
              'extensions'),
    'contexts': ('cluster', 'user', 'namespace', 'extensions'),
}
"""The fields of an entry as Go's structs have them, for JSON."""
_ALWAYS = {'clusters': ('server',), 'contexts': ('cluster', 'user'), 'users': ()}
"""The fields that are written even when they are empty (no omitempty)."""
_EXEC_ALWAYS = ('command', 'args', 'env', 'provideClusterInfo')
_BETA_EXEC = ('client.authentication.k8s.io/v1beta1', 'client.authentication.k8s.io/v1alpha1')
"""The versions that have a default interactive mode (SetDefaults_ExecConfig)."""


class ConfigAccess:
    """The kubeconfig files of one command (clientcmd.PathOptions)."""

    def __init__(self, factory: Factory) -> None:
        self._ctx = factory.ctx
        self._explicit: str = factory.flags['kubeconfig']

    def starting_config(self, resolved: bool = True) -> KubeConfig:
        """All files merged, with `resolved` paths or those they have. Here a file that is named need not exist."""
        if self._explicit and not self._ctx.files.exists(self._absolute(self._explicit)):
            return KubeConfig()
        return load(self._ctx, self._explicit, resolved)

    def default_file(self) -> str:
        """GetDefaultFilename: where new entries go."""
        if self._explicit:
            return self._explicit
        listed = [path for path in self._ctx.env.get('KUBECONFIG', '').split(':') if path]
        if not listed:
            return default_path(self._ctx)
        for path in listed:
            if self._ctx.files.exists(self._absolute(path)):
                return path
        return listed[-1]

    def modify(self, old: KubeConfig, new: KubeConfig) -> None:
        """Write what has changed, each entry to the file it came from."""
        files: dict[str, KubeConfig] = {}
        for section in SINGULAR:
            before: dict[str, Object] = getattr(old, section)
            after: dict[str, Object] = getattr(new, section)
            for name in dict.fromkeys((*before, *after)):
                if before.get(name) != after.get(name):
                    path = old.origins.get((section, name)) or self.default_file()
                    self._change(files, path, section, name, after.get(name))
        if old.current_context != new.current_context:
            self._change_context(files, old, new.current_context)
        if old.extra != new.extra:
            self._file(files, self.default_file()).extra = new.extra
        for path, config in files.items():
            self.write(path, config)

    def _change(self, files: dict[str, KubeConfig], path: str, section: str, name: str, entry: Object | None) -> None:
        entries: dict[str, Object] = getattr(self._file(files, path), section)
        entries.pop(name, None)
        if entry is not None:
            folder = posixpath.dirname(self._absolute(path))
            entries[name] = {key: _relative(value, folder) if key in PATH_FIELDS.get(section, ()) else value
                             for key, value in entry.items()}

    def _change_context(self, files: dict[str, KubeConfig], old: KubeConfig, name: str) -> None:
        """The current context stands in the first file that has one, else in the default one."""
        for path in self._files():
            config = self._file(files, path) if self._ctx.files.exists(self._absolute(path)) else None
            if config is not None and old.current_context and config.current_context == old.current_context:
                config.current_context = name
                return
        self._file(files, self.default_file()).current_context = name

    def _files(self) -> list[str]:
        if self._explicit:
            return [self._explicit]
        return [path for path in self._ctx.env.get('KUBECONFIG', '').split(':') if path] or [default_path(self._ctx)]

    def _file(self, files: dict[str, KubeConfig], path: str) -> KubeConfig:
        """One file as it is, its paths left relative; a missing one is empty."""
        if path not in files:
            try:
                config = parse(self._ctx.files.read(self._absolute(path)), path)
            except FileNotFoundError:
                config = KubeConfig()
            files[path] = replace(config, clusters=dict(config.clusters), contexts=dict(config.contexts),
                                  users=dict(config.users))
        return files[path]

    def write(self, path: str, config: KubeConfig) -> None:
        from tutor.apimachinery.printing.yaml import to_yaml
        absolute, files = self._absolute(path), self._ctx.files
        try:
            files.make_dirs(posixpath.dirname(absolute))
            is_new = not files.exists(absolute)
            files.write(absolute, to_yaml(document(config)), 0o600)
            if is_new:
                files.chown(absolute, self._ctx.uid, self._ctx.gid)
        except OSError as error:
            raise KubectlError(f'open {path}: {(error.strerror or "").lower()}') from None

    def _absolute(self, path: str) -> str:
        return posixpath.normpath(posixpath.join(self._ctx.cwd, path))


def _relative(path: str, folder: str) -> str:
    """A path below the folder of its file is written from there (RelativizePathWithNoBacksteps)."""
    return path.removeprefix(f'{folder.rstrip("/")}/')


def document(config: KubeConfig) -> Object:
    """A kubeconfig as a document: lists sorted by name, null when there is nothing in them."""
    lists = {section: [{'name': name, singular: _ordered(section, entry)}
                       for name, entry in sorted(getattr(config, section).items())] or None
             for section, singular in SINGULAR.items()}
    extra = {key: value for key, value in config.extra.items() if value}
    return {'kind': 'Config', 'apiVersion': 'v1', **extra, 'clusters': lists['clusters'], 'users': lists['users'],
            'contexts': lists['contexts'], 'current-context': config.current_context}


def _ordered(section: str, entry: Mapping[str, Any]) -> Object:
    order = _ORDER[section]
    known: Object = {}
    for key in order:
        value = entry.get(key)
        if value not in (None, '', False, [], {}):
            known[key] = _nested(key, value)
        elif key in _ALWAYS[section]:
            known[key] = ''
    return {**known, **{key: value for key, value in entry.items() if key not in order}}


def _nested(key: str, value: Any) -> Any:
    """The parts of a user as their own structs have them (AuthProviderConfig, ExecConfig)."""
    if key == 'auth-provider':
        return {'name': value.get('name', ''), 'config': value.get('config') or {}}
    if key != 'exec':
        return value
    version, mode = value.get('apiVersion', ''), value.get('interactiveMode', '')
    if version in _BETA_EXEC:
        mode = mode or 'IfAvailable'
    found = {'command': value.get('command', ''), 'args': value.get('args') or None, 'env': value.get('env'),
             'apiVersion': version, 'installHint': value.get('installHint'),
             'provideClusterInfo': value.get('provideClusterInfo') or False, 'interactiveMode': mode}
    return {name: part for name, part in found.items() if part or name in _EXEC_ALWAYS}


def copy_of(config: KubeConfig) -> KubeConfig:
    """A copy whose entries may be replaced (not changed)."""
    return replace(config, clusters=dict(config.clusters), contexts=dict(config.contexts), users=dict(config.users),
                   extra=dict(config.extra), origins=dict(config.origins))
