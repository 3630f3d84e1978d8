"""CustomResourceDefinitions."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata
from tutor.cluster.registry.apiextensions import structural
from tutor.cluster.registry.cells import columns
from tutor.cluster.registry.internal import internal
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'
"""The finalizer with which a definition waits for its objects to go."""
_SCOPES = ('Cluster', 'Namespaced')
_COLUMN_TYPES = ('boolean', 'date', 'integer', 'number', 'string')
_VERSION = ('Name Served Storage Deprecated DeprecationWarning Schema Subresources AdditionalPrinterColumns '
            'SelectableFields')


class CustomResourceDefinitionStrategy(Kind):
    generation = True
    columns = columns('Name, Created At:date')

    def default(self, obj: Object) -> None:
        """SetDefaults_CustomResourceDefinitionSpec."""
        spec = obj.setdefault('spec', {})
        name = spec.setdefault('names', {})
        if name.get('kind'):
            name.setdefault('singular', name['kind'].lower())
            name.setdefault('listKind', f'{name["kind"]}List')
        spec.setdefault('conversion', {}).setdefault('strategy', 'None')

    def prepare_create(self, obj: Object, context: Context) -> None:
        stored = [version.get('name', '') for version in obj['spec'].get('versions') or () if version.get('storage')]
        obj['status'] = {'acceptedNames': {'kind': '', 'plural': ''}, 'conditions': None, 'storedVersions': stored}

    def prepare_update(self, new: Object, old: Object, context: Context) -> None:
        super().prepare_update(new, old, context)
        status = new.get('status') or {}
        stored = list(status.get('storedVersions') or ())
        for version in new['spec'].get('versions') or ():
            if version.get('storage') and version.get('name') not in stored:
                new['status'] = {**status, 'storedVersions': [*stored, version.get('name', '')]}

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateCustomResourceDefinition."""
        spec = obj['spec']
        wanted = f'{(spec.get("names") or {}).get("plural", "")}.{spec.get("group", "")}'
        found: list[FieldError] = []
        name = obj['metadata'].get('name', '')
        if name != wanted:
            found.append(field.invalid('metadata.name', name, 'must be spec.names.plural+"."+spec.group'))
        found += _group(spec.get('group', ''))
        if spec.get('scope') not in _SCOPES:
            found.append(field.not_supported('spec.scope', spec.get('scope', ''), _SCOPES))
        found += _versions(spec.get('versions') or [])
        return found + _names(spec['names'])

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        found = self.check(new, context)
        established = any(item.get('type') == 'Established' and item.get('status') == 'True'
                          for item in (old.get('status') or {}).get('conditions') or ())
        if established:
            found += metadata.immutable(new['spec'].get('scope'), old['spec'].get('scope'), 'spec.scope')
            found += metadata.immutable(new['spec']['names'].get('kind'), old['spec']['names'].get('kind'),
                                        'spec.names.kind')
        found += metadata.immutable(new['spec'].get('group'), old['spec'].get('group'), 'spec.group')
        return found + metadata.immutable(new['spec']['names'].get('plural'), old['spec']['names'].get('plural'),
                                          'spec.names.plural')

    def finalizing(self, obj: Object) -> bool:
        """The first DELETE only marks it."""
        return 'deletionTimestamp' not in obj['metadata']

    def mark_deleted(self, obj: Object) -> None:
        """REST.Delete: upon the first request to delete, add our finalizer and say what comes."""
        meta = obj['metadata']
        if CLEANUP not in (meta.get('finalizers') or ()):
            meta['finalizers'] = [*(meta.get('finalizers') or ()), CLEANUP]
        status = obj.get('status') or {}
        obj['status'] = {**status, 'conditions': set_condition(
            status.get('conditions') or [], 'Terminating', 'True', 'InstanceDeletionPending',
            'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
            meta['deletionTimestamp'])}

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], obj['metadata'].get('creationTimestamp', '')]


def set_condition(conditions: list[Object], type: str, status: str, reason: str, message: str,
                  now: str) -> list[Object]:
    """SetCRDCondition: the list with a condition set; its time moves only with its status."""
    before = next((item for item in conditions if item.get('type') == type), None)
    time = before['lastTransitionTime'] if before is not None and before.get('status') == status else now
    new = {'lastTransitionTime': time, 'message': message, 'reason': reason, 'status': status, 'type': type}
    if before is None:
        return [*conditions, new]
    return [new if item is before else item for item in conditions]


