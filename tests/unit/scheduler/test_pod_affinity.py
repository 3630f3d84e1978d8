"""InterPodAffinity; the cases are those of upstream's interpodaffinity tests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.scheduler.tables import Table, node, pod
from tutor.cluster.scheduler.plugins.inter_pod_affinity import InterPodAffinity

NOT_NEAR = "node(s) didn't match pod affinity rules"
NOT_AWAY = "node(s) didn't match pod anti-affinity rules"
UNWANTED = "node(s) didn't satisfy existing pods anti-affinity rules"
SECURITY = {'service': 'securityscan'}


def term(key: str = 'region', operator: str = 'In', *values: str, topology: str = 'region', **more: Any) -> dict:
    given = {'values': list(values)} if values else {}
    selector = {'matchExpressions': [{'key': key, 'operator': operator, **given}]}
    return {'labelSelector': selector, 'topologyKey': topology, **more}


def affinity(near: list[dict] | None = None, away: list[dict] | None = None,
             likes: list[tuple[int, dict]] | None = None, dislikes: list[tuple[int, dict]] | None = None) -> dict:
    found: dict[str, Any] = {}
    for kind, hard, soft in (('podAffinity', near, likes), ('podAntiAffinity', away, dislikes)):
        if hard or soft:
            found[kind] = {'requiredDuringSchedulingIgnoredDuringExecution': hard or [],
                           'preferredDuringSchedulingIgnoredDuringExecution': [
                               {'weight': weight, 'podAffinityTerm': one} for weight, one in soft or ()]}
    return {'affinity': found}


IN = term('service', 'In', 'securityscan', 'value2')
ONE = [node('machine1', {'region': 'r1', 'zone': 'z11'})]


@pytest.mark.parametrize(('labels', 'spec', 'existing', 'why'), [
    pytest.param({}, {}, [], '', id='A pod that has no required pod affinity scheduling rules can schedule'),
    pytest.param({}, affinity([IN]), [pod('e', SECURITY, on='machine1')], '',
                 id='satisfies with requiredDuringScheduling using In operator that matches the existing pod'),
    pytest.param({}, affinity([term('service', 'NotIn', 'securityscan3', 'value3')]),
                 [pod('e', SECURITY, on='machine1')], '', id='using not in operator that matches the existing pod'),
    pytest.param({}, affinity([IN]), [pod('e', SECURITY, on='machine1', namespace='ns')], NOT_NEAR,
                 id='Does not satisfy the PodAffinity with labelSelector because of diff Namespace'),
    pytest.param({}, affinity([{**IN, 'namespaces': ['ns']}]), [pod('e', SECURITY, on='machine1', namespace='ns')], '',
                 id='satisfies with the namespaces of the term'),
    pytest.param({}, affinity([{**IN, 'namespaceSelector': {}}]), [pod('e', SECURITY, on='machine1', namespace='ns')],
                 '', id='an empty namespaceSelector means all namespaces'),
    pytest.param({}, affinity([term('service', 'In', 'antivirusscan', 'value2')]), [pod('e', SECURITY, on='machine1')],
                 NOT_NEAR, id='Doesn\'t satisfy because of unmatching labelSelector with the existing pod'),
    pytest.param({}, affinity([term('service', 'Exists'), term('wrongkey', 'DoesNotExist')]),
                 [pod('e', SECURITY, on='machine1')], '', id='satisfies with different label Operators'),
    pytest.param({}, affinity([IN, term('service', 'NotIn', 'securityscan', 'value2')]),
                 [pod('e', SECURITY, on='machine1')], NOT_NEAR,
                 id='one of the matchExpression item does not match'),
    pytest.param({}, affinity([IN], [term('service', 'In', 'antivirusscan', topology='node')]),
                 [pod('e', SECURITY, on='machine1')], '', id='satisfies the PodAffinity and PodAntiAffinity'),
    pytest.param({}, affinity(away=[term('service', 'In', 'securityscan')]), [pod('e', SECURITY, on='machine1')],
                 NOT_AWAY, id='does not satisfy the PodAntiAffinity with the existing pod'),
    pytest.param(SECURITY, {}, [pod('e', SECURITY, on='machine1', **affinity(away=[IN]))], UNWANTED,
                 id='PodAntiAffinity symmetry with the existing pod'),
    pytest.param(SECURITY, affinity([IN]), [], '', id='the first pod of a group that wants to be near itself'),
    pytest.param({'service': 'other'}, affinity([IN]), [], NOT_NEAR,
                 id='a pod that matches itself not at all waits for the others'),
    pytest.param(SECURITY, affinity([{**IN, 'topologyKey': 'rack'}]), [], NOT_NEAR,
                 id='the first pod of a group still needs the label on the node'),
    pytest.param({'service': 'x'}, affinity([IN]), [pod('e', SECURITY, on='machine1', terminationGracePeriodSeconds=1)],
                 '', id='a pod that is there counts'),
    pytest.param({'app': 'web', 'pod-template-hash': 'b'},
                 affinity(away=[term('app', 'In', 'web', matchLabelKeys=['pod-template-hash'])]),
                 [pod('e', {'app': 'web', 'pod-template-hash': 'a'}, on='machine1')], '',
                 id='matchLabelKeys: another revision does not count'),
    pytest.param({'app': 'web', 'tenant': 'a'},
                 affinity(away=[term('app', 'In', 'web', mismatchLabelKeys=['tenant'])]),
                 [pod('e', {'app': 'web', 'tenant': 'b'}, on='machine1')], NOT_AWAY,
                 id='mismatchLabelKeys: another tenant does'),
])
def test_required_affinity_single_node(labels, spec, existing, why):
    assert Table(ONE, existing).verdicts(InterPodAffinity, pod(labels=labels, **spec)) == {'machine1': why}


CHINA = {'region': 'China'}


@pytest.mark.parametrize(('labels', 'spec', 'nodes', 'existing', 'why'), [
    pytest.param({}, affinity([term('foo', 'In', 'bar')]),
                 {'machine1': CHINA, 'machine2': {**CHINA, 'az': 'az1'}, 'machine3': {'region': 'India'}},
                 [pod('p1', {'foo': 'bar'}, on='machine1')], {'machine1': '', 'machine2': '', 'machine3': NOT_NEAR},
                 id='A pod can be scheduled onto all the nodes that have the same topology key & label value'),
    pytest.param({'foo': 'bar', 'service': 'securityscan'},
                 affinity([term('foo', 'In', 'bar', topology='zone'), term('service', 'In', 'securityscan',
                                                                            topology='zone')]),
                 {'nodeA': {'zone': 'az1', 'hostname': 'h1'}, 'nodeB': {'zone': 'az2', 'hostname': 'h2'}},
                 [pod('p1', {'foo': 'bar'}, on='nodeA')], {'nodeA': '', 'nodeB': ''},
                 id='The affinity rule is to schedule all of the pods of this collection to the same zone'),
    pytest.param({'foo': 'abc'}, affinity(away=[term('foo', 'In', 'abc')]),
                 {'nodeA': {'region': 'r1', 'hostname': 'nodeA'}, 'nodeB': {'region': 'r1', 'hostname': 'nodeB'}},
                 [pod('p1', {'foo': 'abc'}, on='nodeA')], {'nodeA': NOT_AWAY, 'nodeB': NOT_AWAY},
                 id='NodeA and nodeB have same topologyKey and label value'),
    pytest.param({'foo': 'abc', 'service': 'securityscan'},
                 affinity(away=[term('service', 'In', 'securityscan', topology='region')]),
                 {'nodeA': {'region': 'r1'}, 'nodeB': {'region': 'r1'}, 'nodeC': {'region': 'r2'}},
                 [pod('p1', {'service': 'securityscan'}, on='nodeA')],
                 {'nodeA': NOT_AWAY, 'nodeB': NOT_AWAY, 'nodeC': ''}, id='another region is free'),
    pytest.param({'foo': 'bar'}, {}, {'nodeA': {'zone': 'z1'}, 'nodeB': {'zone': 'z1'}, 'nodeC': {'zone': 'z2'}},
                 [pod('p1', {}, on='nodeA', **affinity(away=[term('foo', 'Exists', topology='zone')]))],
                 {'nodeA': UNWANTED, 'nodeB': UNWANTED, 'nodeC': ''},
                 id='existing pod\'s anti-affinity terms hold for its whole zone'),
    pytest.param({'foo': '', 'bar': ''}, affinity(away=[term('foo', 'Exists', topology='zone'),
                                                        term('bar', 'Exists', topology='region')]),
                 {'nodeA': {'region': 'r1', 'zone': 'z1'}, 'nodeB': {'region': 'r1', 'zone': 'z2'}},
                 [pod('p1', {'foo': ''}, on='nodeA')], {'nodeA': NOT_AWAY, 'nodeB': ''},
                 id='incoming pod\'s anti-affinity is partially satisfied'),
])
def test_required_affinity_multiple_nodes(labels, spec, nodes, existing, why):
    table = Table([node(name, marks) for name, marks in nodes.items()], existing)
    assert table.verdicts(InterPodAffinity, pod(labels=labels, **spec)) == why


RG = {'machine1': {'region': 'China'}, 'machine2': {'region': 'India'}, 'machine3': {'az': 'az1'}}
S1, S2 = {'security': 'S1'}, {'security': 'S2'}
LIKES_S1 = affinity(likes=[(5, term('security', 'In', 'S1'))])


@pytest.mark.parametrize(('labels', 'spec', 'existing', 'scores'), [
    pytest.param(S1, {}, [], (0, 0, 0), id='all nodes are same priority as Affinity is nil'),
    pytest.param(S1, LIKES_S1, [pod('a', S1, on='machine1'), pod('b', S2, on='machine2'), pod('c', S1, on='machine3')],
                 (100, 0, 0), id='Affinity: pod that matches topology key & pods in nodes will get high score'),
    pytest.param({}, affinity(likes=[(8, term('security', 'In', 'S2')), (2, term('security', 'In', 'S1'))]),
                 [pod('a', S1, on='machine1'), pod('b', S2, on='machine2')], (25, 100, 0),
                 id='Affinity: different Label operators and values, weights count'),
    pytest.param(S2, {}, [pod('a', S1, on='machine1', **affinity(likes=[(5, term('security', 'In', 'S2'))])),
                          pod('b', S2, on='machine2')], (100, 0, 0),
                 id='Affinity symmetry: considered only the preferredDuringScheduling'),
    pytest.param(S1, {}, [pod('a', S1, on='machine1', **affinity([term('security', 'In', 'S1')]))], (100, 0, 0),
                 id='Affinity symmetry: required terms of existing pods count, too'),
    pytest.param({}, affinity(dislikes=[(5, term('security', 'In', 'S1'))]),
                 [pod('a', S1, on='machine1'), pod('b', S2, on='machine2')], (0, 100, 100),
                 id='Anti Affinity: pod that does not match existing pod in node will get high score'),
    pytest.param(S2, {}, [pod('a', S2, on='machine1', **affinity(dislikes=[(5, term('security', 'In', 'S2'))])),
                          pod('b', S2, on='machine2')], (0, 100, 100), id='Anti Affinity symmetry'),
    pytest.param({}, affinity(likes=[(8, term('security', 'In', 'S1'))], dislikes=[(5, term('security', 'In', 'S2'))]),
                 [pod('a', S1, on='machine1'), pod('b', S2, on='machine2')], (100, 0, 38),
                 id='Affinity and Anti Affinity'),
])
def test_preferred_affinity(labels, spec, existing, scores):
    table = Table([node(name, marks) for name, marks in RG.items()], existing)
    assert tuple(table.scores(InterPodAffinity, pod(labels=labels, **spec)).values()) == scores
