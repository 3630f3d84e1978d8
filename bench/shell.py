"""The prompt: completion and explanations in a large cluster."""

from __future__ import annotations

from bench.cluster import best
from bench.figure import Figure
from tutor.cluster.config import ClusterConfig
from tutor.session.session import Session

OBJECTS = 5000


def _session() -> Session:
    """A session on a cluster with many pods that nobody runs."""
    session = Session(config=ClusterConfig(nodes=(), addons=()))
    client = session.bench.cluster.admin
    for number in range(OBJECTS):
        client.create('pods', {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': f'pod-{number:05}'}, 'spec': {
            'containers': [{'name': 'a', 'image': 'nginx'}]}}, 'default')
    return session


def prompt() -> list[Figure]:
    session = _session()
    line = 'kubectl describe pod pod-0'
    session.complete(line, len(line))
    session.submit('kubectl get pods')
    session.pump(5)
    session.why()
    completed = best(lambda: session.complete(line, len(line))) * 1e3
    return [Figure(f'complete a name among {OBJECTS:,} pods', completed, 30, 'ms'),
            Figure(f'explain a command that showed {OBJECTS:,} pods', best(session.why) * 1e3, 150, 'ms')]


MEASUREMENTS = (prompt,)
