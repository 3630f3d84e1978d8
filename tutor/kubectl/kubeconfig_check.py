"""What a kubeconfig says that cannot be (clientcmd/validation.go, and what client-go's transport refuses)."""

from __future__ import annotations

import posixpath
from typing import Any

from tutor.apimachinery.conversion import DecodeError, go_base64
from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object
from tutor.client.rest_config import RestConfig
from tutor.kubectl.errors import ConfigurationError, KubectlError
from tutor.shell.process import Context

_PEM = '-----BEGIN '


_SCHEME = 'k8s.io/client-go/tools/clientcmd/api/latest/latest.go:50'
_BYTES = (('clusters', 'cluster', ('certificate-authority-data',)),
          ('users', 'user', ('client-certificate-data', 'client-key-data')))


def check_document(document: Any) -> None:
    """What the decoder of a kubeconfig refuses; raises DecodeError."""
    if not isinstance(document, dict):
        kind = 'array' if isinstance(document, list) else 'string'
        raise DecodeError(f"couldn't get version/kind; json parse error: json: cannot unmarshal {kind} into Go value "
                          'of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string '
                          '"json:\\"kind,omitempty\\"" }')
    version, kind = document.get('apiVersion') or 'v1', document.get('kind') or 'Config'
    if (version, kind) != ('v1', 'Config'):
        raise DecodeError(f'no kind "{kind}" is registered for version "{version}" in scheme "{_SCHEME}"')
    if not isinstance(current := document.get('current-context') or '', str):
        raise DecodeError(f'json: cannot unmarshal {_json(current)} into Go struct field Config.current-context of '
                          'type string')
    for plural, struct in (('clusters', 'NamedCluster'), ('contexts', 'NamedContext'), ('users', 'NamedAuthInfo')):
        entries = document.get(plural) or []
        if not isinstance(entries, list):
            raise DecodeError(f'json: cannot unmarshal {_json(entries)} into Go struct field Config.{plural} of type '
                              f'[]v1.{struct}')
        for entry in entries:
            if not isinstance(entry, dict):
                raise DecodeError(f'json: cannot unmarshal {_json(entry)} into Go struct field Config.{plural} of type '
                                  f'v1.{struct}')
    for plural, singular, fields in _BYTES:
        for entry in document.get(plural) or ():
            for field in fields:
                go_base64((entry.get(singular) or {}).get(field) or '')


def _json(value: Any) -> str:
    return {dict: 'object', list: 'array', str: 'string', bool: 'bool'}.get(type(value), 'number')


def confirm_usable(ctx: Context, user_name: str, user: Object, cluster_name: str, cluster: Object) -> None:
    """DirectClientConfig.ConfirmUsable: all that is wrong is told; a single thing stands alone."""
    problems = _of_user(ctx, user_name, user) + _of_cluster(ctx, cluster_name, cluster)
    if len(problems) == 1:
        raise KubectlError(problems[0])
    if problems:
        raise ConfigurationError(''.join(f'\n* {problem}' for problem in problems))


def _of_user(ctx: Context, name: str, user: Object) -> list[str]:
    """validateAuthInfo."""
    found: list[str] = []
    certificate, key = user.get('client-certificate'), user.get('client-key')
    if certificate or user.get('client-certificate-data'):
        if certificate and user.get('client-certificate-data'):
            found.append(f'client-cert-data and client-cert are both specified for {name}. client-cert-data will '
                         'override.')
        if key and user.get('client-key-data'):
            found.append(f'client-key-data and client-key are both specified for {name}; client-key-data will override')
        if not key and not user.get('client-key-data'):
            found.append(f'client-key-data or client-key must be specified for {name} to use the clientCert '
                         'authentication method.')
        found += _unreadable(ctx, 'client-cert', certificate, name) + _unreadable(ctx, 'client-key', key, name)
    found += _of_plugin(name, user)
    methods = [method for method, fields in (('token', ('token',)), ('basicAuth', ('username', 'password')))
               if any(user.get(field) for field in fields)]
    if len(methods) > 1:
        found.append(f'more than one authentication method found for {name}; found [{" ".join(methods)}], only one is '
                     'allowed')
    if (user.get('as-groups') or user.get('as-uid') or user.get('as-user-extra')) and not user.get('as'):
        found.append(f'requesting uid, groups or user-extra for {name} without impersonating a user')
    return found


def _of_plugin(name: str, user: Object) -> list[str]:
    plugin = user.get('exec')
    if not plugin:
        return []
    use = f'must be specified for {name} to use exec authentication plugin'
    found = [f'authProvider cannot be provided in combination with an exec plugin for {name}'] \
        if user.get('auth-provider') else []
    found += [f'{field} {use}' for field in ('command', 'apiVersion') if not plugin.get(field)]
    mode = plugin.get('interactiveMode', '')
    if not mode and not plugin.get('apiVersion', '').endswith('/v1beta1'):
        found.append(f'interactiveMode {use}')
    elif mode not in ('', 'Never', 'IfAvailable', 'Always'):
        found.append(f'invalid interactiveMode for {name}: {go_quote(mode)}')
    return found


def _of_cluster(ctx: Context, name: str, cluster: Object) -> list[str]:
    """validateClusterInfo."""
    path = cluster.get('certificate-authority')
    both = [f'certificate-authority-data and certificate-authority are both specified for {name}. '
            'certificate-authority-data will override.'] if path and cluster.get('certificate-authority-data') else []
    return both + _unreadable(ctx, 'certificate-authority', path, name)


def _unreadable(ctx: Context, what: str, path: str | None, owner: str) -> list[str]:
    if not path or ctx.files.exists(posixpath.join(ctx.cwd, path)):
        return []
    return [f'unable to read {what} {path} for {owner} due to open {path}: no such file or directory']


def check_transport(config: RestConfig, in_files: bool) -> None:
    """transport.TLSConfigFor and rest.DefaultServerURL; `in_files`: a certificate in a file is only read, and its
    errors told, once there is a connection."""
    if ' ' in config.server:
        raise KubectlError(f'host must be a URL or a host:port pair: {go_quote(config.server)}')
    if config.ca_data and config.insecure:
        raise KubectlError('specifying a root certificates file with the insecure flag is not allowed')
    if config.ca_data and _PEM not in config.ca_data:
        raise KubectlError('unable to load root certificates: unable to parse bytes as PEM block')
    for what, data in (('certificate', config.client_certificate_data), ('key', config.client_key_data)):
        if data and not in_files and _PEM not in data:
            raise KubectlError(f'tls: failed to find any PEM data in {what} input')
