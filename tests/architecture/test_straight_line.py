"""The way of `kubectl create deployment web --image=nginx --replicas=3` through the house, room by room."""

from __future__ import annotations

from tutor.session.session import Session

ROOMS = ['kubectl', 'apiserver', 'etcd', 'deployment-controller', 'replicaset-controller', 'scheduler', 'kubelet',
         'containerd', 'kubelet']


def rooms_in_order(session: Session) -> list[str]:
    """The components of the last command's flow, each when it first acts, and the kubelet once more at the end."""
    steps = [step.component.partition(' ')[0] for step in session.flow()[-1].steps]
    first = list(dict.fromkeys(steps))
    return [*first, steps[-1]]


def test_a_command_passes_every_room_in_order() -> None:
    session = Session()
    session.submit('kubectl create deployment web --image=nginx --replicas=3')
    for _ in range(30):
        session.pump(1.0)
    assert rooms_in_order(session) == ROOMS


def test_each_hop_is_told_in_both_languages() -> None:
    session = Session()
    session.submit('kubectl run one --image=nginx')
    for _ in range(10):
        session.pump(1.0)
    for step in session.flow()[-1].steps:
        assert step.text.zh and step.text.en and step.title.zh and step.title.en
        assert step.at >= 0


def test_the_objects_written_are_those_of_the_store() -> None:
    session = Session()
    session.submit('kubectl create deployment web --image=nginx --replicas=1')
    for _ in range(10):
        session.pump(1.0)
    kinds = [step.object['kind'] for step in session.flow()[-1].steps if step.object]
    assert kinds[:3] == ['Deployment', 'ReplicaSet', 'Pod']
