"""Why the scheduler finds no node: each part of its own sentence, explained."""

from __future__ import annotations

import re
from typing import NamedTuple

from tutor.course.words import Text
from tutor.session.why.explanation import LOOK, Answer, Suggestion
from tutor.session.why.state.cluster import Object, Scene, condition


class Part(NamedTuple):
    """A part of `0/3 nodes are available: …`: what it means, and where to look."""

    pattern: str
    zh: str
    en: str
    look: str


PARTS = (
    Part(r'Insufficient cpu', '剩下的 CPU 不够它的 `requests`', 'less CPU is left than it requests',
         "kubectl describe nodes | grep -A8 'Allocated resources'"),
    Part(r'Insufficient memory', '剩下的内存不够它的 `requests`', 'less memory is left than it requests',
         "kubectl describe nodes | grep -A8 'Allocated resources'"),
    Part(r'Insufficient (\S+)', '没有足够的 `{0}`', 'there is not enough `{0}`', 'kubectl describe nodes'),
    Part(r'Too many pods', '节点上的 Pod 数已经满了', 'the node holds as many Pods as it may', 'kubectl get pods -A -o wide'),
    Part(r'untolerated taint(?:\(s\))?(?: \{([^}]*)\})?', '节点有污点，而 Pod 没有容忍它', 'the node has a taint that the Pod does not '
         'tolerate', 'kubectl describe nodes | grep -i taints'),
    Part(r'(?:were|was) unschedulable', '节点被 `cordon` 了', 'the node is cordoned', 'kubectl get nodes'),
    Part(r"didn't match Pod's node affinity/selector", '节点没有 `nodeSelector` 或节点亲和性要的标签', 'the node lacks the labels that '
         '`nodeSelector` or node affinity wants', 'kubectl get nodes --show-labels'),
    Part(r"didn't match pod anti-affinity rules|didn't satisfy existing pods anti-affinity", '反亲和性不许和已有的 Pod 放在一起',
         'anti-affinity keeps it away from Pods that are there', 'kubectl get pods -o wide --show-labels'),
    Part(r"didn't match pod affinity rules", '附近没有亲和性要的 Pod', 'no Pod that its affinity wants is near',
         'kubectl get pods -o wide --show-labels'),
    Part(r"didn't match pod topology spread constraints", '放在那里会违反拓扑分布约束', 'a Pod there would break the topology spread '
         'constraints', 'kubectl get nodes --show-labels'),
    Part(r"didn't have free ports", '`hostPort` 在节点上已经被占了', 'the `hostPort` is taken on the node', 'kubectl get pods -A -o wide'),
    Part(r'unbound immediate PersistentVolumeClaims', 'PVC 还没有绑定', 'a PersistentVolumeClaim is not bound yet', 'kubectl get pvc'),
    Part(r'persistentvolumeclaim "([^"]+)" not found', '没有叫 `{0}` 的 PVC', 'there is no PersistentVolumeClaim `{0}`',
         'kubectl get pvc'),
    Part(r'had volume node affinity conflict', '卷在另一个节点或区域上', 'the volume lives on another node or in another zone',
         'kubectl get pv -o wide'),
    Part(r"didn't find available persistent volumes to bind", '没有合适的 PV', 'no fitting PersistentVolume is there',
         'kubectl get pv'),
)


def pending_trouble(pod: Object, scene: Scene) -> Answer | None:
    """Pending: gated, not schedulable, bound to a node that is not there, or waiting for a scheduler."""
    name, spec = pod['metadata']['name'], pod['spec']
    describe = Suggestion(LOOK, f'kubectl describe pod {name}{scene.flag}')
    scheduled = condition(pod, 'PodScheduled')
    if scheduled.get('reason') == 'SchedulingGated':
        gates = ', '.join(gate['name'] for gate in spec.get('schedulingGates') or ())
        return Text(zh=f'Pod 有调度门：{gates}。把它们都去掉以前，调度器不会看它。',
                    en=f'The Pod has scheduling gates: {gates}. The scheduler does not look at it until they are all gone.'), [
            describe]
    node = spec.get('nodeName')
    if node and node not in scene.names('nodes', True):
        return Text(zh=f'清单里写死了 `nodeName: {node}`，而集群里没有这个节点：没有 kubelet 会启动它，调度器也不管它。',
                    en=f'The manifest fixes `nodeName: {node}`, and the cluster has no such node: no kubelet will start it, and '
                       'the scheduler leaves it alone.'), [Suggestion(LOOK, 'kubectl get nodes')]
    if scheduled.get('reason') == 'Unschedulable':
        return _unschedulable(scheduled.get('message', ''), describe, scene)
    if not node and not scheduled:
        wanted = spec.get('schedulerName', 'default-scheduler')
        if wanted != 'default-scheduler':
            return Text(zh=f'Pod 指定了调度器 `{wanted}`，而没有这样的调度器在运行。',
                        en=f'The Pod wants the scheduler `{wanted}`, and none of this name runs.'), [describe]
        return Text(zh='没有调度器看过这个 Pod：kube-scheduler 可能没有在运行。',
                    en='No scheduler has looked at this Pod: kube-scheduler may not be running.'), [
            Suggestion(LOOK, 'kubectl get pods -n kube-system')]
    return None


def _unschedulable(said: str, describe: Suggestion, scene: Scene) -> Answer:
    zh, en, looks = [], [], []
    for clause in re.split(r', (?=\d)|: (?=\d|pod|persistent)|\. ', said.partition('preemption:')[0]):
        for part in PARTS:
            match = re.search(part.pattern, clause)
            if match is None:
                continue
            count = re.match(r'\d+', clause)
            groups = [group or '' for group in match.groups()]
            taint = f'（`{groups[0]}`）' if 'taint' in part.pattern and groups[0] else ''
            zh.append((f'{count[0]} 个节点：' if count else '') + part.zh.format(*groups) + taint)
            en.append((f'{count[0]} node(s): ' if count else '') + part.en.format(*groups) +
                      (f' (`{groups[0]}`)' if taint else ''))
            looks.append(part.look + (scene.flag if part.look.startswith(('kubectl get pods -o', 'kubectl get pvc')) else ''))
            break
    if not zh:
        return Text(zh=f'没有节点能放下它：{said}', en=f'No node can take it: {said}'), [describe]
    return Text(zh=f'没有节点能放下这个 Pod。{"；".join(zh)}。', en=f'No node can take this Pod: {"; ".join(en)}.'), [
        describe, *(Suggestion(LOOK, look) for look in dict.fromkeys(looks))]
