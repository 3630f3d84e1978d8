"""The one door to a real cluster: what a kubeconfig of this machine says of one context, and nothing else.

The shell's own files hold a copy of that kubeconfig. Secrets that only this machine can make (token files, exec
plugins) stay outside: the copy has a token that stands for them, so that nothing typed in the shell can name a program
or a file of this machine.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from tutor.client.live.credentials import Credentials, ExecPlugin, Fixed, Source, TokenFile
from tutor.client.live.inbox import Inbox
from tutor.client.live.transport import HttpTransport
from tutor.client.rest_config import ConnectionRefused, RestConfig
from tutor.client.transport import Transport
from tutor.cluster.simulation import Simulation
from tutor.kubectl.kubeconfig import KubeConfig, parse

_INLINED = {'cluster': ('certificate-authority',), 'user': ('client-certificate', 'client-key')}
_OUTSIDE = ('exec', 'tokenFile', 'auth-provider')


class NoContext(ValueError):
    """The kubeconfig, or the context in it, cannot be used; `text` names what was looked for."""


def kubeconfig_path(given: Path | None) -> Path:
    """--kubeconfig, else the first of $KUBECONFIG, else ~/.kube/config."""
    if given is not None:
        return given
    listed = [part for part in os.environ.get('KUBECONFIG', '').split(os.pathsep) if part]
    return Path(listed[0]) if listed else Path.home() / '.kube' / 'config'


class Door:
    """Gives a Transport to the cluster of one context, whichever of the shell's users asks; refuses all others."""

    def __init__(self, path: Path, context: str) -> None:
        config = parse(path.read_bytes(), str(path), str(path.parent.absolute()))
        self.context = context or config.current_context
        entry = config.contexts.get(self.context)
        if entry is None:
            raise NoContext(self.context)
        self._cluster = _inlined(config.clusters.get(entry.get('cluster', '')) or {}, 'cluster')
        user = _inlined(config.users.get(entry.get('user', '')) or {}, 'user')
        self.server: str = self._cluster.get('server', '').rstrip('/')
        self._outside = _source(user, self._cluster)
        self._mark = f'kept-outside-the-shell-{os.urandom(8).hex()}'
        self._user = {key: value for key, value in user.items() if key not in _OUTSIDE}
        if self._outside is not None:
            self._user['token'] = self._mark
        self._entry = entry
        self._transports: dict[RestConfig, HttpTransport] = {}
        self._inbox: Inbox | None = None

    def kubeconfig(self) -> str:
        """The copy for the shell."""
        from tutor.apimachinery.printing.yaml import to_yaml
        cluster, user = self._entry.get('cluster', ''), self._entry.get('user', '')
        config = KubeConfig({cluster: self._cluster}, {self.context: self._entry}, {user: self._user}, self.context)
        return to_yaml({
            'apiVersion': 'v1', 'kind': 'Config', 'current-context': config.current_context,
            'clusters': [{'name': name, 'cluster': item} for name, item in config.clusters.items()],
            'contexts': [{'name': name, 'context': item} for name, item in config.contexts.items()],
            'users': [{'name': name, 'user': item} for name, item in config.users.items()]})

    def open(self, simulation: Simulation) -> None:
        """Streams are delivered to this simulation."""
        self._inbox = Inbox(simulation)

    def connect(self, config: RestConfig) -> Transport:
        """kubectl's `connect`; raises ConnectionRefused for any other server."""
        if config.server.rstrip('/') != self.server or self._inbox is None:
            raise ConnectionRefused(f'dial tcp {config.host}: connect: connection refused')
        found = self._transports.get(config)
        if found is None:
            source: Source = Fixed(Credentials(config.token, config.client_certificate_data, config.client_key_data))
            if config.token == self._mark and self._outside is not None:
                source = self._outside
            # A proxy is a way into the network: only the real kubeconfig names one.
            allowed = replace(config, proxy_url=self._cluster.get('proxy-url', ''))
            found = self._transports[config] = HttpTransport(allowed, source, self._inbox)
        return found

    def close(self) -> None:
        for transport in self._transports.values():
            transport.close()


def _inlined(entry: Mapping[str, Any], section: str) -> dict[str, Any]:
    """Certificates and keys of files stand in the entry itself."""
    found = dict(entry)
    for name in _INLINED[section]:
        path = found.pop(name, '')
        if path and not found.get(f'{name}-data'):
            found[f'{name}-data'] = base64.b64encode(Path(path).read_bytes()).decode()
    return found


def _source(user: Mapping[str, Any], cluster: Mapping[str, Any]) -> Source | None:
    if user.get('exec'):
        return ExecPlugin(user['exec'], cluster)
    if user.get('tokenFile') and not user.get('token'):
        return TokenFile(Path(user['tokenFile']))
    return None
