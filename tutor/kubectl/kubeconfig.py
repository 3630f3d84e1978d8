"""kubeconfig files: finding, merging and reading them, and what flags override (client-go's clientcmd)."""

from __future__ import annotations

import base64
import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery.conversion import DecodeError as Refused
from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object
from tutor.client.rest_config import RestConfig
from tutor.kubectl.errors import ConfigurationError, KubectlError
from tutor.kubectl.kubeconfig_check import check_document, check_transport, confirm_usable
from tutor.shell.pflag import FlagSet
from tutor.shell.process import Context

DEFAULT_SERVER = 'http://localhost:8080'
SERVICE_ACCOUNT = '/var/run/secrets/kubernetes.io/serviceaccount'
_FILES = {'cluster': ('certificate-authority',), 'user': ('client-certificate', 'client-key', 'tokenFile')}
_CLUSTER_FLAGS = {name: name for name in ('certificate-authority', 'insecure-skip-tls-verify', 'tls-server-name')}
_USER_FLAGS = {**{name: name for name in ('client-certificate', 'client-key', 'token', 'username', 'password', 'as',
                                          'as-uid')}, 'as-group': 'as-groups', 'as-user-extra': 'as-user-extra'}
"""Flags that stand for a field of a cluster or a user."""
_AUTHORITY = ('certificate-authority', 'certificate-authority-data', 'insecure-skip-tls-verify')
_LISTS = (('clusters', 'cluster'), ('contexts', 'context'), ('users', 'user'))


@dataclass(slots=True)
class KubeConfig:
    """A kubeconfig in memory: clusters, contexts and users by name. `origins` says from which file each came."""

    clusters: dict[str, Object] = field(default_factory=dict)
    contexts: dict[str, Object] = field(default_factory=dict)
    users: dict[str, Object] = field(default_factory=dict)
    current_context: str = ''
    extra: Object = field(default_factory=dict)
    origins: dict[tuple[str, str], str] = field(default_factory=dict)

    def merge(self, other: KubeConfig) -> None:
        """Take over what is not here yet: the first file to set a value wins."""
        for name in ('clusters', 'contexts', 'users'):
            mine: dict[str, Object] = getattr(self, name)
            for key, entry in getattr(other, name).items():
                if key not in mine:
                    mine[key] = entry
                    self.origins[name, key] = other.origins.get((name, key), '')
        self.current_context = self.current_context or other.current_context
        self.extra = {**other.extra, **self.extra}


def paths(ctx: Context, explicit: str = '') -> list[str]:
    """The files that are read, most important first (ClientConfigLoadingRules.GetLoadingPrecedence)."""
    if explicit:
        return [explicit]
    listed = ctx.env.get('KUBECONFIG', '')
    if listed:
        return list(dict.fromkeys(path for path in listed.split(':') if path))
    return [default_path(ctx)]


def default_path(ctx: Context) -> str:
    return posixpath.join(ctx.env.get('HOME', '/root'), '.kube/config')


def load(ctx: Context, explicit: str = '', resolved: bool = True) -> KubeConfig:
    """All files merged. A file named by --kubeconfig must exist; the others need not.

    Unless `resolved`, relative paths stay as the files have them.
    """
    merged = KubeConfig()
    for path in paths(ctx, explicit):
        absolute = posixpath.join(ctx.cwd, path)
        try:
            content = ctx.files.read(absolute)
        except FileNotFoundError:
            if explicit:
                raise KubectlError(f'stat {path}: no such file or directory') from None
            continue
        except OSError as error:
            verb = 'read' if isinstance(error, IsADirectoryError) else 'open'
            raise KubectlError(f'error loading config file {go_quote(path)}: {verb} {path}: '
                               f'{(error.strerror or "").lower()}') from None
        merged.merge(_parsed(ctx, content, path, posixpath.dirname(absolute) if resolved else ''))
    return merged


def _parsed(ctx: Context, content: bytes, path: str, folder: str) -> KubeConfig:
    cache: dict[Any, KubeConfig] = ctx.extras.setdefault('kubectl.kubeconfigs', {})
    found = cache.get((content, path, folder))
    if found is None:
        if len(cache) > 16:
            cache.clear()
        found = cache[content, path, folder] = parse(content, path, folder)
    return found


def parse(content: bytes, path: str, folder: str = '') -> KubeConfig:
    """One file; relative paths in it are made absolute, when the folder they begin at is known."""
    from tutor.apimachinery.decode import DecodeError, one
    try:
        document = one(content)
    except DecodeError as error:
        text = str(error).removeprefix('error converting YAML to JSON: ')
        raise KubectlError(f'error loading config file {go_quote(path)}: {text}') from None
    config = KubeConfig()
    if not document:
        return config
    try:
        check_document(document)
    except Refused as error:
        raise KubectlError(f'error loading config file {go_quote(path)}: {error}') from None
    config.current_context = document.get('current-context') or ''
    for plural, singular in _LISTS:
        entries: dict[str, Object] = getattr(config, plural)
        for entry in document.get(plural) or []:
            name = entry.get('name', '')
            if name not in entries:
                entries[name] = _resolved(entry.get(singular) or {}, singular, folder)
                config.origins[plural, name] = path
    known = {'apiVersion', 'kind', 'current-context', *(plural for plural, _ in _LISTS)}
    config.extra = {key: value for key, value in document.items() if key not in known}
    return config


