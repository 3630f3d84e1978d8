"""Who manages which fields: metadata.managedFields read, changed by writes, and written again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from tutor.apimachinery.field import go_quote
from tutor.apimachinery.objects import Object
from tutor.apimachinery.patches import fieldset
from tutor.apimachinery.patches.compare import Comparison
from tutor.apimachinery.patches.fieldset import Path, Set
from tutor.apimachinery.resources import Resource

MAX_UPDATE_MANAGERS = 10


class Manager(NamedTuple):
    """Who owns fields, by what kind of write, through which subresource."""

    name: str
    operation: str
    api_version: str
    subresource: str = ''

    def __str__(self) -> str:
        """printManager: how a conflict names one."""
        if self.operation != 'Update':
            return go_quote(self.name)
        if self.subresource:
            return f'{go_quote(self.name)} with subresource {go_quote(self.subresource)} using {self.api_version}'
        return f'{go_quote(self.name)} using {self.api_version}'


@dataclass(frozen=True, slots=True)
class Ownership:
    fields: Set
    time: str


Managers = dict[Manager, Ownership]


def read(entries: list[Object] | None) -> Managers:
    found: Managers = {}
    for entry in entries or ():
        manager = Manager(entry.get('manager', ''), entry.get('operation', ''), entry.get('apiVersion', ''),
                          entry.get('subresource', ''))
        found[manager] = Ownership(fieldset.from_fields(entry.get('fieldsV1') or {}), entry.get('time', ''))
    return found


def write(managers: Managers) -> list[Object]:
    """sortEncodedManagedFields: applied ones first, then by time and name."""
    def order(item: tuple[Manager, Ownership]) -> tuple[bool, str, str, str]:
        manager, ownership = item
        return manager.operation != 'Apply', ownership.time, manager.name, manager.subresource
    return [_entry(manager, ownership) for manager, ownership in sorted(managers.items(), key=order)]


def _entry(manager: Manager, ownership: Ownership) -> Object:
    entry: Object = {
        'apiVersion': manager.api_version, 'fieldsType': 'FieldsV1', 'fieldsV1': fieldset.to_fields(ownership.fields),
        'manager': manager.name, 'operation': manager.operation}
    if manager.subresource:
        entry['subresource'] = manager.subresource
    if ownership.time:
        entry['time'] = ownership.time
    return entry


def reset_fields(paths: Iterable[Path], resource: Resource, subresource: str) -> Set:
    """Those of `paths` that nobody comes to own by such a write (GetResetFields): a write to the object does not own
    its status, a write to its status owns nothing else."""
    if resource.subresource('status') is None:
        return fieldset.EMPTY
    status = subresource == 'status'
    return frozenset(path for path in paths if (path[0] == 'f:status') != status and path[0] != 'f:metadata')


def after_update(managers: Managers, manager: Manager, comparison: Comparison, time: str) -> Managers:
    """Updater.Update: who writes a field owns it, and nobody else does; what is gone nobody owns."""
    changed = fieldset.owned(comparison.modified | comparison.added)
    removed = frozenset(comparison.removed)
    found: Managers = {}
    for other, ownership in managers.items():
        if other == manager:
            continue
        left = ownership.fields - changed - removed
        if left:
            found[other] = replace(ownership, fields=left)
    mine = managers.get(manager)
    fields = ((mine.fields if mine else fieldset.EMPTY) - removed) | changed
    if fields:
        found[manager] = mine if mine is not None and mine.fields == fields else Ownership(fields, time)
    return _capped(found)


def _capped(managers: Managers) -> Managers:
    """capManagersManager: too many updaters are merged into one, the oldest first."""
    updates = [item for item in managers.items() if item[0].operation == 'Update' and not item[0].subresource]
    if len(updates) <= MAX_UPDATE_MANAGERS:
        return managers
    updates.sort(key=lambda item: item[1].time)
    merged = updates[:len(updates) - MAX_UPDATE_MANAGERS + 1]
    found = {manager: ownership for manager, ownership in managers.items() if (manager, ownership) not in merged}
    fields = frozenset().union(*(ownership.fields for _, ownership in merged))
    last = merged[-1]
    found[Manager('ancient-changes', 'Update', last[0].api_version)] = Ownership(fields, last[1].time)
    return found
