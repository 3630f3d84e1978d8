"""What every authorization mode can say (apiserver/pkg/authorization/authorizer)."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.objects import Object
from tutor.client.transport import User

Decision = tuple[bool, str]
"""Whether a mode allows something, and its reason. What it does not allow, the next one may."""


class Mode:
    """One way to decide who may do what."""

    def decide(self, user: User, info: RequestInfo) -> Decision:
        """Authorizer.Authorize."""
        raise NotImplementedError

    def allows(self, user: User, info: RequestInfo) -> bool:
        """The decision alone."""
        return self.decide(user, info)[0]

    def rules(self, user: User, namespace: str) -> Sequence[Object]:
        """What a user may do in a namespace, as far as rules tell (RuleResolver.RulesFor)."""
        return ()

    def problems(self, user: User, namespace: str) -> Sequence[str]:
        """Why `rules` does not tell all."""
        return ()
