"""Durations as Go writes them and as kubectl shows ages, and timestamps of the API."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from tutor.apimachinery.field import go_quote

_UNITS = {'ns': 1, 'us': 10**3, 'µs': 10**3, 'μs': 10**3, 'ms': 10**6, 's': 10**9, 'm': 60 * 10**9, 'h': 3600 * 10**9}
_PART = re.compile(r'([0-9]*)(\.[0-9]*)?([^0-9.]*)')
_MAX = 2**63 - 1


class DurationError(ValueError):
    """Not a duration; the text is time.ParseDuration's."""


def span(seconds: int) -> timedelta:
    """time.Duration(seconds) * time.Second: 64 bits of nanoseconds, which begin anew where they end."""
    nanoseconds = (seconds * 10**9 + 2**63) % 2**64 - 2**63
    return timedelta(microseconds=nanoseconds // 1000)


def parse_duration(text: str) -> float:
    """A Go duration ('1h30m', '1.5s', '-2m', '0') in seconds. Raises DurationError with Go's words."""
    return parse_nanoseconds(text) / 1e9


def parse_nanoseconds(text: str) -> int:
    """time.ParseDuration."""
    quoted = go_quote(text)
    rest = text
    sign = 1
    if rest[:1] in ('-', '+'):
        sign = -1 if rest[0] == '-' else 1
        rest = rest[1:]
    if rest == '0':
        return 0
    if not rest:
        raise DurationError(f'time: invalid duration {quoted}')
    total = 0
    while rest:
        match = _PART.match(rest)
        if match is None or not (match[1] or (match[2] and match[2] != '.')):
            raise DurationError(f'time: invalid duration {quoted}')
        whole, fraction, unit = match[1], match[2] or '', match[3]
        if not unit:
            raise DurationError(f'time: missing unit in duration {quoted}')
        if unit not in _UNITS:
            raise DurationError(f'time: unknown unit {go_quote(unit)} in duration {quoted}')
        total += int(whole or 0) * _UNITS[unit]
        if len(fraction) > 1:
            total += int(fraction[1:]) * _UNITS[unit] // 10 ** (len(fraction) - 1)
        if total > _MAX:
            raise DurationError(f'time: invalid duration {quoted}')
        rest = rest[match.end():]
    return sign * total


def format_duration(seconds: float) -> str:
    """time.Duration.String: '1h30m0s', '1.5s', '100ms', '0s'."""
    nanoseconds = round(seconds * 1e9)
    sign = '-' if nanoseconds < 0 else ''
    nanoseconds = abs(nanoseconds)
    if nanoseconds == 0:
        return '0s'
    if nanoseconds < 10**9:
        for unit, name in ((10**6, 'ms'), (10**3, 'µs'), (1, 'ns')):
            if nanoseconds >= unit:
                return f'{sign}{_decimal(nanoseconds, unit)}{name}'
    minutes, rest = divmod(nanoseconds, 60 * 10**9)
    hours, minutes = divmod(minutes, 60)
    text = f'{_decimal(rest, 10**9)}s'
    if hours:
        text = f'{hours}h{minutes}m{text}'
    elif minutes:
        text = f'{minutes}m{text}'
    return sign + text


def _decimal(amount: int, unit: int) -> str:
    whole, rest = divmod(amount, unit)
    if not rest:
        return str(whole)
    return f'{whole}.{str(rest).rjust(len(str(unit)) - 1, "0").rstrip("0")}'


def short_human_duration(seconds: float) -> str:
    """ShortHumanDuration: the largest unit alone; clocks may be two seconds apart."""
    whole = int(seconds)
    if whole < 0:
        return '<invalid>' if whole < -1 else '0s'
    for size, unit in ((365 * 86400, 'y'), (86400, 'd'), (3600, 'h'), (60, 'm')):
        if whole >= size:
            return f'{whole // size}{unit}'
    return f'{whole}s'


def human_duration(seconds: float) -> str:
    """duration.HumanDuration: two significant parts while they matter."""
    whole = int(seconds)
    if whole < -1:
        return '<invalid>'
    if whole < 0:
        return '0s'
    if whole < 60 * 2:
        return f'{whole}s'
    minutes = whole // 60
    if minutes < 10:
        rest = whole % 60
        return f'{minutes}m{rest}s' if rest else f'{minutes}m'
    if minutes < 60 * 3:
        return f'{minutes}m'
    return _human_hours(whole // 3600, minutes)


def _human_hours(hours: int, minutes: int) -> str:
    if hours < 8:
        rest = minutes % 60
        return f'{hours}h{rest}m' if rest else f'{hours}h'
    if hours < 48:
        return f'{hours}h'
    if hours < 24 * 8:
        rest = hours % 24
        return f'{hours // 24}d{rest}h' if rest else f'{hours // 24}d'
    if hours < 24 * 365 * 2:
        return f'{hours // 24}d'
    years = hours // 24 // 365
    if hours < 24 * 365 * 8:
        rest = hours // 24 % 365
        return f'{years}y{rest}d' if rest else f'{years}y'
    return f'{years}y'


@lru_cache(maxsize=4096)
def parse_timestamp(text: str) -> float:
    """An API timestamp (RFC 3339, with or without a fraction) as seconds since 1970. Raises ValueError."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def format_timestamp(seconds: float) -> str:
    """metav1.Time: whole seconds, in UTC."""
    return datetime.fromtimestamp(int(seconds), UTC).strftime('%Y-%m-%dT%H:%M:%SZ')


def translate_timestamp(timestamp: str | None, now: float) -> str:
    """translateTimestampSince: an age as tables show it; '<unknown>' without a timestamp."""
    if not timestamp:
        return '<unknown>'
    return human_duration(now - parse_timestamp(timestamp))
