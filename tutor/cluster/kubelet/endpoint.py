"""Port 10250 of a node: what the kubelet answers over HTTP, for those that it lets in (pkg/kubelet/server)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.cluster.containers.http import HttpRequest, HttpResponse, HttpService
from tutor.cluster.kubelet.stats import Stats

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet

PORT = 10250
TEXT = {'Content-Type': 'text/plain; charset=utf-8'}


class KubeletEndpoint(HttpService):
    """The listener. Over the network it knows nobody: only `read`, which the API server uses, gives answers."""

    def __init__(self, kubelet: Kubelet) -> None:
        super().__init__(self._refuse)
        self.stats = Stats(kubelet)
        self._kubelet = kubelet

    async def _refuse(self, request: HttpRequest) -> HttpResponse:
        if request.path == '/healthz':
            return HttpResponse(200, TEXT, b'ok')
        return HttpResponse(401, TEXT, b'Unauthorized')

    def read(self, path: str) -> HttpResponse:
        """What a client that may read everything gets."""
        match path.strip('/'):
            case 'healthz':
                return HttpResponse(200, dict(TEXT), b'ok')
            case 'stats/summary':
                return _json(self.stats.summary())
            case 'metrics/resource':
                return HttpResponse(200, {'Content-Type': 'text/plain; version=0.0.4; charset=utf-8'},
                                    self.stats.prometheus().encode())
            case 'pods' | 'runningpods':
                return _json({'kind': 'PodList', 'apiVersion': 'v1', 'metadata': {},
                              'items': [worker.pod for worker in self.stats.workers()]})
        return HttpResponse(404, dict(TEXT), b'404 page not found\n')


def _json(document: Object) -> HttpResponse:
    return HttpResponse(200, {'Content-Type': 'application/json'}, json.dumps(document, separators=(',', ':')).encode())
