"""Policies of a file, one JSON object a line (pkg/auth/authorizer/abac)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.objects import Object
from tutor.client.transport import AUTHENTICATED, User
from tutor.cluster.apiserver.authorization.mode import Decision, Mode
from tutor.cluster.apiserver.rules import path_matches

GROUP = 'abac.authorization.kubernetes.io/'
READING = ('get', 'list', 'watch')


class BadPolicies(Exception):
    """The file cannot be used; the text tells why and where."""


class Abac(Mode):
    """Allows what one of the policies does."""

    def __init__(self, policies: Sequence[Object]) -> None:
        self._policies = policies

    def decide(self, user: User, info: RequestInfo) -> Decision:
        if any(_matches(policy, user, info) for policy in self._policies):
            return True, ''
        return False, 'No policy matched.'

    def rules(self, user: User, namespace: str) -> Sequence[Object]:
        mine = [each for each in self._policies if _is_for(each, user) and each.get('namespace') in ('*', namespace)]
        return [rule for policy in mine for rule in _as_rules(policy)]


def read(path: str, text: str) -> list[Object]:
    """abac.NewFromFile. Raises BadPolicies."""
    found: list[Object] = []
    for number, line in enumerate(text.splitlines()):
        if not line.strip() or line.lstrip().startswith('#'):
            continue
        try:
            policy: Any = json.loads(line)
            spec = policy['spec']
            if policy.get('kind') != 'Policy' or not str(policy.get('apiVersion', '')).startswith(GROUP):
                raise ValueError(f'unexpected object type {policy.get("apiVersion")}, Kind={policy.get("kind")}')
        except (ValueError, KeyError, TypeError, AttributeError) as problem:
            raise BadPolicies(f'error reading policy file {path}, line {number}: {line}: {problem}') from None
        found.append(spec)
    return found


def _matches(policy: Object, user: User, info: RequestInfo) -> bool:
    """abac.matches."""
    if not _is_for(policy, user) or (policy.get('readonly') and info.verb not in READING):
        return False
    if not info.is_resource:
        return path_matches(policy.get('nonResourcePath', ''), info.path)
    return all(policy.get(name) in ('*', value) for name, value in (
        ('namespace', info.namespace), ('resource', info.resource), ('apiGroup', info.group)))


def _is_for(policy: Object, user: User) -> bool:
    """subjectMatches: a user and a group that are both named must both fit."""
    wanted_user, wanted_group = policy.get('user', ''), policy.get('group', '')
    if not wanted_user and not wanted_group:
        return False
    groups = ('*', *user.groups) if AUTHENTICATED in user.groups else user.groups
    return (not wanted_user or wanted_user in ('*', user.name)) and (not wanted_group or wanted_group in groups)


def _as_rules(policy: Object) -> Iterator[Object]:
    verbs = list(READING) if policy.get('readonly') else ['*']
    if policy.get('resource'):
        yield {'verbs': verbs, 'apiGroups': [policy.get('apiGroup', '')], 'resources': [policy['resource']]}
    if policy.get('nonResourcePath'):
        yield {'verbs': verbs, 'nonResourceURLs': [policy['nonResourcePath']]}
