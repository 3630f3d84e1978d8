"""Events, of the core group and of events.k8s.io: one resource under two names."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource
from tutor.cluster.registry import metadata
from tutor.cluster.registry.cells import UNKNOWN, columns, since
from tutor.cluster.registry.core import event_conversion
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_LONGEST, _LONGEST_NOTE = 128, 1024
_INVOLVED = ('kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath')
_FIXED: dict[str, Any] = {
    'involvedObject': {}, 'reason': '', 'message': '', 'source': {}, 'firstTimestamp': None, 'lastTimestamp': None,
    'count': 0, 'type': '', 'eventTime': None, 'action': '', 'related': None, 'reportingComponent': '',
    'reportingInstance': ''}
"""What events.k8s.io/v1 lets nobody change, and what it is when it is not there."""


class EventStrategy(Kind):
    columns = columns('Last Seen, Type, Reason, Object, Subobject*, Source*, Message, First Seen*, Count*, Name*')
    selectable = (*(f'involvedObject.{name}' for name in _INVOLVED),
                  *(f'regarding.{name}' for name in _INVOLVED),
                  'reportingController', 'reason', 'reportingComponent', 'source', 'type')

    converts = True

    def to_version(self, obj: Object, resource: Resource) -> Object:
        return event_conversion.to_new(obj) if resource.group else obj

    def from_version(self, obj: Object) -> None:
        if obj['apiVersion'] == event_conversion.NEW:
            event_conversion.to_stored(obj)

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateEventCreate."""
        found = _agrees(obj)
        return found + _strict(obj) if context.api_version == event_conversion.NEW else found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateEventUpdate."""
        found = _agrees(new)
        if context.api_version != event_conversion.NEW:
            return found
        if new.get('series') != old.get('series'):
            found += _series(new)
        for name, zero in _FIXED.items():
            path = 'reportingController' if name == 'reportingComponent' else name
            found += metadata.immutable(new.get(name) or zero, old.get(name) or zero, path)
        return found

    def fields(self, obj: Object) -> dict[str, str]:
        involved = obj.get('involvedObject') or {}
        source = (obj.get('source') or {}).get('component') or obj.get('reportingComponent', '')
        found = {f'involvedObject.{name}': involved.get(name, '') for name in _INVOLVED}
        found |= {f'regarding.{name}': involved.get(name, '') for name in _INVOLVED}
        return {**found, 'reportingController': obj.get('reportingComponent', ''),
                'reason': obj.get('reason', ''), 'type': obj.get('type', ''), 'source': source,
                'reportingComponent': obj.get('reportingComponent', '')}

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        """printEvent."""
        involved, source = obj.get('involvedObject') or {}, obj.get('source') or {}
        first = _first_seen(obj, simulation)
        last = since(obj['lastTimestamp'], simulation) if obj.get('lastTimestamp') else first
        count = obj.get('count', 0)
        series = obj.get('series')
        if series:
            last = since(series.get('lastObservedTime'), simulation)
            count = series.get('count', 0)
        elif count == 0:
            count = 1
        return [last, obj.get('type', ''), obj.get('reason', ''), _target(involved), involved.get('fieldPath', ''),
                _source(obj, source), (obj.get('message') or '').strip(), first, count, obj['metadata']['name']]


def _agrees(obj: Object) -> list[FieldError]:
    """legacyValidateEvent."""
    involved = obj.get('involvedObject') or {}
    given, namespace = involved.get('namespace', ''), obj['metadata'].get('namespace', '')
    new = bool(obj.get('eventTime'))
    homeless = ('default', 'kube-system') if new else ('default',)
    wrong = (given != namespace and not new) if given else namespace not in homeless
    found = [field.invalid('involvedObject.namespace', given, 'does not match event.namespace')] if wrong else []
    return found + (_reported(obj) if new else [])


def _reported(obj: Object) -> list[FieldError]:
    """What an event of the new kind says of who tells it, and why."""
    reporter, found = obj.get('reportingComponent', ''), []
    if not reporter:
        found.append(field.required('reportingController'))
    found += field.invalid_each('reportingController', reporter, names.is_qualified_name(reporter))
    for name in ('reportingInstance', 'action', 'reason'):
        if not obj.get(name):
            found.append(field.required(name))
        elif len(obj[name]) > _LONGEST:
            found.append(field.invalid(name, '', f'can have at most {_LONGEST} characters'))
    if len(obj.get('message', '')) > _LONGEST_NOTE:
        found.append(field.invalid('message', '', f'can have at most {_LONGEST_NOTE} characters'))
    return found


def _strict(obj: Object) -> list[FieldError]:
    """What events.k8s.io/v1 asks of an event that is made."""
    found = _series(obj)
    if not obj.get('eventTime'):
        found.append(field.required('eventTime'))
    if obj.get('type') not in ('Normal', 'Warning'):
        found.append(field.invalid('type', '', f'has invalid value: {obj.get("type", "")}'))
    source = any((obj.get('source') or {}).values())
    old = [name for name in ('firstTimestamp', 'lastTimestamp', 'count') if obj.get(name)] + ['source'] * source
    return found + [field.invalid(name, '', 'needs to be unset') for name in old]


def _series(obj: Object) -> list[FieldError]:
    series, found = obj.get('series'), []
    if series is None:
        return []
    if series.get('count', 0) < 2:
        found.append(field.invalid('series.count', '', 'should be at least 2'))
    if not series.get('lastObservedTime'):
        found.append(field.required('series.lastObservedTime'))
    return found


def _first_seen(obj: Object, simulation: Simulation) -> str:
    when = obj.get('firstTimestamp') or obj.get('eventTime')
    return since(when, simulation) if when else UNKNOWN


def _target(involved: Object) -> str:
    kind = involved.get('kind', '').lower()
    return f'{kind}/{involved["name"]}' if involved.get('name') else kind


def _source(obj: Object, source: Object) -> str:
    """formatEventSource."""
    component = source.get('component') or obj.get('reportingComponent', '')
    instance = source.get('host') or obj.get('reportingInstance', '')
    return f'{component}, {instance}' if instance else component
