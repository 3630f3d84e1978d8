"""sort, shuf."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cmp_to_key
from itertools import pairwise
from typing import Any

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.inputs import open_all, text
from tutor.shell.programs.options import Options, parse
from tutor.shell.vfs import normalize

LONG = {'numeric-sort': 'n', 'reverse': 'r', 'unique': 'u', 'key': 'k', 'field-separator': 't',
        'human-numeric-sort': 'h',
        'version-sort': 'V', 'ignore-case': 'f', 'ignore-leading-blanks': 'b', 'output': 'o', 'check': 'c',
        'general-numeric-sort': 'g', 'month-sort': 'M', 'stable': 's', 'dictionary-order': 'd', 'random-sort': 'R',
        'zero-terminated': 'z', 'merge': 'm', 'parallel': '=', 'buffer-size': 'S'}
ORDERING = 'bdfghiMnRrV'
MONTHS = {name: place for place, name in enumerate(
    ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'], 1)}
SCALES = {'': 0, 'K': 1, 'k': 1, 'M': 2, 'G': 3, 'T': 4, 'P': 5, 'E': 6}


@dataclass(frozen=True, slots=True)
class Key:
    """One -k: from which field and character to which, compared how."""

    first: int
    first_char: int
    last: int
    last_char: int
    flags: str


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """sort [-nrufhVMbsgc] [-k KEY] [-t SEPARATOR] [-o FILE] [FILE…]"""
    options = parse(argv, ctx, 'bcCdfghiMmnrRsuVzk:t:o:S:T:', LONG, status=2)
    busybox = ctx.host.userland == 'busybox'
    inputs = open_all(options.args, io, ctx, '{path}: {reason}' if busybox
                      else 'cannot read: {path}: {reason}').named(argv[0])
    end = '\0' if 'z' in options else '\n'
    lines: list[str] = []
    for _, reader in inputs.readers():
        lines += split(text(await reader.read()), end)
    if inputs.failed:
        return 2
    order = Order(options)
    if 'c' in options or 'C' in options:
        return _check(lines, order, options, inputs.paths[0], io)
    found = order.sorted(lines)
    if 'u' in options:
        found = order.unique(found)
    _write(''.join(line + end for line in found), options, io, ctx)
    return 0


def split(data: str, end: str) -> list[str]:
    """Lines without their ends."""
    found = data.split(end)
    if found and not found[-1]:
        found.pop()
    return found


def _check(lines: list[str], order: Order, options: Options, path: str, io: IO) -> int:
    for place, (left, right) in enumerate(pairwise(lines), 2):
        difference = order.compare(left, right)
        if difference > 0 or ('u' in options and not difference):
            if 'c' in options:
                io.stderr.write(f'sort: {path}:{place}: disorder: {right}\n')
            return 1
    return 0


def _write(result: str, options: Options, io: IO, ctx: Context) -> None:
    path = options.get('o')
    if not path:
        io.stdout.write(result)
        return
    try:
        ctx.files.write(normalize(path, ctx.cwd), result.encode('utf-8', 'surrogateescape'))
    except OSError as problem:
        raise Complaint(f'open failed: {path}: {reason(problem)}', 2) from None


class Order:
    """The order that the options ask for (in the C locale: by bytes)."""

    def __init__(self, options: Options) -> None:
        self._global = ''.join(letter for letter in ORDERING if letter in options)
        self._separator = options.get('t').replace('\\0', '\0')
        if len(self._separator) > 1:
            raise Complaint(f"multi-character tab ‘{self._separator}’", 2)
        self._keys = [self._key(spec) for spec in options.all('k')]
        self._last_resort = 's' not in options and 'u' not in options
        self._reverse = 'r' in options

    def sorted(self, lines: list[str]) -> list[str]:
        if not self._keys and self._global.strip('r') == '':
            return sorted(lines, key=_bytes, reverse=self._reverse)
        return sorted(lines, key=cmp_to_key(self._compare_lines))

    def unique(self, lines: list[str]) -> list[str]:
        found: list[str] = []
        for line in lines:
            if not found or self.compare(found[-1], line):
                found.append(line)
        return found

    def _compare_lines(self, left: str, right: str) -> int:
        difference = self.compare(left, right)
        if difference or not self._last_resort:
            return difference
        first, second = _bytes(left), _bytes(right)
        return ((first > second) - (first < second)) * (-1 if self._reverse else 1)

    def compare(self, left: str, right: str) -> int:
        """By the keys; below zero when the left one comes first."""
        if not self._keys:
            return self._difference(left, right, self._global)
        for key in self._keys:
            flags = key.flags or self._global
            difference = self._difference(self._cut(left, key), self._cut(right, key), flags)
            if difference:
                return difference
        return 0

    @staticmethod
    def _difference(left: str, right: str, flags: str) -> int:
        rank = _ranking(flags)
        first, second = rank(left), rank(right)
        return ((first > second) - (first < second)) * (-1 if 'r' in flags else 1)

    def _key(self, spec: str) -> Key:
        match = re.fullmatch(r'(\d+)(?:\.(\d+))?([a-zA-Z]*)(?:,(\d+)(?:\.(\d+))?([a-zA-Z]*))?', spec)
        if match is None or match[1] == '0' or not set(match[3] + (match[6] or '')) <= set(ORDERING):
            if match is not None and match[1] == '0':
                raise Complaint(f"-: invalid field specification ‘{spec}’".replace('-: ', 'field number is zero: '), 2)
            raise Complaint(f"invalid number at field start: invalid count at start of ‘{spec}’", 2)
        return Key(int(match[1]) - 1, int(match[2] or 1) - 1, int(match[4] or 0) - 1, int(match[5] or 0),
                   match[3] + (match[6] or ''))

    def _cut(self, line: str, key: Key) -> str:
        spans = self._fields(line)
        if key.first >= len(spans):
            return ''
        start = spans[key.first][0]
        if key.first_char or 'b' in (key.flags or self._global):
            start = self._past_blanks(line, start, key)
            start += key.first_char
        if key.last < 0:
            return line[start:]
        if key.last >= len(spans):
            return line[start:]
        begin, end = spans[key.last]
        if key.last_char:
            end = min(self._past_blanks(line, begin, key) + key.last_char, end)
        return line[start:end]

    def _past_blanks(self, line: str, place: int, key: Key) -> int:
        if 'b' in (key.flags or self._global):
            while place < len(line) and line[place] in ' \t':
                place += 1
        return place

    def _fields(self, line: str) -> list[tuple[int, int]]:
        if self._separator:
            spans, start = [], 0
            for part in line.split(self._separator):
                spans.append((start, start + len(part)))
                start += len(part) + 1
            return spans
        return [match.span() for match in re.finditer(r'[ \t]*[^ \t]+', line)] or [(0, len(line))]


def _bytes(line: str) -> bytes:
    return line.encode('utf-8', 'surrogateescape')


def _ranking(flags: str) -> Callable[[str], Any]:
    for letter, rank in (('n', _number), ('h', _human), ('g', _general), ('V', version), ('M', _month)):
        if letter in flags:
            return rank
    if 'f' in flags and 'd' in flags:
        return lambda line: re.sub(r'[^\w\s]', '', line).upper().encode('utf-8', 'surrogateescape')
    if 'f' in flags:
        return lambda line: line.upper().encode('utf-8', 'surrogateescape')
    if 'd' in flags:
        return lambda line: re.sub(r'[^\w\s]', '', line).encode('utf-8', 'surrogateescape')
    if 'b' in flags:
        return lambda line: line.lstrip(' \t').encode('utf-8', 'surrogateescape')
    return _bytes


def _number(line: str) -> float:
    match = re.match(r'\s*(-?\d*\.?\d*)', line)
    found = match[1] if match else ''
    return float(found) if found.strip('-.') else 0.0


def _general(line: str) -> float:
    match = re.match(r'\s*([-+]?\d*\.?\d+(?:[eE][-+]?\d+)?)', line)
    return float(match[1]) if match else float('-inf')


def _human(line: str) -> tuple[int, float]:
    match = re.match(r'\s*(-?)(\d*\.?\d*)([KkMGTPE]?)', line)
    if match is None or not match[2].strip('.'):
        return 0, 0.0
    sign = -1 if match[1] else 1
    return sign * SCALES[match[3]] if float(match[2]) else 0, sign * float(match[2])


def _month(line: str) -> int:
    return MONTHS.get(line.strip()[:3].upper(), 0)


def version(line: str) -> list[tuple[int, str] | tuple[int, int]]:
    """Digits as numbers, the rest as text."""
    return [(1, int(part)) if part.isdigit() else (0, part)
            for part in re.split(r'(\d+)', line) if part]


async def shuf(argv: list[str], io: IO, ctx: Context) -> int:
    """shuf [-n COUNT] [-e WORD…] [-i LOW-HIGH] [FILE]"""
    options = parse(argv, ctx, 'n:ei:', {'head-count': 'n', 'echo': 'e', 'input-range': 'i'})
    if 'e' in options:
        lines = options.args
    elif 'i' in options:
        match = re.fullmatch(r'(\d+)-(\d+)', options.get('i'))
        if match is None or int(match[2]) - int(match[1]) > 1_000_000:
            raise Complaint(f"invalid input range: ‘{options.get('i')}’")
        lines = [str(number) for number in range(int(match[1]), int(match[2]) + 1)]
    else:
        lines = split(text(await open_all(options.args, io, ctx).named(argv[0]).data()), '\n')
    lines = list(lines)
    ctx.simulation.random.shuffle(lines)
    count = options.get('n')
    if count and not count.isdigit():
        raise Complaint(f"invalid line count: ‘{count}’")
    io.stdout.write(''.join(line + '\n' for line in lines[:int(count) if count else len(lines)]))
    return 0
