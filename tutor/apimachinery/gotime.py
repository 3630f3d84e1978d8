"""Times of RFC 3339, read as Go's time.Parse reads them, with its errors."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, datetime, timedelta, timezone

from tutor.apimachinery.field import go_quote

RFC3339 = '2006-01-02T15:04:05Z07:00'
RFC3339_MICRO = '2006-01-02T15:04:05.000000Z07:00'
_NUMBERS = (('', '2006', 4, None), ('-', '01', 2, ('month', 1, 12)), ('-', '02', 2, None),
            ('T', '15', 1, ('hour', 0, 23)), (':', '04', 2, ('minute', 0, 59)), (':', '05', 2, ('second', 0, 59)))
"""What stands before each number, the number in the layout, its least digits and its range."""
_USUAL = re.compile(r'(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3])(?::[0-5]\d){2}Z',
                    re.ASCII).fullmatch
_DIGITS = frozenset('0123456789')


class TimeError(ValueError):
    """The text is the one of a Go time.ParseError."""


class _Reader:
    def __init__(self, text: str, layout: str) -> None:
        self.text, self.layout, self.rest = text, layout, text

    def refuse(self, wanted: str) -> TimeError:
        return TimeError(f'parsing time {go_quote(self.text)} as "{self.layout}": cannot parse {go_quote(self.rest)} '
                         f'as "{wanted}"')

    def wrong(self, message: str) -> TimeError:
        return TimeError(f'parsing time {go_quote(self.text)}: {message}')

    def skip(self, literal: str) -> None:
        if not self.rest.startswith(literal):
            raise self.refuse(literal)
        self.rest = self.rest[len(literal):]

    def number(self, wanted: str, least: int) -> int:
        """As many digits as the layout has; an hour may have one."""
        length = len(wanted)
        if least < length and not set(self.rest[:length]) <= _DIGITS:
            length = least
        digits = self.rest[:length]
        if len(digits) < least or not set(digits) <= _DIGITS:
            raise self.refuse(wanted)
        self.rest = self.rest[len(digits):]
        return int(digits)

    def fraction(self) -> int:
        """Microseconds: six digits if the layout has them, else as many as there are."""
        digits = ''
        for each in self.rest[1:]:
            if each not in _DIGITS or (self.layout == RFC3339_MICRO and len(digits) == 6):
                break
            digits += each
        if self.layout == RFC3339_MICRO and (self.rest[:1] not in ('.', ',') or len(digits) < 6):
            raise self.refuse('.000000')
        if not digits or self.rest[0] not in '.,':
            return 0
        self.rest = self.rest[1 + len(digits):]
        return int(f'{digits:0<6}'[:6])

    def zone(self) -> timezone:
        if self.rest.startswith('Z'):
            self.rest = self.rest[1:]
            return UTC
        text = self.rest[:6]
        if len(text) < 6 or text[3] != ':' or text[0] not in '+-' or not set(text[1:3] + text[4:]) <= _DIGITS:
            raise self.refuse('Z07:00')
        hours, minutes = int(text[1:3]), int(text[4:])
        for name, value, most in (('hour', hours, 24), ('minute', minutes, 60)):
            if value > most:
                raise self.wrong(f'time zone offset {name} out of range')
        self.rest = self.rest[6:]
        offset = timedelta(hours=hours, minutes=minutes)
        return timezone(-offset if text[0] == '-' else offset)


def parse_time(text: str, layout: str = RFC3339) -> datetime:
    """time.Parse for the two layouts of the API. Raises TimeError."""
    if layout == RFC3339 and _USUAL(text):
        return datetime.fromisoformat(text)
    reader, numbers = _Reader(text, layout), []
    for literal, wanted, least, limits in _NUMBERS:
        reader.skip(literal)
        numbers.append(value := reader.number(wanted, least))
        if limits and not limits[1] <= value <= limits[2]:
            raise reader.wrong(f'{limits[0]} out of range')
    microseconds, zone = reader.fraction(), reader.zone()
    if reader.rest:
        raise reader.wrong(f'extra text: {go_quote(reader.rest)}')
    year, month, day, hour, minute, second = numbers
    if not 1 <= day <= calendar.monthrange(max(year, 1), month)[1]:
        raise reader.wrong('day out of range')
    try:
        return datetime(year, month, day, hour, minute, second, microseconds, zone)
    except ValueError as error:  # the year 0, which Python's calendar lacks
        raise reader.wrong(str(error)) from None
