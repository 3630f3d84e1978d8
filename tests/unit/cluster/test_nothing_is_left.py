"""Whatever is made and deleted, and whichever nodes stand still meanwhile: nothing of it is left anywhere."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tutor.apimachinery.errors import StatusError
from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig

FEW = settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
WORKLOADS = ('deployments.apps', 'statefulsets.apps', 'daemonsets.apps', 'jobs.batch', 'cronjobs.batch',
             'replicasets.apps', 'replicationcontrollers', 'pods', 'services', 'persistentvolumeclaims')
LEFT_BEHIND = (*WORKLOADS, 'endpointslices.discovery.k8s.io', 'endpoints', 'controllerrevisions.apps',
               'persistentvolumes', 'poddisruptionbudgets.policy')
STEPS = st.lists(st.tuples(st.sampled_from(['create', 'scale', 'image', 'delete', 'evict', 'stop', 'start', 'wait']),
                           st.sampled_from(WORKLOADS[:5]), st.integers(0, 3)), min_size=5, max_size=25)
POD = {'terminationGracePeriodSeconds': 3, 'containers': [{'name': 'c', 'image': 'nginx', 'readinessProbe': {
    'httpGet': {'port': 80}, 'periodSeconds': 1}, 'livenessProbe': {'exec': {'command': ['true']}}}]}
ONCE = {'restartPolicy': 'Never', 'containers': [{'name': 'c', 'image': 'busybox', 'command': ['sleep', '2']}]}


def spec_of(resource: str, name: str, number: int) -> dict[str, Any]:
    labels = {'app': name}
    template = {'metadata': {'labels': labels}, 'spec': POD}
    if resource == 'jobs.batch':
        return {'completions': number + 1, 'parallelism': 2, 'template': {'spec': ONCE}}
    if resource == 'cronjobs.batch':
        return {'schedule': '* * * * *', 'jobTemplate': {'spec': {'template': {'spec': ONCE}}}}
    spec: dict[str, Any] = {'selector': {'matchLabels': labels}, 'template': template}
    if resource != 'daemonsets.apps':
        spec['replicas'] = number
    if resource == 'statefulsets.apps':
        spec['serviceName'] = name
    return spec


class Trial:
    """One cluster, and what is done to it."""

    def __init__(self) -> None:
        self.cluster = Cluster(ClusterConfig(addons=(), host=('dns', 'proxy'), pulled=True))
        self.cluster.boot()
        self.admin, self.simulation = self.cluster.admin, self.cluster.simulation
        self.kubelets = self.cluster.nodes.fleet.kubelets
        self.simulation.advance(30)

    def do(self, action: str, resource: str, number: int) -> None:
        kinds = {'deployments.apps': 'Deployment', 'statefulsets.apps': 'StatefulSet', 'daemonsets.apps': 'DaemonSet',
                 'jobs.batch': 'Job', 'cronjobs.batch': 'CronJob'}
        name, kubelet = f'{kinds[resource].lower()}-{number % 2}', self.kubelets[f'node0{number % 2 + 1}']
        group = resource.partition('.')[2]
        if action == 'create':
            self.admin.create(resource, {'apiVersion': f'{group}/v1', 'kind': kinds[resource], 'metadata': {
                'name': name, 'namespace': 'default'}, 'spec': spec_of(resource, name, number)})
            self.admin.create('services', {'apiVersion': 'v1', 'kind': 'Service', 'metadata': {
                'name': name, 'namespace': 'default'}, 'spec': {'selector': {'app': name}, 'ports': [{'port': 80}]}})
        elif action == 'scale' and resource in WORKLOADS[:2]:
            self.admin.patch(resource, name, {'spec': {'replicas': number}}, 'default')
        elif action == 'image' and resource in WORKLOADS[:3]:
            self.admin.patch(resource, name, {'spec': {'template': {'metadata': {'annotations': {'n': str(number)}}}}},
                             'default')
        elif action == 'delete':
            policy = ('Background', 'Foreground')[number % 2]
            self.admin.delete(resource, name, 'default', {'propagationPolicy': policy})
        elif action == 'evict':
            for pod in self.admin.items('pods', 'default')[:number]:
                self.admin.create('pods', {'apiVersion': 'policy/v1', 'kind': 'Eviction', 'metadata': {
                    'name': pod['metadata']['name']}}, 'default', pod['metadata']['name'], 'eviction')
        elif action == 'stop' and kubelet.running:
            kubelet.stop()
        elif action == 'start':
            self.start(kubelet)
        elif action == 'wait':
            self.simulation.advance(number * 20)

    def start(self, kubelet: Any) -> None:
        if not kubelet.running:
            kubelet.start()
            self.cluster.nodes.fleet.resume(kubelet)

    def delete_everything(self) -> None:
        for kubelet in self.kubelets.values():
            self.start(kubelet)
        for resource in WORKLOADS:
            for obj in self.admin.items(resource, 'default'):
                if obj['metadata']['name'] != 'kubernetes':
                    self.admin.delete(resource, obj['metadata']['name'], 'default', {'propagationPolicy': 'Background'})
        self.simulation.advance(700)  # longer than any deadline that somebody waits for

    def timers(self) -> Counter[str]:
        """What is still to happen, by what it is. A longer look ahead would only see heartbeats."""
        return Counter(getattr(timer.callback, '__qualname__', '?') for _, _, timer in self.simulation._timers
                       if not timer.cancelled)


@pytest.fixture(scope='module')
def trial() -> Trial:
    return Trial()


@given(steps=STEPS)
@FEW
def test_nothing_is_left_after_everything_was_deleted(trial: Trial, steps: list[tuple[str, str, int]]) -> None:
    addresses = set(trial.cluster.nodes.fabric._by_address)
    timers = trial.timers()
    for step in steps:
        with suppress(StatusError):  # not there, or there already
            trial.do(*step)
        trial.simulation.advance(1)
    trial.delete_everything()
    left = {resource: [obj['metadata']['name'] for obj in trial.admin.items(resource)
                       if obj['metadata']['name'] != 'kubernetes'] for resource in LEFT_BEHIND}
    assert {resource: names for resource, names in left.items() if names} == {}
    for kubelet in trial.kubelets.values():
        assert kubelet.workers == {}
        assert kubelet.runtime.containers == {}
        assert kubelet.runtime.sandboxes == {}
        assert kubelet.admission.count == 0
    assert set(trial.cluster.nodes.fabric._by_address) == addresses
    assert {what: count for what, count in trial.timers().items() if count > timers[what] + 3} == {}
    assert trial.simulation.failures == []
