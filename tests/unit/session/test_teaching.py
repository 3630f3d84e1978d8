"""What a session says beside the programs: explanations, completions, the panels, files in and out."""

from __future__ import annotations

from pathlib import Path

import pytest

from tutor.session.files import CannotCopy, bring_in, take_out
from tutor.session.session import Session


@pytest.fixture(scope='module')
def session() -> Session:
    found = Session()
    run(found, 'kubectl create deployment web --image=nginx --replicas=2')
    found.pump(15)
    return found


def run(session: Session, text: str) -> None:
    session.submit(text)
    for _ in range(20):
        session.pump(0.5)
        if not session.running:
            return


@pytest.mark.parametrize(('command', 'likely'), [
    ('kubectl scale deployment wbe --replicas=3', 'kubectl scale deployment web --replicas=3'),
    ('kubctl get pods', 'kubectl get pods'),
    ('kubectl gte pods', 'kubectl get pods'),
    ('kubectl get pdos', 'kubectl get pods'),
    ('kubectl get pods --namespce=default', 'kubectl get pods --namespace=default'),
    ('kubectl get pods --as=jane', 'kubectl auth can-i --list --as=jane -n default'),
])
def test_an_error_is_explained_with_what_was_likely_meant(session: Session, command: str, likely: str) -> None:
    run(session, command)
    found = session.why()
    assert found is not None
    assert likely in [suggestion.command for suggestion in found.suggestions]
    assert found.text.zh and found.text.en and found.text.zh != found.text.en


def test_what_went_well_needs_no_explanation(session: Session) -> None:
    run(session, 'kubectl get pods')
    assert session.why() is None


@pytest.mark.parametrize(('text', 'expected'), [
    ('kubectl get po', 'pods'), ('kubectl describe deployment w', 'web'), ('kubectl -n kube-sys', 'kube-system'),
    ('kubectl get pods -o js', 'json'), ('kubectl create depl', 'deployment'), ('kubectl rollout und', 'undo'),
    ('kubectl get node/node', 'node/node01'), ('kubectl get pods --all-n', '--all-namespaces'), ('ech', 'echo')])
def test_a_word_is_completed(session: Session, text: str, expected: str) -> None:
    assert expected in [found.text for found in session.complete(text, len(text))]


def test_the_panel_shows_each_pod_where_it_runs(session: Session) -> None:
    view = session.cluster_view()
    assert [node.name for node in view.nodes] == ['controlplane', 'node01', 'node02']
    pods = [pod for node in view.nodes for pod in node.pods if pod.name.startswith('web-')]
    assert [pod.sign for pod in pods] == ['ready', 'ready']
    assert session.cluster_view().version == view.version
    run(session, 'kubectl scale deployment web --replicas=1')
    session.pump(3)
    assert session.cluster_view().version > view.version


def test_files_come_in_and_go_out(tmp_path: Path) -> None:
    session = Session()
    source = tmp_path / 'manifests'
    source.mkdir()
    (source / 'pod.yaml').write_text('kind: Pod\n')
    assert bring_in(session.bench, [source]) == ['manifests/pod.yaml']
    run(session, 'echo made here > note.txt')
    target = tmp_path / 'out'
    take_out(session.bench, target, lambda path: False)
    assert (target / 'note.txt').read_text() == 'made here\n'
    (target / 'note.txt').write_text('mine')
    kept = take_out(session.bench, target, lambda path: False).kept
    assert kept == [target / 'manifests' / 'pod.yaml', target / 'note.txt']
    assert (target / 'note.txt').read_text() == 'mine'
    with pytest.raises(CannotCopy):
        bring_in(session.bench, [tmp_path / 'nosuch'])


def test_endless_output_does_not_stop_the_session() -> None:
    session = Session()
    session.submit('yes')
    for _ in range(200):
        session.pump(0.05)
        if not session.running:
            break
    else:
        session.terminal.interrupt()
        session.pump(0.5)
    assert not session.running
    run(session, 'echo alive')
    assert session.transcript[-1].stdout == 'alive\n'
