"""What the finders look with: the objects of one namespace, each kind listed once, and the events about them."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.client.client import Client

Object = dict[str, Any]


class Scene:
    """The API as it is at this moment, from inside one namespace."""

    def __init__(self, client: Client, namespace: str, flag: str) -> None:
        self.client = client
        self.namespace = namespace
        self.flag = flag
        """` -n NAMESPACE`, if commands need it."""
        self._lists: dict[tuple[str, str], list[Object]] = {}

    def items(self, resource: str, everywhere: bool = False) -> list[Object]:
        """All objects of a resource in the namespace, or in all; none when it cannot be listed."""
        namespace = '' if everywhere else self.namespace
        if (resource, namespace) not in self._lists:
            try:
                self._lists[resource, namespace] = self.client.items(resource, namespace)
            except (StatusError, OSError):
                self._lists[resource, namespace] = []
        return self._lists[resource, namespace]

    def find(self, resource: str, name: str) -> Object | None:
        return next((obj for obj in self.items(resource) if obj['metadata']['name'] == name), None)

    def names(self, resource: str, everywhere: bool = False) -> list[str]:
        return [obj['metadata']['name'] for obj in self.items(resource, everywhere)]

    def said(self, obj: Object, *reasons: str) -> str:
        """The newest message of the events about an object that have one of these reasons; '' if there is none."""
        events = [event for event in self.items('events') if event.get('reason') in reasons and
                  event.get('involvedObject', {}).get('uid') == obj['metadata'].get('uid')]
        events.sort(key=lambda event: event.get('lastTimestamp') or event.get('eventTime') or '')
        return events[-1].get('message', '') if events else ''


def condition(obj: Object, kind: str) -> Object:
    """The condition of a type; {} when it is not there."""
    return next((each for each in obj.get('status', {}).get('conditions') or () if each['type'] == kind), {})


def matches(selector: dict[str, str], labels: dict[str, str] | None) -> bool:
    return all((labels or {}).get(key) == value for key, value in selector.items())
