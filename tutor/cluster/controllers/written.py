"""What a controller wrote and its informer has not shown yet (endpointslice's EndpointSliceTracker, and its like)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object, key
from tutor.client.informer import Informer


class Written:
    """Remembers writes by the key that made them, so that a reconcile does not act on an older view."""

    def __init__(self, informer: Informer) -> None:
        self._informer = informer
        self._waiting: dict[str, dict[str, int]] = {}
        self._own: dict[str, str] = {}

    def wrote(self, owner: str, obj: Object) -> None:
        """The object as the API server answered it."""
        self._waiting.setdefault(owner, {})[key(obj)] = int(obj['metadata']['resourceVersion'])
        self._own[key(obj)] = obj['metadata']['resourceVersion']

    def deleted(self, owner: str, obj: Object) -> None:
        self._waiting.setdefault(owner, {})[key(obj)] = -1

    def behind(self, owner: str) -> bool:
        """Whether the informer is older than what was written for this key."""
        waiting = self._waiting.get(owner)
        if not waiting:
            return False
        for where, version in list(waiting.items()):
            seen = self._informer.objects.get(where)
            if version < 0:
                done = seen is None
            else:
                done = seen is not None and int(seen['metadata']['resourceVersion']) >= version
            if done:
                del waiting[where]
        if not waiting:
            del self._waiting[owner]
            return False
        return True

    def is_own(self, obj: Object) -> bool:
        """Whether this state of the object is what was written here last."""
        return self._own.get(key(obj)) == obj['metadata']['resourceVersion']

    def seen_gone(self, obj: Object) -> None:
        """A watch told that the object was deleted: nothing is waited for any more."""
        self._own.pop(key(obj), None)
        for waiting in self._waiting.values():
            if waiting.get(key(obj), -1) >= 0:
                del waiting[key(obj)]
