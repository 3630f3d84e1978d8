"""AlwaysAllow and AlwaysDeny (apiserver/pkg/authorization/authorizerfactory/builtin.go)."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.objects import Object
from tutor.client.transport import User
from tutor.cluster.apiserver.authorization.mode import Decision, Mode

EVERYTHING: Sequence[Object] = (
    {'verbs': ['*'], 'apiGroups': ['*'], 'resources': ['*']}, {'verbs': ['*'], 'nonResourceURLs': ['*']})


class AlwaysAllow(Mode):
    def decide(self, user: User, info: RequestInfo) -> Decision:
        return True, ''

    def rules(self, user: User, namespace: str) -> Sequence[Object]:
        return EVERYTHING


class AlwaysDeny(Mode):
    def decide(self, user: User, info: RequestInfo) -> Decision:
        return False, 'Everything is forbidden.'