def _resolved(entry: Object, singular: str, folder: str) -> Object:
    names = [name for name in _FILES.get(singular, ()) if folder and entry.get(name)]
    return {**entry, **{name: posixpath.normpath(posixpath.join(folder, entry[name])) for name in names}} \
        if names else entry


@dataclass(slots=True)
class ClientConfig:
    """What a kubeconfig and the flags of one command line say together (clientcmd.DeferredLoadingClientConfig)."""

    ctx: Context
    flags: FlagSet
    config: KubeConfig

    def context(self) -> Object:
        name = self.flags.of_all('context') or self.config.current_context
        if name and name not in self.config.contexts:
            raise ConfigurationError(f'context was not found for specified context: {name}')
        return self.config.contexts.get(name) or {}

    def namespace(self) -> tuple[str, bool]:
        """The namespace, and whether the flag named it."""
        if self.flags.of_all('namespace'):
            return self.flags.of_all('namespace'), True
        found = self.context().get('namespace')
        if not found and not self.config.contexts and self._in_cluster():
            found = self._read(f'{SERVICE_ACCOUNT}/namespace').decode().strip()
        return found or 'default', False

    def rest_config(self) -> RestConfig:
        context = self.context()
        flags = self.flags
        cluster = self._entry('clusters', 'no server found for cluster {}', 'cluster', context)
        user = self._entry('users', 'auth info {} does not exist', 'user', context)
        server = flags.of_all('server') or cluster.get('server', '')
        if not server and not cluster and self._in_cluster():
            return self._service_account()
        cluster, user = self._with_flags(cluster, _CLUSTER_FLAGS), self._with_flags(user, _USER_FLAGS)
        confirm_usable(self.ctx, flags.of_all('user') or context.get('user', ''), user,
                       flags.of_all('cluster') or context.get('cluster', ''), cluster)
        found = RestConfig(
            server=_with_scheme(server or DEFAULT_SERVER),
            ca_data=self._pem(cluster, 'certificate-authority'),
            client_certificate_data=self._pem(user, 'client-certificate'),
            client_key_data=self._pem(user, 'client-key'),
            token=user.get('token') or self._token_file(user),
            username=user.get('username', ''),
            password=user.get('password', ''),
            insecure=bool(cluster.get('insecure-skip-tls-verify')),
            tls_server_name=cluster.get('tls-server-name', ''),
            proxy_url=cluster.get('proxy-url', ''),
            impersonate=user.get('as', ''),
            impersonate_groups=tuple(user.get('as-groups') or ()),
            impersonate_uid=user.get('as-uid', ''),
            impersonate_extra=self._extra(user),
        )
        check_transport(found, bool(user.get('client-certificate')))
        return found

    def _with_flags(self, entry: Object, flags: Mapping[str, str]) -> Object:
        """An entry as flags change it; another authority, or none, takes the place of the one that was there."""
        given = {field: self.flags.of_all(flag) for flag, field in flags.items() if self.flags.of_all(flag)}
        if given.keys() & {'certificate-authority', 'insecure-skip-tls-verify'}:
            entry = {key: value for key, value in entry.items() if key not in _AUTHORITY}
        return {**entry, **given} if given else entry

    def _extra(self, user: Object) -> tuple[tuple[str, str], ...]:
        """--as-user-extra; keys are written small, as headers are read."""
        flag = self.flags.of_all('as-user-extra')
        words = [word.partition('=') for word in flag]
        given: dict[str, list[str]] = {} if flag else user.get('as-user-extra') or {}
        return tuple((name.lower(), value) for name, _, value in words) or tuple(
            (name.lower(), value) for name, values in given.items() for value in values)

    def _entry(self, plural: str, missing: str, flag: str, context: Object) -> Object:
        """What is not there is an error when a flag names it, and empty when the context does."""
        named = self.flags.of_all(flag)
        found = getattr(self.config, plural).get(named or context.get(flag, ''))
        if found is None and named:
            raise KubectlError(missing.format(go_quote(named)))
        return found or {}

    def _pem(self, entry: Object, name: str) -> str:
        if entry.get(f'{name}-data'):
            return base64.b64decode(entry[f'{name}-data']).decode('utf-8', 'replace')
        return self._read(entry[name]).decode('utf-8', 'replace') if entry.get(name) else ''

    def _token_file(self, user: Object) -> str:
        return self._read(user['tokenFile']).decode().strip() if user.get('tokenFile') else ''

    def _read(self, path: str) -> bytes:
        try:
            return self.ctx.files.read(posixpath.join(self.ctx.cwd, path))
        except OSError as error:
            raise KubectlError(f'open {path}: {(error.strerror or "").lower()}') from None

    # -- inside a pod -------------------------------------------------------------------------------------------

    def _in_cluster(self) -> bool:
        return bool(self.ctx.env.get('KUBERNETES_SERVICE_HOST')) and self.ctx.files.exists(f'{SERVICE_ACCOUNT}/token')

    def _service_account(self) -> RestConfig:
        """rest.InClusterConfig."""
        host, port = self.ctx.env['KUBERNETES_SERVICE_HOST'], self.ctx.env.get('KUBERNETES_SERVICE_PORT', '443')
        token, ca = self._read(f'{SERVICE_ACCOUNT}/token'), self._read(f'{SERVICE_ACCOUNT}/ca.crt')
        return RestConfig(server=f'https://{host}:{port}', token=token.decode().strip(),
                          ca_data=ca.decode('utf-8', 'replace'))


def _with_scheme(server: str) -> str:
    return server if '://' in server else f'http://{server}'
