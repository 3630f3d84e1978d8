"""What pluginConfig tells plugins; the cases are those of upstream's plugin tests."""

from __future__ import annotations

import json

import pytest

from tests.unit.scheduler.conftest import World
from tests.unit.scheduler.tables import Table, node, pod
from tutor.cluster.scheduler.configuration import BadConfiguration, ProfileSettings, read
from tutor.cluster.scheduler.framework import SKIP, Cycle, Plugin
from tutor.cluster.scheduler.node_info import PodInfo
from tutor.cluster.scheduler.plugins.inter_pod_affinity import InterPodAffinity
from tutor.cluster.scheduler.plugins.node_affinity import NodeAffinity
from tutor.cluster.scheduler.plugins.node_resources_fit import NodeResourcesFit
from tutor.cluster.scheduler.plugins.pod_topology_spread import PodTopologySpread
from tutor.cluster.scheduler.profile import _enough
from tutor.cluster.scheduler.queue import QueuedPod

HEAD = {'apiVersion': 'kubescheduler.config.k8s.io/v1', 'kind': 'KubeSchedulerConfiguration'}
ZONES = [node('a', {'zone': 'z1', 'kubernetes.io/hostname': 'a'}), node('b', {'zone': 'z2'})]
IN_Z1 = {'matchExpressions': [{'key': 'zone', 'operator': 'In', 'values': ['z1']}]}


def settings(**more) -> ProfileSettings:
    return read(json.dumps({**HEAD, **more})).profiles[0]


def configured(kind: type[Plugin], **arguments) -> type[Plugin]:
    """The plugin as a profile with these arguments has it."""
    given = settings(profiles=[{'pluginConfig': [{'name': kind.name, 'args': arguments}]}])

    class Configured(kind):
        def __init__(self, handle) -> None:
            super().__init__(handle)
            self.configure(given)
    return Configured


def test_added_affinity():
    kind = configured(NodeAffinity, addedAffinity={
        'requiredDuringSchedulingIgnoredDuringExecution': {'nodeSelectorTerms': [IN_Z1]}})
    assert Table(ZONES).verdicts(kind, pod()) == {
        'a': '', 'b': "node(s) didn't match scheduler-enforced node affinity"}
    kind = configured(NodeAffinity, addedAffinity={'preferredDuringSchedulingIgnoredDuringExecution': [
        {'weight': 3, 'preference': IN_Z1}]})
    assert Table(ZONES).scores(kind, pod()) == {'a': 100, 'b': 0}


def test_weight_of_hard_affinity():
    near = {'podAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': [
        {'topologyKey': 'zone', 'labelSelector': {'matchLabels': {'app': 'web'}}}]}}
    table = Table(ZONES, [pod('old', on='b', affinity=near)])
    web = pod(labels={'app': 'web'})
    assert table.scores(InterPodAffinity, web) == {'a': 0, 'b': 100}
    assert table.scores(configured(InterPodAffinity, hardPodAffinityWeight=0), web) == {'a': 0, 'b': 0}
    plugin = configured(InterPodAffinity, ignorePreferredTermsOfExistingPods=True)(table.handle)
    assert plugin.pre_score(Cycle(PodInfo(web)), table.cache.nodes) is SKIP


def test_default_constraints():
    service = {'metadata': {'name': 's', 'namespace': 'default'}, 'spec': {'selector': {'app': 'web'}}}
    table = Table(ZONES, [pod('old', {'app': 'web'}, on='a')], services=[service])
    kind = configured(PodTopologySpread, defaultingType='List', defaultConstraints=[
        {'maxSkew': 1, 'topologyKey': 'zone', 'whenUnsatisfiable': 'DoNotSchedule'}])
    assert table.fits(kind, pod(labels={'app': 'web'})) == ['b']
    assert table.fits(kind, pod(labels={'app': 'other'})) == ['a', 'b']
    assert table.fits(PodTopologySpread, pod(labels={'app': 'web'})) == ['a', 'b']
    assert table.scores(configured(PodTopologySpread, defaultingType='List'), pod(labels={'app': 'web'})) == {
        'a': 0, 'b': 0}


def test_percentage_of_nodes_to_score():
    """TestNumFeasibleNodesToFind; a profile's own goes before that of all."""
    assert settings(percentageOfNodesToScore=40).percentage == 40
    assert settings(percentageOfNodesToScore=40, profiles=[{'percentageOfNodesToScore': 70}]).percentage == 70
    assert [_enough(10), _enough(1000), _enough(1000, 40), _enough(6000), _enough(6000, 40), _enough(200, 10)] == [
        10, 420, 400, 300, 2400, 100]


