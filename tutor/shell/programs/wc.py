"""wc."""

from __future__ import annotations

from codecs import getincrementaldecoder

from tutor.cluster.simulation import Reader
from tutor.shell.process import IO, Context
from tutor.shell.programs.inputs import CHUNK, open_all
from tutor.shell.programs.options import parse

LONG = {'lines': 'l', 'words': 'w', 'bytes': 'c', 'chars': 'm', 'max-line-length': 'L'}


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """wc [-lwcmL] [FILE…]"""
    options = parse(argv, ctx, 'lwcmL', LONG)
    wanted = [letter for letter in 'lwmcL' if letter in options] or ['l', 'w', 'c']
    inputs = open_all(options.args, io, ctx).named(argv[0])
    rows: list[tuple[dict[str, int], str]] = []
    sized = True
    for path, reader in inputs.readers():
        counts = await _count(reader, wanted == ['c'])
        rows.append((counts, path if options.args else ''))
        sized = sized and path != '-' and bool(options.args)
    if len(inputs.paths) > 1:
        total = {letter: sum(counts[letter] for counts, _ in rows) for letter in 'lwmc'}
        total['L'] = max((counts['L'] for counts, _ in rows), default=0)
        rows.append((total, 'total'))
    width = _width(rows, wanted, sized, inputs.paths)
    if ctx.host.userland == 'busybox':
        width = 9 if len(wanted) > 1 or len(inputs.paths) > 1 else 1
    for counts, path in rows:
        numbers = ' '.join(f'{counts[letter]:{width}d}' for letter in wanted)
        io.stdout.write(f'{numbers} {path}\n' if path else f'{numbers}\n')
    return int(inputs.failed)


def _width(rows: list[tuple[dict[str, int], str]], wanted: list[str], sized: bool, paths: list[str]) -> int:
    """GNU's number_width: as wide as the sum of the sizes needs, 7 for what has no size, 1 for a single number."""
    if len(wanted) == 1 and len(paths) == 1:
        return 1
    if not sized:
        return 7
    return len(str(rows[-1][0]['c'] if rows else 0))


async def _count(reader: Reader, only_bytes: bool) -> dict[str, int]:
    counts = {'l': 0, 'w': 0, 'm': 0, 'c': 0, 'L': 0}
    if only_bytes:
        while data := await reader.read(CHUNK):
            counts['c'] += len(data)
        return counts
    decoder, in_word, column = getincrementaldecoder('utf-8')('replace'), False, 0
    while data := await reader.read(CHUNK):
        counts['c'] += len(data)
        text = decoder.decode(data)
        if not text:
            continue
        counts['l'] += text.count('\n')
        counts['m'] += len(text)
        counts['w'] += len(text.split()) - (in_word and not text[0].isspace())
        in_word = not text[-1].isspace()
        for number, part in enumerate(text.split('\n')):
            column = _column(0 if number else column, part)
            counts['L'] = max(counts['L'], column)
    return counts


def _column(start: int, text: str) -> int:
    """Where a text ends that begins at a column."""
    return start + len((' ' * (start % 8) + text).expandtabs()) - start % 8
