"""Who may do what: RBAC, evaluated on the stored roles and bindings (plugin/pkg/auth/authorizer/rbac)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tutor.apimachinery import errors
from tutor.apimachinery.objects import Object
from tutor.client.transport import User
from tutor.cluster.apiserver.requestinfo import RequestInfo
from tutor.cluster.registry.store import ResourceStores

RBAC = 'rbac.authorization.k8s.io'
MASTERS = 'system:masters'
NODES = 'system:nodes'
"""Its members are authorized by what the role system:node says, without a binding (plugin/pkg/auth/authorizer/node)."""


class Authorizer:
    """Allows what a rule of a bound role allows. Members of system:masters may do everything."""

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

    def check(self, user: User, info: RequestInfo) -> None:
        """Raise Forbidden unless the user may do this."""
        if MASTERS not in user.groups and not self.allowed(user, info):
            raise self._refusal(user, info)

    def allowed(self, user: User, info: RequestInfo) -> bool:
        """Whether the user may do this; decisions are kept until a role or binding changes."""
        if MASTERS in user.groups:
            return True
        # Few rules name objects: what holds whatever the name is decided once for all of them.
        what = (user.name, user.groups, info.verb, info.group, info.resource, info.subresource, info.namespace,
                '' if info.is_resource else info.path, '')
        return self._decide(what, user, info, False) or bool(
            info.name and self._decide((*what[:-1], info.name), user, info, True))

    def _decide(self, what: tuple[Any, ...], user: User, info: RequestInfo, named: bool) -> bool:
        found = self._decisions.get(what)
        if found is None:
            if len(self._decisions) > 20_000:
                self._forget()
            found = self._decisions[what] = any(
                rule_allows(rule, info) for rule in self.rules(user, info.namespace)
                if bool(rule.get('resourceNames')) is named)
        return found

    def explain(self, user: User, info: RequestInfo) -> str | None:
        """Why the user may do this ('' for no reason given), or None when they may not."""
        if MASTERS in user.groups:
            return ''
        for reason, rules in self._bindings(user, info.namespace):
            if any(rule_allows(rule, info) for rule in rules):
                return f'RBAC: allowed by {reason}' if reason else ''
        return None

    def rules(self, user: User, namespace: str) -> tuple[Object, ...]:
        """The rules that hold for a user: cluster-wide ones, then those of a namespace (VisitRulesFor)."""
        what = (user.name, user.groups, namespace)
        found = self._rules_of.get(what)
        if found is None:
            found = self._rules_of[what] = tuple(
                rule for _, rules in self._bindings(user, namespace) for rule in rules)
        return found

    def _bindings(self, user: User, namespace: str) -> Iterator[tuple[str, list[Object]]]:
        """How each binding that applies is described in reasons, and its rules."""
        if NODES in user.groups and user.name.startswith('system:node:'):
            yield '', self._role_rules({'kind': 'ClusterRole', 'name': 'system:node'}, '')
        for space in ('', namespace) if namespace else ('',):
            index = self._index(space)
            found = {number: entry for name in _names(user) for number, entry in index.get(name, {}).items()}
            for _, (binding, subject) in sorted(found.items()):
                yield _describe(binding, subject), self._role_rules(binding['roleRef'], space)

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

    def _role_rules(self, reference: Object, namespace: str) -> list[Object]:
        if reference['kind'] == 'ClusterRole':
            role = self._stores.of(RBAC, 'clusterroles').find('', reference['name'])
        else:
            role = self._stores.of(RBAC, 'roles').find(namespace, reference['name'])
        return (role or {}).get('rules') or []

    def impersonate(self, user: User, wanted: User) -> User:
        """The user to act as, if the asker may (filters/impersonation.go)."""
        checks = [_impersonation(wanted.name)]
        checks += [RequestInfo('', 'impersonate', True, resource='groups', name=name)
                   for name in wanted.groups if name != 'system:authenticated']
        for info in checks:
            self.check(user, info)
        return impersonated(wanted)

    def _refusal(self, user: User, info: RequestInfo) -> errors.StatusError:
        if not info.is_resource:
            return errors.forbidden('', '', '', f'User "{user.name}" cannot {info.verb} path "{info.path}"')
        resource = info.resource + (f'/{info.subresource}' if info.subresource else '')
        where = f'in the namespace "{info.namespace}"' if info.namespace else 'at the cluster scope'
        return errors.forbidden(
            info.group, info.resource, info.name,
            f'User "{user.name}" cannot {info.verb} resource "{resource}" in API group "{info.group}" {where}')


def impersonated(wanted: User) -> User:
    """A user whom somebody acts as, with the groups that come by themselves."""
    groups = tuple(dict.fromkeys((*(wanted.groups or _own_groups(wanted.name)), 'system:authenticated')))
    return User(wanted.name, groups, wanted.uid, wanted.extra)


def _impersonation(name: str) -> RequestInfo:
    parts = name.split(':')
    if name.startswith('system:serviceaccount:') and len(parts) == 4:
        return RequestInfo('', 'impersonate', True, namespace=parts[2], resource='serviceaccounts', name=parts[3])
    return RequestInfo('', 'impersonate', True, resource='users', name=name)


def _own_groups(name: str) -> tuple[str, ...]:
    parts = name.split(':')
    if name.startswith('system:serviceaccount:') and len(parts) == 4:
        return ('system:serviceaccounts', f'system:serviceaccounts:{parts[2]}')
    return ()


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
        return f'User system:serviceaccount:{subject.get("namespace") or namespace}:{subject["name"]}'
    return f'{subject["kind"]} {subject["name"]}'


def _names(user: User) -> tuple[str, ...]:
    return (f'User {user.name}', 'User *', *(f'Group {group}' for group in user.groups))


def rule_allows(rule: Object, info: RequestInfo) -> bool:
    """rbac.RuleAllows."""
    verbs = rule.get('verbs') or ()
    if '*' not in verbs and info.verb not in verbs:
        return False
    if not info.is_resource:
        return any(_path_matches(pattern, info.path) for pattern in rule.get('nonResourceURLs') or ())
    groups, resources = rule.get('apiGroups') or (), rule.get('resources') or ()
    if '*' not in groups and info.group not in groups:
        return False
    wanted = f'{info.resource}/{info.subresource}' if info.subresource else info.resource
    if '*' not in resources and wanted not in resources and \
            not (info.subresource and f'*/{info.subresource}' in resources):
        return False
    names = rule.get('resourceNames') or ()
    return not names or info.name in names


def _path_matches(pattern: str, path: str) -> bool:
    return pattern in ('*', path) or (pattern.endswith('*') and path.startswith(pattern[:-1]))
