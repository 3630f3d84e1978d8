"""Port 10250 of a node: what the kubelet answers over HTTP, for those that it lets in (pkg/kubelet/server)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tutor.apimachinery import prometheus
from tutor.apimachinery.objects import Object
from tutor.cluster.containers.http import HttpRequest, HttpResponse, HttpService
from tutor.cluster.kubelet import logfolder, metrics
from tutor.cluster.kubelet.access import TEXT, Guard
from tutor.cluster.kubelet.configz import configz
from tutor.cluster.kubelet.stats import Stats
from tutor.cluster.kubelet.summary import Summary

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet

PORT = 10250


class KubeletEndpoint(HttpService):
    """The listener. The API server, which may do everything, uses `read`."""

    def __init__(self, kubelet: Kubelet, guard: Guard) -> None:
        super().__init__(self._respond)
        self.stats = Stats(kubelet)
        self._kubelet = kubelet
        self.guard = guard

    async def _respond(self, request: HttpRequest) -> HttpResponse:
        return self.guard.refuses(request) or self.read(request.path)

    def read(self, path: str) -> HttpResponse:
        """What a client that may read everything gets."""
        if path.strip('/').partition('/')[0] == 'logs':
            return logfolder.read(self._kubelet.machine.files, path)
        match path.strip('/'):
            case 'healthz':
                return HttpResponse(200, dict(TEXT), b'ok')
            case 'configz':
                return _json(configz(self._kubelet.configuration))
            case 'stats/summary':
                return _json(Summary(self._kubelet, self.stats).document())
            case 'metrics' | 'metrics/cadvisor' | 'metrics/resource' | 'metrics/probes':
                found = metrics.read(path.strip('/'), self._kubelet, self.stats)
                return HttpResponse(200, {'Content-Type': prometheus.CONTENT_TYPE}, prometheus.text(found).encode())
            case 'pods' | 'runningpods':
                return _json({'kind': 'PodList', 'apiVersion': 'v1', 'metadata': {},
                              'items': [worker.pod for worker in self.stats.workers()]})
        return HttpResponse(404, dict(TEXT), b'404 page not found\n')


async def healthz(request: HttpRequest) -> HttpResponse:
    """What the port for health, which is open to the machine itself alone, answers to everybody."""
    if request.path in ('/healthz', '/healthz/ping', '/healthz/syncloop', '/healthz/log'):
        return HttpResponse(200, dict(TEXT), b'ok')
    return HttpResponse(404, dict(TEXT), b'404 page not found\n')


def _json(document: Object) -> HttpResponse:
    return HttpResponse(200, {'Content-Type': 'application/json'}, json.dumps(document, separators=(',', ':')).encode())
