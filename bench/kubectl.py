"""What kubectl itself costs: CPU time of a command beyond that of its requests; the best of several runs."""

from __future__ import annotations

from time import process_time
from typing import Any

from bench.api import PODS, _ask, _pod
from bench.figure import Figure
from tutor.client.transport import Request, Response
from tutor.cluster.config import ClusterConfig, NodeConfig
from tutor.session.workbench import Workbench

RUNS = 5
MANY = 1_000
READS = ('get pods', 'get pods -o wide', 'get pods -o yaml', 'get pods -o name', 'get nodes', 'get all', 'get svc,cm',
         "get pods -o jsonpath='{.items[*].metadata.name}'", 'get pods -o custom-columns=N:.metadata.name',
         "get pods -o go-template='{{range .items}}{{.metadata.name}}{{end}}'", 'get pods --sort-by=.metadata.name',
         'describe pod pod-0', 'describe node node01', 'describe svc kubernetes', 'explain pods.spec.containers',
         'api-resources', 'api-versions', 'config view', 'version', 'auth can-i get pods', 'rollout history deploy',
         'get --help', 'events', 'get pods nope', 'logs nope', 'top pod')


class Timed:
    """Adds up the time that requests take."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self.spent = 0.0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def send(self, request: Request) -> Response:
        before = process_time()
        try:
            return self._transport.send(request)
        finally:
            self.spent += process_time() - before


def _bench(pods: int) -> Workbench:
    """Ten nodes that share so many pods, whose containers only seem to run."""
    capacity = {'cpu': '64', 'memory': '256Gi', 'pods': '110'}
    nodes = tuple(NodeConfig(f'node{number:02}', capacity=capacity) for number in range(1, 11))
    bench = Workbench(ClusterConfig(nodes=nodes, addons=(), pulled=True, containers='idle'))
    for number in range(pods):
        pod = _pod(number)
        _ask(bench, 'POST', PODS, {**pod, 'spec': {**pod['spec'], 'nodeName': f'node{number % 10 + 1:02}'}})
    bench.simulation.advance(30)
    return bench


def _cost(bench: Workbench, line: str) -> tuple[float, float]:
    """CPU milliseconds of a command without, and with, its requests."""
    timed: list[Timed] = []
    connect = bench.cluster.connect

    def through(config: Any) -> Any:
        timed.append(Timed(connect(config)))
        return timed[-1]

    found: list[tuple[float, float]] = []
    bench.context.extras['connect'] = through
    for _ in range(RUNS):
        timed.clear()
        before = process_time()
        bench.run(f'kubectl {line}')
        whole = process_time() - before
        found.append(((whole - sum(each.spent for each in timed)) * 1e3, whole * 1e3))
    return min(alone for alone, _ in found), min(whole for _, whole in found)


def reads() -> list[Figure]:
    """Every read command, with few objects."""
    bench = _bench(5)
    return [Figure(f'kubectl {line[:44]}', _cost(bench, line)[0], 5, 'ms') for line in READS]


def crowded() -> list[Figure]:
    """The usual ones with 1,000 pods, whole."""
    bench = _bench(MANY)
    return [Figure(f'kubectl get pods with {MANY} pods', _cost(bench, 'get pods')[1], 60, 'ms'),
            Figure(f'kubectl describe node with {MANY} pods', _cost(bench, 'describe node node01')[1], 20, 'ms')]


MEASUREMENTS = (reads, crowded)
