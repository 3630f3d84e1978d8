"""From client-side to server-side apply: what was applied on the client's side becomes the server-side manager's."""

from __future__ import annotations

from collections.abc import Iterator

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, annotations
from tutor.apimachinery.patches import fieldset
from tutor.client.transport import APPLY_PATCH, JSON_PATCH
from tutor.kubectl.annotation import LAST_APPLIED
from tutor.kubectl.resource.info import Info

MANAGER, ANNOTATION_MANAGER = 'kubectl', 'kubectl-last-applied'
TRIES = 5
_ANNOTATION = ('f:metadata', 'f:annotations', f'f:{LAST_APPLIED}')


def save_last_applied(info: Info, manager: str, query: dict[str, str]) -> None:
    """saveLastApplyAnnotationIfNecessary: a manager of its own keeps the annotation, so that apply may go back to the
    client's side. Raises StatusError."""
    text = annotations(info.object).get(LAST_APPLIED)
    if manager != MANAGER or text is None or any(_owners(info.object, 'Apply')):
        return
    meta = {'name': info.name, 'annotations': {LAST_APPLIED: text}}
    if info.namespace:
        meta['namespace'] = info.namespace
    body = {'apiVersion': info.mapping.group_version, 'kind': info.mapping.kind, 'metadata': meta}
    info.patch(body, APPLY_PATCH, **{**query, 'fieldManager': ANNOTATION_MANAGER})


def migrate(info: Info, manager: str, query: dict[str, str]) -> bool:
    """migrateToSSAIfNecessary: whether managers of the client's side became `manager`. Raises StatusError."""
    old_names = {entry.get('manager', '') for entry in _owners(info.object, 'Update')}
    for attempt in range(TRIES):
        entries = info.object['metadata'].get('managedFields') or []
        upgraded = entries
        for name in sorted(old_names):
            upgraded = _upgraded(upgraded, name, manager)
        if upgraded == entries:
            return False
        patch = [{'op': 'replace', 'path': '/metadata/managedFields', 'value': upgraded},
                 {'op': 'replace', 'path': '/metadata/resourceVersion',
                  'value': info.object['metadata'].get('resourceVersion', '')}]
        try:
            info.patch(patch, JSON_PATCH, **query)
            return True
        except StatusError as error:
            if error.reason != 'Conflict' or attempt == TRIES - 1:
                raise
        info.get()
    return False


def _owners(obj: Object, operation: str) -> Iterator[Object]:
    """csaupgrade.FindFieldsOwners: the entries of such writes that have the annotation."""
    for entry in obj['metadata'].get('managedFields') or []:
        if entry.get('operation') == operation and _ANNOTATION in fieldset.from_fields(entry.get('fieldsV1') or {}):
            yield entry


def _upgraded(entries: list[Object], old: str, new: str) -> list[Object]:
    """csaupgrade.upgradedManagedFields: `old`'s fields belong to `new`, which applies; `old` is gone."""
    place = _index(entries, new, 'Apply')
    if place is None:
        place = _index(entries, old, 'Update')
    if place is None:
        return entries
    target = {**entries[place], 'manager': new, 'operation': 'Apply'}
    for other in entries:
        if _is(other, old, 'Update') and other.get('apiVersion') == target.get('apiVersion'):
            both = (fieldset.from_fields(entry.get('fieldsV1') or {}) for entry in (target, other))
            target['fieldsV1'] = fieldset.to_fields(frozenset().union(*both))
            break
    return [entry for entry in (*entries[:place], target, *entries[place + 1:]) if not _is(entry, old, 'Update')]


def _index(entries: list[Object], manager: str, operation: str) -> int | None:
    return next((index for index, entry in enumerate(entries) if _is(entry, manager, operation)), None)


def _is(entry: Object, manager: str, operation: str) -> bool:
    return (entry.get('manager'), entry.get('operation'), entry.get('subresource', '')) == (manager, operation, '')
