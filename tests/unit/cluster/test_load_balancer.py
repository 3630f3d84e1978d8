"""MetalLB as an add-on: addresses for Services of type LoadBalancer."""

from __future__ import annotations

import pytest

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


def test_without_the_add_on_it_stays_pending() -> None:
    bench = Workbench()
    bench.run('kubectl create service loadbalancer web --tcp=80')
    bench.simulation.advance(30)
    assert external(bench, 'web') == '<pending>'
