"""Nobody hands out more than they have: the checks that upstream has around the storage of roles and bindings
(pkg/registry/rbac/*/policybased, pkg/registry/rbac/validation)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tutor.apimachinery import errors
from tutor.apimachinery.field import go_quote
from tutor.apimachinery.http.requestinfo import RequestInfo
from tutor.apimachinery.objects import Object
from tutor.client.transport import MASTERS
from tutor.cluster.apiserver.admission.plugin import Plugin
from tutor.cluster.apiserver.authorization.always import EVERYTHING
from tutor.cluster.apiserver.authorization.rbac import RBAC
from tutor.cluster.apiserver.rules import has, path_matches
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context

ROLES, BINDINGS = ('roles', 'clusterroles'), ('rolebindings', 'clusterrolebindings')
_FIELDS = (('APIGroups', 'apiGroups'), ('Resources', 'resources'), ('NonResourceURLs', 'nonResourceURLs'),
           ('ResourceNames', 'resourceNames'), ('Verbs', 'verbs'))


class RbacEscalation(Plugin):
    """Runs before validation, as there; what does not change is not asked about."""

    name = 'RBACEscalation'
    resources = frozenset((RBAC, plural) for plural in (*ROLES, *BINDINGS))

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        if MASTERS in scope.user.groups:
            return
        if scope.resource.plural in ROLES:
            self._check_role(scope, obj, old, context)
        else:
            self._check_binding(scope, obj, old, context)

    def _check_role(self, scope: Scope, role: Object, old: Object | None, context: Context) -> None:
        plural, name = scope.resource.plural, role['metadata'].get('name', '')
        same = old is not None and old.get('rules') == role.get('rules') and \
            old.get('aggregationRule') == role.get('aggregationRule')
        if same or self._may(scope, 'escalate', plural, context.namespace, name):
            return
        rules = EVERYTHING if role.get('aggregationRule') else role.get('rules') or []
        self._refuse(scope, name, rules, context.namespace)

    def _check_binding(self, scope: Scope, binding: Object, old: Object | None, context: Context) -> None:
        reference = binding.get('roleRef') or {}
        if old is not None and old.get('subjects') == binding.get('subjects') and old.get('roleRef') == reference:
            return
        plural = 'clusterroles' if reference.get('kind') == 'ClusterRole' else 'roles'
        name = reference.get('name', '')
        if not name or self._may(scope, 'bind', plural, context.namespace, name):
            return
        role = self.server.stores.of(RBAC, plural).find(context.namespace, name)
        if role is None:
            raise errors.not_found(RBAC, plural, name)
        self._refuse(scope, binding['metadata'].get('name', ''), role.get('rules') or [], context.namespace)

    def _may(self, scope: Scope, verb: str, plural: str, namespace: str, name: str) -> bool:
        info = RequestInfo('', verb, True, group=RBAC, version='v1', namespace=namespace, resource=plural, name=name)
        return self.server.authorizer.allowed(scope.user, info)

    def _refuse(self, scope: Scope, name: str, rules: Sequence[Object], namespace: str) -> None:
        """ConfirmNoEscalation."""
        own = list(self.server.authorizer.rbac.rules(scope.user, namespace))
        missing = [part for rule in rules for part in _parts(rule) if not any(_covers(have, part) for have in own)]
        if missing:
            shown = '\n'.join(sorted({_compact(rule) for rule in _merged(missing)}))
            groups = ' '.join(go_quote(group) for group in scope.user.groups)
            raise errors.forbidden(RBAC, scope.resource.plural, name, (
                f'user {go_quote(scope.user.name)} (groups=[{groups}]) is attempting to grant RBAC permissions '
                f'not currently held:\n{shown}'))


def _parts(rule: Object) -> Iterator[Object]:
    """BreakdownRule: one verb on one resource (or path) each."""
    for verb in rule.get('verbs') or ():
        for group in rule.get('apiGroups') or ():
            for resource in rule.get('resources') or ():
                part = {'apiGroups': [group], 'resources': [resource], 'verbs': [verb]}
                names = rule.get('resourceNames')
                yield from ({**part, 'resourceNames': [name]} for name in names) if names else (part,)
        for path in rule.get('nonResourceURLs') or ():
            yield {'nonResourceURLs': [path], 'verbs': [verb]}


def _covers(rule: Object, part: Object) -> bool:
    """ruleCovers."""
    if not has(rule.get('verbs'), part['verbs'][0]):
        return False
    if 'nonResourceURLs' in part:
        wanted = part['nonResourceURLs'][0]
        return any(path_matches(path, wanted) for path in rule.get('nonResourceURLs') or ())
    resource = part['resources'][0]
    known: list[str] = rule.get('resources') or []
    below = f'*/{resource.partition("/")[2]}' if '/' in resource else ''
    names = rule.get('resourceNames')
    return has(rule.get('apiGroups'), part['apiGroups'][0]) and (has(known, resource) or below in known) and (
        not names or (bool(part.get('resourceNames')) and part['resourceNames'][0] in names))


def _merged(parts: list[Object]) -> list[Object]:
    """CompactRules: the verbs of one resource in one rule."""
    found: dict[str, Object] = {}
    for part in parts:
        mark = repr({**part, 'verbs': None})
        if mark not in found:
            found[mark] = {**part, 'verbs': []}
        if part['verbs'][0] not in found[mark]['verbs']:
            found[mark]['verbs'].append(part['verbs'][0])
    return list(found.values())


def _compact(rule: Object) -> str:
    """CompactString."""
    texts = [f'{label}:[{" ".join(go_quote(item) for item in rule[name])}]'
             for label, name in _FIELDS if rule.get(name)]
    return '{' + ', '.join(texts) + '}'
