"""What a kubeconfig says about reaching one API server as one user (client-go's rest.Config)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from tutor.client.transport import Request, Transport


@dataclass(frozen=True, slots=True)
class RestConfig:
    """`server` is a URL; credentials are PEM text or a token. `impersonate` and `impersonate_groups` are `--as`."""

    server: str
    ca_data: str = ''
    client_certificate_data: str = ''
    client_key_data: str = ''
    token: str = ''
    username: str = ''
    password: str = ''
    insecure: bool = False
    tls_server_name: str = ''
    proxy_url: str = ''
    impersonate: str = ''
    impersonate_groups: tuple[str, ...] = ()
    impersonate_uid: str = ''
    impersonate_extra: tuple[tuple[str, str], ...] = ()
    user_agent: str = 'kubectl/v1.36.1 (linux/amd64) kubernetes/8e16b12'

    @property
    def host(self) -> str:
        """The server's name or address, with its port."""
        return self.server.partition('://')[2].partition('/')[0]

    def url(self, request: Request) -> str:
        """The whole URL of a request."""
        query = urlencode(sorted(request.query.items()))
        return f'{self.server.rstrip("/")}{request.path}' + (f'?{query}' if query else '')


class ConnectionRefused(OSError):
    """No API server at this address. The text is Go's: 'dial tcp 127.0.0.1:8080: connect: connection refused'."""


class Unanswered(OSError):
    """Nobody answers at this address: an attempt ends after so many seconds, with Go's words."""

    def __init__(self, text: str, after: float) -> None:
        super().__init__(text)
        self.after = after


Connect = Callable[[RestConfig], Transport]
"""Gives the Transport for a kubeconfig's server and user; raises ConnectionRefused. `session` hands it in; kubectl
finds it as `ctx.extras['connect']`."""
