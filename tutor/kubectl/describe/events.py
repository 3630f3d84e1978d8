"""The table of events at the end of a description."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.apimachinery.objects import Object
from tutor.kubectl.describe.writer import PrefixWriter
from tutor.kubectl.printers.sorting import go_sort


def describe_events(events: Sequence[Object] | None, w: PrefixWriter) -> None:
    """DescribeEvents: sorted by when each was last seen; those recorded with an eventTime only come first."""
    if events is None:
        return
    if not events:
        w.write(0, 'Events:\t<none>\n')
        return
    w.flush()
    w.write(0, 'Events:\n  Type\tReason\tAge\tFrom\tMessage\n')
    w.write(1, '----\t------\t----\t----\t-------\n')
    for event in go_sort(events, lambda a, b: (a.get('lastTimestamp') or '') < (b.get('lastTimestamp') or '')):
        source = (event.get('source') or {}).get('component') or event.get('reportingComponent') or ''
        message = (event.get('message') or '').strip()
        field_path = (event.get('involvedObject') or {}).get('fieldPath')
        if field_path:
            message = f'{field_path}: {message}'
        w.rows(1, (event.get('type'), event.get('reason'), interval(event, w), source, message))


def interval(event: Object, w: PrefixWriter) -> str:
    """'5s', or '2s (x3 over 10s)' for what was seen more than once."""
    first = w.age(event.get('eventTime') or event.get('firstTimestamp'))
    series = event.get('series')
    if series:
        return f'{w.age(series.get("lastObservedTime"))} (x{series.get("count", 0)} over {first})'
    if event.get('count', 0) > 1:
        return f'{w.age(event.get("lastTimestamp"))} (x{event["count"]} over {first})'
    return first
