"""The way of a command through the cluster, told from the trace: who did what, because of what."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tutor.cluster.simulation import Hop, Trace
from tutor.course.words import Text

MAX_STEPS = 200


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
        found.append(Flow(text, at, _steps(trace, first, last, at)))
    return found


def _steps(trace: Trace, first: int, last: int | None, started: float) -> list[FlowStep]:
    """The hops that a command brought about, and what followed from those, in order."""
    caused: set[int] = set()
    hops: list[Hop] = []
    for hop in trace.hops:
        if hop.number < first:
            continue
        root = hop.component == 'kubectl' and (last is None or hop.number < last)
        if root or hop.cause in caused:
            caused.add(hop.number)
            hops.append(hop)
    written = {hop.cause for hop in hops}
    versions: dict[str, Any] = {}
    steps = []
    for hop in hops:
        if hop.action == 'reconcile' and hop.number not in written:
            continue
        step = _step(hop, started, versions)
        if step is not None:
            steps.append(step)
    return steps[:MAX_STEPS]


def _step(hop: Hop, started: float, versions: dict[str, Any]) -> FlowStep | None:
    obj, before, note = None, None, ''
    if hop.component == 'etcd':
        obj, before = hop.detail, versions.get(hop.subject)
        versions[hop.subject] = obj
        revision = (obj or {}).get('metadata', {}).get('resourceVersion', '')
        note = f'rev {revision}' if revision else ''
    elif isinstance(hop.detail, str):
        note = hop.detail
    title, text = _words(hop)
    return FlowStep(hop.at - started, hop.component, title, text, note, hop.subject, obj, before)


def _words(hop: Hop) -> tuple[Text, Text]:
    """What a hop is called, and a sentence about it."""
    kind = hop.subject.partition('/')[0]
    component = hop.component.partition('@')[0]
    if component == 'kubectl':
        return Text.same('kubectl'), Text(
            zh=f'把命令变成 API 请求：{hop.action}', en=f'turns the command into an API request: {hop.action}')
    if component == 'apiserver':
        return Text.same('API server'), Text(
            zh=f'认证、鉴权、准入之后接受请求：{hop.action} {kind}',
            en=f'authenticates, authorizes, admits: {hop.action} {kind}')
    if component == 'etcd':
        return Text.same('etcd'), Text(zh=f'保存 {kind} 的新版本', en=f'stores the new version of the {kind}')
    if component in ('scheduler', 'kube-scheduler', 'default-scheduler'):
        return Text.same('scheduler'), Text(zh='为 Pod 选定节点', en='picks a node for the Pod')
    if component == 'kubelet':
        node = hop.component.partition('@')[2]
        return Text.same(f'kubelet {node}'.strip()), Text(
            zh=f'在节点上让 Pod 成为现实：{hop.action}', en=f'makes the Pod real on its node: {hop.action}')
    if component == 'containerd':
        return Text.same('containerd'), Text(zh=f'容器运行时：{hop.action}', en=f'the container runtime: {hop.action}')
    name = component.removesuffix('-controller')
    return Text(zh=f'{name} 控制器', en=f'{name} controller'), Text(
        zh=f'看到变化，让现状靠近期望：{hop.subject}', en=f'sees the change and brings the state closer to the spec: {hop.subject}')
