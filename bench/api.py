"""What the API server costs, in CPU time of this process; the best of several runs."""

from __future__ import annotations

import gc
import tracemalloc
from typing import Any

from bench.cluster import best, cpu
from bench.figure import Figure
from tutor.apimachinery.printing import to_json
from tutor.client.transport import TABLE, Request
from tutor.cluster.config import ClusterConfig
from tutor.session.workbench import Workbench

Object = dict[str, Any]

MAPS = '/api/v1/namespaces/default/configmaps'
PODS = '/api/v1/namespaces/default/pods'
BARE = ClusterConfig(nodes=(), addons=())
RUNS = 3


def _workbench() -> Workbench:
    """A bare API: no nodes, no add-ons; what a new cluster makes is there."""
    bench = Workbench(BARE)
    bench.simulation.advance(1)
    return bench


def _ask(bench: Workbench, method: str, path: str, body: Object | None = None, **more: Any) -> Any:
    answer = bench.cluster.api.send(Request(method, path, body=body, **more))
    assert answer.status < 300, answer.body
    return answer.body


def _config_map(number: int) -> Object:
    return {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': f'map-{number}'},
            'data': {'greeting': 'hello', 'number': str(number)}}


def _pod(number: int) -> Object:
    return {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': f'pod-{number}', 'labels': {'app': 'web'}},
            'spec': {'containers': [{'name': 'web', 'image': 'nginx:1.27', 'ports': [{'containerPort': 80}],
                                     'resources': {'requests': {'cpu': '100m', 'memory': '64Mi'}}}]}}


def config_maps() -> Figure:
    count = 10_000

    def run() -> float:
        bench = _workbench()
        bodies = [_config_map(number) for number in range(count)]
        return cpu(lambda: [_ask(bench, 'POST', MAPS, body) for body in bodies])
    return Figure('one of 10,000 ConfigMaps is created (3,000 per second)',
                  min(run() for _ in range(RUNS)) / count * 1e6, 1e6 / 3000, 'µs')


def pod_table() -> Figure:
    bench = _workbench()
    for number in range(10_000):
        _ask(bench, 'POST', PODS, _pod(number))
    return Figure('10,000 pods are listed as a Table', best(lambda: _ask(bench, 'GET', PODS, accept=TABLE), RUNS) * 1e3,
                  250, 'ms')


def watchers() -> Figure:
    def run() -> float:
        bench = _workbench()
        seen: list[Any] = []
        streams = [bench.cluster.api.watch(Request('GET', MAPS, query={'watch': 'true', 'resourceVersion': str(
            bench.cluster.api.store.revision)})) for _ in range(100)]
        for stream in streams:
            stream.subscribe(lambda batch: seen.extend(batch or ()))

        def change() -> None:
            for number in range(1000):
                _ask(bench, 'POST', MAPS, _config_map(number))
            bench.simulation.advance(1)
        spent = cpu(change)
        assert len(seen) == 100 * 1000, f'{len(seen)} events arrived'
        return spent
    return Figure('100 watchers see 1,000 changes', min(run() for _ in range(RUNS)) * 1e3, 1000, 'ms')


def memory() -> Figure:
    """What a stored pod takes beyond the bytes of its JSON, with everything that is kept about it."""
    bench, count = _workbench(), 1000
    bodies = [_pod(number) for number in range(count)]
    _ask(bench, 'POST', PODS, _pod(count))
    gc.collect()
    tracemalloc.start()
    try:
        for body in bodies:
            _ask(bench, 'POST', PODS, body)
        gc.collect()
        taken = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    items = bench.cluster.api.stores.of('', 'pods').list()[:count]
    return Figure('a stored pod beyond its JSON', (taken - sum(len(to_json(item)) for item in items)) / count / 1024,
                  12, 'KB')


MEASUREMENTS = (config_maps, pod_table, watchers, memory)
