"""MetalLB as an add-on: addresses for Services of type LoadBalancer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tutor.cluster.addons.metallb import POOLS
from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ADDONS, ClusterConfig
from tutor.session.workbench import Workbench


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench(ClusterConfig(addons=(*ADDONS, 'load-balancer')))
    bench.run('kubectl create deployment web --image=nginx')
    bench.run('kubectl expose deployment web --port=80 --type=LoadBalancer')
    bench.simulation.advance(15)
    return bench


def external(bench: Workbench, name: str) -> str:
    return bench.run(f'kubectl get service {name} --no-headers').stdout.split()[3]


def test_a_service_gets_an_address_that_answers(bench: Workbench) -> None:
    assert external(bench, 'web') == '172.30.255.200'
    assert 'Welcome to nginx!' in bench.run('curl -s http://172.30.255.200').stdout
    events = bench.run('kubectl describe service web').stdout
    assert 'Assigned IP ["172.30.255.200"]' in events
    assert 'with protocol "layer2"' in events


def test_an_address_outside_every_pool_is_not_given(bench: Workbench) -> None:
    bench.run('kubectl expose deployment web --name=far --port=80 --type=LoadBalancer --load-balancer-ip=1.2.3.4')
    assert external(bench, 'far') == '<pending>'
    assert '["1.2.3.4"] is not allowed in config' in bench.run('kubectl describe service far').stdout


def test_a_new_pool_serves_those_that_wait_and_a_freed_address_is_given_again(bench: Workbench) -> None:
    bench.run('''kubectl delete service web far
kubectl delete ipaddresspool default -n metallb-system
kubectl apply -f - <<X
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: small, namespace: metallb-system}
spec: {addresses: [172.30.254.8/32]}
X''')
    bench.run('kubectl expose deployment web --name=one --port=80 --type=LoadBalancer')
    bench.run('kubectl expose deployment web --name=two --port=80 --type=LoadBalancer')
    assert (external(bench, 'one'), external(bench, 'two')) == ('172.30.254.8', '<pending>')
    bench.run('kubectl delete service one')
    assert external(bench, 'two') == '172.30.254.8'


class Pool:
    """A cluster with a pool of two addresses, without those that confuse old firmware."""

    def __init__(self) -> None:
        self.cluster = Cluster(ClusterConfig(addons=('load-balancer',), pulled=True))
        self.cluster.boot()
        self.admin, self.simulation = self.cluster.admin, self.cluster.simulation
        self.admin.delete(POOLS, 'default', 'metallb-system')
        self.pool('two', '10.1.0.255-10.1.1.2')

    def pool(self, name: str, *addresses: str) -> None:
        self.admin.create(POOLS, {
            'apiVersion': 'metallb.io/v1beta1', 'kind': 'IPAddressPool', 'metadata': {
                'name': name, 'namespace': 'metallb-system'},
            'spec': {'addresses': list(addresses), 'avoidBuggyIPs': True}})
        self.simulation.advance(2)

    def service(self, name: str, port: int = 80, seconds: float = 2.0, notes: dict[str, str] | None = None,
                **spec: Any) -> None:
        self.admin.create('services', {
            'apiVersion': 'v1', 'kind': 'Service', 'metadata': {
                'name': name, 'namespace': 'default', 'annotations': notes or {}},
            'spec': {'type': 'LoadBalancer', 'ports': [{'port': port}], **spec}})
        self.simulation.advance(seconds)

    def patch(self, name: str, change: dict[str, Any]) -> None:
        self.admin.patch('services', name, change, 'default')
        self.simulation.advance(2)

    def addresses(self) -> dict[str, str]:
        return {service['metadata']['name']: ''.join(
            entry['ip'] for entry in service['status']['loadBalancer'].get('ingress') or ())
            for service in self.admin.items('services', 'default') if service['metadata']['name'] != 'kubernetes'}

    def said(self, name: str) -> list[str]:
        return [f'{event["reason"]}: {event["message"]}' for event in self.admin.items('events', 'default')
                if event['involvedObject']['name'] == name and event['source']['component'] == 'metallb-controller']


@pytest.fixture(scope='module')
def base() -> Pool:
    return Pool()


@pytest.fixture
def pool(base: Pool) -> Iterator[Pool]:
    yield base
    for name in base.addresses():
        base.admin.delete('services', name, 'default')
    base.simulation.advance(5)


def test_services_of_one_moment_get_different_addresses(pool: Pool) -> None:
    """TestControllerMutation: and none that ends with 0 or 255."""
    for name in ('a', 'b', 'c'):
        pool.service(name, seconds=0)
    pool.simulation.advance(2)
    assert pool.addresses() == {'a': '10.1.1.1', 'b': '10.1.1.2', 'c': ''}
    assert pool.said('c') == ['AllocationFailed: Failed to allocate IP for "default/c": no available IPs']


def test_another_address_or_pool_is_asked_for(pool: Pool) -> None:
    """"user requested a different IP/pool than the one currently assigned"."""
    pool.service('d')
    pool.patch('d', {'spec': {'loadBalancerIP': '10.1.1.2'}})
    assert pool.addresses() == {'d': '10.1.1.2'}
    assert pool.said('d') == ['IPAllocated: Assigned IP ["10.1.1.1"]', 'IPAllocated: Assigned IP ["10.1.1.2"]']
    pool.patch('d', {'metadata': {'annotations': {'metallb.io/address-pool': 'none'}}})
    assert pool.addresses() == {'d': ''}
    assert pool.said('d')[-1] == ('AllocationFailed: Failed to allocate IP for "default/d": requested loadBalancer '
                                  'IP(s) ["10.1.1.2"] is not compatible with requested address pool none')
    pool.patch('d', {'spec': {'loadBalancerIP': None}})
    assert pool.said('d')[-1] == 'AllocationFailed: Failed to allocate IP for "default/d": unknown pool "none"'


@pytest.mark.parametrize(('notes', 'spec', 'problem'), [
    ({'metallb.io/loadBalancerIPs': '10.1.1.1'}, {'loadBalancerIP': '10.1.1.2'},
     'service can not have both metallb.io/loadBalancerIPs and svc.Spec.LoadBalancerIP'),
    ({'metallb.io/loadBalancerIPs': 'x'}, {}, 'invalid metallb.io/loadBalancerIPs: "x"'),
    ({'metallb.io/loadBalancerIPs': 'fd00::1'}, {},
     'requested loadBalancer IP(s) ["fd00::1"] does not match the ipFamily of the service'),
    ({}, {'loadBalancerIP': '1.2.3.4'}, '["1.2.3.4"] is not allowed in config')])
def test_addresses_that_cannot_be_had(pool: Pool, notes: dict[str, str], spec: dict[str, str], problem: str) -> None:
    name = f'e{len(problem)}'
    pool.service(name, notes=notes, **spec)
    assert pool.addresses() == {name: ''}
    assert pool.said(name) == [f'AllocationFailed: Failed to allocate IP for "default/{name}": {problem}']


def test_an_address_is_shared_by_those_who_want_that(pool: Pool) -> None:
    """checkSharing."""
    wish = {'metallb.io/allow-shared-ip': 'k'}
    pool.service('f', notes=wish)
    pool.service('g', 443, notes=wish, loadBalancerIP='10.1.1.1')
    pool.service('h', notes=wish, loadBalancerIP='10.1.1.1')
    pool.service('i', 90, loadBalancerIP='10.1.1.1')
    assert pool.addresses() == {'f': '10.1.1.1', 'g': '10.1.1.1', 'h': '', 'i': ''}
    assert pool.said('h') == ['AllocationFailed: Failed to allocate IP for "default/h": port TCP/80 is already in use '
                              'on "10.1.1.1"']
    assert pool.said('i') == ['AllocationFailed: Failed to allocate IP for "default/i": can\'t change sharing key for '
                              '"default/i", address also in use by default/f,default/g']


def test_an_address_goes_with_its_pool_and_with_the_type(pool: Pool) -> None:
    pool.service('j')
    pool.service('k', loadBalancerClass='example.com/other')
    pool.pool('more', '10.2.0.1/32')
    pool.admin.delete(POOLS, 'two', 'metallb-system')
    pool.simulation.advance(2)
    assert pool.addresses() == {'j': '10.2.0.1', 'k': ''}
    assert pool.said('j')[1:] == [
        'ClearAssignment: current IP for "default/j" not allowed by config, will attempt for new IP assignment: '
        '["10.1.1.1"] is not allowed in config', 'IPAllocated: Assigned IP ["10.2.0.1"]']
    pool.patch('j', {'spec': {'type': 'ClusterIP'}})
    assert pool.addresses() == {'j': '', 'k': ''}
    assert 'metallb.io/ip-allocated-from-pool' not in (
        pool.admin.get('services', 'j', 'default')['metadata'].get('annotations') or {})
    pool.admin.delete(POOLS, 'more', 'metallb-system')
    pool.service('l')
    assert pool.addresses()['l'] == ''
    assert pool.said('l') == pool.said('k') == []  # without any pool nothing is said
    pool.pool('two', '10.1.1.1-10.1.1.2')
    assert pool.addresses()['l'] == '10.1.1.1'


def test_without_the_add_on_it_stays_pending() -> None:
    bench = Workbench()
    bench.run('kubectl create service loadbalancer web --tcp=80')
    bench.simulation.advance(30)
    assert external(bench, 'web') == '<pending>'
