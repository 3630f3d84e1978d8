"""What the plugins' filters refuse; the cases are those of the tables of upstream's plugin tests."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.scheduler.tables import Table, node, pod
from tutor.cluster.scheduler.plugins.node_affinity import NodeAffinity
from tutor.cluster.scheduler.plugins.node_name import NodeName
from tutor.cluster.scheduler.plugins.node_ports import NodePorts
from tutor.cluster.scheduler.plugins.node_resources_fit import NodeResourcesFit
from tutor.cluster.scheduler.plugins.node_unschedulable import NodeUnschedulable
from tutor.cluster.scheduler.plugins.taint_toleration import TaintToleration

TAKEN = "node(s) didn't have free ports for the requested pod ports"


def port(text: str) -> dict:
    """'UDP/127.0.0.1/8080' as a container's port."""
    protocol, address, number = text.split('/')
    return {'protocol': protocol, 'hostIP': address, 'hostPort': int(number), 'containerPort': 1}


@pytest.mark.parametrize(('wanted', 'used', 'why'), [
    pytest.param([], [], '', id='skip filter'),
    pytest.param(['UDP/127.0.0.1/8080'], ['UDP/127.0.0.1/9090'], '', id='other port'),
    pytest.param(['UDP/127.0.0.1/8080'], ['UDP/127.0.0.1/8080'], TAKEN, id='same udp port'),
    pytest.param(['TCP/127.0.0.1/8080'], ['TCP/127.0.0.1/8080'], TAKEN, id='same tcp port'),
    pytest.param(['TCP/127.0.0.1/8080'], ['TCP/127.0.0.2/8080'], '', id='different host ip'),
    pytest.param(['UDP/127.0.0.1/8080'], ['TCP/127.0.0.1/8080'], '', id='different protocol'),
    pytest.param(['UDP/127.0.0.1/8000', 'UDP/127.0.0.1/8080'], ['UDP/127.0.0.1/8080'], TAKEN,
                 id='second udp port conflict'),
    pytest.param(['TCP/127.0.0.1/8001', 'UDP/127.0.0.1/8080'], ['TCP/127.0.0.1/8001', 'UDP/127.0.0.1/8081'], TAKEN,
                 id='first tcp port conflict'),
    pytest.param(['TCP/0.0.0.0/8001'], ['TCP/127.0.0.1/8001'], TAKEN, id='first tcp port conflict due to 0.0.0.0'),
    pytest.param(['TCP/10.0.10.10/8001', 'TCP/0.0.0.0/8001'], ['TCP/127.0.0.1/8001'], TAKEN,
                 id='TCP hostPort conflict due to 0.0.0.0 hostIP'),
    pytest.param(['TCP/127.0.0.1/8001'], ['TCP/0.0.0.0/8001'], TAKEN,
                 id='second tcp port conflict to 0.0.0.0 hostIP'),
    pytest.param(['UDP/127.0.0.1/8001'], ['TCP/0.0.0.0/8001'], '', id='second different protocol'),
])
def test_node_ports(wanted, used, why):
    table = Table([node('m1')], [pod('old', on='m1', ports=[port(text) for text in used])])
    assert table.verdicts(NodePorts, pod(ports=[port(text) for text in wanted])) == {'m1': why}


@pytest.mark.parametrize(('given', 'why'), [
    pytest.param({}, '', id='Pod doesn\'t specify any node name'),
    pytest.param({'on': 'foo'}, '', id='NodeName matches'),
    pytest.param({'on': 'bar'}, "node(s) didn't match the requested node name", id='NodeName doesn\'t match'),
])
def test_node_name(given, why):
    assert Table([node('foo')]).verdicts(NodeName, pod(**given)) == {'foo': why}


UNSCHEDULABLE = {'key': 'node.kubernetes.io/unschedulable', 'effect': 'NoSchedule'}


@pytest.mark.parametrize(('closed', 'tolerations', 'why'), [
    pytest.param(True, [], 'node(s) were unschedulable', id='Does not schedule pod to unschedulable node'),
    pytest.param(False, [], '', id='Schedule pod to normal node'),
    pytest.param(True, [UNSCHEDULABLE], '', id='Schedule pod with toleration to unschedulable node'),
])
def test_node_unschedulable(closed, tolerations, why):
    table = Table([node('n', unschedulable=closed)])
    assert table.verdicts(NodeUnschedulable, pod(tolerations=tolerations)) == {'n': why}


