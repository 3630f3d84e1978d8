"""A cluster with the real API server and controllers, and nodes whose containers only seem to run."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig

Object = dict[str, Any]


class World:
    """One cluster, and short words for what tests do with it."""

    def __init__(self, config: ClusterConfig) -> None:
        self.cluster = Cluster(config)
        self.cluster.boot()
        self.simulation = self.cluster.simulation
        self.admin = self.cluster.admin

    def run(self, seconds: float = 3.0) -> None:
        self.simulation.advance(seconds)
        assert self.cluster.simulation.failures == []

    # -- objects ------------------------------------------------------------------------------------------------

    def create(self, resource: str, obj: Object, seconds: float = 3.0) -> Object:
        obj['metadata'].setdefault('namespace', 'default')
        made = self.admin.create(resource, obj)
        self.run(seconds)
        return made

    def patch(self, resource: str, name: str, body: Object, seconds: float = 3.0, namespace: str = 'default') -> None:
        self.admin.patch(resource, name, body, namespace)
        self.run(seconds)

    def delete(self, resource: str, name: str, seconds: float = 3.0, policy: str = 'Background') -> None:
        self.admin.delete(resource, name, 'default', {'kind': 'DeleteOptions', 'apiVersion': 'v1',
                                                      'propagationPolicy': policy})
        self.run(seconds)

    def get(self, resource: str, name: str, namespace: str = 'default') -> Object:
        return self.admin.get(resource, name, namespace)

    def find(self, resource: str, name: str, namespace: str = 'default') -> Object | None:
        return self.admin.find(resource, name, namespace)

    def status(self, resource: str, name: str) -> Object:
        return self.get(resource, name).get('status', {})

    def items(self, resource: str, labels: str = '', namespace: str = 'default') -> list[Object]:
        return self.admin.items(resource, namespace, labels)

    def names(self, resource: str, labels: str = '') -> list[str]:
        return [obj['metadata']['name'] for obj in self.items(resource, labels)]

    def messages(self, reason: str, namespace: str = 'default') -> list[str]:
        """The messages of the events with this reason, oldest first."""
        events = [e for e in self.admin.items('events', namespace) if e['reason'] == reason]
        return [e['message'] for e in sorted(events, key=lambda e: int(e['metadata']['resourceVersion']))]

    def end(self, labels: str, phase: str, code: int = 0) -> None:
        """Let the containers of running pods come to an end."""
        for pod in self.items('pods', labels):
            status = pod.get('status', {})
            if status.get('phase') != 'Running':
                continue
            ended = [{**entry, 'ready': False, 'state': {'terminated': {
                'exitCode': code, 'reason': 'Error' if code else 'Completed',
                'finishedAt': self.simulation.timestamp(), 'startedAt': self.simulation.timestamp()}}}
                for entry in status.get('containerStatuses') or ()]
            self.admin.update_status('pods', {**pod, 'status': {
                **status, 'phase': phase, 'containerStatuses': ended,
                'conditions': [c for c in status['conditions'] if c['type'] != 'Ready']}})

    def versions(self) -> dict[str, str]:
        """The resourceVersion of everything but events, leases, heartbeats and what is not stored."""
        found = {}
        for store in self.cluster.api.stores.all():
            if store.resource.plural in ('events', 'leases', 'nodes', 'componentstatuses'):
                continue
            for obj in store.list():
                found[f'{store.resource.group_resource}/{obj["metadata"].get("namespace")}/'
                      f'{obj["metadata"]["name"]}'] = obj['metadata']['resourceVersion']
        return found


def containers(image: str = 'nginx:1.25') -> list[Object]:
    return [{'name': 'c', 'image': image}]


def template(name: str, image: str = 'nginx:1.25', **spec: Any) -> Object:
    return {'metadata': {'labels': {'app': name}}, 'spec': {'containers': containers(image), **spec}}


class Make:
    """Objects as people write them."""

    def deployment(self, name: str, replicas: int = 2, image: str = 'nginx:1.25', **spec: Any) -> Object:
        return {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'metadata': {'name': name},
                'spec': {'replicas': replicas, 'selector': {'matchLabels': {'app': name}},
                         'template': template(name, image), **spec}}

    def replicaset(self, name: str, replicas: int = 2, **spec: Any) -> Object:
        return {**self.deployment(name, replicas, **spec), 'kind': 'ReplicaSet'}

    def statefulset(self, name: str, replicas: int = 2, **spec: Any) -> Object:
        made = self.deployment(name, replicas, **spec)
        return {**made, 'kind': 'StatefulSet', 'spec': {**made['spec'], 'serviceName': name}}

    def daemonset(self, name: str, image: str = 'nginx:1.25', **spec: Any) -> Object:
        made = self.deployment(name, 0, image, **spec)
        del made['spec']['replicas']
        return {**made, 'kind': 'DaemonSet'}

    def job(self, name: str, restart: str = 'Never', **spec: Any) -> Object:
        return {'apiVersion': 'batch/v1', 'kind': 'Job', 'metadata': {'name': name},
                'spec': {'template': {'spec': {'restartPolicy': restart, 'containers': containers('busybox')}}, **spec}}

    def service(self, name: str, app: str = '', port: int = 80, **spec: Any) -> Object:
        return {'apiVersion': 'v1', 'kind': 'Service', 'metadata': {'name': name},
                'spec': {'selector': {'app': app or name}, 'ports': [{'port': port}], **spec}}

    def pod(self, name: str, cpu: str = '', labels: Object | None = None, **spec: Any) -> Object:
        made: Object = {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': name, 'labels': labels or {}},
                        'spec': {'containers': containers(), **spec}}
        if cpu:
            made['spec']['containers'][0]['resources'] = {'requests': {'cpu': cpu}}
        return made

    def image_patch(self, image: str) -> Object:
        return {'spec': {'template': {'spec': {'containers': containers(image)}}}}


@pytest.fixture
def make() -> Make:
    return Make()


@pytest.fixture
def world() -> World:
    return World(ClusterConfig(addons=(), containers='idle'))
