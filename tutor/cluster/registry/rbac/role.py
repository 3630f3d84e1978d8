"""Roles and ClusterRoles."""

from __future__ import annotations

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import label_selectors
from tutor.cluster.registry.cells import columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context


class RoleStrategy(Kind):
    columns = columns('Name, Created At:date')
    name_rule = staticmethod(names.is_path_segment)
    create_on_update = True

    def default(self, obj: Object) -> None:
        obj.setdefault('rules', None)

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateRole, ValidateClusterRole."""
        found: list[FieldError] = []
        for index, rule in enumerate(obj.get('rules') or ()):
            _rule(rule, self.resource.namespaced, f'rules[{index}]', found)
        aggregated = obj.get('aggregationRule')
        selectors = (aggregated or {}).get('clusterRoleSelectors') or ()
        if aggregated is not None and not selectors:
            found.append(field.required('aggregationRule.clusterRoleSelectors',
                                        'at least one clusterRoleSelector required if aggregationRule is non-nil'))
        for index, selector in enumerate(selectors):
            found += label_selectors.validate(selector, f'aggregationRule.clusterRoleSelectors[{index}]')
        return found


def _rule(rule: Object, namespaced: bool, path: str, found: list[FieldError]) -> None:
    """ValidatePolicyRule."""
    if not rule.get('verbs'):
        found.append(field.required(f'{path}.verbs', 'verbs must contain at least one value'))
    urls = rule.get('nonResourceURLs')
    if urls:
        if namespaced:
            found.append(field.invalid(f'{path}.nonResourceURLs', urls,
                                       'namespaced rules cannot apply to non-resource URLs'))
        if rule.get('apiGroups') or rule.get('resources') or rule.get('resourceNames'):
            found.append(field.invalid(f'{path}.nonResourceURLs', urls,
                                       'rules cannot apply to both regular resources and non-resource URLs'))
        return
    if not rule.get('apiGroups'):
        found.append(field.required(f'{path}.apiGroups', 'resource rules must supply at least one api group'))
    if not rule.get('resources'):
        found.append(field.required(f'{path}.resources', 'resource rules must supply at least one resource'))