UNTOLERATED = 'node(s) had untolerated taint(s)'


def taint(key: str, value: str = '', effect: str = 'NoSchedule') -> dict:
    return {'key': key, 'value': value, 'effect': effect}


@pytest.mark.parametrize(('tolerations', 'taints', 'why'), [
    ([], [taint('dedicated', 'user1')], UNTOLERATED),
    ([taint('dedicated', 'user1')], [taint('dedicated', 'user1')], ''),
    ([taint('dedicated', 'user2')], [taint('dedicated', 'user1')], UNTOLERATED),
    ([{'key': 'foo', 'operator': 'Exists', 'effect': 'NoSchedule'}], [taint('foo', 'bar')], ''),
    ([taint('dedicated', 'user2'), {'key': 'foo', 'operator': 'Exists', 'effect': 'NoSchedule'}],
     [taint('dedicated', 'user2'), taint('foo', 'bar')], ''),
    ([{'key': 'foo', 'operator': 'Equal', 'value': 'bar', 'effect': 'PreferNoSchedule'}], [taint('foo', 'bar')],
     UNTOLERATED),
    ([{'key': 'foo', 'operator': 'Equal', 'value': 'bar'}], [taint('foo', 'bar')], ''),
    ([{'key': 'dedicated', 'operator': 'Equal', 'value': 'user2', 'effect': 'NoSchedule'}],
     [taint('dedicated', 'user1', 'PreferNoSchedule')], ''),
    ([], [taint('dedicated', 'user1', 'PreferNoSchedule')], ''),
    ([], [taint('a', 'b', 'NoExecute')], UNTOLERATED),
    ([{'operator': 'Exists'}], [taint('a', 'b', 'NoExecute'), taint('c', 'd')], ''),
])
def test_taint_toleration(tolerations, taints, why):
    table = Table([node('n', taints=taints)])
    assert table.verdicts(TaintToleration, pod(tolerations=tolerations)) == {'n': why}


# -- NodeResourcesFit -----------------------------------------------------------------------------------------------


def need(cpu: int = 0, memory: int = 0, **more: Any) -> dict:
    extended = {key.replace('__', '.').replace('_', '/'): str(value) for key, value in more.items()}
    return {**({'cpu': f'{cpu}m'} if cpu else {}), **({'memory': str(memory)} if memory else {}), **extended}


ROOM: dict[str, Any] = {'cpu': '10m', 'memory': '20', 'pods': '32', 'example__com_a': '5', 'example__com_b': '2'}


@pytest.mark.parametrize(('wanted', 'init', 'used', 'why'), [
    pytest.param(need(), [], need(10, 20), '', id='no resources requested always fits'),
    pytest.param(need(1, 1), [], need(10, 20), 'Insufficient cpu, Insufficient memory', id='too many resources fails'),
    pytest.param(need(1, 1), [need(3, 1)], need(8, 19), 'Insufficient cpu',
                 id='too many resources fails due to init container cpu'),
    pytest.param(need(1, 1), [need(3, 1), need(2, 1)], need(8, 19), 'Insufficient cpu',
                 id='too many resources fails due to highest init container cpu'),
    pytest.param(need(1, 1), [need(1, 3)], need(9, 19), 'Insufficient memory',
                 id='too many resources fails due to init container memory'),
    pytest.param(need(1, 1), [need(1, 1)], need(9, 19), '',
                 id='init container fits because it\'s the max, not sum, of containers and init containers'),
    pytest.param(need(1, 1), [need(1, 1), need(1, 1)], need(9, 19), '', id='multiple init containers fit'),
    pytest.param(need(1, 1), [], need(5, 5), '', id='both resources fit'),
    pytest.param(need(2, 1), [], need(9, 5), 'Insufficient cpu', id='one resource memory fits'),
    pytest.param(need(1, 2), [], need(5, 19), 'Insufficient memory', id='one resource cpu fits'),
    pytest.param(need(5, 1), [], need(5, 19), '', id='equal edge case'),
    pytest.param(need(4, 1), [need(5, 1)], need(5, 19), '', id='equal edge case for init container'),
    pytest.param(need(1, 1, example__com_a=1), [], need(), '', id='extended resource fits'),
    pytest.param(need(1, 1), [need(1, 1, example__com_a=1)], need(), '',
                 id='extended resource fits for init container'),
    pytest.param(need(1, 1, example__com_a=10), [], need(), 'Insufficient example.com/a',
                 id='extended resource capacity enforced'),
    pytest.param(need(1, 1, example__com_a=1), [], need(0, 0, example__com_a=5), 'Insufficient example.com/a',
                 id='extended resource allocatable enforced'),
    pytest.param(need(1, 1, example__com_c=1), [], need(), 'Insufficient example.com/c',
                 id='extended resource allocatable enforced for unknown resource'),
    pytest.param(need(1, 1, kubernetes__io_something=10), [], need(), 'Insufficient kubernetes.io/something',
                 id='kubernetes.io capacity enforced'),
])
def test_enough_requests(wanted, init, used, why):
    incoming = pod(requests=wanted, initContainers=[
        {'name': f'i{index}', 'image': 'i', 'resources': {'requests': asked}} for index, asked in enumerate(init)])
    table = Table([node('n', **ROOM)], [pod('old', on='n', requests=used)])
    assert table.verdicts(NodeResourcesFit, incoming) == {'n': why}


