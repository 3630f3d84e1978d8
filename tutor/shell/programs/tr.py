"""tr."""

from __future__ import annotations

import re
import string

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import USAGE, Complaint
from tutor.shell.programs.inputs import CHUNK
from tutor.shell.programs.options import parse

ESCAPES = {'n': '\n', 't': '\t', 'r': '\r', 'a': '\a', 'b': '\b', 'f': '\f', 'v': '\v', '\\': '\\'}
CLASSES = {'alpha': string.ascii_uppercase + string.ascii_lowercase, 'digit': string.digits,
           'alnum': string.digits + string.ascii_uppercase + string.ascii_lowercase,
           'upper': string.ascii_uppercase, 'lower': string.ascii_lowercase, 'space': '\t\n\v\f\r ', 'blank': '\t ',
           'punct': string.punctuation, 'cntrl': ''.join(map(chr, [*range(32), 127])),
           'print': ''.join(map(chr, range(32, 127))), 'graph': ''.join(map(chr, range(33, 127))),
           'xdigit': '0123456789ABCDEFabcdef'}
TRY = "\nTry 'tr --help' for more information."


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """tr [-cdst] SET1 [SET2]"""
    options = parse(argv, ctx, 'cCdst',
                    {'complement': 'c', 'delete': 'd', 'squeeze-repeats': 's', 'truncate-set1': 't'},
                    permute=False)
    delete, squeeze = 'd' in options, 's' in options
    _check(options.args, delete, squeeze)
    first = expand(options.args[0])
    second = expand(options.args[1], len(first)) if len(options.args) > 1 else ''
    complement = 'c' in options or 'C' in options
    if 't' in options:
        first = first[:len(second)]
    change = _Change(first, second, complement, delete, squeeze, len(options.args) > 1)
    rest = b''
    while data := await io.stdin.read(CHUNK):
        data = rest + data
        cut = _whole(data)
        rest = data[cut:]
        io.stdout.write(change.apply(data[:cut].decode('utf-8', 'surrogateescape')))
        await io.stdout.drain()
    io.stdout.write(change.apply(rest.decode('utf-8', 'surrogateescape')))
    return 0


def _whole(data: bytes) -> int:
    """Where the last complete character ends."""
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:
            needed = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return len(data) - back if needed > back else len(data)
        if byte < 0x80:
            break
    return len(data)


def _check(args: list[str], delete: bool, squeeze: bool) -> None:
    if not args:
        raise Complaint('missing operand' + TRY, busybox=USAGE)
    if len(args) == 1 and not delete and not squeeze:
        raise Complaint(f"missing operand after ‘{args[0]}’\nTwo strings must be given when translating." + TRY,
                        busybox=USAGE)
    if len(args) == 1 and delete and squeeze:
        raise Complaint(f"missing operand after ‘{args[0]}’\n"
                        'Two strings must be given when both deleting and squeezing repeats.' + TRY, busybox=USAGE)
    if len(args) > 2 or (len(args) == 2 and delete and not squeeze):
        extra = args[2] if len(args) > 2 else args[1]
        only = '\nOnly one string may be given when deleting without squeezing repeats.' if len(args) == 2 else ''
        raise Complaint(f"extra operand ‘{extra}’{only}" + TRY, busybox=USAGE)


def expand(spec: str, length: int = 0) -> str:
    """A set: ranges, escapes, [:classes:], [=x=] and [x*n]."""
    found: list[str] = []
    place = 0
    while place < len(spec):
        if (match := re.compile(r'\[:(\w+):\]').match(spec, place)) is not None:
            if match[1] not in CLASSES:
                raise Complaint(f"invalid character class ‘{match[1]}’")
            found.append(CLASSES[match[1]])
            place = match.end()
            continue
        if (match := re.compile(r'\[(.)\*(\d*)\]', re.DOTALL).match(spec, place)) is not None:
            found.append(match[1] * (int(match[2], 8 if match[2].startswith('0') else 10) if match[2]
                                     else max(length - len(''.join(found)), 0)))
            place = match.end()
            continue
        if (match := re.compile(r'\[=(.)=\]').match(spec, place)) is not None:
            found.append(match[1])
            place = match.end()
            continue
        char, place = _character(spec, place)
        if spec[place:place + 1] == '-' and place + 1 < len(spec):
            last, after = _character(spec, place + 1)
            if ord(last) < ord(char):
                raise Complaint(f"range-endpoints of ‘{char}-{last}’ are in reverse collating sequence order")
            found.append(''.join(map(chr, range(ord(char), ord(last) + 1))))
            place = after
        else:
            found.append(char)
    return ''.join(found)


def _character(spec: str, place: int) -> tuple[str, int]:
    if spec[place] != '\\' or place + 1 >= len(spec):
        return spec[place], place + 1
    octal = re.compile(r'\\([0-7]{1,3})').match(spec, place)
    if octal is not None:
        return chr(int(octal[1], 8) & 255), octal.end()
    return ESCAPES.get(spec[place + 1], spec[place + 1]), place + 2


class _Change:
    def __init__(self, first: str, second: str, complement: bool, delete: bool, squeeze: bool, both: bool) -> None:
        self._set, self._complement = set(first), complement
        self._delete = delete
        self._squeezed = (set(second) if both else None) if squeeze else set()
        self._last = ''
        self._filler = second[-1:]
        translate = both and not delete
        if translate and not second:
            raise Complaint('when not truncating set1, string2 must be non-empty')
        self._map: dict[int, str] | None = None
        if translate and not complement:
            padded = second + second[-1] * (len(first) - len(second))
            self._map = {ord(char): padded[place] for place, char in enumerate(first)}
        self._fill = translate and complement

    def _chosen(self, char: str) -> bool:
        return (char in self._set) is not self._complement

    def apply(self, text: str) -> str:
        if self._delete:
            text = ''.join(char for char in text if not self._chosen(char))
        elif self._map is not None:
            text = text.translate(self._map)
        elif self._fill:
            text = ''.join(self._filler if self._chosen(char) else char for char in text)
        return text if self._squeezed == set() else self._squeeze(text)

    def _squeeze(self, text: str) -> str:
        found = []
        for char in text:
            squeezed = self._chosen(char) if self._squeezed is None else char in self._squeezed
            if not (squeezed and char == self._last):
                found.append(char)
            self._last = char
        return ''.join(found)
