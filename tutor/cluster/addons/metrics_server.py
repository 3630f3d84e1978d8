"""metrics-server: looks at the kubelets every 15 seconds and answers metrics.k8s.io/v1beta1.

A scrape only notes which kubelets answered; what their containers used between the last two is worked out when
somebody asks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from fractions import Fraction
from typing import Any
from urllib.parse import parse_qsl

from tutor.apimachinery import errors, selectors
from tutor.apimachinery.duration import format_duration, format_timestamp, parse_duration
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import BINARY_SI, Quantity, parse
from tutor.client.informer import Informers
from tutor.cluster.containers.http import HttpRequest, HttpResponse, HttpService
from tutor.cluster.containers.programs.serving import go_flags
from tutor.cluster.kubelet.endpoint import KubeletEndpoint
from tutor.cluster.kubelet.stats import Sample, Stats
from tutor.cluster.simulation import Simulation
from tutor.shell.process import IO, Context
from tutor.shell.tls import generated

GROUP_VERSION = 'metrics.k8s.io/v1beta1'
PREFIX = f'/apis/{GROUP_VERSION}'
FRESH = 10.0
"""A container that started so long before a scrape is measured from its start (freshContainerMinMetricsResolution)."""
PAGE = 4096
RESOURCES = [
    {'name': 'nodes', 'singularName': 'node', 'namespaced': False, 'kind': 'NodeMetrics', 'verbs': ['get', 'list']},
    {'name': 'pods', 'singularName': 'pod', 'namespaced': True, 'kind': 'PodMetrics', 'verbs': ['get', 'list']},
]


class MetricsServer:
    """The component: one running server for each process."""

    def __init__(self, simulation: Simulation, informers: Informers) -> None:
        self._simulation = simulation
        self._informers = informers
        self._running: dict[int, RunningServer] = {}

    def start(self, ctx: Context, io: IO) -> None:
        self._running[id(ctx)] = RunningServer(self._simulation, self._informers, ctx, io)

    def stop(self, ctx: Context) -> None:
        self._running.pop(id(ctx)).stop()


class RunningServer:
    """What one process remembers: when it scraped, and which kubelets answered."""

    def __init__(self, simulation: Simulation, informers: Informers, ctx: Context, io: IO) -> None:
        self._simulation = simulation
        self._nodes, self._pods = informers.of('nodes'), informers.of('pods')
        self._io = io
        process = ctx.host.processes[ctx.pid]
        self._flags, _ = go_flags(process.argv[1:])
        self._every = parse_duration(self._flags.get('metric-resolution') or '60s')
        self._scrapes: list[tuple[float, dict[str, Stats]]] = []
        self._stopped = False
        self._network: Any = ctx.host.network
        port = self._flags.get('secure-port', '')
        number = int(port) if port.isdigit() else 10250
        self._changed = simulation.condition()
        self._network.listen(number, HttpService(self._respond, self._changed), tls=self._certificate)
        stamp = simulation.wall().strftime('%m%d %H:%M:%S.%f')
        io.stderr.write(f'I{stamp}       1 serving.go:380] Generated self-signed cert (/tmp/apiserver.crt, '
                        f'/tmp/apiserver.key)\nI{stamp}       1 secure_serving.go:211] Serving securely on '
                        f'[::]:{number}\n')
        self._scrape()

    def stop(self) -> None:
        self._stopped = True

    def _certificate(self, name: str) -> str:
        return generated('localhost', self._simulation.epoch, b'metrics-server')

    # -- scraping -----------------------------------------------------------------------------------------------

    def _scrape(self) -> None:
        if self._stopped:
            return
        found = {}
        for node in self._nodes.list():
            stats = self._reach(node)
            if stats is not None:
                found[node['metadata']['name']] = stats
        before = self._window
        self._scrapes = [*self._scrapes[-1:], (self._simulation.now, found)]
        if before is None:
            self._changed.notify()  # what it says of its health
        self._simulation.call_later(self._every, self._scrape)

    def _reach(self, node: Object) -> Stats | None:
        """The kubelet at a node's address, if it answers and its certificate need not be known."""
        name, status = node['metadata']['name'], node.get('status') or {}
        address = next((entry['address'] for entry in status.get('addresses') or ()
                        if entry['type'] == 'InternalIP'), '')
        port = ((status.get('daemonEndpoints') or {}).get('kubeletEndpoint') or {}).get('Port', 10250)
        service = self._network.service(address, port)
        if not isinstance(service, KubeletEndpoint):
            return self._failed(name, f'{address}:{port}', f'dial tcp {address}:{port}: connect: connection refused')
        if 'kubelet-insecure-tls' not in self._flags:
            return self._failed(name, f'{address}:{port}', 'tls: failed to verify certificate: x509: cannot validate '
                                f'certificate for {address} because it doesn\'t contain any IP SANs')
        return service.stats

    def _failed(self, node: str, address: str, why: str) -> None:
        stamp = self._simulation.wall().strftime('%m%d %H:%M:%S.%f')
        self._io.stderr.write(f'E{stamp}       1 scraper.go:149] "Failed to scrape node" err="Get \\"https://{address}'
                              f'/metrics/resource\\": {why}" node="{node}"\n')

    @property
    def _window(self) -> tuple[float, float, dict[str, Stats]] | None:
        """The last two scrapes, and who answered in both; None before there were two."""
        if len(self._scrapes) < 2:
            return None
        (before, then), (last, now) = self._scrapes
        return before, last, {name: stats for name, stats in now.items() if then.get(name) is stats}

    # -- answering ----------------------------------------------------------------------------------------------

    async def _respond(self, request: HttpRequest) -> HttpResponse:
        path = request.path.rstrip('/')
        if path in ('/livez', '/healthz'):
            return HttpResponse(200, {'Content-Type': 'text/plain; charset=utf-8'}, b'ok')
        if path == '/readyz':
            if self._window is not None:
                return HttpResponse(200, {'Content-Type': 'text/plain; charset=utf-8'}, b'ok')
            return HttpResponse(500, {'Content-Type': 'text/plain; charset=utf-8'},
                                b'[-]metric-storage-ready failed: reason withheld\nreadyz check failed\n')
        try:
            return _json(200, self._answer(path, dict(parse_qsl(request.query)), request.headers.get('accept', '')))
        except StatusError as error:
            return _json(error.code, error.status)

    def _answer(self, path: str, query: dict[str, str], accept: str) -> Object:
        if path == PREFIX:
            return {'kind': 'APIResourceList', 'apiVersion': 'v1', 'groupVersion': GROUP_VERSION,
                    'resources': RESOURCES}
        parts = path.removeprefix(f'{PREFIX}/').split('/') if path.startswith(f'{PREFIX}/') else []
        namespace = ''
        if len(parts) > 2 and parts[0] == 'namespaces':
            namespace, parts = parts[1], parts[2:]
        match parts:
            case ['nodes']:
                found = self._node_list(query)
            case ['nodes', name]:
                found = self._node(name)
            case ['pods']:
                found = self._pod_list(namespace, query)
            case ['pods', name] if namespace:
                found = self._pod(namespace, name)
            case _:
                raise errors.no_such_path()
        return _table(found) if 'as=Table' in accept else found

    def _node_list(self, query: dict[str, str]) -> Object:
        items = [self._measure_node(node) for node in _selected(self._nodes.list(), query)]
        return _list('NodeMetricsList', items)

    def _node(self, name: str) -> Object:
        node = self._nodes.get('', name)
        if node is None:
            raise errors.not_found('', 'nodes', name)
        found = self._measure_node(node)
        if found is None:
            raise errors.not_found('metrics.k8s.io', 'nodemetrics', name)
        return {'kind': 'NodeMetrics', 'apiVersion': GROUP_VERSION, **found}

    def _pod_list(self, namespace: str, query: dict[str, str]) -> Object:
        return _list('PodMetricsList', list(self._measure_pods(_selected(self._pods.list(namespace), query))))

    def _pod(self, namespace: str, name: str) -> Object:
        pod = self._pods.get(namespace, name)
        if pod is None:
            raise errors.not_found('', 'pods', name)
        for found in self._measure_pods([pod]):
            return {'kind': 'PodMetrics', 'apiVersion': GROUP_VERSION, **found}
        raise errors.not_found('metrics.k8s.io', 'podmetrics', f'{namespace}/{name}')

    # -- measuring ----------------------------------------------------------------------------------------------

    def _measure_node(self, node: Object) -> Object | None:
        window, name = self._window, node['metadata']['name']
        stats = window[2].get(name) if window else None
        if window is None or stats is None:
            return None
        before, last = window[0], window[1]
        first, then = stats.node(before), stats.node(last)
        usage = _usage(max(then.cpu - first.cpu, 0.0) / (last - before), then.memory)
        return self._entry(node, last, last - before, {'usage': usage})

    def _measure_pods(self, chosen: list[Object]) -> Iterator[Object]:
        """Those of which every container that ran at the last scrape can be measured (storage.podStorage)."""
        window = self._window
        if window is None:
            return
        before, last, answered = window
        for pod in chosen:
            stats = answered.get(pod['spec'].get('nodeName', ''))
            worker = stats.worker(pod['metadata']['uid']) if stats is not None else None
            if stats is None or worker is None or (pod.get('status') or {}).get('phase') != 'Running':
                continue
            earlier = {sample.name: sample for sample in stats.containers(worker, before)}
            measured = [_between(earlier.get(sample.name), sample, before, last)
                        for sample in stats.containers(worker, last)]
            if measured and all(item is not None for item in measured):
                window_length = min(item[1] for item in measured if item is not None)
                yield self._entry(pod, last, window_length, {
                    'containers': [item[0] for item in measured if item is not None]})

    def _entry(self, obj: Object, moment: float, window: float, more: Object) -> Object:
        meta, simulation = obj['metadata'], self._simulation
        shown: Object = {'name': meta['name']}
        if meta.get('namespace'):
            shown['namespace'] = meta['namespace']
        shown['creationTimestamp'] = simulation.timestamp()
        if meta.get('labels'):
            shown['labels'] = meta['labels']
        stamp = format_timestamp(simulation.epoch.timestamp() + moment)
        return {'metadata': shown, 'timestamp': stamp, 'window': format_duration(round(window, 3)), **more}


