"""What the plugins' scores prefer; the cases are those of the tables of upstream's plugin tests."""

from __future__ import annotations

import pytest

from tests.unit.scheduler.tables import Table, node, pod
from tutor.cluster.scheduler.plugins.image_locality import ImageLocality
from tutor.cluster.scheduler.plugins.node_affinity import NodeAffinity
from tutor.cluster.scheduler.plugins.node_resources_balanced_allocation import NodeResourcesBalancedAllocation
from tutor.cluster.scheduler.plugins.node_resources_fit import NodeResourcesFit
from tutor.cluster.scheduler.plugins.taint_toleration import TaintToleration


def use(cpu: int, memory: int) -> dict:
    return {**({'cpu': f'{cpu}m'} if cpu else {}), **({'memory': str(memory)} if memory else {})}


def room(first: tuple[int, int], second: tuple[int, int]) -> list[dict]:
    return [node(f'node{index}', cpu=f'{cpu}m', memory=str(memory))
            for index, (cpu, memory) in enumerate((first, second), 1)]


def loaded(*loads: tuple[str, int, int]) -> list[dict]:
    return [pod(f'e{index}', on=where, requests=use(cpu, memory)) for index, (where, cpu, memory) in enumerate(loads)]


@pytest.mark.parametrize(('wanted', 'nodes', 'existing', 'scores'), [
    pytest.param((3000, 5000), room((4000, 10000), (6000, 10000)), [], (37, 50),
                 id='nothing scheduled, resources requested, differently sized nodes'),
    pytest.param((3000, 5000), room((10000, 20000), (10000, 20000)),
                 loaded(('node1', 3000, 1), ('node1', 3000, 1), ('node2', 3000, 1), ('node2', 3000, 5000)), (42, 29),
                 id='resources requested, pods scheduled with resources'),
    pytest.param((3000, 5000), room((10000, 20000), (10000, 50000)),
                 loaded(('node1', 3000, 1), ('node1', 3000, 1), ('node2', 3000, 1), ('node2', 3000, 5000)), (42, 44),
                 id='resources requested, pods scheduled with resources, differently sized nodes'),
    pytest.param((5000, 1), room((4000, 10000), (6000, 10000)), [], (49, 57), id='requested resources exceed capacity'),
])
def test_least_allocated(wanted, nodes, existing, scores):
    found = Table(nodes, existing).scores(NodeResourcesFit, pod(requests=use(*wanted)))
    assert tuple(found.values()) == scores


@pytest.mark.parametrize(('wanted', 'nodes', 'existing', 'scores'), [
    pytest.param((3000, 5000), room((4000, 10000), (6000, 10000)), [], (68, 75),
                 id='nothing scheduled, resources requested, differently sized nodes'),
    pytest.param((3000, 0), room((10000, 20000), (10000, 20000)),
                 loaded(('node1', 3000, 0), ('node2', 3000, 5000)), (67, 67), id='pods scheduled with resources'),
    pytest.param((3000, 5000), room((10000, 20000), (10000, 50000)),
                 loaded(('node1', 3000, 0), ('node2', 3000, 5000)), (73, 70),
                 id='resources requested, differently sized nodes'),
    pytest.param((3000, 0), room((6000, 10000), (6000, 10000)), loaded(('node1', 3000, 0), ('node2', 3000, 5000)),
                 (62, 62), id='requested resources at node capacity'),
])
def test_balanced_allocation(wanted, nodes, existing, scores):
    """Since v1.36 what counts is how much more even a node becomes."""
    found = Table(nodes, existing).scores(NodeResourcesBalancedAllocation, pod(requests=use(*wanted)))
    assert tuple(found.values()) == scores


def test_best_effort_pods_are_not_balanced():
    assert tuple(Table(room((4000, 10000), (6000, 10000))).scores(NodeResourcesBalancedAllocation, pod()).values()) == (
        0, 0)


