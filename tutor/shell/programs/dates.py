"""Dates as people write them for `date -d` and `touch -d`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

FORMATS = ('%Y-%m-%dT%H:%M:%S%z', '%Y-%m-%dT%H:%M:%S.%f%z', '%Y-%m-%d %H:%M:%S %z', '%Y-%m-%dT%H:%M:%S',
           '%Y-%m-%d %H:%M:%S', '%Y-%m-%d %H:%M:%S.%f', '%Y-%m-%dT%H:%M', '%Y-%m-%d %H:%M', '%Y-%m-%d', '%m/%d/%Y',
           '%a %b %d %H:%M:%S %Y', '%a, %d %b %Y %H:%M:%S %z', '%d %b %Y', '%b %d %Y', '%b %d, %Y',
           '%b %d %H:%M:%S %Y', '%d %b %Y %H:%M:%S', '%Y%m%d', '%H:%M:%S', '%H:%M')
UNITS = {'sec': 1, 'second': 1, 'min': 60, 'minute': 60, 'hour': 3600, 'day': 86400, 'week': 604800,
         'fortnight': 1209600}
WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday']
OFFSET = re.compile(r'([-+]?\s*\d+|a|an|next|last)\s*'
                    r'(sec|second|min|minute|hour|day|week|fortnight|month|year)s?(\s+ago)?\b')


def parse_date(text: str, now: datetime) -> datetime | None:
    """The moment a text names, in UTC; None when it cannot be read."""
    text = text.strip()
    if re.fullmatch(r'@-?\d+(\.\d+)?', text):
        try:
            return datetime.fromtimestamp(float(text[1:]), UTC)
        except (OverflowError, ValueError, OSError):
            return None
    exact = _exact(text, now)
    return exact if exact is not None else _relative(text, now)


def _exact(text: str, now: datetime) -> datetime | None:
    cleaned = re.sub(r'\s+(UTC|GMT|Z)$', '', text)
    cleaned = re.sub(r'(\d)Z$', r'\1+0000', cleaned)
    cleaned = re.sub(r'^(\w{3} \w{3}) +(\d+) ([\d:]+) UTC (\d+)$', r'\1 \2 \3 \4', cleaned)
    cleaned = re.sub(r'(\.\d{6})\d+', r'\1', cleaned)
    for form in FORMATS:
        try:
            moment = datetime.strptime(cleaned, form)
        except ValueError:
            continue
        if form in ('%H:%M', '%H:%M:%S'):
            moment = moment.replace(year=now.year, month=now.month, day=now.day)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return None


def _relative(text: str, now: datetime) -> datetime | None:
    rest, moment = text.lower(), now
    for amount, unit, ago in OFFSET.findall(rest):
        count = {'a': 1, 'an': 1, 'next': 1, 'last': -1}.get(amount.strip())
        number = count if count is not None else int(amount.replace(' ', ''))
        number = -number if ago else number
        try:
            moment = _moved(moment, number, unit)
        except (OverflowError, ValueError):
            return None
    rest = OFFSET.sub(' ', rest)
    for word in rest.split():
        if word in ('now', 'today', 'utc', 'gmt'):
            continue
        if word in ('yesterday', 'tomorrow'):
            moment += timedelta(days=1 if word == 'tomorrow' else -1)
        elif word in ('midnight', 'noon'):
            moment = moment.replace(hour=12 if word == 'noon' else 0, minute=0, second=0, microsecond=0)
        elif (day := next((place for place, name in enumerate(WEEKDAYS) if name.startswith(word) and len(word) > 2),
                          -1)) >= 0:
            moment = (moment + timedelta(days=(day - moment.weekday()) % 7)).replace(hour=0, minute=0, second=0)
        else:
            exact = _exact(word, moment)
            if exact is None:
                return None
            if not re.fullmatch(r'\d{1,2}:\d{2}(:\d{2})?', word) and moment != now:
                exact += moment - now
            moment = exact
    return moment


def _moved(moment: datetime, number: int, unit: str) -> datetime:
    if unit in UNITS:
        return moment + timedelta(seconds=number * UNITS[unit])
    months = moment.month - 1 + number * (12 if unit == 'year' else 1)
    year, month = moment.year + months // 12, months % 12 + 1
    first = moment.replace(year=year, month=month, day=1)
    return first + timedelta(days=moment.day - 1)
