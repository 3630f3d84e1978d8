"""Events are stored in the shape of the core group; events.k8s.io/v1 has other names for the same fields
(pkg/apis/events/v1/conversion.go)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object

NEW = 'events.k8s.io/v1'
NAMES = {
    'involvedObject': 'regarding', 'message': 'note', 'source': 'deprecatedSource',
    'firstTimestamp': 'deprecatedFirstTimestamp', 'lastTimestamp': 'deprecatedLastTimestamp',
    'count': 'deprecatedCount', 'reportingComponent': 'reportingController'}
"""By the core group's name."""
_BACK = {new: old for old, new in NAMES.items()}


def to_new(obj: Object) -> Object:
    """A stored event as events.k8s.io shows it."""
    shown = {NAMES.get(name, name): value for name, value in obj.items()}
    for name in ('reportingController', 'reportingInstance'):
        if not shown.get(name):
            shown.pop(name, None)
    return {**shown, 'apiVersion': NEW}


def to_stored(obj: Object) -> None:
    """The way back, in place."""
    for new, old in _BACK.items():
        if new in obj:
            obj[old] = obj.pop(new)
    obj['apiVersion'] = 'v1'