def _group(group: str) -> list[FieldError]:
    if not group:
        return [field.required('spec.group')]
    found = [field.invalid('spec.group', group, text) for text in names.is_dns1123_subdomain(group)]
    if '.' not in group:
        found.append(field.invalid('spec.group', group, 'should be a domain with at least one dot'))
    return found


def _versions(versions: list[Object]) -> list[FieldError]:
    found: list[FieldError] = []
    if sum(bool(version.get('storage')) for version in versions) != 1:
        shown = [internal(_hoisted(version, versions), _VERSION,
                          zeros={'Name': '', 'Served': False, 'Storage': False, 'Deprecated': False})
                 for version in versions]
        found.append(field.invalid('spec.versions', shown, 'must have exactly one version marked as storage version'))
    for index, version in enumerate(versions):
        path, name = f'spec.versions[{index}]', version.get('name', '')
        found += [field.invalid(f'{path}.name', name, text) for text in names.is_dns1035_label(name)]
        schema = version.get('schema') or {}
        if not schema.get('openAPIV3Schema'):
            found.append(field.required(f'{path}.schema.openAPIV3Schema', 'schemas are required'))
        elif schema['openAPIV3Schema'].get('type') != 'object':
            found.append(field.invalid(f'{path}.schema.openAPIV3Schema.type',
                                       schema['openAPIV3Schema'].get('type', ''), 'must be object at the root'))
        else:
            where = 'spec.validation' if len(versions) == 1 else f'{path}.schema'
            found += structural.validate(schema['openAPIV3Schema'], f'{where}.openAPIV3Schema')
        shared = 'spec' if len(versions) == 1 else path
        for number, column in enumerate(version.get('additionalPrinterColumns') or ()):
            found += _column(column, f'{shared}.additionalPrinterColumns[{number}]')
        if (scale := (version.get('subresources') or {}).get('scale')) is not None:
            found += _scale(scale, f'{shared}.subresources.scale')
    return found


def _column(column: Object, path: str) -> list[FieldError]:
    """ValidateCustomResourceColumnDefinition."""
    found = [field.required(f'{path}.{name}') for name in ('name', 'type', 'jsonPath') if not column.get(name)]
    if column.get('type') and column['type'] not in _COLUMN_TYPES:
        found.append(field.invalid(f'{path}.type', column['type'], f'must be one of {",".join(_COLUMN_TYPES)}'))
    return found


def _scale(scale: Object, path: str) -> list[FieldError]:
    """ValidateCustomResourceDefinitionSubresources."""
    found: list[FieldError] = []
    for name, below in (('specReplicasPath', '.spec'), ('statusReplicasPath', '.status')):
        given = scale.get(name, '')
        if not given:
            found.append(field.required(f'{path}.{name}'))
        elif not given.startswith(f'{below}.'):
            found.append(field.invalid(f'{path}.{name}', given, f'should be a json path under {below}'))
    return found


def _hoisted(version: Object, versions: list[Object]) -> Object:
    """What all versions have in common lies beside them in the internal form
    (Convert_v1_CustomResourceDefinitionSpec_To_apiextensions_CustomResourceDefinitionSpec)."""
    shared = ('schema', 'subresources', 'additionalPrinterColumns', 'selectableFields')
    alike = {name for name in shared if all(item.get(name) == version.get(name) for item in versions)}
    return {name: value for name, value in version.items() if name not in alike}


def _names(given: Object) -> list[FieldError]:
    found: list[FieldError] = []
    for key in ('plural', 'singular', 'kind', 'listKind'):
        value = given.get(key, '')
        if not value:
            found.append(field.required(f'spec.names.{key}'))
        else:
            found += [field.invalid(f'spec.names.{key}', value, text)
                      for text in names.is_dns1035_label(value.lower())]
    if given.get('kind') and given.get('kind') == given.get('listKind'):
        found.append(field.invalid('spec.names.listKind', given['listKind'], 'kind and listKind may not be the same'))
    for index, short in enumerate(given.get('shortNames') or ()):
        found += [field.invalid(f'spec.names.shortNames[{index}]', short, text)
                  for text in names.is_dns1035_label(short)]
    return found
