"""Any moment of a session can be gone back to exactly: run, rewind, run again gives the same bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from random import Random  # noqa: TID251 - chooses what the test does

import pytest

from tutor.session.session import Session

COMMANDS = (
    'kubectl create deployment web --image=nginx --replicas=3', 'kubectl scale deployment web --replicas=5',
    'kubectl set image deployment/web nginx=nginx:1.27', 'kubectl rollout status deployment/web --timeout=20s',
    'kubectl rollout undo deployment/web', 'kubectl delete deployment web', 'kubectl get pods -A -o wide',
    'kubectl run once --image=busybox --restart=Never -- sh -c "date; sleep 3; exit 1"', 'kubectl logs once',
    'kubectl delete pod once --now', 'kubectl run bad --image=ngnix', 'kubectl delete pod bad --now',
    'kubectl create job pi --image=perl -- perl -Mbignum=bpi -wle "print bpi(20)"', 'kubectl delete job pi',
    'kubectl create cronjob tick --image=busybox --schedule="* * * * *" -- date', 'kubectl delete cronjob tick',
    'kubectl expose deployment web --port=80', 'curl -s -m 3 $(kubectl get svc web -o jsonpath={.spec.clusterIP})',
    'kubectl delete service web', 'kubectl get events -A --sort-by=.metadata.name | tail -5',
    'kubectl describe node node01 | tail -30', 'kubectl get pods -w', 'kubectl exec deploy/web -- hostname',
    'kubectl drain node02 --ignore-daemonsets --delete-emptydir-data --force', 'kubectl uncordon node02',
    'kubectl top nodes', 'for i in 1 2 3; do date; sleep 1; done', 'while true; do date >> log; sleep 1; done &',
    'kill %1', 'wc -l log', 'sleep 30', 'clock 10m', 'clock next', 'clock x60', 'clock x1',
    'kubectl delete pods --all -n kube-system --wait=false', 'kubectl delete node node01',
    'ssh node01 systemctl restart kubelet', 'chaos stop node01', 'chaos start node01', 'chaos partition node02 -',
    'chaos heal', 'chaos stop-kubelet node01', 'chaos kill kube-scheduler', 'chaos kill kube-apiserver',
    'chaos kill etcd', 'chaos memory node02', 'chaos fill-disk node01', 'chaos break-dns', 'chaos fail-registry',
    'chaos slow-registry 5s', 'chaos delay 50ms', 'chaos expire-certificate kubelet node02', 'chaos undo',
    'chaos clear')
LONGEST = 12


def step(session: Session, command: str, seconds: float, interrupt: bool) -> str:
    """Type a command, let time pass, perhaps press Ctrl-C; what was shown meanwhile."""
    shown: list[str] = []
    session.terminal.on_output = shown.append
    session.submit(command)
    for _ in range(8):
        session.pump(seconds / 8)
    if session.running and interrupt:
        session.terminal.interrupt()
    for _ in range(200):
        if not session.running:
            break
        session.pump(1.0)
    else:
        session.terminal.interrupt()
    session.pump(0.5)
    session.terminal.on_output = None
    assert not session.simulation.failures, session.simulation.failures
    return ''.join(shown)


def plan(seed: int) -> list[tuple[str, float, bool]]:
    choose = Random(seed)
    return [(choose.choice(COMMANDS), choose.choice((0.5, 2.0, 20.0, 90.0)), choose.random() < 0.5)
            for _ in range(LONGEST)]


@pytest.mark.parametrize('seed', range(6))
def test_run_rewind_run_again_gives_the_same_bytes(seed: int) -> None:
    steps, choose = plan(seed), Random(seed + 1000)
    session = Session(seed=seed)
    moments, speeds, shown = [], [], []
    for each in steps:
        moments.append(session.now)
        speeds.append(session.speed)
        shown.append(step(session, *each))
    back_to = choose.randrange(len(steps))
    assert session.undo(len(steps) - back_to)
    assert session.now == moments[back_to]
    session.speed = speeds[back_to]  # how time flows is the screen's, and stays as it is
    assert [step(session, *each) for each in steps[back_to:]] == shown[back_to:]


SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
from test_rewind import Session, plan, step
session = Session(seed=3)
for each in plan(3):
    print(step(session, *each))
"""


def test_no_byte_hangs_on_the_order_of_hashes() -> None:
    """A session that is resumed is lived through by another process."""
    script = SCRIPT.format(folder=str(Path(__file__).parent))
    seed = '2' if os.environ.get('PYTHONHASHSEED') == '1' else '1'
    shown = subprocess.run([sys.executable, '-X', 'utf8', '-c', script], capture_output=True, check=True,
                           env={**os.environ, 'PYTHONHASHSEED': seed}).stdout
    session = Session(seed=3)
    assert shown.decode() == ''.join(f'{step(session, *each)}\n' for each in plan(3))
