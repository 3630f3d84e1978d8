"""From which address a Service's traffic seems to come: the tutorial "Using Source IP"."""

from __future__ import annotations

import pytest

from tutor.session.workbench import Workbench

NODES = {'controlplane': '172.30.1.2', 'node01': '172.30.2.2', 'node02': '172.30.3.2'}


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    for block in (
        'kubectl run echo --image=registry.k8s.io/e2e-test-images/agnhost:2.59'
        """ --overrides='{"spec":{"nodeName":"node01"}}' -- netexec""",
        'kubectl expose pod echo --name=cluster --port=8080',
        """kubectl expose pod echo --name=node --port=8080 --type=NodePort --overrides='{"apiVersion":"v1","spec":"""
        """{"ports":[{"port":8080,"nodePort":30080}]}}'""",
        """kubectl expose pod echo --name=local --port=8080 --type=NodePort --overrides='{"apiVersion":"v1","spec":"""
        """{"externalTrafficPolicy":"Local","ports":[{"port":8080,"nodePort":30081}]}}'""",
        'kubectl run box --image=busybox -- sleep 1d',
    ):
        bench.run(block)
    bench.simulation.advance(60)
    return bench


def client(bench: Workbench, where: str, prefix: str = '') -> str:
    asks = 'wget -qO- -T1' if prefix else 'curl -s -m1'
    return bench.run(f'{prefix} {asks} {where}/clientip').stdout.rpartition(':')[0]


@pytest.mark.parametrize(
    ('node', 'port', 'seen'),
    [
        ('controlplane', 30080, NODES['controlplane']),
        ('node01', 30080, '10.244.1.1'),
        ('node02', 30080, NODES['node02']),
        ('controlplane', 30081, NODES['controlplane']),
        ('node01', 30081, NODES['controlplane']),
        ('node02', 30081, ''),
    ],
)
def test_a_node_port_masquerades_unless_its_traffic_stays_on_the_node(bench, node: str, port: int, seen: str) -> None:
    assert client(bench, f'{NODES[node]}:{port}') == seen


def test_a_cluster_ip_shows_the_pod_that_asks(bench: Workbench) -> None:
    address = bench.run("kubectl get pod box -o jsonpath='{.status.podIP}'").stdout
    assert client(bench, 'cluster:8080', 'kubectl exec box --') == address
