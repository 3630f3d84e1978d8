"""managedFields, computed only when somebody asks.

Most writes come from controllers, and nobody reads what they own. So a write only notes who it was; the sets are made
when an object's managedFields are wanted, by going back through its states. Objects are immutable and shared, so the
notes cost a reference each.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from tutor.apimachinery.objects import Object
from tutor.apimachinery.patches import managers
from tutor.apimachinery.patches.compare import compare
from tutor.apimachinery.patches.managers import Manager, Managers
from tutor.apimachinery.resources import Resource
from tutor.apimachinery.schema import Field

LONGEST = 16
"""After so many writes that nobody asked about, they are added up, so that old states can be forgotten."""


@dataclass(slots=True)
class _Note:
    """One state of an object: what it was made of and by whom, or (`owners`) what was worked out already. What was
    written past managedFields (a binding, the mark of a deletion) has no manager: nobody owns it."""

    state: Object
    previous: _Note | None = None
    manager: Manager | None = None
    time: str = ''
    owners: Managers | None = None
    depth: int = 0


@lru_cache(maxsize=1024)
def _updater(name: str, group_version: str, subresource: str) -> Manager:
    """One object for all notes of one writer."""
    return Manager(name, 'Update', group_version, subresource)


class Ledger:
    """The managed fields of all objects of one API server. `types` gives the type of a resource's objects."""

    def __init__(self, types: Callable[[Resource], Field | None]) -> None:
        self._types = types
        self._notes: dict[str, _Note] = {}

    def record(self, old: Object | None, new: Object, resource: Resource, manager: str, time: str,
               subresource: str = '') -> None:
        """Note an ordinary write (create, update, patch)."""
        uid = new['metadata']['uid']
        last = self._notes.get(uid)
        previous = last if last is None or old is None or last.state is old else _Note(old, last, depth=last.depth + 1)
        who = _updater(manager, resource.group_version, subresource)
        if previous is not None and previous.manager == who and previous.owners is None:
            # The same one writing again: its two writes count as one.
            previous = previous.previous
        note = self._notes[uid] = _Note(new, previous, who, time, None, previous.depth + 1 if previous else 1)
        if note.depth > LONGEST and previous is not None:
            self._work_out(previous, resource)

    def applied(self, new: Object, entries: list[Object]) -> None:
        """Note a server-side apply, which has worked out the fields."""
        self._notes[new['metadata']['uid']] = _Note(new, owners=managers.read(entries))

    def restate(self, obj: Object, entries: list[Object]) -> None:
        """Let a client say who manages what of a stored object; [{}] is nobody. What cannot be read changes nothing."""
        try:
            owners = managers.read([entry for entry in entries if entry])
        except (AttributeError, TypeError):
            return
        if owners or entries == [{}]:
            self._notes[obj['metadata']['uid']] = _Note(obj, owners=owners)

    def forget(self, uid: str) -> None:
        self._notes.pop(uid, None)

    def entries(self, obj: Object, resource: Resource) -> list[Object]:
        """metadata.managedFields of a stored object; nothing for a state that is forgotten."""
        note = last = self._notes.get(obj['metadata'].get('uid', ''))
        while note is not None and note.state is not obj:
            note = note.previous
        if note is None and last is not None and _revision(obj) > _revision(last.state):
            note = last
        return managers.write(self._work_out(note, resource)) if note is not None else []

    def _work_out(self, note: _Note, resource: Resource) -> Managers:
        chain: list[_Note] = []
        current: _Note | None = note
        while current is not None and current.owners is None:
            chain.append(current)
            current = current.previous
        owners: Managers = current.owners if current is not None and current.owners is not None else {}
        kind = self._types(resource)
        for step in reversed(chain):
            if step.manager is None:
                step.owners = owners
                continue
            before = step.previous.state if step.previous else {}
            changes = compare(before, step.state, kind)
            for paths in (changes.added, changes.modified, changes.removed):
                paths -= managers.reset_fields(paths, resource, step.manager.subresource)
            owners = managers.after_update(owners, step.manager, changes, step.time)
            step.owners = owners
        note.previous, note.depth = None, 0
        return owners


def _revision(obj: Object) -> int:
    return int(obj['metadata'].get('resourceVersion') or 0)
