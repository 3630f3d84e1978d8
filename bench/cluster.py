"""What the simulation costs, in CPU time of this process; the best of several runs."""

from __future__ import annotations

import time
from collections.abc import Callable

from bench.figure import Figure
from tutor.cluster.config import ClusterConfig, NodeConfig
from tutor.session.workbench import Workbench

RUNS = 5


def cpu(work: Callable[[], object]) -> float:
    """CPU seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def best(work: Callable[[], object], runs: int = RUNS) -> float:
    return min(cpu(work) for _ in range(runs))


def new_cluster() -> Figure:
    Workbench()
    return Figure('a new three-node cluster is ready', best(Workbench) * 1e3, 50, 'ms')


def create_deployment() -> Figure:
    times = []
    for _ in range(RUNS):
        bench = Workbench()
        bench.run('kubectl create deployment warm --image=nginx --replicas=1')
        bench.settling.settle()
        times.append(cpu(lambda bench=bench: _deploy(bench, 'web', 3)))
    return Figure('kubectl create deployment --replicas=3, until all are ready', min(times) * 1e3, 20, 'ms')


def _deploy(bench: Workbench, name: str, replicas: int, limit: float = 3600.0) -> None:
    ran = bench.run(f'kubectl create deployment {name} --image=nginx --replicas={replicas}')
    assert ran.code == 0, ran.stderr
    admin, simulation = bench.cluster.admin, bench.simulation
    deadline = simulation.now + limit
    while admin.get('deployments.apps', name, 'default').get('status', {}).get('readyReplicas', 0) != replicas:
        assert simulation.now < deadline, f'{name} never became ready'
        simulation.advance(0.05)


def get_pods() -> Figure:
    bench = Workbench()
    _deploy(bench, 'web', 3)
    bench.run('kubectl get pods')
    return Figure('kubectl get pods', best(lambda: bench.run('kubectl get pods'), 20) * 1e3, 3, 'ms')


def many_pods() -> list[Figure]:
    times = {}
    for count in (1000, 2000):
        nodes = tuple(NodeConfig(f'node{number:03}', capacity={'cpu': '64', 'memory': '256Gi', 'pods': '500'})
                      for number in range(10))
        bench = Workbench(ClusterConfig(nodes=nodes, addons=(), host=('dns', 'proxy')))
        times[count] = cpu(lambda bench=bench, count=count: _deploy(bench, 'web', count))
    return [Figure('1,000 pods of one Deployment on 10 nodes, until ready', times[1000] * 1e3, 2000, 'ms'),
            Figure('2,000 pods take so many times as long', times[2000] / times[1000], 2.3, '×')]


MEASUREMENTS = (new_cluster, create_deployment, get_pods, many_pods)
