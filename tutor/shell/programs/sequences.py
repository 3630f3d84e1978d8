"""seq, yes."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint
from tutor.shell.programs.inputs import Pace
from tutor.shell.programs.options import Help, missing_operand, parse

BATCH = 5000


async def seq(argv: list[str], io: IO, ctx: Context) -> int:
    """seq [-w] [-s SEPARATOR] [-f FORMAT] [FIRST [STEP]] LAST"""
    words, separator, pad, form = _options(argv, ctx)
    if not words:
        raise missing_operand(argv, ctx)
    if len(words) > 3:
        raise Complaint(f"extra operand ‘{words[3]}’\nTry 'seq --help' for more information.")
    numbers = [_number(word) for word in words]
    first = numbers[0] if len(words) > 1 else Decimal(1)
    step = numbers[1] if len(words) == 3 else Decimal(1)
    last = numbers[-1]
    if not step:
        raise Complaint("invalid Zero increment value: ‘0’\nTry 'seq --help' for more information.")
    places = max((-int(number.as_tuple().exponent) for number in (first, step)), default=0)
    width = max(len(f'{first:.{max(places, 0)}f}'), len(f'{last:.{max(places, 0)}f}')) if pad else 0
    if not form and not width and all(number == int(number) for number in numbers):
        return await _integers(range(int(first), int(last) + (1 if step > 0 else -1), int(step)), separator, io, ctx)
    await _count(first, step, last, lambda number: _shown(number, form, max(places, 0), width), separator, io, ctx)
    return 0


def _options(argv: list[str], ctx: Context) -> tuple[list[str], str, bool, str]:
    words, separator, pad, form = argv[1:], '\n', False, ''
    found: list[str] = []
    while words:
        word = words.pop(0)
        if word in ('-w', '--equal-width'):
            pad = True
        elif word.startswith(('-s', '-f')) and not word.startswith('--'):
            value = word[2:] or (words.pop(0) if words else '')
            separator, form = (value, form) if word[1] == 's' else (separator, value)
        elif word.startswith(('--separator=', '--format=')):
            value = word.partition('=')[2]
            separator, form = (value, form) if word[2] == 's' else (separator, value)
        elif word.startswith('-') and len(word) > 1 and not (word[1].isdigit() or word[1] == '.'):
            parse(['seq', word], ctx, '')
        else:
            found.append(word)
    return found, separator, pad, form


def _number(word: str) -> Decimal:
    try:
        number = Decimal(word)
    except InvalidOperation:
        number = Decimal('nan')
    if not number.is_finite():
        raise Complaint(f"invalid floating point argument: ‘{word}’\nTry 'seq --help' for more information.",
                        busybox=f"invalid number '{word}'")
    return number


def _shown(number: Decimal, form: str, places: int, width: int) -> str:
    if form:
        try:
            return form % float(number)
        except (TypeError, ValueError):
            raise Complaint(f"format ‘{form}’ has unknown directive") from None
    return f'{number:.{places}f}'.zfill(width)


async def _integers(numbers: range, separator: str, io: IO, ctx: Context) -> int:
    """Whole numbers, many at a time."""
    pace = Pace(io, ctx)
    for start in range(0, len(numbers), BATCH):
        text = separator.join(map(str, numbers[start:start + BATCH]))
        io.stdout.write(text + (separator if start + BATCH < len(numbers) else '\n'))
        await io.stdout.drain()
        if not await pace.wrote(len(text)):
            raise Complaint('output budget exceeded')
    return 0


async def _count(first: Decimal, step: Decimal, last: Decimal, show, separator: str, io: IO, ctx: Context) -> None:
    pace = Pace(io, ctx)
    number, begun = first, False
    while (number <= last) if step > 0 else (number >= last):
        text = (separator if begun else '') + show(number)
        begun = True
        io.stdout.write(text)
        if not await pace.wrote(len(text)):
            raise Complaint('output budget exceeded')
        number += step
    if begun:
        io.stdout.write('\n')


async def yes(argv: list[str], io: IO, ctx: Context) -> int:
    """yes [STRING…]"""
    if argv[1:] == ['--help']:
        raise Help('yes')
    line = ' '.join(argv[1:] or ['y']) + '\n'
    block = line * max(1, 4096 // len(line))
    pace = Pace(io, ctx)
    while True:
        io.stdout.write(block)
        await io.stdout.drain()
        if not await pace.wrote(len(block)):
            raise Complaint('standard output: stopped after the budget for endless output')
