"""A control plane without kubelets: nodes are made through the API, and the scheduler is the real one."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig

Object = dict[str, Any]


class World:
    """A cluster with a scheduler, and nodes that a test adds."""

    def __init__(self) -> None:
        self.cluster = Cluster(ClusterConfig(nodes=(), addons=()))
        self.cluster.boot()
        self.simulation = self.cluster.simulation
        self.admin = self.cluster.admin
        self.cluster.scheduler.start()

    def run(self, seconds: float = 1.0) -> None:
        self.simulation.advance(seconds)
        assert self.simulation.failures == []

    def node(self, name: str, cpu: str = '1', memory: str = '4Gi', pods: str = '110', *,
             taints: list[Object] | None = None, **labels: str) -> None:
        self.admin.create('nodes', {
            'apiVersion': 'v1', 'kind': 'Node',
            'metadata': {'name': name, 'labels': {'kubernetes.io/hostname': name, **labels}},
            'spec': {'taints': taints} if taints else {}})
        self.simulation.advance(0.01)
        room = {'cpu': cpu, 'memory': memory, 'pods': pods}
        made = self.admin.get('nodes', name)
        self.admin.update_status('nodes', {**made, 'status': {
            'capacity': room, 'allocatable': room, 'conditions': [{'type': 'Ready', 'status': 'True'}]}})
        self.simulation.advance(0.01)

    def pod(self, name: str, cpu: str = '', labels: Object | None = None, seconds: float = 1.0, memory: str = '',
            **spec: Any) -> str:
        """Create a pod; the node it went to, '' if none."""
        asked = {key: value for key, value in (('cpu', cpu), ('memory', memory)) if value}
        self.admin.create('pods', {
            'apiVersion': 'v1', 'kind': 'Pod',
            'metadata': {'name': name, 'namespace': 'default', 'labels': labels or {}},
            'spec': {'containers': [{'name': 'c', 'image': 'nginx', 'resources': {'requests': asked}}], **spec}})
        self.run(seconds)
        return self.where(name)

    def where(self, name: str) -> str:
        return self.admin.get('pods', name, 'default')['spec'].get('nodeName', '')

    def remove(self, name: str) -> None:
        self.admin.delete('pods', name, 'default', {'kind': 'DeleteOptions', 'apiVersion': 'v1',
                                                    'gracePeriodSeconds': 0})
        self.run()

    def why(self, name: str) -> str:
        """What PodScheduled says."""
        for entry in self.admin.get('pods', name, 'default').get('status', {}).get('conditions') or ():
            if entry['type'] == 'PodScheduled' and entry['status'] == 'False':
                return entry['message']
        return ''

    def reasons(self, name: str) -> str:
        """The part of the message that tells about the nodes."""
        return self.why(name).partition(': ')[2].partition('. no new')[0]

    def events(self, reason: str) -> list[Object]:
        return [event for event in self.admin.items('events', 'default') if event['reason'] == reason]


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def other() -> World:
    """A second cluster, equal to the first."""
    return World()
