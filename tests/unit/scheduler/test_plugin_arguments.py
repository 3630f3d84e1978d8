"""What pluginConfig tells plugins; the cases are those of upstream's plugin tests."""

from __future__ import annotations

import json

from tests.unit.scheduler.tables import Table, node, pod
from tutor.cluster.scheduler.configuration import ProfileSettings, read
from tutor.cluster.scheduler.framework import SKIP, Cycle, Plugin
from tutor.cluster.scheduler.node_info import PodInfo
from tutor.cluster.scheduler.plugins.inter_pod_affinity import InterPodAffinity
from tutor.cluster.scheduler.plugins.node_affinity import NodeAffinity
from tutor.cluster.scheduler.plugins.pod_topology_spread import PodTopologySpread
from tutor.cluster.scheduler.profile import _enough

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
