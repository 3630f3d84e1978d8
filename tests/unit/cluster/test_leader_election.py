"""The Leases of the scheduler and the controller manager, as those see them who look."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import pairwise

import pytest

from tutor.cluster.config import ClusterConfig
from tutor.session.workbench import Workbench

SCHEDULER = 'kubectl get lease kube-scheduler -n kube-system'


class Bench(Workbench):
    def lease(self, name: str = 'kube-scheduler') -> dict:
        return json.loads(self.run(f'kubectl get lease {name} -n kube-system -o json').stdout)

    def age(self) -> float:
        """Seconds since the scheduler's Lease was renewed."""
        renewed = datetime.fromisoformat(self.lease()['spec']['renewTime'])
        return (self.simulation.wall() - renewed).total_seconds()


@pytest.fixture
def bench() -> Bench:
    return Bench(ClusterConfig(addons=('control-plane',)))


@pytest.mark.parametrize('name', ['kube-scheduler', 'kube-controller-manager'])
def test_a_leader_holds_its_lease_and_says_so(bench: Bench, name: str) -> None:
    spec = bench.lease(name)['spec']
    assert spec['holderIdentity'].startswith('controlplane_') and spec['leaseDurationSeconds'] == 15
    assert f'{spec["holderIdentity"]} became leader' in bench.run('kubectl get events -n kube-system').stdout


@pytest.mark.parametrize('seconds', [1, 61, 3601.5])
def test_whoever_reads_finds_the_last_renewal(bench: Bench, seconds: float) -> None:
    begun, age = bench.lease()['metadata']['resourceVersion'], bench.age()
    bench.simulation.advance(seconds)
    assert 0 <= bench.age() < 2
    assert (bench.lease()['metadata']['resourceVersion'] != begun) is (age + seconds >= 2)


def test_whoever_watches_sees_each_renewal(bench: Bench) -> None:
    bench.simulation.advance(100)
    seen = bench.run(f"timeout 9 {SCHEDULER} -w -o jsonpath='{{.spec.renewTime}}{{\"\\n\"}}'").stdout.split()
    moments = [datetime.fromisoformat(text) for text in seen]
    assert len(moments) >= 4
    assert {(after - before).total_seconds() for before, after in pairwise(moments)} == {2}


def test_an_idle_cluster_writes_no_renewals(bench: Bench) -> None:
    bench.simulation.advance(5)
    before = bench.cluster.store.revision
    bench.simulation.advance(600)
    written = bench.cluster.store.revision - before
    assert written < 600 / 2, 'only what renews Leases that somebody acts on: nodes and the API server'


def test_the_lease_of_a_killed_leader_expires_and_the_next_one_takes_it(bench: Bench) -> None:
    first = bench.lease()['spec']
    bench.run('chaos kill kube-scheduler')
    bench.simulation.advance(60)
    assert bench.age() > 58 and bench.lease()['spec']['holderIdentity'] == first['holderIdentity']
    bench.run('chaos undo')
    bench.simulation.advance(30)
    second = bench.lease()['spec']
    assert second['holderIdentity'] != first['holderIdentity'] and second['leaseTransitions'] == 1
    assert bench.age() < 2


def test_a_process_that_starts_waits_for_the_lease_of_the_one_before_it(bench: Bench) -> None:
    bench.run('chaos kill kube-scheduler; chaos undo')
    bench.simulation.advance(5)
    bench.run('kubectl run early --image=nginx')
    bench.simulation.advance(5)
    assert 'Pending' in bench.run('kubectl get pod early').stdout
    bench.simulation.advance(30)
    assert 'Pending' not in bench.run('kubectl get pod early').stdout


def test_a_lease_that_is_deleted_is_made_again(bench: Bench) -> None:
    holder = bench.lease()['spec']['holderIdentity']
    bench.run('kubectl delete lease kube-scheduler -n kube-system')
    bench.simulation.advance(2)
    assert bench.lease()['spec']['holderIdentity'] == holder


@pytest.mark.parametrize(('name', 'words'), [('kube-scheduler', '"Leaderelection lost"'),
                                             ('kube-controller-manager', '"leaderelection lost"')])
def test_a_leader_that_cannot_renew_ends_and_starts_anew(bench: Bench, name: str, words: str) -> None:
    first = bench.lease(name)['spec']['holderIdentity']
    bench.run('chaos kill kube-apiserver')
    bench.simulation.advance(20)
    bench.run('chaos undo')
    bench.simulation.advance(60)
    assert bench.lease(name)['spec']['holderIdentity'] != first
    pod = f'-n kube-system {name}-controlplane'
    status = json.loads(bench.run(f'kubectl get pod {pod} -o json').stdout)['status']['containerStatuses'][0]
    assert status['restartCount'] == 1 and status['lastState']['terminated']['exitCode'] == 1 and status['ready']
    assert bench.run(f'kubectl logs {pod} --previous').stdout.endswith(f'{words}\n')


def test_a_leader_outlives_a_short_absence_of_the_api_server(bench: Bench) -> None:
    first = bench.lease()['spec']['holderIdentity']
    bench.run('chaos kill kube-apiserver; sleep 4; chaos undo')
    bench.simulation.advance(60)
    assert bench.lease()['spec']['holderIdentity'] == first
