"""Hints by the CPUs of zones; the cases are those of upstream's topologycache_test.go."""

from __future__ import annotations

import pytest

from tutor.cluster.controllers import slices
from tutor.cluster.controllers.topology_hints import HintsError, add_hints, cpu_shares

SLICES = 'endpointslices.discovery.k8s.io'
PORTS = [{'name': '', 'protocol': 'TCP', 'port': 80}]


def endpoint(number: int, zone: str = '', ready: bool = True) -> dict:
    return {'addresses': [f'10.0.0.{number}'], 'conditions': {'ready': ready}, **({'zone': zone} if zone else {})}


def desired(*endpoints: dict) -> dict:
    return {slices.port_key(PORTS): (PORTS, {slices.endpoint_key(item): item for item in endpoints})}


def zones(found: dict) -> list[str]:
    """For which zone each endpoint is, '-' for none."""
    (_, group), = found.values()
    return [(item.get('hints') or {'forZones': [{'name': '-'}]})['forZones'][0]['name'] for item in group.values()]


TWO = {'zone-a': 0.5, 'zone-b': 0.5}
THREE = {'zone-a': 1 / 3, 'zone-b': 1 / 3, 'zone-c': 1 / 3}


@pytest.mark.parametrize(('endpoints', 'shares', 'message'), [
    ([endpoint(1, 'zone-a')], {},
     'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes'),
    ([endpoint(1, 'zone-a')], TWO, 'Insufficient number of endpoints (1 endpoints, 2 zones)'),
    ([endpoint(1, 'zone-a'), endpoint(2, 'zone-b')], {'zone-a': 0.9, 'zone-b': 0.1},
     'Unable to allocate minimum required endpoints to each zone without exceeding overload threshold (2 endpoints, 2 '
     'zones)'),
    ([endpoint(1, 'zone-a'), endpoint(2)], TWO, 'One or more endpoints do not have a zone specified'),
])
def test_no_hints(endpoints, shares, message):
    with pytest.raises(HintsError) as error:
        add_hints(desired(*endpoints), [], shares)
    assert str(error.value) == message


@pytest.mark.parametrize(('endpoints', 'shares', 'expected'), [
    pytest.param([endpoint(1, 'zone-a'), endpoint(2, 'zone-b')], TWO, ['zone-a', 'zone-b'],
                 id='slice to create, 2 zones'),
    pytest.param([endpoint(1, 'zone-a'), endpoint(2, 'zone-b'), endpoint(3, 'zone-b', ready=False)], TWO,
                 ['zone-a', 'zone-b', '-'], id='an endpoint that is not ready gets none'),
    pytest.param([*(endpoint(n, 'zone-a') for n in (1, 2, 3)), *(endpoint(n, 'zone-b') for n in (4, 5)),
                  endpoint(6, 'zone-c')],
                 THREE, ['zone-c', 'zone-a', 'zone-a', 'zone-b', 'zone-b', 'zone-c'], id='slightly imbalanced zones'),
    pytest.param([endpoint(n, 'zone-a') for n in range(1, 5)], TWO, ['zone-b', 'zone-b', 'zone-a', 'zone-a'],
                 id='very imbalanced: the crowded zone gives half away'),
])
def test_hints(endpoints, shares, expected):
    assert zones(add_hints(desired(*endpoints), [], shares)) == expected


def test_good_hints_stay_and_others_are_made_anew():
    wanted = desired(*(endpoint(n, 'zone-a') for n in range(1, 5)))
    (_, group), = add_hints(wanted, [], TWO).values()
    present = [{'endpoints': list(reversed(group.values()))}]
    assert zones(add_hints(wanted, present, TWO)) == ['zone-b', 'zone-b', 'zone-a', 'zone-a']
    crowded = [{'endpoints': [{**item, 'hints': {'forZones': [{'name': 'zone-a'}]}} for item in group.values()]}]
    assert zones(add_hints(wanted, crowded, TWO)) == ['zone-b', 'zone-b', 'zone-a', 'zone-a']


def node(zone: str, cpu: str, ready: bool = True, **labels: str) -> dict:
    marks = {'topology.kubernetes.io/zone': zone} if zone else {}
    return {'metadata': {'labels': {**marks, **labels}}, 'status': {
        'allocatable': {'cpu': cpu}, 'conditions': [{'type': 'Ready', 'status': str(ready)}]}}


@pytest.mark.parametrize(('nodes', 'shares'), [
    ([node('zone-a', '1000m')], {}),
    ([node('zone-a', '1'), node('zone-b', '3')], {'zone-a': 0.25, 'zone-b': 0.75}),
    ([node('zone-a', '1'), node('zone-b', '1'), node('', '1')], {}),
    ([node('zone-a', '1'), node('zone-b', '1', ready=False)], {}),
    ([node('zone-a', '1'), node('zone-b', '1'), node('', '1', **{'node-role.kubernetes.io/control-plane': ''})],
     {'zone-a': 0.5, 'zone-b': 0.5}),
])
def test_set_nodes(nodes, shares):
    assert cpu_shares(nodes) == shares


def test_a_service_asks_for_hints_and_is_told(world, make):
    web = make.service('web')
    web['metadata']['annotations'] = {'service.kubernetes.io/topology-mode': 'Auto'}
    world.create('services', web)
    world.create('deployments.apps', make.deployment('web', 2))
    assert world.messages('TopologyAwareHintsDisabled')[-1] == (
        'Insufficient Node information: allocatable CPU or zone not specified on one or more nodes, addressType: IPv4')
    for name in ('node01', 'node02'):
        world.patch('nodes', name, {'metadata': {'labels': {'topology.kubernetes.io/zone': f'z-{name}'}}}, namespace='')
    world.admin.delete_collection('pods', 'default', 'app=web')
    world.run()
    assert world.messages('TopologyAwareHintsEnabled') == [
        'Topology Aware Hints has been enabled, addressType: IPv4']
    endpoints = world.items(SLICES, 'kubernetes.io/service-name=web')[0]['endpoints']
    assert {item['hints']['forZones'][0]['name'] for item in endpoints} == {'z-node01', 'z-node02'}
    before = world.versions()
    world.run(5)
    assert world.versions() == before
    world.patch('services', 'web', {'metadata': {'annotations': {'service.kubernetes.io/topology-mode': None}}})
    assert world.messages('TopologyAwareHintsDisabled')[-1] == (
        'Topology Aware Hints has been disabled, addressType: IPv4')
    assert 'hints' not in world.items(SLICES, 'kubernetes.io/service-name=web')[0]['endpoints'][0]
