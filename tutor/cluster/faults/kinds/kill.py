"""A component of the cluster is killed again whenever something starts it."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.client.control import BadFault
from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.kind import Kind, Mend, kubelet_of

COMPONENTS = ('kube-scheduler', 'kube-controller-manager', 'kube-apiserver', 'etcd', 'coredns', 'kube-proxy')


def cause(cluster: Cluster, words: Sequence[str]) -> Mend:
    if not 1 <= len(words) <= 2:
        raise KIND.usage()
    name, nodes = words[0], cluster.nodes
    node = kubelet_of(cluster, words[1]).name if len(words) > 1 else ''
    if name not in COMPONENTS:
        known = ', '.join(COMPONENTS)
        raise BadFault(f'{name} is no component (there are: {known})', f'{name} 不是集群组件（现有：{known}）')
    what = f'{name}@{node}' if node else name
    nodes.killed.add(what)
    if not nodes.kill(name, node):
        nodes.killed.discard(what)
        raise BadFault(f'no {name} runs in this cluster', f'这个集群里没有运行 {name}')

    def mend() -> None:
        nodes.killed.discard(what)
        nodes.restart_crashed(name)
    return mend


KIND = Kind(
    'kill', '|'.join(COMPONENTS) + ' [NODE]', 'kill a component whenever it starts (CrashLoopBackOff). Pods that '
    'run go on; without the scheduler new ones stay Pending, without the controller manager nothing is reconciled, '
    'without the API server or etcd kubectl gets no answer, without CoreDNS no name resolves, without kube-proxy '
    'Services keep their last rules',
    '让某个组件一启动就被杀死（CrashLoopBackOff）。正在运行的 Pod 不受影响；没有 scheduler，新 Pod 一直 Pending；'
    '没有 controller manager，没人调谐；没有 API 服务器或 etcd，kubectl 得不到回答；没有 CoreDNS，名字无法解析；'
    '没有 kube-proxy，Service 保持最后的规则', cause=cause)
