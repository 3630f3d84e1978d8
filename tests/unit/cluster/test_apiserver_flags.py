"""How long events are kept, and what else flags in kube-apiserver's manifest change."""

from __future__ import annotations

import pytest

from tests.unit.cluster.flags import Flagged


@pytest.fixture
def bench() -> Flagged:
    return Flagged('kube-apiserver')


def test_events_are_kept_for_an_hour_after_they_were_last_written(bench: Flagged) -> None:
    bench.out('kubectl run web --image=nginx')
    bench.simulation.advance(1800)
    bench.out('kubectl run bad --image=nginx:nosuch')
    bench.simulation.advance(1780)
    assert 'Scheduled' in bench.out('kubectl get events --field-selector involvedObject.name=web')
    bench.simulation.advance(90)
    assert bench.out('kubectl get events --field-selector involvedObject.name=web').startswith('No resources found')
    assert 'BackOff' in bench.out('kubectl get events --field-selector involvedObject.name=bad')
    assert bench.out('kubectl describe pod web').endswith('Events:                      <none>\n')


def test_a_watch_sees_events_go(bench: Flagged) -> None:
    bench.out('kubectl run web --image=nginx')
    bench.simulation.advance(20)
    bench.out('kubectl get events -w --output-watch-events > seen.txt &')
    bench.simulation.advance(3700)
    assert 'DELETED' in bench.out('cat seen.txt')


def test_the_flag_says_how_long(bench: Flagged) -> None:
    bench.flags('event-ttl=5m')
    bench.out('kubectl run web --image=nginx')
    bench.simulation.advance(330)
    assert bench.out('kubectl get events --field-selector involvedObject.name=web').startswith('No resources found')


def test_node_ports_lie_where_the_flag_says(bench: Flagged) -> None:
    bench.flags('service-node-port-range=31000-31010')
    bench.out('kubectl create service nodeport web --tcp=80')
    port = int(bench.out("kubectl get svc web -o jsonpath='{.spec.ports[0].nodePort}'"))
    assert 31000 <= port <= 31010
    assert 'The range of valid ports is 31000-31010' in bench.out(
        'kubectl create service nodeport other --tcp=80 --node-port=30080')


def test_how_long_pods_bear_a_lost_node(bench: Flagged) -> None:
    bench.flags('default-not-ready-toleration-seconds=30')
    bench.out('kubectl run web --image=nginx')
    assert bench.out("kubectl get pod web -o jsonpath='{.spec.tolerations[*].tolerationSeconds}'") == '30 300'


def test_a_range_that_is_none_is_refused(bench: Flagged) -> None:
    bench.flags('service-node-port-range=31000-x')
    assert 'unable to parse port range: 31000-x' in bench.out(
        'sudo crictl logs $(sudo crictl ps -aq --name kube-apiserver | head -1)')
