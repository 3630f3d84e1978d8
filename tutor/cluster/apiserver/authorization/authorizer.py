"""The modes of one API server, asked in their order until one allows (apiserver/pkg/authorization/union)."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.apimachinery import errors
from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.objects import Object
from tutor.client import accounts
from tutor.client.transport import ANONYMOUS, AUTHENTICATED, MASTERS, UNAUTHENTICATED, User
from tutor.cluster.apiserver.authorization.mode import Mode
from tutor.cluster.apiserver.authorization.node import Node
from tutor.cluster.apiserver.authorization.rbac import Rbac
from tutor.cluster.registry.store import ResourceStores


class Authorizer:
    """`modes` are kubeadm's until a process's flags name others. Masters may do everything, whatever the modes."""

    def __init__(self, stores: ResourceStores) -> None:
        self.rbac = Rbac(stores)
        self.node = Node(stores)
        self.modes: Sequence[Mode] = (self.node, self.rbac)

    def check(self, user: User, info: RequestInfo) -> None:
        """Raise Forbidden unless the user may do this."""
        if not self.allowed(user, info):
            raise self._refusal(user, info)

    def allowed(self, user: User, info: RequestInfo) -> bool:
        """Whether the user may do this."""
        return MASTERS in user.groups or any(mode.allows(user, info) for mode in self.modes)

    def decide(self, user: User, info: RequestInfo) -> tuple[bool, str]:
        """Whether the user may do this, and the reasons, one a line."""
        if MASTERS in user.groups:
            return True, ''
        reasons: list[str] = []
        for mode in self.modes:
            allowed, reason = mode.decide(user, info)
            if allowed:
                return True, reason
            if reason:
                reasons.append(reason)
        return False, '\n'.join(reasons)

    def explain(self, user: User, info: RequestInfo) -> str | None:
        """Why the user may do this ('' for no reason given), or None when they may not."""
        allowed, reason = self.decide(user, info)
        return reason if allowed else None

    def rules(self, user: User, namespace: str) -> list[Object]:
        """What a user may do in a namespace, as far as the modes can list it."""
        return [rule for mode in self.modes for rule in mode.rules(user, namespace)]

    def problems(self, user: User, namespace: str) -> list[str]:
        """Why `rules` does not tell all."""
        return [problem for mode in self.modes for problem in mode.problems(user, namespace)]

    def impersonate(self, user: User, wanted: User) -> User:
        """The user to act as, if the asker may (filters/impersonation.go)."""
        checks = [_impersonation(wanted.name)]
        checks += [RequestInfo('', 'impersonate', True, resource='groups', name=name)
                   for name in wanted.groups if name != AUTHENTICATED]
        for info in checks:
            self.check(user, info)
        return impersonated(wanted)

    def _refusal(self, user: User, info: RequestInfo) -> errors.StatusError:
        """responsewriters.Forbidden."""
        _, reason = self.decide(user, info)
        why = f': {reason}' if reason else ''
        if not info.is_resource:
            return errors.forbidden('', '', '', f'User "{user.name}" cannot {info.verb} path "{info.path}"{why}')
        resource = info.resource + (f'/{info.subresource}' if info.subresource else '')
        where = f'in the namespace "{info.namespace}"' if info.namespace else 'at the cluster scope'
        return errors.forbidden(
            info.group, info.resource, info.selected,
            f'User "{user.name}" cannot {info.verb} resource "{resource}" in API group "{info.group}" {where}{why}')


def impersonated(wanted: User) -> User:
    """A user whom somebody acts as, with the groups that come by themselves (WithImpersonation): one of those that
    tell whether somebody is known, unless it was named."""
    account = accounts.split_username(wanted.name)
    groups = wanted.groups or (accounts.groups(account[0]) if account else ())
    if wanted.name == ANONYMOUS:
        groups = tuple(dict.fromkeys((*groups, UNAUTHENTICATED)))
    elif AUTHENTICATED not in groups and UNAUTHENTICATED not in groups:
        groups = (*groups, AUTHENTICATED)
    return User(wanted.name, tuple(groups), wanted.uid, wanted.extra)


def _impersonation(name: str) -> RequestInfo:
    account = accounts.split_username(name)
    if account is None:
        return RequestInfo('', 'impersonate', True, resource='users', name=name)
    return RequestInfo('', 'impersonate', True, namespace=account[0], resource='serviceaccounts', name=account[1])