MB = 1024 * 1024
LARGE, MIDDLE, SMALL = 'gcr.io/250:latest', 'gcr.io/40:latest', 'gcr.io/10:latest'
HAVE = [node('machine1', images={MIDDLE: 40 * MB, 'gcr.io/300:latest': 300 * MB}),
        node('machine2', images={LARGE: 250 * MB, SMALL: 10 * MB})]


@pytest.mark.parametrize(('images', 'scores'), [
    pytest.param(['gcr.io/40', 'gcr.io/250'], (0, 5), id='two images spread on two nodes, prefer the larger image one'),
    pytest.param(['gcr.io/40', 'gcr.io/300'], (7, 0), id='two images on one node, prefer this node'),
    pytest.param(['gcr.io/10', 'gcr.io/4000'], (0, 0), id='if exceed limit, use limit; if below, nothing'),
    pytest.param(['gcr.io/none'], (0, 0), id='an image that no node has'),
])
def test_image_locality(images, scores):
    incoming = pod()
    incoming['spec']['containers'] = [{'name': f'c{index}', 'image': image} for index, image in enumerate(images)]
    assert tuple(Table(HAVE).scores(ImageLocality, incoming).values()) == scores


def prefer(*terms: tuple[int, str, str]) -> dict:
    return {'affinity': {'nodeAffinity': {'preferredDuringSchedulingIgnoredDuringExecution': [
        {'weight': weight, 'preference': {'matchExpressions': [{'key': key, 'operator': 'In', 'values': [value]}]}}
        for weight, key, value in terms]}}}


@pytest.mark.parametrize(('spec', 'scores'), [
    pytest.param({}, (0, 0, 0), id='all nodes are same priority as NodeAffinity is nil'),
    pytest.param(prefer((2, 'foo', 'other')), (0, 0, 0), id='no node matches preferred scheduling requirements'),
    pytest.param(prefer((2, 'foo', 'bar')), (100, 0, 0), id='only node1 matches the preferred requirements'),
    pytest.param(prefer((2, 'foo', 'bar'), (4, 'mine', 'yes'), (5, 'az', 'az1')), (22, 100, 55),
                 id='all nodes match, but with different priorities'),
])
def test_node_affinity(spec, scores):
    table = Table([node('node1', {'foo': 'bar'}), node('node2', {'key': 'value', 'az': 'az1', 'mine': 'yes'}),
                   node('node3', {'az': 'az1'})])
    assert tuple(table.scores(NodeAffinity, pod(**spec)).values()) == scores


def soft(key: str, value: str = 'v') -> dict:
    return {'key': key, 'value': value, 'effect': 'PreferNoSchedule'}


@pytest.mark.parametrize(('tolerations', 'taints', 'scores'), [
    pytest.param([soft('foo', 'bar')], ([soft('foo', 'bar')], [soft('foo', 'blah')]), (100, 0),
                 id='node with taints tolerated by the pod, gets a higher score'),
    pytest.param([soft('cpu'), soft('disk')], ([], [soft('cpu')], [soft('cpu'), soft('disk')]), (100, 100, 100),
                 id='the nodes that all of their taints are tolerated, get the same score'),
    pytest.param([soft('foo')], ([], [soft('cpu')], [soft('cpu'), soft('disk')]), (100, 50, 0),
                 id='the more intolerable taints a node has, the lower score it gets'),
    pytest.param([{'key': 'cpu', 'value': 'v', 'effect': 'NoSchedule'}],
                 ([], [{'key': 'cpu', 'value': 'v', 'effect': 'NoSchedule'}], [soft('cpu')]), (100, 100, 0),
                 id='only taints and tolerations that have effect PreferNoSchedule are checked'),
    pytest.param([], ([], [soft('cpu')]), (100, 0), id='lands on the node with no taints'),
])
def test_taint_toleration(tolerations, taints, scores):
    table = Table([node(f'n{index}', taints=list(each)) for index, each in enumerate(taints)])
    assert tuple(table.scores(TaintToleration, pod(tolerations=tolerations)).values()) == scores
