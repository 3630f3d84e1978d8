"""When a cron schedule is due (robfig/cron's standard parser)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from tutor.apimachinery.duration import parse_duration

_DESCRIPTORS = {'@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0',
                '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *'}
_MONTHS = ('jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec')
_DAYS = ('sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat')
_BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_YEARS = 5


class ScheduleError(ValueError):
    """Not a schedule."""


def _later(moment: datetime, span: timedelta, zone: tzinfo) -> datetime:
    """Some time afterwards, as clocks that are put forward and back show it."""
    return moment + span if zone is UTC else (moment.astimezone(UTC) + span).astimezone(zone)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The minutes, hours, days, months and weekdays at which something is due, or every so many seconds."""

    fields: tuple[frozenset[int], ...] = ()
    any_day: bool = True
    any_weekday: bool = True
    every: float = 0.0

    def next(self, after: datetime, zone: tzinfo = UTC) -> datetime | None:
        """The first moment after another; None when there is none within five years."""
        if self.every:
            return after.replace(microsecond=0) + timedelta(seconds=max(self.every, 1))
        moment = _later(after.astimezone(zone).replace(second=0, microsecond=0), timedelta(minutes=1), zone)
        last = moment.year + _YEARS
        minutes, hours, _, months, _ = self.fields
        while moment.year <= last:
            if moment.month not in months:
                month = moment.month % 12 + 1
                moment = moment.replace(year=moment.year + (month == 1), month=month, day=1, hour=0, minute=0, fold=0)
            elif not self._on_day(moment):
                moment = moment.replace(hour=0, minute=0, fold=0) + timedelta(days=1)
            elif moment.hour not in hours:
                moment = _later(moment.replace(minute=0), timedelta(hours=1), zone)
            elif moment.minute not in minutes:
                moment = _later(moment, timedelta(minutes=1), zone)
            else:
                return moment.astimezone(UTC)
        return None

    def _on_day(self, moment: datetime) -> bool:
        """dayMatches: with both days given either is enough, else both have to hold."""
        on_day = moment.day in self.fields[2]
        on_weekday = (moment.weekday() + 1) % 7 in self.fields[4]
        if self.any_day or self.any_weekday:
            return on_day and on_weekday
        return on_day or on_weekday


@lru_cache(maxsize=256)
def parse(text: str) -> Schedule:
    """cron.ParseStandard. Raises ScheduleError."""
    if text.startswith('@every '):
        return Schedule(every=parse_duration(text.removeprefix('@every ').strip()))
    parts = _DESCRIPTORS.get(text, text).split()
    if len(parts) != 5:
        raise ScheduleError(f'expected exactly 5 fields, found {len(parts)}: [{" ".join(parts)}]')
    fields = tuple(_field(part, index) for index, part in enumerate(parts))
    return Schedule(fields, parts[2][0] in '*?', parts[4][0] in '*?')


def _field(text: str, index: int) -> frozenset[int]:
    found: set[int] = set()
    low, high = _BOUNDS[index]
    for piece in text.split(','):
        span, _, step = piece.partition('/')
        first, _, last = span.partition('-')
        if first in ('*', '?'):
            start, end = low, high
        else:
            start = _number(first, index)
            end = _number(last, index) if last else (high if step else start)
        every = int(step) if step.isdigit() else 1
        if not low <= start <= end <= high or every < 1:
            raise ScheduleError(f'bad range: {piece}')
        found.update(range(start, end + 1, every))
    return frozenset(found)


def _number(text: str, index: int) -> int:
    lower = text.lower()
    if index == 3 and lower in _MONTHS:
        return _MONTHS.index(lower) + 1
    if index == 4 and lower in _DAYS:
        return _DAYS.index(lower)
    if not text.isdigit():
        raise ScheduleError(f'failed to parse int from {text}')
    return int(text)
