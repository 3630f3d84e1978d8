"""The Service of the cluster's DNS selects no pod any more: who asks it is refused."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.apimachinery.errors import StatusError
from tutor.client.control import BadFault
from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.kind import Kind, Mend

NAMESPACE, SERVICE, LABEL, WRONG = 'kube-system', 'kube-dns', 'k8s-app', 'kube-dns-broken'


def cause(cluster: Cluster, words: Sequence[str]) -> Mend:
    if words:
        raise KIND.usage()
    try:
        service = cluster.admin.find('services', SERVICE, NAMESPACE)
        if service is None:
            raise BadFault('this cluster has no Service kube-system/kube-dns',
                           '这个集群没有 Service kube-system/kube-dns')
        before = service['spec']['selector'].get(LABEL)
        _select(cluster, WRONG)
    except StatusError as problem:
        raise BadFault(f'the API server does not answer: {problem}', f'API 服务器没有应答：{problem}') from None

    def mend() -> None:
        try:
            _select(cluster, before)
        except StatusError:
            return  # the learner has removed the Service meanwhile
    return mend


def _select(cluster: Cluster, value: str | None) -> None:
    cluster.admin.patch('services', SERVICE, {'spec': {'selector': {LABEL: value}}}, NAMESPACE)


KIND = Kind('break-dns', '', 'give the Service of the cluster DNS a wrong selector: names no longer resolve in Pods, '
            'addresses still work (it can be mended with kubectl, too)',
            '让集群 DNS 的 Service 选不中任何 Pod：Pod 内无法解析名字，IP 地址仍可访问（也可以用 kubectl 修好）',
            cause=cause)