@pytest.mark.parametrize(('sidecar', 'init', 'wanted', 'why'), [
    pytest.param(need(2), need(), need(8), '', id='sidecars and containers add up'),
    pytest.param(need(3), need(), need(8), 'Insufficient cpu', id='sidecars and containers are too many'),
    pytest.param(need(3), need(8), need(1), 'Insufficient cpu', id='a sidecar runs beside later init containers'),
])
def test_restartable_init_containers(sidecar, init, wanted, why):
    incoming = pod(requests=wanted, initContainers=[
        {'name': 's', 'image': 'i', 'restartPolicy': 'Always', 'resources': {'requests': sidecar}},
        {'name': 'i', 'image': 'i', 'resources': {'requests': init}}])
    assert Table([node('n', **ROOM)]).verdicts(NodeResourcesFit, incoming) == {'n': why}


def test_overhead_and_requests_of_the_whole_pod():
    table = Table([node('n', **ROOM)])
    assert table.verdicts(NodeResourcesFit, pod(requests=need(8), overhead=need(3)))['n'] == 'Insufficient cpu'
    whole = pod(requests=need(1), resources={'requests': need(11)})
    assert table.verdicts(NodeResourcesFit, whole)['n'] == 'Insufficient cpu'


@pytest.mark.parametrize(('wanted', 'why'), [
    (need(), 'Too many pods'), (need(99, 99), 'Too many pods, Insufficient cpu, Insufficient memory')])
def test_not_enough_pod_slots(wanted, why):
    table = Table([node('n', cpu='10m', memory='20', pods='1')], [pod('old', on='n')])
    assert table.verdicts(NodeResourcesFit, pod(requests=wanted)) == {'n': why}


def test_ephemeral_storage():
    room = node('n', cpu='1', memory='20', **{'ephemeral-storage': '20'})
    table = Table([room], [pod('old', on='n', requests={'ephemeral-storage': '10'})])
    assert table.verdicts(NodeResourcesFit, pod(requests={'ephemeral-storage': '10'}))['n'] == ''
    assert table.verdicts(NodeResourcesFit, pod(requests={'ephemeral-storage': '11'}))['n'] == (
        'Insufficient ephemeral-storage')


# -- NodeAffinity ---------------------------------------------------------------------------------------------------

NO_MATCH = "node(s) didn't match Pod's node affinity/selector"


def required(*terms: dict) -> dict:
    return {'affinity': {'nodeAffinity': {'requiredDuringSchedulingIgnoredDuringExecution': {
        'nodeSelectorTerms': list(terms)}}}}


def labels(key: str, operator: str, *values: str) -> dict:
    return {'matchExpressions': [{'key': key, 'operator': operator, **({'values': list(values)} if values else {})}]}


def names(operator: str, *values: str) -> dict:
    return {'matchFields': [{'key': 'metadata.name', 'operator': operator, 'values': list(values)}]}


