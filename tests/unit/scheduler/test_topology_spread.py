"""PodTopologySpread; the cases are those of upstream's podtopologyspread tests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.scheduler.tables import Table, node, pod
from tutor.cluster.scheduler.plugins.pod_topology_spread import PodTopologySpread

MISMATCH = "node(s) didn't match pod topology spread constraints"
NO_LABEL = "node(s) didn't match pod topology spread constraints (missing required label)"
FOO = {'foo': ''}


def spread(key: str, skew: int = 1, action: str = 'DoNotSchedule', label: str = 'foo', **more: Any) -> dict:
    return {'maxSkew': skew, 'topologyKey': key, 'whenUnsatisfiable': action,
            'labelSelector': {'matchExpressions': [{'key': label, 'operator': 'Exists'}]}, **more}


def nodes(text: str, **more: Any) -> list[dict]:
    """'a:z1 b:z1 x:z2' as nodes with the labels node and zone; '-' stands for no zone."""
    return [node(name, {'node': name, **({'zone': zone} if zone != '-' else {})}, **more.get(name, {}))
            for name, zone in (part.split(':') for part in text.split())]


def pods(text: str, labels: dict[str, str] | None = None) -> list[dict]:
    """'a a x' as pods on these nodes."""
    return [pod(f'p{index}', FOO if labels is None else labels, on=name) for index, name in enumerate(text.split())]


@pytest.mark.parametrize(('on', 'existing', 'constraints', 'fits'), [
    pytest.param('a:z1 b:z1 x:z2 y:z2', '', [spread('zone')], 'a b x y', id='no existing pods'),
    pytest.param('a:z1 b:z1 x:z2 y:z2', 'a b y y', [spread('zone')], 'a b x y',
                 id='no existing pods in another namespace, zones are level'),
    pytest.param('a:z1 b:z1 x:z2 y:z2', 'a a y', [spread('zone')], 'x y', id='pods spread across zones as 2/1'),
    pytest.param('a:z1 b:z1 x:z2 y:z2', 'a a a y', [spread('zone', 3)], 'a b x y', id='skew 3 allows 4/1'),
    pytest.param('a:z1 b:z1 x:z2 y:z2', 'a a b y', [spread('node')], 'x', id='pods spread across nodes as 2/1/0/1'),
    pytest.param('a:z1 b:z1 x:- y:z2', 'a b y', [spread('zone')], 'y', id='a node without the label is left out'),
    pytest.param('a:z1 b:z1 x:z2 y:z2', 'a a a a a b b b b x x x y y y', [spread('zone'), spread('node')], 'x y',
                 id='two constraints on zone and node, spreads = [5/4][3/3]'),
    pytest.param('a:z1 b:z1 x:z2 y:z2', 'a a y y y', [spread('zone'), spread('node')], 'b',
                 id='two constraints, zone asks for one and node for another of its nodes'),
    pytest.param('a:z1 b:z1 x:z2 y:z2', 'a b x x x y', [spread('zone'), spread('node')], 'a b',
                 id='two constraints of which one is met by a few'),
    pytest.param('a:z1', 'a a a', [spread('zone')], 'a', id='one domain alone takes all'),
    pytest.param('a:z1 x:z2', 'a x', [spread('zone', minDomains=3)], '', id='minDomains: too few domains'),
    pytest.param('a:z1 x:z2', 'a', [spread('zone', minDomains=3)], 'x', id='minDomains: the empty domain takes one'),
    pytest.param('a:z1 x:z2', 'a x', [spread('zone', minDomains=2)], 'a x', id='minDomains: enough domains'),
])
def test_filter(on, existing, constraints, fits):
    table = Table(nodes(on), pods(existing))
    assert table.fits(PodTopologySpread, pod(labels=FOO, topologySpreadConstraints=constraints)) == fits.split()


def test_reasons():
    table = Table(nodes('a:z1 b:z1 x:- y:z2'), pods('a b'))
    assert table.verdicts(PodTopologySpread, pod(labels=FOO, topologySpreadConstraints=[spread('zone')])) == {
        'a': MISMATCH, 'b': MISMATCH, 'x': NO_LABEL, 'y': ''}


def test_pods_that_do_not_count():
    """Of other labels, of other namespaces, on the way out."""
    going = pod('going', FOO, on='a')
    going['metadata']['deletionTimestamp'] = '2026-05-04T09:00:00Z'
    others = [pod('other', {'bar': ''}, on='a'), pod('far', FOO, on='a', namespace='far'), going]
    table = Table(nodes('a:z1 x:z2'), others)
    assert table.fits(PodTopologySpread, pod(labels=FOO, topologySpreadConstraints=[spread('zone')])) == ['a', 'x']


def test_a_pod_that_its_own_constraint_does_not_count():
    table = Table(nodes('a:z1 x:z2'), pods('a'))
    incoming = pod(labels={'bar': ''}, topologySpreadConstraints=[spread('zone')])
    assert table.fits(PodTopologySpread, incoming) == ['a', 'x']


def test_match_label_keys():
    old, new = {'foo': '', 'pod-template-hash': 'a'}, {'foo': '', 'pod-template-hash': 'b'}
    table = Table(nodes('a:z1 x:z2'), pods('a', old))
    plain = pod(labels=new, topologySpreadConstraints=[spread('zone')])
    keyed = pod(labels=new, topologySpreadConstraints=[spread('zone', matchLabelKeys=['pod-template-hash'])])
    assert table.fits(PodTopologySpread, plain) == ['x']
    assert table.fits(PodTopologySpread, keyed) == ['a', 'x']


TAINTED = {'x': {'taints': [{'key': 'k', 'effect': 'NoSchedule'}]}}


@pytest.mark.parametrize(('policies', 'spec', 'more', 'fits'), [
    pytest.param({}, {'nodeSelector': {'node': 'a'}}, {}, 'a x',
                 id='NodeAffinityPolicy honored with nodeSelector: x is no domain'),
    pytest.param({'nodeAffinityPolicy': 'Ignore'}, {'nodeSelector': {'node': 'a'}}, {}, 'x',
                 id='NodeAffinityPolicy ignored with nodeSelector'),
    pytest.param({}, {}, TAINTED, 'x', id='NodeTaintsPolicy ignored'),
    pytest.param({'nodeTaintsPolicy': 'Honor'}, {}, TAINTED, 'a x', id='NodeTaintsPolicy honored'),
    pytest.param({'nodeTaintsPolicy': 'Honor'}, {'tolerations': [{'operator': 'Exists'}]}, TAINTED, 'x',
                 id='NodeTaintsPolicy honored with tolerated taints'),
])
def test_node_inclusion_policies(policies, spec, more, fits):
    table = Table(nodes('a:z1 x:z2', **more), pods('a'))
    incoming = pod(labels=FOO, topologySpreadConstraints=[spread('zone', **policies)], **spec)
    assert table.fits(PodTopologySpread, incoming) == fits.split()


def soft(key: str, skew: int = 1, **more: Any) -> dict:
    return spread(key, skew, 'ScheduleAnyway', **more)


@pytest.mark.parametrize(('on', 'existing', 'constraints', 'scores'), [
    pytest.param('a:- b:-', '', [soft('node')], (100, 100), id='one constraint on node, no existing pods'),
    pytest.param('a:- b:-', 'a', [soft('node')], (0, 100), id='one constraint on node, only one node is candidate'),
    pytest.param('a:- b:- c:- d:-', 'a a b d d d', [soft('node')], (20, 60, 100, 0),
                 id='one constraint on node, all 4 nodes are candidates'),
    pytest.param('a:- b:- c:- d:-', 'a a b d d d', [soft('node', 2)], (33, 66, 100, 16),
                 id='one constraint on node, all 4 nodes are candidates, maxSkew=2'),
    pytest.param('a:z1 b:z1 x:z2 y:-', 'a x x', [soft('zone')], (100, 100, 33, 0),
                 id='a node without the label gets nothing'),
])
def test_score(on, existing, constraints, scores):
    table = Table(nodes(on), pods(existing))
    found = table.scores(PodTopologySpread, pod(labels=FOO, topologySpreadConstraints=constraints))
    assert tuple(found.values()) == scores


def test_system_defaults_spread_the_pods_of_a_service():
    table = Table([node(name, {'kubernetes.io/hostname': name}) for name in 'ab'], pods('a'), services=[
        {'metadata': {'name': 's', 'namespace': 'default'}, 'spec': {'selector': FOO}}])
    found = table.scores(PodTopologySpread, pod(labels=FOO))
    assert found['b'] > found['a']
