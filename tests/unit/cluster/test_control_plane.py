"""What an API server keeps up by itself: its own Service and endpoints, the system's namespaces, its Lease; and what it
says of the other components."""

from __future__ import annotations

import pytest

from tutor.cluster.config import ClusterConfig
from tutor.session.workbench import Workbench


@pytest.fixture
def bench() -> Workbench:
    return Workbench(ClusterConfig(nodes=(), addons=()))


def test_the_api_server_is_an_endpoint_of_its_service(bench: Workbench) -> None:
    assert 'kubernetes   172.30.1.2:6443' in bench.run('kubectl get endpoints kubernetes').stdout
    assert '172.30.1.2:6443' in bench.run('kubectl describe service kubernetes').stdout
    listed = bench.run('kubectl get endpointslices -l kubernetes.io/service-name=kubernetes --no-headers').stdout
    assert listed.split()[:4] == ['kubernetes', 'IPv4', '6443', '172.30.1.2']


def test_what_is_taken_from_it_comes_back(bench: Workbench) -> None:
    bench.run('kubectl delete service,endpoints,endpointslices kubernetes')
    bench.run('kubectl delete namespace kube-node-lease')
    bench.simulation.advance(11)
    assert '10.96.0.1' in bench.run('kubectl get service kubernetes').stdout
    assert '172.30.1.2:6443' in bench.run('kubectl get endpoints kubernetes').stdout
    bench.simulation.advance(60)
    assert 'Active' in bench.run('kubectl get namespace kube-node-lease').stdout


def test_endpoints_that_were_changed_are_set_right(bench: Workbench) -> None:
    bench.run("""kubectl patch endpoints kubernetes --type=merge -p '{"subsets": null}'""")
    assert '<none>' in bench.run('kubectl get endpoints kubernetes').stdout
    bench.simulation.advance(11)
    assert '172.30.1.2:6443' in bench.run('kubectl get endpoints kubernetes').stdout


def test_its_lease_is_renewed(bench: Workbench) -> None:
    lease = "kubectl get lease -n kube-system -l apiserver.kubernetes.io/identity=kube-apiserver -o jsonpath="
    first = bench.run(lease + "'{.items[*].spec.renewTime}'").stdout
    bench.simulation.advance(10)
    second = bench.run(lease + "'{.items[*].spec.renewTime}'").stdout
    assert len(first.split()) == len(second.split()) == 1
    assert second > first


def test_component_statuses_say_who_does_not_listen() -> None:
    bench = Workbench()
    assert [line.split()[1] for line in bench.run('kubectl get cs --no-headers').stdout.splitlines()] == ['Healthy'] * 3
    bench.run('sudo mv /etc/kubernetes/manifests/kube-scheduler.yaml /tmp')
    bench.simulation.advance(60)
    shown = bench.run('kubectl get componentstatus scheduler --no-headers').stdout
    assert shown.split()[1] == 'Unhealthy' and 'dial tcp 127.0.0.1:10259: connect: connection refused' in shown
    assert bench.run('kubectl get cs nope').stderr.endswith('componentstatuses "nope" not found\n')
