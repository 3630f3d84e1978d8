"""A session's clock, the files that are brought in, and living through its log again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.session.clock import Clock
from tutor.session.files import CannotCopy, clashes, read
from tutor.session.session import Session


def run(session: Session, command: str, seconds: float = 5.0) -> str:
    shown: list[str] = []
    session.terminal.on_output = shown.append
    session.submit(command)
    session.pump(seconds)
    session.terminal.on_output = None
    return ''.join(shown)


def test_a_file_that_was_brought_in_survives_undo_and_resuming() -> None:
    session = Session()
    run(session, 'echo one')
    session.import_files([('web/a.yaml', '甲: 1\n')])
    assert run(session, 'cat web/a.yaml') == '甲: 1\r\n'
    session.undo()
    session.undo()
    again = Session(log=session.log)
    assert run(session, 'cat web/a.yaml') == '甲: 1\r\n'
    assert run(again, 'cat web/a.yaml') == '甲: 1\r\n'


def test_files_of_the_machine_are_read_and_clashes_seen(tmp_path: Path) -> None:
    (tmp_path / 'web').mkdir()
    (tmp_path / 'web' / 'a.yaml').write_text('a: 1\n')
    (tmp_path / 'b.yaml').write_text('b: 1\n')
    files = read([tmp_path / 'web', tmp_path / 'b.yaml'])
    assert files == [('web/a.yaml', 'a: 1\n'), ('b.yaml', 'b: 1\n')]
    session = Session()
    assert clashes(session.bench, files) == []
    session.import_files(files)
    assert clashes(session.bench, files) == []
    assert clashes(session.bench, [('b.yaml', 'other')]) == ['b.yaml']
    with pytest.raises(CannotCopy):
        read([tmp_path / 'absent'])


def test_clock_in_the_shell() -> None:
    session = Session()
    run(session, 'clock x60')
    assert (session.speed, session.paused) == (60.0, False)
    run(session, 'clock pause')
    assert session.paused
    before = session.now
    session.pump(3)
    assert session.now == before
    assert run(session, 'cat /etc/hostname') == 'controlplane\r\n'
    run(session, 'clock x1')
    assert run(session, 'clock') .startswith('x1 00:')
    assert 'usage: clock' in run(session, 'clock backwards')
    assert session.status == 2


def test_a_jump_ends_at_the_next_change() -> None:
    session = Session()
    run(session, 'sleep 100; kubectl create deployment web --image=nginx', 0)
    before = session.now
    assert session.jump()
    assert before + 100 <= session.now < before + 102
    session.pump(60)
    before = session.now + 1
    session.paused = True
    run(session, 'clock next')
    assert session.now > before


def test_a_patient_session_replays_in_stretches_and_leaves_the_clock_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr('tutor.session.session.STEPS_PER_STRETCH', 5)
    session = Session()
    for _ in range(3):
        run(session, 'kubectl create deployment web --image=nginx --replicas=3', 30)
        run(session, 'kubectl delete deployment web; clock pause', 0)
        session.paused = False
        session.pump(60)
    run(session, 'kubectl get nodes')
    again = Session(log=session.log, patient=True)
    assert again.resuming
    stretches = 0
    while again.resuming:
        again.pump(0)
        stretches += 1
    assert stretches > 1
    assert again.time == Clock()
    assert again.log == session.log
    assert again.bench.cluster.admin.items('pods') == Session(log=session.log).bench.cluster.admin.items('pods')


def test_an_interrupted_command_is_no_mistake_and_the_panel_shows_what_is_the_learners() -> None:
    session = Session()
    run(session, 'kubectl get pods -w')
    session.terminal.interrupt()
    session.pump(1)
    assert not session.running and session.why() is None
    run(session, 'kubectl get podz')
    assert session.why() is not None
    first = session.cluster_view().nodes[0]
    assert first.components == ('kube-apiserver', 'etcd', 'kube-scheduler', 'kube-controller-manager')
    assert not [pod for node in session.cluster_view().nodes for pod in node.pods]


def test_the_clock_jumps_over_a_duration_and_goes_back() -> None:
    session = Session()
    run(session, 'kubectl create namespace one')
    run(session, 'kubectl create namespace two')
    before = session.now
    session.submit('clock 1h')
    for _ in range(20):
        session.pump(0.01)
    assert 3600 <= session.now - before < 3601
    run(session, 'clock back 2')
    assert [entry.command for entry in session.log if entry.kind == 'command'] == ['kubectl create namespace one']
    assert 'one' in run(session, 'kubectl get namespaces') and 'two' not in run(session, 'kubectl get namespaces')
    assert 'only 3 commands were typed' in run(session, 'clock back 9')


def test_faults_are_undone_with_the_command_that_caused_them() -> None:
    session = Session()
    run(session, 'chaos stop node01', 90.0)
    assert 'NotReady' in run(session, 'kubectl get nodes')
    session.undo()
    session.undo()
    session.pump(90.0)
    assert 'NotReady' not in run(session, 'kubectl get nodes')


def test_history_is_expanded_before_a_command_runs_and_kept_expanded() -> None:
    session = Session()
    shown: list[str] = []
    session.terminal.on_output = shown.append
    for text in ('echo one', '!!', '^one^two', '!nosuch', "cat <<'END'\n#!/bin/sh\nEND", 'fc -s echo'):
        session.submit(text)
        session.pump(1)
    assert [command.text for command in session.commands] == [
        'echo one', 'echo one', 'echo two', "cat <<'END'\n#!/bin/sh\nEND", 'fc -s echo']
    assert 'bash: !nosuch: event not found' in ''.join(shown)
    assert [entry.command for entry in session.log if entry.kind == 'command'][2] == 'echo two'
