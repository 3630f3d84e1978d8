"""Waiting for the server: watches that end with a condition or a time (watchtools.UntilWithSync)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.factory import Factory
from tutor.kubectl.resource.info import Info

FOREVER = 168 * 3600.0
"""What 'wait as long as it takes' means: a week."""

Test = Callable[[str, Object], bool]
"""Whether an event (its type, its object) is what was waited for; may raise."""


class TimedOut(KubectlError):
    """Waited for too long."""

    def __init__(self, what: str = '') -> None:
        super().__init__('timed out waiting for the condition' + (f' on {what}' if what else ''))


async def until(factory: Factory, resource: Resource, namespace: str, fields: str, version: str, timeout: float,
                test: Test) -> bool:
    """Watch until an event passes the test; False when the time is over. A watch that the server ends is begun
    again."""
    simulation = factory.ctx.simulation
    deadline = simulation.now + timeout
    while simulation.now < deadline:
        query: dict[str, Any] = {'fields': fields, 'resource_version': version}
        stream = factory.client.watch(resource, namespace, **query)
        timer = simulation.call_at(deadline, stream.close)
        try:
            while (event := await stream.next()) is not None:
                if event['type'] == 'ERROR':
                    raise StatusError(event['object'])
                version = event['object']['metadata'].get('resourceVersion', version)
                if event['type'] != 'BOOKMARK' and test(event['type'], event['object']):
                    return True
        finally:
            timer.cancel()
            stream.close()
    return False


async def until_deleted(info: Info, uid: str, factory: Factory, deadline: float) -> None:
    """cmdwait.IsDeleted: until the object is gone, or another stands in its place. Raises TimedOut."""
    fields = f'metadata.name={info.name}'
    found = factory.client.list(info.mapping, info.namespace, fields=fields)
    items = found.get('items') or []
    if not items or (uid and items[0]['metadata'].get('uid') != uid):
        return
    left = deadline - factory.ctx.simulation.now
    version = found['metadata'].get('resourceVersion', '')
    if not await until(factory, info.mapping, info.namespace, fields, version, left,
                       lambda event, obj: event == 'DELETED'):
        raise TimedOut(info.object_name())
