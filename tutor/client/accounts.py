"""Service accounts as the users that they are (apiserver/pkg/authentication/serviceaccount)."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.client.transport import AUTHENTICATED, User

PREFIX = 'system:serviceaccount:'


def username(namespace: str, name: str) -> str:
    """MakeUsername."""
    return f'{PREFIX}{namespace}:{name}'


def split_username(user: str) -> tuple[str, str] | None:
    """SplitUsername: the namespace and name of the account, None for other users."""
    parts = user.removeprefix(PREFIX).split(':')
    return (parts[0], parts[1]) if user.startswith(PREFIX) and len(parts) == 2 else None


def groups(namespace: str) -> tuple[str, str]:
    """MakeGroupNames."""
    return 'system:serviceaccounts', f'system:serviceaccounts:{namespace}'


def user(namespace: str, name: str, uid: str = '', extra: Mapping[str, tuple[str, ...]] | None = None) -> User:
    """Who a token of an account stands for (UserInfo), with the group of all that are known."""
    return User(username(namespace, name), (*groups(namespace), AUTHENTICATED), uid, extra or {})
