"""Cron schedules: what they say, and when they are due (robfig/cron's standard parser)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from tutor.apimachinery.duration import DurationError, parse_duration
from tutor.apimachinery.field import go_quote

_DESCRIPTORS = {'@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0',
                '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *'}
_MONTHS = {name: number for number, name in enumerate(
    ('jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'), 1)}
_DAYS = {name: number for number, name in enumerate(('sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'))}
_FIELDS: tuple[tuple[int, int, Mapping[str, int]], ...] = (
    (0, 59, {}), (0, 23, {}), (1, 31, {}), (1, 12, _MONTHS), (0, 6, _DAYS))
"""The least, the greatest and the names that a field may have."""
_YEARS = 5


class ScheduleError(ValueError):
    """Not a schedule; the text is the parser's."""


def _later(moment: datetime, span: timedelta, zone: tzinfo) -> datetime:
    """Some time afterwards, as clocks that are put forward and back show it."""
    return moment + span if zone is UTC else (moment.astimezone(UTC) + span).astimezone(zone)


@dataclass(frozen=True, slots=True)
class Schedule:
    """The minutes, hours, days, months and weekdays at which something is due, or every so many seconds; `zone` where
    the schedule itself names one."""

    fields: tuple[frozenset[int], ...] = ()
    any_day: bool = True
    any_weekday: bool = True
    every: int = 0
    zone: tzinfo | None = None

    def next(self, after: datetime, zone: tzinfo = UTC) -> datetime | None:
        """The first moment after another; None when there is none within five years."""
        if self.every:
            return after.replace(microsecond=0) + timedelta(seconds=self.every)
        zone = self.zone or zone
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
    if not text:
        raise ScheduleError('empty spec string')
    zone = None
    if text.startswith(('TZ=', 'CRON_TZ=')):
        head, _, text = text.partition(' ')
        zone, text = _zone(head.partition('=')[2]), text.strip()
    if text.startswith('@every '):
        return Schedule(every=_every(text))
    if text.startswith('@') and text not in _DESCRIPTORS:
        raise ScheduleError(f'unrecognized descriptor: {text}')
    parts = _DESCRIPTORS.get(text, text).split()
    if len(parts) != 5:
        raise ScheduleError(f'expected exactly 5 fields, found {len(parts)}: [{" ".join(parts)}]')
    fields, stars = zip(*(_field(part, *bounds) for part, bounds in zip(parts, _FIELDS, strict=True)), strict=True)
    return Schedule(fields, stars[2], stars[4], zone=zone)


def location(name: str) -> tzinfo:
    """time.LoadLocation. Raises ValueError."""
    from zoneinfo import ZoneInfo, ZoneInfoNotFoundError  # seldom needed, and slow to import
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f'unknown time zone {name}') from None


def _zone(name: str) -> tzinfo:
    try:
        return location(name)
    except ValueError as problem:
        raise ScheduleError(f'provided bad location {name}: {problem}') from None


def _every(text: str) -> int:
    """cron.Every: whole seconds, and at least one."""
    try:
        return max(int(parse_duration(text.removeprefix('@every '))), 1)
    except DurationError as problem:
        raise ScheduleError(f'failed to parse duration {text}: {problem}') from None


def _field(text: str, low: int, high: int, names: Mapping[str, int]) -> tuple[frozenset[int], bool]:
    """getField: the numbers that a field lists, and whether it leaves the field open."""
    pieces = [_range(piece, low, high, names) for piece in text.split(',') if piece]
    return frozenset(number for numbers, _ in pieces for number in numbers), any(star for _, star in pieces)


def _range(text: str, low: int, high: int, names: Mapping[str, int]) -> tuple[range, bool]:
    """getRange: number | number "-" number [ "/" number ]."""
    span, *steps = text.split('/')
    first, *ends = span.split('-')
    star = first in ('*', '?')
    start, end = (low, high) if star else (_number(first, names),) * 2
    if ends and not star:
        if len(ends) > 1:
            raise ScheduleError(f'too many hyphens: {text}')
        end = _number(ends[0], names)
    if len(steps) > 1:
        raise ScheduleError(f'too many slashes: {text}')
    step = _number(steps[0], {}) if steps else 1
    if steps and not ends:
        end = high
    _check_bounds(text, start, end, low, high)
    if not step:
        raise ScheduleError(f'step of range should be a positive number: {text}')
    return range(start, end + 1, step), star and step == 1


def _check_bounds(text: str, start: int, end: int, low: int, high: int) -> None:
    if start < low:
        raise ScheduleError(f'beginning of range ({start}) below minimum ({low}): {text}')
    if end > high:
        raise ScheduleError(f'end of range ({end}) above maximum ({high}): {text}')
    if start > end:
        raise ScheduleError(f'beginning of range ({start}) beyond end of range ({end}): {text}')


def _number(text: str, names: Mapping[str, int]) -> int:
    """parseIntOrName."""
    if text.lower() in names:
        return names[text.lower()]
    if not re.fullmatch('[+-]?[0-9]+', text):
        raise ScheduleError(f'failed to parse int from {text}: strconv.Atoi: parsing {go_quote(text)}: invalid syntax')
    number = int(text)
    if number < 0:
        raise ScheduleError(f'negative number ({number}) not allowed: {text}')
    return number
