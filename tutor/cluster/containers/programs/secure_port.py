"""The secure port of the scheduler and of the controller manager: to everyone it says how they are, the rest only to
those who prove who they are (apiserver/pkg/server/healthz, options.DelegatingAuthorizationOptions)."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tutor.apimachinery import errors
from tutor.apimachinery.healthz import verdict
from tutor.cluster.containers.http import HttpRequest, HttpResponse, HttpService
from tutor.cluster.containers.programs.serving import text
from tutor.shell.process import Context
from tutor.shell.tls import generated

PORTS = {'kube-controller-manager': 10257, 'kube-scheduler': 10259}
HEALTH = {'kube-controller-manager': ('/healthz',), 'kube-scheduler': ('/healthz', '/livez', '/readyz')}
ALLOWED = ('/healthz', '/livez', '/readyz')
"""--authorization-always-allow-paths."""
CHECK = 'leaderElection'


def listen(name: str, flags: Mapping[str, str], ctx: Context) -> None:
    """Open the port that the flags name, until the process ends. Raises OSError when it is taken."""
    network, port = ctx.host.network, int(flags.get('secure-port') or PORTS[name])
    if network is None or not port:
        return
    paths = HEALTH[name]

    async def respond(request: HttpRequest) -> HttpResponse:
        return _answer(request, paths)

    def certificate(_: str) -> str:
        return generated('localhost', ctx.simulation.epoch, name.encode())

    # While the process runs its health stays the same.
    network.listen(port, HttpService(respond, ctx.simulation.condition()), flags.get('bind-address', ''), certificate)


def _answer(request: HttpRequest, paths: tuple[str, ...]) -> HttpResponse:
    whole, _, check = request.path.lstrip('/').partition('/')
    if f'/{whole}' not in ALLOWED:
        return _refused(request)
    if f'/{whole}' not in paths or check not in ('', CHECK):
        return text('404 page not found\n', 404)
    return text(verdict(whole, [(CHECK, '')], not check and 'verbose' in request.query)[1])


def _refused(request: HttpRequest) -> HttpResponse:
    """Nobody but those who are known may read it; of tokens this port knows nothing, as none is given to it."""
    if 'authorization' in request.headers:
        refusal = errors.new(401, 'Unauthorized', 'Unauthorized')
    else:
        message = f'forbidden: User "system:anonymous" cannot {request.method.lower()} path "{request.path}"'
        refusal = errors.new(403, 'Forbidden', message, {})
    body = json.dumps(refusal.status, indent=2) + '\n'
    return HttpResponse(refusal.code, {'Content-Type': 'application/json'}, body.encode())
