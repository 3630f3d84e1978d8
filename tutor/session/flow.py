"""The way of a command through the cluster, told from the trace: who did what, because of what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery.objects import Object, is_true
from tutor.cluster.simulation import Hop, Trace
from tutor.course.words import Text
from tutor.session.flow_words import Act, of_runtime, of_write

MAX_STEPS = 200
RUNTIME_REASONS = ('Pulling', 'Pulled', 'Created', 'Started', 'Killing', 'BackOff', 'Failed')
"""Events of a kubelet that tell what its container runtime did."""
ACCOUNT = 'system:serviceaccount:kube-system:'
NODE = 'system:node:'


@dataclass(frozen=True, slots=True)
class FlowStep:
    """One hop. `note` is a short fact (a revision, a node); `object` what it wrote, `before` what was there."""

    at: float
    component: str
    title: Text
    text: Text
    note: str = ''
    subject: str = ''
    object: Any = None
    before: Any = None


@dataclass(frozen=True, slots=True)
class Flow:
    command: str
    at: float
    steps: list[FlowStep] = field(default_factory=list)


def flows(trace: Trace, commands: list[tuple[str, float, int]]) -> list[Flow]:
    """The flows of commands, given as (text, time, first hop), oldest first."""
    found = []
    for place, (text, at, first) in enumerate(commands):
        last = commands[place + 1][2] if place + 1 < len(commands) else None
        steps = _Teller(at).tell(_caused(trace.since(first), last))
        found.append(Flow(text, at, steps[:MAX_STEPS]))
    return found


def _caused(hops: Iterable[Hop], last: int | None) -> Iterator[Hop]:
    """The hops that a command's requests brought about, in order; `last` is where the next command begins."""
    caused: set[int] = set()
    for hop in hops:
        root = hop.component == 'kubectl' and (last is None or hop.number < last)
        if root or hop.cause in caused:
            caused.add(hop.number)
            yield hop


class _Teller:
    """Tells hops as steps: a learner's own request in three (kubectl, API server, etcd), a component's write in one."""

    def __init__(self, started: float) -> None:
        self._started = started
        self._versions: dict[str, Object] = {}
        self._request: Hop | None = None

    def tell(self, hops: Iterable[Hop]) -> list[FlowStep]:
        return [step for hop in hops for step in self._steps(hop)]

    def _steps(self, hop: Hop) -> Iterator[FlowStep]:
        if hop.component == 'kubectl':
            method, _, path = hop.action.partition(' ')
            note = f'{method} …/{path.rpartition("/")[2]}'
            yield self._step(hop, 'kubectl', of_write(Act('kubectl', 'request', method)), note)
        elif hop.component == 'apiserver':
            self._request = hop
        elif hop.component == 'etcd':
            yield from self._write(hop)
        elif hop.component.startswith('kubelet@') and hop.action == 'begins':
            node = hop.component.partition('@')[2]
            yield self._step(hop, f'kubelet {node}', of_write(Act(f'kubelet {node}', 'begins', 'Pod')),
                             hop.subject.rpartition('/')[2])

    def _write(self, hop: Hop) -> Iterator[FlowStep]:
        obj, before = hop.detail, self._versions.get(hop.subject)
        self._versions[hop.subject] = obj
        request = self._request
        if request is None or not isinstance(obj, dict):
            return
        who, kind = _writer(str(request.detail)), hop.subject.partition('/')[0]
        if kind == 'Event':
            yield from self._event(hop, who, obj)
            return
        if who == 'kubectl':
            note = f'rev {obj["metadata"].get("resourceVersion", "")}'
            yield self._step(hop, 'apiserver', of_write(Act('apiserver', request.action, kind)))
            yield self._step(hop, 'etcd', of_write(Act('etcd', request.action, kind)), note, obj, before)
            return
        act = Act(who, request.action, kind)
        if request.action == 'update/status' and not self._tells(who, obj, before):
            return
        note = f'→ {obj["spec"]["nodeName"]}' if request.action == 'bind' else obj['metadata']['name']
        yield self._step(hop, who, of_write(act, ready=is_true(obj, 'Ready')), note, obj, before)

    @staticmethod
    def _tells(who: str, obj: Object, before: Object | None) -> bool:
        """Whether a new status is worth a step: a pod whose phase or readiness changed."""
        if not who.startswith('kubelet'):
            return False
        old = before or {}
        return obj.get('status', {}).get('phase') != old.get('status', {}).get('phase') or \
            is_true(obj, 'Ready') != is_true(old, 'Ready')

    def _event(self, hop: Hop, who: str, event: Object) -> Iterator[FlowStep]:
        if who.startswith('kubelet') and event.get('reason') in RUNTIME_REASONS:
            yield self._step(hop, 'containerd', of_runtime(event['reason']), event.get('message', '')[:60])

    def _step(self, hop: Hop, component: str, words: tuple[Text, Text], note: str = '', obj: Any = None,
              before: Any = None) -> FlowStep:
        return FlowStep(hop.at - self._started, component, words[0], words[1], note,
                        hop.subject if obj is not None else '', obj, before)


def _writer(user: str) -> str:
    """The component that a user is."""
    if user.startswith(ACCOUNT):
        return user.removeprefix(ACCOUNT)
    if user.startswith(NODE):
        return f'kubelet {user.removeprefix(NODE)}'
    return {'system:kube-scheduler': 'scheduler', 'system:kube-controller-manager': 'kube-controller-manager'}.get(
        user, 'kubectl')
