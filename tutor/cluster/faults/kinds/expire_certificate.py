"""A certificate comes to its end before its time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.kind import Kind, Mend, kubelet_of

AGO = timedelta(seconds=1)


def cause(cluster: Cluster, words: Sequence[str]) -> Mend:
    match list(words):
        case ['kubelet', name]:
            kubelet_of(cluster, name)
            return _user(cluster, f'system:node:{name}')
        case ['admin']:
            return _admin(cluster)
        case ['apiserver']:
            return _server(cluster)
        case _:
            raise KIND.usage()


def _user(cluster: Cluster, user: str) -> Mend:
    endpoint = cluster.endpoint

    def mend() -> None:
        endpoint.expired_users.discard(user)
        endpoint.changed()
    endpoint.expired_users.add(user)
    endpoint.changed()
    return mend


def _admin(cluster: Cluster) -> Mend:
    expired, certificate = cluster.api.authenticator.expired, cluster.administrator.certificate
    expired.add(certificate)
    return lambda: expired.discard(certificate)


def _server(cluster: Cluster) -> Mend:
    endpoint = cluster.endpoint

    def expire(until: datetime | None) -> None:
        endpoint.certificate_until = until
        endpoint.changed()
    expire(cluster.simulation.wall() - AGO)
    return lambda: expire(None)


KIND = Kind(
    'expire-certificate', 'kubelet NODE | admin | apiserver', 'a certificate expires: the kubelet is not known any '
    'more and its Node becomes NotReady; the admin is refused; nobody trusts the API server when connecting anew',
    '证书过期：kubelet 不再被认识，它的 Node 变成 NotReady；admin 被拒绝；新的连接不再信任 API 服务器', cause=cause)
