"""An HTTP request from where a pod is: what a `request` check sends. No process runs in the pod for it."""

from __future__ import annotations

import errno
from typing import Any
from urllib.parse import urlsplit

from tutor.cluster.cluster import Cluster
from tutor.cluster.containers import http
from tutor.cluster.kubelet.worker import PodWorker
from tutor.grader.view import HttpAnswer, HttpRequest
from tutor.shell.process import NameNotFound

PORTS = {'http': 80, 'https': 443}
WORDS = {errno.ECONNREFUSED: 'Connection refused', errno.ETIMEDOUT: 'Connection timed out',
         errno.EHOSTUNREACH: 'No route to host', errno.ECONNRESET: 'Connection reset by peer'}


async def ask(cluster: Cluster, namespace: str, pod: str, request: HttpRequest) -> HttpAnswer:
    """The answer, or in curl's words why there is none."""
    network = _network(cluster, namespace, pod)
    if network is None:
        return HttpAnswer(0, '', f'no container of {pod} is running')
    task = cluster.simulation.spawn(_fetch(network, request), f'check:{request.url}')
    if not await cluster.simulation.within(request.timeout, task):
        task.cancel()
        return HttpAnswer(0, '', WORDS[errno.ETIMEDOUT])
    return task.result()


async def _fetch(network: Any, request: HttpRequest) -> HttpAnswer:
    url = urlsplit(request.url)
    host, port = url.hostname or '', url.port or PORTS.get(url.scheme, 80)
    target = (url.path or '/') + (f'?{url.query}' if url.query else '')
    headers = {'host': url.netloc, 'user-agent': 'curl/8.14.1', 'accept': '*/*'}
    headers |= {name.lower(): value for name, value in request.headers.items()}
    sent = http.HttpRequest(request.method, target, headers, request.body.encode())
    try:
        addresses = await network.resolve(host)
        found = await http.fetch(network, addresses[0], port, sent, request.timeout)
    except NameNotFound:
        return HttpAnswer(0, '', f'Could not resolve host: {host}')
    except http.HttpError:
        return HttpAnswer(0, '', 'Received HTTP/0.9 when not allowed')
    except OSError as error:
        return HttpAnswer(0, '', WORDS.get(error.errno or 0) or error.strerror or str(error))
    return HttpAnswer(found.status, found.body.decode('utf-8', 'replace'))


def _network(cluster: Cluster, namespace: str, pod: str) -> Any | None:
    """The network as a running container of the pod sees it."""
    found = cluster.admin.find('pods', pod, namespace)
    kubelet = cluster.nodes.fleet.kubelets.get(found['spec'].get('nodeName', '')) if found else None
    worker = kubelet.find(found['metadata']['uid']) if kubelet and found else None
    return _of_container(worker) if worker else None


def _of_container(worker: PodWorker) -> Any | None:
    last = [containers[-1].network for containers in worker.histories.values() if containers]
    return next((network for network in last if network is not None), None)
