"""The Leases of nodes, whose renewals are written when somebody looks."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import pairwise

import pytest

from tutor.cluster.config import ClusterConfig
from tutor.session.workbench import Workbench

LEASE = 'kubectl get lease controlplane -n kube-node-lease'


class Bench(Workbench):
    def lease(self) -> dict:
        return json.loads(self.run(f'{LEASE} -o json').stdout)

    def age(self) -> float:
        """Seconds since the node renewed its Lease."""
        return (self.simulation.wall() - datetime.fromisoformat(self.lease()['spec']['renewTime'])).total_seconds()

    def ready(self) -> str:
        return self.run("kubectl get nodes -o jsonpath='{.items[0].status.conditions[3].status}'").stdout


@pytest.fixture
def bench() -> Bench:
    return Bench(ClusterConfig(nodes=ClusterConfig().nodes[:1], addons=('control-plane',)))


@pytest.mark.parametrize('seconds', [11, 3601.5])
def test_whoever_reads_finds_the_last_renewal(bench: Bench, seconds: float) -> None:
    begun = bench.lease()['metadata']['resourceVersion']
    bench.simulation.advance(seconds)
    assert 0 <= bench.age() < 10 and int(bench.lease()['metadata']['resourceVersion']) > int(begun)


def test_renewals_move_the_revision_whoever_reads(bench: Bench) -> None:
    versions = []
    for _ in range(3):
        versions.append(int(bench.cluster.admin.list('nodes')['metadata']['resourceVersion']))
        bench.simulation.advance(100)
    assert all(9 <= after - before <= 12 for before, after in pairwise(versions))


def test_whoever_watches_sees_each_renewal(bench: Bench) -> None:
    bench.simulation.advance(1000)
    seen = bench.run(f"timeout 45 {LEASE} -w -o jsonpath='{{.spec.renewTime}}{{\"\\n\"}}'").stdout.split()
    moments = [datetime.fromisoformat(text) for text in seen]
    assert len(moments) >= 5
    assert {(after - before).total_seconds() for before, after in pairwise(moments)} == {10}


def test_an_idle_node_sends_no_renewals(bench: Bench) -> None:
    bench.simulation.advance(15)
    kept = len(bench.cluster.store.changes(0))
    bench.simulation.advance(250)
    assert len(bench.cluster.store.changes(0)) - kept < 5


@pytest.mark.parametrize('command', [
    f'{LEASE.replace("get", "patch")} --type=merge -p \'{{"metadata":{{"labels":{{"a":"b"}}}}}}\'',
    LEASE.replace('get', 'delete'), 'chaos kill etcd; sleep 3; chaos undo'])
def test_a_node_goes_on_after_what_hindered_it(bench: Bench, command: str) -> None:
    bench.simulation.advance(100)
    assert bench.run(command).code == 0
    bench.simulation.advance(120)
    assert bench.age() < 10 and bench.ready() == 'True'


@pytest.mark.parametrize('fault', ['stop-kubelet controlplane', 'expire-certificate kubelet controlplane'])
def test_a_silent_node_is_missed_after_its_last_renewal(bench: Bench, fault: str) -> None:
    bench.simulation.advance(1000)
    last = bench.age()
    bench.run(f'chaos {fault}')
    bench.simulation.advance(49.9 - last)
    assert bench.ready() == 'True'
    bench.simulation.advance(0.2)
    assert bench.ready() == 'Unknown' and 49 < bench.age() < 51


def test_a_renewal_that_admission_refuses_is_none(bench: Bench) -> None:
    bench.simulation.advance(100)
    rule = {'apiGroups': ['*'], 'apiVersions': ['*'], 'resources': ['*'], 'operations': ['UPDATE']}
    bench.cluster.admin.create('validatingwebhookconfigurations.admissionregistration.k8s.io', {
        'metadata': {'name': 'no'}, 'webhooks': [{
            'name': 'no.example.com', 'clientConfig': {'url': 'https://10.1.2.3'}, 'rules': [rule],
            'sideEffects': 'None', 'admissionReviewVersions': ['v1']}]})
    bench.simulation.advance(120)
    assert bench.age() > 100 and bench.ready() == 'True', 'nobody can write that it is unknown either'
