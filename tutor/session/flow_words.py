"""The sentences of a flow, in both languages."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.course.words import Text


@dataclass(frozen=True, slots=True)
class Act:
    """Who does what to which kind."""

    who: str
    action: str
    kind: str


TITLES = {
    'kubectl': Text.same('kubectl'), 'apiserver': Text.same('API server'), 'etcd': Text.same('etcd'),
    'scheduler': Text.same('scheduler'), 'containerd': Text.same('containerd'),
}
SENTENCES = {
    ('kubectl', 'request', ''): Text(
        zh='kubectl 把命令变成一个 HTTP 请求，发给 API 服务器。',
        en='Turns the command into an HTTP request to the API server.'),
    ('apiserver', 'create', ''): Text(
        zh='API 服务器先认证、再鉴权，准入插件补上缺省值，校验通过。',
        en='Authenticates and authorizes the request; admission fills in defaults; the object is valid.'),
    ('apiserver', 'delete', ''): Text(
        zh='认证、鉴权通过。对象带有删除时间戳，或者直接删除。',
        en='Authenticates and authorizes. The object is marked as being deleted, or removed at once.'),
    ('apiserver', '', ''): Text(
        zh='认证、鉴权、准入、校验，然后接受修改。', en='Authenticates, authorizes, admits and validates the change.'),
    ('etcd', '', ''): Text(
        zh='新的状态存进 etcd，得到一个新的修订版本号。监听它的组件都会收到通知。',
        en='The new state is stored under a new revision. Whoever watches it is told.'),
    ('deployment-controller', 'create', 'ReplicaSet'): Text(
        zh='看到新的 Deployment，创建一个 ReplicaSet。', en='Sees a new Deployment and creates a ReplicaSet.'),
    ('deployment-controller', 'update', 'ReplicaSet'): Text(
        zh='按滚动更新的规则调整 ReplicaSet 的副本数。', en='Scales a ReplicaSet, as the update strategy says.'),
    ('replicaset-controller', 'create', 'Pod'): Text(
        zh='Pod 的数目少于期望，创建一个。', en='There are fewer Pods than wanted: creates one.'),
    ('replicaset-controller', 'delete', 'Pod'): Text(
        zh='Pod 的数目多于期望，删除一个。', en='There are more Pods than wanted: deletes one.'),
    ('scheduler', 'bind', 'Pod'): Text(
        zh='过滤掉放不下它的节点，给其余的打分，把 Pod 绑定到分数最高的节点。',
        en='Filters out the nodes that cannot take it, scores the others, binds the Pod to the best.'),
    ('kubelet', 'begins', 'Pod'): Text(
        zh='这个节点的 kubelet 看到分给它的 Pod，着手准备网络、存储卷和镜像。',
        en='The kubelet of that node sees the Pod and prepares its network, volumes and images.'),
    ('kubelet', 'update/status', 'Pod'): Text(
        zh='kubelet 把 Pod 的新状态报告给 API 服务器。', en='The kubelet reports the new status to the API server.'),
    ('kubelet ready', 'update/status', 'Pod'): Text(
        zh='容器在运行，探针通过：Pod 就绪。', en='The containers run and their probes pass: the Pod is ready.'),
    ('endpointslice-controller', '', 'EndpointSlice'): Text(
        zh='把就绪的 Pod 的地址写进 Service 的 EndpointSlice。',
        en="Writes the addresses of the ready Pods into the Service's EndpointSlice."),
    ('generic-garbage-collector', 'delete', ''): Text(
        zh='属主已经不在，垃圾收集器把它也删除。', en='Its owner is gone: the garbage collector deletes it too.'),
    ('', 'create', ''): Text(zh='看到变化，创建对象。', en='Sees the change and creates the object.'),
    ('', 'delete', ''): Text(zh='看到变化，删除对象。', en='Sees the change and deletes the object.'),
    ('', '', ''): Text(zh='看到变化，让现状靠近期望。',
                       en='Sees the change and brings the state closer to what is wanted.'),
}
RUNTIME = {
    'Pulling': Text(zh='节点上没有这个镜像，开始从仓库拉取。', en='The image is not on the node: begins to pull it.'),
    'Pulled': Text(zh='镜像已经在节点上。', en='The image is on the node.'),
    'Created': Text(zh='通过 CRI 创建容器。', en='Creates the container, asked by the kubelet over the CRI.'),
    'Started': Text(zh='容器的进程启动了。', en="Starts the container's process."),
    'Killing': Text(zh='给容器的进程发送 TERM 信号，让它结束。', en="Sends TERM to the container's process."),
    'BackOff': Text(zh='失败以后等一会儿再试，等待的时间逐次加倍。',
                    en='Waits before trying again, twice as long each time.'),
    'Failed': Text(zh='没有成功。', en='It did not work.'),
}


def of_write(act: Act, ready: bool = False) -> tuple[Text, Text]:
    """The title of a component, and what it has done."""
    who = act.who.partition(' ')[0]
    first = f'{who} ready' if ready and who == 'kubelet' else who
    for key in ((first, act.action, act.kind), (first, act.action, ''), (first, '', act.kind), (first, '', ''),
                ('', act.action, ''), ('', '', '')):
        if key in SENTENCES:
            return _title(act.who), SENTENCES[key]
    raise AssertionError(act)


def of_runtime(reason: str) -> tuple[Text, Text]:
    return TITLES['containerd'], RUNTIME[reason]


def _title(who: str) -> Text:
    if who in TITLES:
        return TITLES[who]
    if who.endswith('-controller'):
        name = who.removesuffix('-controller')
        return Text(zh=f'{name} 控制器', en=f'{name} controller')
    return Text.same(who)