@pytest.mark.parametrize(('arguments', 'fits'), [
    pytest.param({}, False, id='requires resources that are not there'),
    pytest.param({'ignoredResources': ['example.com/aaa']}, True, id='skip checking ignored extended resource'),
    pytest.param({'ignoredResourceGroups': ['example.com']}, True,
                 id='skip checking extended resource in ignored resource groups'),
    pytest.param({'ignoredResourceGroups': ['example.org']}, False, id='the group is another'),
    pytest.param({'ignoredResources': ['memory', 'cpu']}, False, id='only extended resources are ignored'),
])
def test_ignored_resources(arguments, fits):
    """TestEnoughRequests."""
    kind = configured(NodeResourcesFit, **arguments)
    wanted = pod(requests={'cpu': '1', 'example.com/aaa': '2'})
    assert Table([node('a')]).fits(kind, wanted) == (['a'] if fits else [])
    assert Table([node('a')]).fits(kind, pod(requests={'cpu': '5'})) == []


@pytest.mark.parametrize(('given', 'why'), [
    pytest.param({'podInitialBackoffSeconds': 0}, 'podInitialBackoffSeconds: Invalid value: 0: must be greater than 0',
                 id='bad-pod-initial-backoff-seconds'),
    pytest.param({'podInitialBackoffSeconds': 5, 'podMaxBackoffSeconds': 2}, 'podMaxBackoffSeconds: Invalid value: 2: '
                 'must be greater than or equal to PodInitialBackoffSeconds', id='pod-max-backoff-less-than-initial'),
])
def test_bad_backoff(given, why):
    """TestValidateKubeSchedulerConfigurationV1."""
    with pytest.raises(BadConfiguration, match=why):
        settings(**given)


def restarted(world, **more) -> None:
    """The scheduler, begun again with this file."""
    world.cluster.scheduler.stop()
    world.cluster.scheduler.configuration = read(json.dumps({**HEAD, **more}))
    world.cluster.scheduler.start()
    world.run()


def test_the_back_off_is_that_of_the_file():
    world = World()
    restarted(world, podInitialBackoffSeconds=40, podMaxBackoffSeconds=60)
    running = world.cluster.scheduler._run
    assert running is not None
    queue = running.queue
    found = []
    for attempts in (1, 2, 3):
        queued = QueuedPod(PodInfo(pod()), 0.0)
        queued.attempts = attempts
        found.append(queue._backoff(queued))
    assert found == [40.0, 60.0, 60.0]


@pytest.mark.parametrize(('post_filter', 'goes', 'said'), [
    pytest.param({}, True, '', id='as usual'),
    pytest.param({'disabled': [{'name': 'DefaultPreemption'}]}, False, ' no new claims to deallocate', id='disabled'),
    pytest.param({'disabled': [{'name': '*'}]}, False, '', id='all disabled'),
    pytest.param({'disabled': [{'name': '*'}], 'enabled': [{'name': 'DefaultPreemption'}]}, True, '',
                 id='alone enabled'),
])
def test_preemption_can_be_turned_off(post_filter, goes, said):
    world = World()
    restarted(world, profiles=[{'plugins': {'postFilter': post_filter}}])
    world.admin.create('priorityclasses.scheduling.k8s.io', {
        'apiVersion': 'scheduling.k8s.io/v1', 'kind': 'PriorityClass', 'metadata': {'name': 'high'}, 'value': 1000})
    world.node('n', '1')
    assert world.pod('low', '800m') == 'n'
    world.pod('high', '800m', priorityClassName='high')
    assert ('deletionTimestamp' in (world.admin.find('pods', 'low', 'default') or {'metadata': {
        'deletionTimestamp': ''}})['metadata']) is goes
    if not goes:
        assert world.why('high') == f'0/1 nodes are available: 1 Insufficient cpu.{said}'


def test_binding_of_volumes_ends_after_the_time_of_the_file():
    world = World()
    restarted(world, profiles=[{'pluginConfig': [{'name': 'VolumeBinding', 'args': {'bindTimeoutSeconds': 30}}]}])
    world.node('n')
    world.admin.create('storageclasses.storage.k8s.io', {
        'apiVersion': 'storage.k8s.io/v1', 'kind': 'StorageClass', 'metadata': {'name': 'never'},
        'provisioner': 'example.com/never', 'volumeBindingMode': 'WaitForFirstConsumer'})
    world.admin.create('persistentvolumeclaims', {
        'apiVersion': 'v1', 'kind': 'PersistentVolumeClaim', 'metadata': {'name': 'c', 'namespace': 'default'},
        'spec': {'accessModes': ['ReadWriteOnce'], 'storageClassName': 'never',
                 'resources': {'requests': {'storage': '1Gi'}}}})
    world.pod('p', volumes=[{'name': 'v', 'persistentVolumeClaim': {'claimName': 'c'}}], seconds=20)
    assert world.why('p') == ''
    world.run(15)
    assert world.why('p') == 'running PreBind plugin "VolumeBinding": binding volumes: context deadline exceeded'
