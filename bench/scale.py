"""What many pods and nodes cost, in CPU time of this process, and that it grows with what changes."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.cluster import cpu
from bench.figure import Figure
from tutor.apimachinery.objects import Object
from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig, NodeConfig
from tutor.session.memory import collect_rarely

HOUR = 3600.0


def nodes(count: int, pods: int = 500) -> ClusterConfig:
    """A cluster of so many large workers and nothing else."""
    capacity = {'cpu': '64', 'memory': '256Gi', 'pods': str(pods)}
    workers = tuple(NodeConfig(f'node{number:03}', capacity=capacity) for number in range(count))
    return ClusterConfig(nodes=workers, addons=(), host=('dns', 'proxy'))


def started(config: ClusterConfig) -> Cluster:
    collect_rarely()
    cluster = Cluster(config)
    cluster.boot()
    cluster.simulation.advance(30.0)
    return cluster


def deployment(name: str, replicas: int, image: str = 'nginx') -> Object:
    return {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': name, 'namespace': 'default'},
            'spec': {'replicas': replicas, 'selector': {'matchLabels': {'app': name}},
                     'template': {'metadata': {'labels': {'app': name}},
                                  'spec': {'containers': [{'name': 'web', 'image': image}]}}}}


def until(cluster: Cluster, done: Callable[[], bool], limit: float = HOUR) -> float:
    """CPU seconds until something holds, looked at every tenth of a virtual second."""
    start, deadline = time.process_time(), cluster.simulation.now + limit
    while not done():
        assert cluster.simulation.now < deadline, 'the cluster never got there'
        cluster.simulation.advance(0.1)
    return time.process_time() - start


def ready(cluster: Cluster, names: list[str], replicas: int) -> Callable[[], bool]:
    def done() -> bool:
        for name in names:
            found = cluster.admin.get('deployments.apps', name, 'default')
            status = found.get('status', {})
            if status.get('observedGeneration') != found['metadata']['generation'] or not (
                    status.get('readyReplicas') == status.get('updatedReplicas') == status.get('replicas') == replicas):
                return False
        return True
    return done


def deploy(cluster: Cluster, names: list[str], replicas: int) -> float:
    """CPU seconds from creating so many Deployments until all their pods are ready."""
    start = time.process_time()
    for name in names:
        cluster.admin.create('deployments.apps', deployment(name, replicas))
    return time.process_time() - start + until(cluster, ready(cluster, names, replicas))


def ten_deployments() -> Figure:
    names = [f'web{number}' for number in range(10)]
    times = [deploy(started(nodes(20)), names, 100) for _ in range(3)]
    return Figure('10 Deployments × 100 replicas on 20 nodes, until ready', min(times), 2, 's')


def large_cluster() -> list[Figure]:
    """In a process of its own, as its memory is measured."""
    elapsed, memory = _apart('large')
    return [Figure('10,000 pods on 500 nodes, until ready', elapsed, 30, 's'),
            Figure('their memory', memory, 600, 'MB')]


def growth() -> list[Figure]:
    """Twice the pods take twice the time and twice the memory."""
    counts = (1000, 2000, 4000, 8000)
    found = {count: _apart('growth', str(count)) for count in counts}
    figures = [Figure(f'{count:,} pods on 100 nodes, until ready', found[count][0], count / 400, 's')
               for count in counts]
    figures += [Figure(f'{count:,} pods: memory', found[count][1], 100 + count / 20, 'MB') for count in counts]
    figures += [Figure(f'{2 * count:,} pods take so many times as long as {count:,}',
                       found[2 * count][0] / found[count][0], 2.3, '×') for count in counts[:-1]]
    return figures


def rolling_update() -> Figure:
    cluster = started(nodes(20))
    deploy(cluster, ['web'], 1000)
    patch = {'spec': {'template': {'spec': {'containers': [{'name': 'web', 'image': 'nginx:1.27'}]}}}}
    start = time.process_time()
    cluster.admin.patch('deployments.apps', 'web', patch, 'default',
                        content_type='application/strategic-merge-patch+json')
    spent = time.process_time() - start + until(cluster, ready(cluster, ['web'], 1000))
    return Figure('a rolling update of 1,000 pods', spent, 5, 's')


def drain() -> Figure:
    """Cordon a node, evict its 20 pods and wait until each is gone, as kubectl does."""
    cluster = started(nodes(500))
    deploy(cluster, ['web'], 10000)
    node, admin = 'node250', cluster.admin
    start = time.process_time()
    admin.patch('nodes', node, {'spec': {'unschedulable': True}})
    pods = admin.items('pods', fields=f'spec.nodeName={node}')
    for pod in pods:
        meta = pod['metadata']
        eviction = {'apiVersion': 'policy/v1', 'kind': 'Eviction',
                    'metadata': {'name': meta['name'], 'namespace': meta['namespace']}}
        admin.create('pods', eviction, meta['namespace'], meta['name'], 'eviction')
    spent = time.process_time() - start + until(
        cluster, lambda: not any(admin.find('pods', pod['metadata']['name'], 'default') for pod in pods))
    return Figure('draining one node of 500', spent * 1e3, 100, 'ms')


def idle_day() -> Figure:
    cluster = started(ClusterConfig())
    return Figure('a virtual day of an idle cluster', cpu(lambda: cluster.simulation.advance(24 * HOUR)), 2, 's')


def cron_day() -> Figure:
    cluster = started(ClusterConfig())
    pod = {'restartPolicy': 'Never', 'containers': [{'name': 'tick', 'image': 'busybox', 'command': ['date']}]}
    cluster.admin.create('cronjobs.batch', {
        'apiVersion': 'batch/v1', 'kind': 'CronJob', 'metadata': {'name': 'tick', 'namespace': 'default'},
        'spec': {'schedule': '* * * * *', 'jobTemplate': {'spec': {'template': {'spec': pod}}}}})
    return Figure('… with a CronJob per minute', cpu(lambda: cluster.simulation.advance(24 * HOUR)), 10, 's')


def scheduling() -> Figure:
    """The scheduler's own work: 2,000 pods for 500 nodes whose kubelets stand still."""
    cluster = started(nodes(500))
    for kubelet in cluster.nodes.fleet.kubelets.values():
        kubelet.stop()
    count, admin = 2000, cluster.admin
    for number in range(count):
        admin.create('pods', {'apiVersion': 'v1', 'kind': 'Pod',
                              'metadata': {'name': f'pod-{number}', 'namespace': 'default', 'labels': {'app': 'web'}},
                              'spec': {'containers': [{'name': 'web', 'image': 'nginx'}]}})
    spent = until(cluster, lambda: not admin.items('pods', fields='spec.nodeName='))
    return Figure('scheduling one pod at 500 nodes', spent / count * 1e3, 0.5, 'ms')


def _apart(*arguments: str) -> tuple[float, float]:
    """CPU seconds and peak MB of one measurement in a process of its own."""
    done = subprocess.run([sys.executable, '-m', 'bench.scale', *arguments], capture_output=True, text=True,
                          check=False)
    if done.returncode:
        sys.exit(done.stderr[-2000:])
    elapsed, memory = done.stdout.split()
    return float(elapsed), float(memory)


def peak_memory() -> float:
    """MB at most of this process alone; getrusage's figure begins with the peak of the one that it was forked from."""
    status = Path('/proc/self/status')
    if status.exists():
        return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith('VmHWM')) / 1024
    import resource
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _main(what: str, count: int) -> None:
    if what == 'large':
        elapsed = deploy(started(nodes(500)), [f'web{number}' for number in range(100)], 100)
    else:
        elapsed = deploy(started(nodes(100)), ['web'], count)
    print(elapsed, peak_memory())


MEASUREMENTS = (ten_deployments, large_cluster, growth, rolling_update, drain, idle_day, cron_day, scheduling)

if __name__ == '__main__':
    _main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else 0)
