"""Waiting for the server: one object as it changes, until a deadline (watchtools.UntilWithSync)."""

from __future__ import annotations

from collections.abc import AsyncIterator

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.client.client import Client
from tutor.client.transport import WatchStream
from tutor.cluster.simulation import Simulation
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.resource.info import Info

MISSING = 'MISSING'
"""The event of an object that is not there when one begins to look."""
FOREVER = 168 * 3600.0
"""What 'wait as long as it takes' means: a week."""


class TimedOut(KubectlError):
    """Waited for too long (wait.ErrWaitTimeout)."""

    def __init__(self, what: str = '') -> None:
        super().__init__('timed out waiting for the condition' + (f' on {what}' if what else ''))


class Deadline:
    """Until when to wait, in virtual time; None is for ever."""

    def __init__(self, simulation: Simulation, seconds: float | None) -> None:
        self.simulation = simulation
        self.when = None if seconds is None else simulation.now + seconds

    @property
    def left(self) -> float | None:
        return None if self.when is None else max(self.when - self.simulation.now, 0.0)

    @property
    def passed(self) -> bool:
        return self.when is not None and self.simulation.now >= self.when


async def events_of(info: Info, deadline: Deadline) -> AsyncIterator[tuple[str, Object]]:
    """Its state as ADDED (or MISSING), then every change of it; ends at the deadline."""
    client = info.client
    assert client is not None
    whole = True
    while not deadline.passed:
        stream: WatchStream | None = None
        told = False
        if whole:
            try:
                stream = _watch(client, info, allowWatchBookmarks='true', resourceVersionMatch='NotOlderThan',
                                sendInitialEvents='true')
            except StatusError:
                whole = False
        if stream is None:
            told = True
            found = client.list(info.mapping, info.namespace, fields=f'metadata.name={info.name}')
            items = found.get('items') or []
            yield ('ADDED', _whole(items[0], info)) if items else (MISSING, {})
            stream = _watch(client, info, resource_version=(found.get('metadata') or {}).get('resourceVersion', ''))
        try:
            while (event := await _next(stream, deadline)) is not None:
                if event['type'] == 'BOOKMARK' and not told:
                    yield MISSING, {}
                told = True
                if event['type'] in ('ADDED', 'MODIFIED', 'DELETED'):
                    yield event['type'], _whole(event['object'], info)
        finally:
            stream.close()


async def until_deleted(info: Info, uid: str, deadline: Deadline) -> None:
    """cmdwait.IsDeleted: until the object is gone, or another stands in its place. Raises TimedOut."""
    assert info.client is not None
    try:
        found = info.client.get(info.mapping, info.name, info.namespace)
    except StatusError as error:
        if error.reason != 'NotFound':
            raise
        return
    if uid and found['metadata'].get('uid') != uid:
        return
    async for kind, obj in events_of(info, deadline):
        if kind in (MISSING, 'DELETED') or (uid and obj['metadata'].get('uid') != uid):
            return
    raise TimedOut(info.object_name())


def _watch(client: Client, info: Info, **query: str) -> WatchStream:
    return client.watch(info.mapping, info.namespace, fields=f'metadata.name={info.name}', **query)


async def _next(stream: WatchStream, deadline: Deadline) -> dict[str, Object] | None:
    """The next event; None at the deadline, and when the server has ended the watch."""
    if deadline.left is None:
        return await stream.next()
    task = deadline.simulation.spawn(stream.next(), 'watch')
    try:
        return await task if await deadline.simulation.within(deadline.left, task) else None
    finally:
        task.cancel()


def _whole(obj: Object, info: Info) -> Object:
    """With its kind, which items of lists leave out."""
    if 'kind' in obj:
        return obj
    return {'apiVersion': info.mapping.group_version, 'kind': info.mapping.kind, **obj}