@pytest.mark.parametrize(('spec', 'on', 'why'), [
    pytest.param({}, {}, '', id='no selector'),
    pytest.param({'nodeSelector': {'foo': 'bar'}}, {}, NO_MATCH, id='missing labels'),
    pytest.param({'nodeSelector': {'foo': 'bar'}}, {'foo': 'bar'}, '', id='same labels'),
    pytest.param({'nodeSelector': {'foo': 'bar'}}, {'foo': 'bar', 'baz': 'blah'}, '', id='node labels are superset'),
    pytest.param({'nodeSelector': {'foo': 'bar', 'baz': 'blah'}}, {'foo': 'bar'}, NO_MATCH,
                 id='node labels are subset'),
    pytest.param(required(labels('foo', 'In', 'bar', 'value2')), {'foo': 'bar'}, '',
                 id='Pod with matchExpressions using In operator that matches the existing node'),
    pytest.param(required(labels('kernel-version', 'Gt', '0204')), {'kernel-version': '0206'}, '',
                 id='Pod with matchExpressions using Gt operator'),
    pytest.param(required(labels('mem-type', 'NotIn', 'DDR', 'DDR2')), {'mem-type': 'DDR3'}, '',
                 id='Pod with matchExpressions using NotIn operator'),
    pytest.param(required(labels('GPU', 'Exists')), {'GPU': 'NVIDIA-GRID-K1'}, '',
                 id='Pod with matchExpressions using Exists operator'),
    pytest.param(required(labels('foo', 'In', 'value1', 'value2')), {'foo': 'bar'}, NO_MATCH,
                 id='Pod with affinity that don\'t match node\'s labels'),
    pytest.param(required(), {'foo': 'bar'}, 'pod affinity terms conflict', id='Pod with empty NodeSelectorTerm list'),
    pytest.param(required({}), {'foo': 'bar'}, NO_MATCH, id='Pod with empty MatchExpressions matches nothing'),
    pytest.param(required({'matchExpressions': [*labels('GPU', 'Exists')['matchExpressions'],
                                                *labels('GPU', 'NotIn', 'AMD', 'INTER')['matchExpressions']]}),
                 {'GPU': 'NVIDIA-GRID-K1'}, '', id='Pod with multiple matchExpressions ANDed that matches'),
    pytest.param(required({'matchExpressions': [*labels('GPU', 'Exists')['matchExpressions'],
                                                *labels('GPU', 'In', 'AMD', 'INTER')['matchExpressions']]}),
                 {'GPU': 'NVIDIA-GRID-K1'}, NO_MATCH, id='multiple matchExpressions ANDed that doesn\'t match'),
    pytest.param(required(labels('foo', 'In', 'bar', 'value2'), labels('diffkey', 'In', 'wrong')), {'foo': 'bar'}, '',
                 id='Pod with multiple NodeSelectorTerms ORed'),
    pytest.param({'nodeSelector': {'foo': 'bar'}, **required(labels('foo', 'Exists'))}, {'foo': 'bar'}, '',
                 id='Pod with an Affinity and a PodSpec.NodeSelector, both satisfied'),
    pytest.param({'nodeSelector': {'foo': 'bar'}, **required(labels('foo', 'Exists'))}, {'foo': 'barrrrrr'}, NO_MATCH,
                 id='Pod with an Affinity matches but PodSpec.NodeSelector not'),
    pytest.param(required(labels('foo', 'NotIn', 'invalid value: ___@#$%^')), {'foo': 'bar'}, '',
                 id='Pod with an invalid value in Affinity term won\'t be harmful'),
    pytest.param(required(names('In', 'n')), {}, '', id='matchFields using In operator that matches'),
    pytest.param(required(names('In', 'other')), {}, 'not looked at', id='matchFields that does not match'),
    pytest.param(required(names('In', 'other'), labels('foo', 'In', 'bar')), {'foo': 'bar'}, '',
                 id='two terms: matchFields does not match, but matchExpressions matches'),
    pytest.param(required({**names('In', 'other'), **labels('foo', 'In', 'bar')}), {'foo': 'bar'}, 'not looked at',
                 id='one term: matchFields does not match, but matchExpressions matches'),
    pytest.param(required({**names('In', 'n'), **labels('foo', 'In', 'bar')}), {'foo': 'bar'}, '',
                 id='one term: both matchFields and matchExpressions match'),
    pytest.param(required(names('In', 'other'), labels('foo', 'In', 'not-match')), {'foo': 'bar'}, NO_MATCH,
                 id='two terms: both do not match'),
    pytest.param(required({'matchFields': [*names('In', 'n')['matchFields'], *names('In', 'other')['matchFields']]}),
                 {}, 'pod affinity terms conflict', id='one term with conflicting matchFields'),
    pytest.param(required(names('In', 'n'), names('In', 'other')), {}, '', id='two terms of different nodes'),
])
def test_node_affinity(spec, on, why):
    found = Table([node('n', on)]).verdicts(NodeAffinity, pod(**spec))
    assert found in ({'n': why}, {'pod': why})
