"""Events, of the core group and of events.k8s.io: one resource under two names."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource
from tutor.cluster.registry.cells import UNKNOWN, columns, since
from tutor.cluster.registry.core import event_conversion
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

_LONGEST, _LONGEST_NOTE = 128, 1024
_INVOLVED = ('kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath')


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
        """legacyValidateEvent."""
        involved = obj.get('involvedObject') or obj.get('regarding') or {}
        given, namespace = involved.get('namespace', ''), obj['metadata'].get('namespace', '')
        new = bool(obj.get('eventTime'))
        homeless = ('default', 'kube-system') if new else ('default',)
        wrong = (given != namespace and not new) if given else namespace not in homeless
        found = [field.invalid('involvedObject.namespace', given, 'does not match event.namespace')] if wrong else []
        return found + (_reported(obj) if new else [])

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


def _reported(obj: Object) -> list[FieldError]:
    """What an event of the new kind says of who tells it, and why."""
    reporter, found = obj.get('reportingComponent', ''), []
    if not reporter:
        found.append(field.required('reportingComponent'))
    found += field.invalid_each('reportingComponent', reporter, names.is_qualified_name(reporter))
    for name in ('reportingInstance', 'action', 'reason'):
        if not obj.get(name):
            found.append(field.required(name))
        elif len(obj[name]) > _LONGEST:
            found.append(field.invalid(name, '', f'can have at most {_LONGEST} characters'))
    if len(obj.get('message', '')) > _LONGEST_NOTE:
        found.append(field.invalid('message', '', f'can have at most {_LONGEST_NOTE} characters'))
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
