"""RoleBindings and ClusterRoleBindings."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

GROUP = 'rbac.authorization.k8s.io'
_KINDS = ('ServiceAccount', 'User', 'Group')


class BindingStrategy(Kind):
    columns = columns('Name, Role, Age, Users*, Groups*, ServiceAccounts*')
    name_rule = staticmethod(names.is_path_segment)
    create_on_update = True

    def default(self, obj: Object) -> None:
        """SetDefaults_RoleBinding, SetDefaults_Subject."""
        role = obj.setdefault('roleRef', {})
        role.setdefault('apiGroup', GROUP)
        for subject in obj.get('subjects') or ():
            if subject.get('kind') in ('User', 'Group'):
                subject.setdefault('apiGroup', GROUP)

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateRoleBinding."""
        role = obj['roleRef']
        found: list[FieldError] = []
        if role.get('apiGroup') != GROUP:
            found.append(field.not_supported('roleRef.apiGroup', role.get('apiGroup', ''), (GROUP,)))
        kinds = ('Role', 'ClusterRole') if self.resource.namespaced else ('ClusterRole',)
        if role.get('kind') not in kinds:
            found.append(field.not_supported('roleRef.kind', role.get('kind', ''), kinds))
        if not role.get('name'):
            found.append(field.required('roleRef.name'))
        else:
            found += [field.invalid('roleRef.name', role['name'], text) for text in names.is_path_segment(role['name'])]
        for index, subject in enumerate(obj.get('subjects') or ()):
            _subject(subject, self.resource.namespaced, f'subjects[{index}]', found)
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        found = self.check(new, context)
        if new['roleRef'] != old['roleRef']:
            role = new['roleRef']
            shown = {'APIGroup': role.get('apiGroup', ''), 'Kind': role.get('kind', ''), 'Name': role.get('name', '')}
            found.append(field.invalid('roleRef', shown, 'cannot change roleRef'))
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        role = obj.get('roleRef') or {}
        subjects = obj.get('subjects') or ()
        return [obj['metadata']['name'], f'{role.get("kind", "")}/{role.get("name", "")}', age(obj, simulation),
                *(', '.join(_shown(item) for item in subjects if item.get('kind') == kind)
                  for kind in ('User', 'Group', 'ServiceAccount'))]


def _shown(subject: Object) -> str:
    if subject.get('kind') != 'ServiceAccount':
        return subject.get('name', '')
    return f'{subject.get("namespace", "")}/{subject.get("name", "")}'


def _subject(subject: Object, namespaced: bool, path: str, found: list[FieldError]) -> None:
    """ValidateRoleBindingSubject."""
    kind, name, group = subject.get('kind', ''), subject.get('name', ''), subject.get('apiGroup', '')
    if not name:
        found.append(field.required(f'{path}.name'))
    if kind == 'ServiceAccount':
        if name:
            found += [field.invalid(f'{path}.name', name, text) for text in names.is_dns1123_subdomain(name)]
        if group:
            found.append(field.not_supported(f'{path}.apiGroup', group, ('',)))
        if not subject.get('namespace') and not namespaced:
            found.append(field.required(f'{path}.namespace'))
    elif kind in ('User', 'Group'):
        if group != GROUP:
            found.append(field.not_supported(f'{path}.apiGroup', group, (GROUP,)))
    else:
        found.append(field.not_supported(f'{path}.kind', kind, _KINDS))
