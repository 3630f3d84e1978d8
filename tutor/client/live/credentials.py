"""Who a client is to a real API server: tokens, token files, exec plugins, certificates (client-go's transport)."""

from __future__ import annotations

import json
import os
import ssl
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from tutor.client.rest_config import RestConfig

EXEC_VERSIONS = ('client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1')


class NoCredentials(OSError):
    """They cannot be had. The text is client-go's."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What goes with a request: a bearer token, or a certificate with its key as PEM text."""

    token: str = ''
    certificate: str = ''
    key: str = ''


class Source(Protocol):
    """Where credentials come from. `fresh` asks for new ones, after the server has refused those before."""

    def get(self, fresh: bool = False) -> Credentials: ...


class Fixed:
    """Credentials that stand in the kubeconfig itself."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials

    def get(self, fresh: bool = False) -> Credentials:
        return self._credentials


class TokenFile:
    """A token in a file, which others may write anew at any time."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def get(self, fresh: bool = False) -> Credentials:
        try:
            return Credentials(self._path.read_text(encoding='utf-8').strip())
        except OSError as error:
            raise NoCredentials(f'failed to read token file "{self._path}": open {self._path}: '
                                f'{(error.strerror or "").lower()}') from None


class ExecPlugin:
    """A program of this machine that prints an ExecCredential (client-go/plugin/pkg/client/auth/exec)."""

    def __init__(self, settings: Mapping[str, Any], cluster: Mapping[str, Any]) -> None:
        self._settings = settings
        self._cluster = cluster
        self._known: Credentials | None = None

    def get(self, fresh: bool = False) -> Credentials:
        if self._known is None or fresh:
            self._known = self._run()
        return self._known

    def _run(self) -> Credentials:
        version = self._settings.get('apiVersion', '')
        if version not in EXEC_VERSIONS:
            raise NoCredentials(f'exec plugin: invalid apiVersion "{version}"')
        command = [self._settings.get('command', ''), *(self._settings.get('args') or ())]
        spec: dict[str, Any] = {'interactive': False}
        if self._settings.get('provideClusterInfo'):
            spec['cluster'] = dict(self._cluster)
        info = {'apiVersion': version, 'kind': 'ExecCredential', 'spec': spec}
        given = {item['name']: item['value'] for item in self._settings.get('env') or ()}
        environment = {**os.environ, **given, 'KUBERNETES_EXEC_INFO': json.dumps(info)}
        try:
            ran = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        except OSError as error:
            raise NoCredentials(f'getting credentials: exec: executable {command[0]} not found: {error}') from None
        if ran.returncode:
            raise NoCredentials(f'getting credentials: exec: executable {command[0]} failed with exit code '
                                f'{ran.returncode}')
        return self._parsed(ran.stdout, version)

    @staticmethod
    def _parsed(output: bytes, version: str) -> Credentials:
        try:
            found = json.loads(output)
            status = found.get('status') or {}
            if found.get('apiVersion') != version:
                raise NoCredentials('getting credentials: exec plugin is configured to use API version '
                                    f'{version}, plugin returned version {found.get("apiVersion")}')
        except (ValueError, AttributeError) as error:
            raise NoCredentials(f'getting credentials: decoding stdout: {error}') from None
        credentials = Credentials(status.get('token') or '', status.get('clientCertificateData') or '',
                                  status.get('clientKeyData') or '')
        if credentials == Credentials():
            raise NoCredentials('getting credentials: exec plugin did not return a token or cert/key pair')
        return credentials


def tls_context(config: RestConfig, credentials: Credentials) -> ssl.SSLContext:
    """How to trust the server, and the certificate to show it."""
    context = ssl.create_default_context(cadata=config.ca_data or None)
    if config.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    # A cluster's own authority often lacks what strict checking asks of authorities of the web.
    context.verify_flags &= ~getattr(ssl, 'VERIFY_X509_STRICT', 0)
    if credentials.certificate:
        with TemporaryDirectory() as folder:
            path = Path(folder, 'client.pem')
            path.touch(0o600)
            path.write_text(f'{credentials.certificate}\n{credentials.key}', encoding='utf-8')
            context.load_cert_chain(path)
    return context
