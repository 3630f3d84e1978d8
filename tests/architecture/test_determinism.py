"""Law 2: the same cluster, seed and commands give the same bytes; a session is its log."""

from __future__ import annotations

from tutor.session.session import Session
from tutor.session.workbench import Workbench

SCRIPT = ['kubectl create deployment web --image=nginx --replicas=3', 'sleep 20', 'kubectl get pods -o yaml',
          'kubectl delete pod --all --wait=false', 'sleep 40', 'kubectl get events -A -o yaml',
          'kubectl get nodes -o yaml']


def answers(seed: int) -> list[str]:
    bench = Workbench(seed=seed)
    return [bench.run(command).stdout for command in SCRIPT]


def test_the_same_seed_gives_the_same_bytes() -> None:
    assert answers(7) == answers(7)


def test_another_seed_gives_other_names() -> None:
    assert answers(7)[2] != answers(8)[2]


def test_undo_brings_back_the_moment_before_exactly() -> None:
    session = Session()
    session.submit('kubectl create deployment web --image=nginx --replicas=2')
    session.pump(15)
    session.submit('kubectl get pods')
    session.pump(2)
    before = session.bench.cluster.store.snapshot()
    moment = session.now
    session.submit('kubectl delete deployment web')
    session.pump(10)
    assert session.undo()
    assert session.now == moment
    assert session.bench.cluster.store.snapshot() == before


def test_a_log_brings_a_session_back() -> None:
    first = Session()
    first.submit('kubectl create deployment web --image=nginx')
    first.pump(8)
    first.submit('echo hello > note.txt')
    first.pump(1)
    second = Session(log=first.log)
    second.pump(first.now - second.now)
    assert second.bench.cluster.store.snapshot() == first.bench.cluster.store.snapshot()
    assert second.view.file('note.txt') == 'hello\n'


def test_an_idle_hour_is_cheap_and_changes_nothing_but_heartbeats() -> None:
    bench = Workbench()
    before = bench.run('kubectl get all -A -o name').stdout
    bench.simulation.advance(3600)
    assert bench.run('kubectl get all -A -o name').stdout == before
    assert bench.simulation.failures == []
