"""CustomResourceDefinitions."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object, with_condition
from tutor.cluster.registry import metadata
from tutor.cluster.registry.apiextensions import definition, formats
from tutor.cluster.registry.cells import columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

CLEANUP = 'customresourcecleanup.apiextensions.k8s.io'
"""The finalizer with which a definition waits for its objects to go."""


class CustomResourceDefinitionStrategy(Kind):
    prefix = 'apiextensions.k8s.io/customresourcedefinitions'
    generation = True
    free_finalizers = True
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
        return definition.validate(obj)

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        found, names, before = self.check(new, context), new['spec']['names'], old['spec']['names']
        established = any(item.get('type') == 'Established' and item.get('status') == 'True'
                          for item in (old.get('status') or {}).get('conditions') or ())
        if established:
            found += metadata.immutable(new['spec'].get('scope', ''), old['spec'].get('scope', ''), 'spec.scope')
            found += metadata.immutable(names.get('kind', ''), before.get('kind', ''), 'spec.names.kind')
        found += metadata.immutable(new['spec'].get('group', ''), old['spec'].get('group', ''), 'spec.group')
        return found + metadata.immutable(names.get('plural', ''), before.get('plural', ''), 'spec.names.plural')

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

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        """strategy.WarningsOnCreate; an update warns of what it has brought in."""
        before = formats.unrecognized(old['spec']) if old is not None else []
        return [f'unrecognized format "{name}"' for name in formats.unrecognized(obj['spec']) if name not in before]

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], obj['metadata'].get('creationTimestamp', '')]


def set_condition(conditions: list[Object], type: str, status: str, reason: str, message: str,
                  now: str) -> list[Object]:
    """SetCRDCondition: the list with a condition set; its time moves only with its status."""
    return with_condition(conditions, {'lastTransitionTime': now, 'message': message, 'reason': reason,
                                       'status': status, 'type': type})
