"""What a member of etcd says of itself to whoever asks over HTTP (etcdserver/api/etcdhttp: health.go, version.go)."""

from __future__ import annotations

import json

from tutor.apimachinery.healthz import verdict
from tutor.cluster.containers.http import Handler, HttpRequest, HttpResponse
from tutor.cluster.containers.programs.serving import text
from tutor.cluster.etcd.service import EtcdServer

JSON = {'Content-Type': 'application/json'}
LIVE = ('serializable_read',)
READY = ('data_corruption', 'serializable_read', 'read_index')
WITH_LEADER, NO_LEADER = 'read_index', 'etcdserver: leader changed'
"""The check that needs a leader that a quorum follows, and what it says without one."""


def health(server: EtcdServer) -> Handler:
    """Answers /health, /livez, /readyz and /version of one member."""
    async def respond(request: HttpRequest) -> HttpResponse:
        match request.path.lstrip('/').split('/'):
            case ['health']:
                return _health(server)
            case ['livez', *rest]:
                return _checks(server, 'livez', LIVE, rest, request)
            case ['readyz', *rest]:
                return _checks(server, 'readyz', READY, rest, request)
            case ['version']:
                version = server.status().version
                minor = version.rpartition('.')[0] + '.0'
                return _json({'etcdserver': version, 'etcdcluster': minor, 'storage': minor})
        return text('404 page not found\n', 404)
    return respond


def _json(body: dict[str, str], status: int = 200) -> HttpResponse:
    return HttpResponse(status, dict(JSON), json.dumps(body, separators=(',', ':')).encode())


def _health(server: EtcdServer) -> HttpResponse:
    if server.has_leader():
        return _json({'health': 'true', 'reason': ''})
    return _json({'health': 'false', 'reason': 'RAFT NO LEADER'}, 503)


def _checks(server: EtcdServer, whole: str, checks: tuple[str, ...], rest: list[str],
            request: HttpRequest) -> HttpResponse:
    wanted = [name for name in checks if not rest or name == rest[0]]
    if not wanted:
        return text('404 page not found\n', 404)
    good, said = verdict(whole, ((name, NO_LEADER if name == WITH_LEADER and not server.has_leader() else '')
                                 for name in wanted), 'verbose' in request.query)
    return text(f'{said.rstrip()}\n', 200 if good else 503)