def _between(earlier: Sample | None, sample: Sample, before: float, last: float) -> tuple[Object, float] | None:
    """What a container used between two scrapes, or since it started shortly before the last; None: not known yet."""
    if earlier is not None and earlier.since == sample.since:
        length, spent = last - before, sample.cpu - earlier.cpu
    elif FRESH <= last - sample.since < last - before:
        length, spent = last - sample.since, sample.cpu
    else:
        return None
    return {'name': sample.name, 'usage': _usage(spent / length, sample.memory)}, length


def _usage(cores: float, memory: int) -> Object:
    return {'cpu': str(Quantity(Fraction(round(cores * 1e9), 10**9))),
            'memory': str(Quantity(-(-memory // PAGE) * PAGE, BINARY_SI))}


def _selected(objects: list[Object], query: dict[str, str]) -> list[Object]:
    """Those that the selectors let through, by namespace and name."""
    try:
        by_label = selectors.parse(query.get('labelSelector', ''))
        by_field = selectors.parse_fields(query.get('fieldSelector', ''))
    except ValueError as problem:
        raise errors.bad_request(str(problem)) from None
    found = [obj for obj in objects if by_label.matches(obj['metadata'].get('labels') or {}) and all(
        (_field(obj, item.field) == item.value) is (item.operator == '=') for item in by_field.requirements)]
    return sorted(found, key=lambda obj: (obj['metadata'].get('namespace', ''), obj['metadata']['name']))


def _field(obj: Object, path: str) -> Any:
    value: Any = obj
    for part in path.split('.'):
        value = value.get(part, '') if isinstance(value, dict) else ''
    return value


def _list(kind: str, items: list[Object | None]) -> Object:
    return {'kind': kind, 'apiVersion': GROUP_VERSION, 'metadata': {}, 'items': [item for item in items if item]}


def _json(status: int, body: Object) -> HttpResponse:
    return HttpResponse(status, {'Content-Type': 'application/json'}, json.dumps(body, separators=(',', ':')).encode())


def _table(found: Object) -> Object:
    """addNodeMetricsToTable and addPodMetricsToTable."""
    items = found.get('items', [found])
    names = ['cpu', 'memory'] if items else []
    columns = [('Name', 'string', 'name'), *((name, 'string', 'quantity') for name in names),
               ('Window', 'string', 'duration')]
    rows = []
    for item in items:
        usages = [item['usage']] if 'usage' in item else [entry['usage'] for entry in item['containers']]
        cells = [str(sum((parse(usage[name]) for usage in usages[1:]), parse(usages[0][name]))) for name in names]
        partial = {'kind': 'PartialObjectMetadata', 'apiVersion': 'meta.k8s.io/v1', 'metadata': item['metadata']}
        rows.append({'cells': [item['metadata']['name'], *cells, item['window']], 'object': partial})
    return {'kind': 'Table', 'apiVersion': 'meta.k8s.io/v1', 'metadata': {},
            'columnDefinitions': [{'name': name, 'type': kind, 'format': form, 'description': '', 'priority': 0}
                                  for name, kind, form in columns] if items else [], 'rows': rows}
