"""The API server's port on the control plane's machine: HTTPS for programs of the simulation, such as curl in a pod."""

from __future__ import annotations

import re
from collections.abc import Callable

from tutor.apimachinery.http.dates import http_date
from tutor.client.rest_config import RestConfig
from tutor.client.transport import Response, Transport
from tutor.cluster.containers.gateway import Dial, Gateway, as_request
from tutor.cluster.containers.http import HttpRequest, HttpResponse
from tutor.cluster.simulation import Condition
from tutor.shell.process import Connection, Context

CERTIFICATE = '/etc/kubernetes/pki/apiserver.crt'
"""What the server presents: the file of its machine, which its pod mounts."""
PLAIN = Response(400, 'Client sent an HTTP request to an HTTPS server.\n', content_type='text/plain; charset=utf-8')

Connect = Callable[[RestConfig], Transport]


class ApiPort(Gateway):
    """What listens there. Probes, which are anonymous, ask it as they ask an HttpService: `changes` is notified when
    what it says of its health becomes another."""

    def __init__(self, dial: Dial, date: Callable[[], str], anonymous: Callable[[], Transport],
                 changes: Condition) -> None:
        super().__init__(dial, date)
        self._anonymous = anonymous
        self.changes = changes

    async def respond(self, asked: HttpRequest) -> HttpResponse:
        """Answer without a connection. Raises OSError when the server is away."""
        answer = self._anonymous().send(as_request(asked))
        body = answer.body if isinstance(answer.body, str) else ''
        return HttpResponse(answer.status, {'Content-Type': answer.content_type}, body.encode())


def listen(ctx: Context, server: str, connect: Connect, changes: Condition) -> Callable[[], None]:
    """Serve where `server` says, as whom the credentials of each request prove; call what is given back to stop.
    `changes` is notified when its health changes."""
    network = ctx.host.network
    assert network is not None

    def present(_: str) -> str:
        return ctx.files.read_text(CERTIFICATE) if ctx.files.exists(CERTIFICATE) else ''

    def dial(request: HttpRequest, connection: Connection) -> Transport | Response:
        if connection.server_name is None:
            return PLAIN
        bearer = re.fullmatch(r'Bearer\s+(\S+)', request.headers.get('authorization', ''))
        group = request.headers.get('impersonate-group', '')
        return connect(RestConfig(server, token=bearer[1] if bearer else '',
                                  client_certificate_data='' if bearer else connection.client_certificate,
                                  impersonate=request.headers.get('impersonate-user', ''),
                                  impersonate_groups=(group,) if group else ()))

    port = ApiPort(dial, lambda: http_date(ctx.simulation.wall()),
                   lambda: connect(RestConfig(server)), changes)
    return network.listen(int(server.rpartition(':')[2]), port, tls=present).close
