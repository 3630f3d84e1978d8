"""What ails a node, or a namespace that will not go."""

from __future__ import annotations

from tutor.course.words import Text
from tutor.session.why.explanation import LOOK, MEND, Answer, Suggestion
from tutor.session.why.state.cluster import Object, Scene, condition

PRESSURES = {'MemoryPressure': ('内存', 'memory'), 'DiskPressure': ('磁盘', 'disk space'), 'PIDPressure': ('进程号', 'process IDs')}


def node_trouble(kind: str, node: Object, scene: Scene) -> Answer | None:
    """Not ready, short of something, or cordoned."""
    name = node['metadata']['name']
    ready = condition(node, 'Ready')
    describe = Suggestion(LOOK, f'kubectl describe node {name}')
    if ready.get('status') == 'Unknown':
        return Text(zh=f'节点 `{name}` 的 kubelet 已经一阵子没有报到了（NodeStatusUnknown）：它停了，网络断了，或者它的证书过期了。',
                    en=f'The kubelet of `{name}` has not been heard of for a while (NodeStatusUnknown): it has stopped, '
                       'the network is cut, or its certificate has expired.'), [describe, *_looks(name)]
    if ready.get('status') == 'False':
        return Text(zh=f'节点 `{name}` 没有就绪：{ready.get("message", "")}。', en=f'The node `{name}` is not ready: '
                    f'{ready.get("message", "")}.'), [describe, *_looks(name)]
    for pressure, (zh, en) in PRESSURES.items():
        if condition(node, pressure).get('status') == 'True':
            return Text(zh=f'节点 `{name}` 的{zh}不够了（{pressure}），kubelet 会驱逐 Pod。',
                        en=f'The node `{name}` runs out of {en} ({pressure}); its kubelet evicts Pods.'), [describe]
    if node['spec'].get('unschedulable'):
        return Text(zh=f'节点 `{name}` 被封锁了（cordon）：已有的 Pod 照常，但不会有新的 Pod 上来。',
                    en=f'The node `{name}` is cordoned: its Pods stay, but no new ones come.'), [
            Suggestion(MEND, f'kubectl uncordon {name}')]
    return None


def _looks(node: str) -> list[Suggestion]:
    """What shows on the machine itself how its kubelet is."""
    return [Suggestion(LOOK, f'ssh {node} sudo systemctl status kubelet --no-pager'),
            Suggestion(LOOK, f'ssh {node} sudo journalctl -u kubelet -n 20 --no-pager')]


def namespace_trouble(kind: str, namespace: Object, scene: Scene) -> Answer | None:
    """Terminating, and why it does not end."""
    if namespace.get('status', {}).get('phase') != 'Terminating':
        return None
    name = namespace['metadata']['name']
    for reason in ('NamespaceFinalizersRemaining', 'NamespaceContentRemaining', 'NamespaceDeletionDiscoveryFailure',
                   'NamespaceDeletionContentFailure'):
        found = condition(namespace, reason)
        if found.get('status') == 'True':
            return Text(zh=f'命名空间 `{name}` 删不完：{found.get("message", "")}。带 finalizer 的对象要等它们的控制器。',
                        en=f'The namespace `{name}` cannot go: {found.get("message", "")}. Objects with finalizers wait for their '
                           'controllers.'), [
                Suggestion(LOOK, f"kubectl get namespace {name} -o jsonpath='{{.status.conditions}}'"),
                Suggestion(LOOK, f'kubectl api-resources --verbs=list --namespaced -o name | '
                                 f'xargs -n1 kubectl get --ignore-not-found -n {name}')]
    return None


def stuck_trouble(kind: str, obj: Object, scene: Scene) -> Answer | None:
    """Any object that is to be deleted and has finalizers."""
    finalizers = obj['metadata'].get('finalizers')
    if not obj['metadata'].get('deletionTimestamp') or not finalizers:
        return None
    name = obj['metadata']['name']
    return Text(zh=f'`{kind}/{name}` 已经要删除了，但还在等 finalizer：{", ".join(finalizers)}。',
                en=f'`{kind}/{name}` is to be deleted, and waits for its finalizers: {", ".join(finalizers)}.'), [
        Suggestion(LOOK, f'kubectl describe {kind} {name}{scene.flag}'),
        Suggestion(MEND, f"kubectl patch {kind} {name} --type=merge -p '{{\"metadata\":{{\"finalizers\":null}}}}'{scene.flag}")]
