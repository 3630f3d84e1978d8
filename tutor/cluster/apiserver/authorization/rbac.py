"""RBAC, evaluated on the stored roles and bindings (plugin/pkg/auth/authorizer/rbac)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.apimachinery.field import aggregate
from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.objects import Object
from tutor.client import accounts
from tutor.client.transport import User
from tutor.cluster.apiserver.authorization.mode import Decision, Mode
from tutor.cluster.apiserver.rules import path_matches
from tutor.cluster.registry.store import ResourceStores

RBAC = 'rbac.authorization.k8s.io'


class Rbac(Mode):
    """Allows what a rule of a bound role allows; decisions are kept until a role or binding changes."""

    def __init__(self, stores: ResourceStores) -> None:
        self._stores = stores
        self._decisions: dict[tuple[object, ...], bool] = {}
        self._rules_of: dict[tuple[str, tuple[str, ...], str], tuple[Object, ...]] = {}
        self._bindings_of: dict[str, dict[str, dict[int, tuple[Object, Object]]]] = {}
        for plural in ('roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'):
            stores.store.listen(stores.of(RBAC, plural).prefix, lambda _: self._forget())

    def _forget(self) -> None:
        self._decisions.clear()
        self._rules_of.clear()
        self._bindings_of.clear()

    def allows(self, user: User, info: RequestInfo) -> bool:
        # Few rules name objects: what holds whatever the name is decided once for all of them.
        what = (user.name, user.groups, info.verb, info.group, info.resource, info.subresource, info.namespace,
                '' if info.is_resource else info.path, '')
        return self._decide(what, user, info, False) or bool(
            info.selected and self._decide((*what[:-1], info.selected), user, info, True))

    def _decide(self, what: tuple[Any, ...], user: User, info: RequestInfo, named: bool) -> bool:
        found = self._decisions.get(what)
        if found is None:
            if len(self._decisions) > 20_000:
                self._forget()
            found = self._decisions[what] = any(
                rule_allows(rule, info) for rule in self.rules(user, info.namespace)
                if bool(rule.get('resourceNames')) is named)
        return found

    def decide(self, user: User, info: RequestInfo) -> Decision:
        """Why a user may do something, or which roles of theirs were not found (RBACAuthorizer.Authorize)."""
        problems: list[str] = []
        for reason, rules in self._bindings(user, info.namespace, problems):
            if any(rule_allows(rule, info) for rule in rules):
                return True, f'RBAC: allowed by {reason}'
        return False, f'RBAC: {aggregate(problems)}' if problems else ''

    def problems(self, user: User, namespace: str) -> list[str]:
        """What stands in the way of listing a user's rules."""
        found: list[str] = []
        for _ in self._bindings(user, namespace, found):
            pass
        return found

    def rules(self, user: User, namespace: str) -> tuple[Object, ...]:
        """The rules that hold for a user: cluster-wide ones, then those of a namespace (VisitRulesFor)."""
        what = (user.name, user.groups, namespace)
        found = self._rules_of.get(what)
        if found is None:
            found = self._rules_of[what] = tuple(
                rule for _, rules in self._bindings(user, namespace, []) for rule in rules)
        return found

    def _bindings(self, user: User, namespace: str, problems: list[str]) -> Iterator[tuple[str, list[Object]]]:
        """How each binding that applies is described in reasons, and its rules; roles that are missing are added to
        `problems` (VisitRulesFor)."""
        for space in ('', namespace) if namespace else ('',):
            index = self._index(space)
            found = {number: entry for name in _names(user) for number, entry in index.get(name, {}).items()}
            for _, (binding, subject) in sorted(found.items()):
                rules = self._role_rules(binding['roleRef'], space)
                if rules is None:
                    kind, name = binding['roleRef']['kind'].lower(), binding['roleRef']['name']
                    problems.append(f'{kind}.{RBAC} "{name}" not found')
                else:
                    yield _describe(binding, subject), rules

    def _index(self, namespace: str) -> dict[str, dict[int, tuple[Object, Object]]]:
        """The bindings of a namespace ('' for those of the cluster) by the names of their subjects."""
        found = self._bindings_of.get(namespace)
        if found is None:
            found = self._bindings_of[namespace] = {}
            plural = 'rolebindings' if namespace else 'clusterrolebindings'
            for number, binding in enumerate(self._stores.of(RBAC, plural).list(namespace)):
                for subject in binding.get('subjects') or ():
                    found.setdefault(_subject_name(subject, namespace), {}).setdefault(number, (binding, subject))
        return found

    def _role_rules(self, reference: Object, namespace: str) -> list[Object] | None:
        if reference['kind'] == 'ClusterRole':
            role = self._stores.of(RBAC, 'clusterroles').find('', reference['name'])
        else:
            role = self._stores.of(RBAC, 'roles').find(namespace, reference['name'])
        return role.get('rules') or [] if role is not None else None


def _describe(binding: Object, subject: Object) -> str:
    """clusterRoleBindingDescriber, roleBindingDescriber."""
    meta, role = binding['metadata'], binding['roleRef']
    name = f'{meta["name"]}/{meta["namespace"]}' if meta.get('namespace') else meta['name']
    who = f'"{subject["name"]}/{subject.get("namespace", "")}"' if subject['kind'] == 'ServiceAccount' else \
        f'"{subject["name"]}"'
    return f'{binding["kind"]} "{name}" of {role["kind"]} "{role["name"]}" to {subject["kind"]} {who}'


def _subject_name(subject: Object, namespace: str) -> str:
    """Under which of a user's names a subject is found (appliesToUser)."""
    if subject['kind'] == 'ServiceAccount':
        return f'User {accounts.username(subject.get("namespace") or namespace, subject["name"])}'
    return f'{subject["kind"]} {subject["name"]}'


def _names(user: User) -> tuple[str, ...]:
    return (f'User {user.name}', 'User *', *(f'Group {group}' for group in user.groups))


def rule_allows(rule: Object, info: RequestInfo) -> bool:
    """rbac.RuleAllows."""
    verbs = rule.get('verbs') or ()
    if '*' not in verbs and info.verb not in verbs:
        return False
    if not info.is_resource:
        return any(path_matches(pattern, info.path) for pattern in rule.get('nonResourceURLs') or ())
    groups, resources = rule.get('apiGroups') or (), rule.get('resources') or ()
    if '*' not in groups and info.group not in groups:
        return False
    wanted = f'{info.resource}/{info.subresource}' if info.subresource else info.resource
    if '*' not in resources and wanted not in resources and \
            not (info.subresource and f'*/{info.subresource}' in resources):
        return False
    names = rule.get('resourceNames') or ()
    return not names or info.selected in names
