"""Cron schedules: whether one can be read (robfig/cron's standard parser)."""

from __future__ import annotations

from tutor.apimachinery.duration import DurationError, parse_duration

_DESCRIPTORS = frozenset({'@yearly', '@annually', '@monthly', '@weekly', '@daily', '@midnight', '@hourly'})
_MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
_DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']
_FIELDS = ((0, 59, ()), (0, 23, ()), (1, 31, ()), (1, 12, _MONTHS), (0, 6, _DAYS))


def problem(schedule: str) -> str:
    """What cron.ParseStandard says is wrong, '' if nothing."""
    text = schedule
    if text.startswith(('TZ=', 'CRON_TZ=')):
        text = text.partition(' ')[2].strip()
    if text.startswith('@'):
        return _descriptor(text)
    parts = text.split()
    if not text:
        return 'empty spec string'
    if len(parts) != 5:
        return f'expected exactly 5 fields, found {len(parts)}: [{" ".join(parts)}]'
    for part, (low, high, names) in zip(parts, _FIELDS, strict=True):
        for piece in part.split(','):
            if found := _range(piece, low, high, names):
                return found
    return ''


def _descriptor(text: str) -> str:
    if text in _DESCRIPTORS:
        return ''
    if text.startswith('@every '):
        try:
            parse_duration(text.removeprefix('@every '))
        except DurationError as error:
            return f'failed to parse duration {text}: {error}'
        return ''
    return f'unrecognized descriptor: {text}'


def _range(text: str, low: int, high: int, names: object) -> str:
    """getRange: number | number "-" number [ "/" number ]."""
    span, *step = text.split('/')
    ends = span.split('-')
    if ends[0] in ('*', '?'):
        start, end = low, high
    else:
        numbers = []
        for word in ends:
            number = _number(word, names)
            if isinstance(number, str):
                return number
            numbers.append(number)
        if len(numbers) > 2:
            return f'too many hyphens: {text}'
        start, end = numbers[0], numbers[-1]
    if len(step) > 1:
        return f'too many slashes: {text}'
    every = 1
    if step:
        number = _number(step[0], ())
        if isinstance(number, str):
            return number
        every = number
        if len(ends) == 1:
            end = high
    return _bounds(text, start, end, every, low, high)


def _bounds(text: str, start: int, end: int, every: int, low: int, high: int) -> str:
    if start < low:
        return f'beginning of range ({start}) below minimum ({low}): {text}'
    if end > high:
        return f'end of range ({end}) above maximum ({high}): {text}'
    if start > end:
        return f'beginning of range ({start}) beyond end of range ({end}): {text}'
    return f'step of range should be a positive number: {text}' if every == 0 else ''


def _number(word: str, names: object) -> int | str:
    known = list(names) if isinstance(names, (list, tuple)) else []
    if word.lower() in known:
        return known.index(word.lower()) + (1 if known is not None and len(known) == 12 else 0)
    if not word.lstrip('-').isdigit():
        return f'failed to parse int from {word}: strconv.Atoi: parsing "{word}": invalid syntax'
    number = int(word)
    return number if number >= 0 else f'negative number ({number}) not allowed: {word}'
