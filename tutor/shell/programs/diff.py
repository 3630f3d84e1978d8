"""diff, cmp."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.diff_forms import Change, context_hunk, side_by_side
from tutor.shell.programs.edit_script import opcodes
from tutor.shell.programs.inputs import open_reader
from tutor.shell.programs.options import Options, missing_operand, parse
from tutor.shell.vfs import Directory, normalize

LONG = {'unified': 'U?', 'brief': 'q', 'report-identical-files': 's', 'recursive': 'r', 'new-file': 'N',
        'ignore-case': 'i',
        'ignore-all-space': 'w', 'ignore-space-change': 'b', 'ignore-blank-lines': 'B', 'side-by-side': 'y',
        'color': '?',
        'label': '=', 'text': 'a', 'context': '?', 'strip-trailing-cr': '', 'width': 'W', 'suppress-common-lines': '',
        'exclude': 'x'}
MAX_LINES = 20_000


async def diff(argv: list[str], io: IO, ctx: Context) -> int:
    """diff [-ucqsriwbBNy] [-U LINES] [-C LINES] FILE1 FILE2"""
    long = {name: '?' if key == 'U?' else key for name, key in LONG.items()}
    options = parse([argv[0], *_lengths_apart(argv[1:])], ctx, 'uU:qsrNiwbBcC:yaptW:x:L:', long, status=2)
    if len(options.args) != 2:
        if not options.args or ctx.host.userland == 'busybox':
            if ctx.host.userland == 'busybox':
                raise missing_operand(argv, ctx)
            raise Complaint(f"missing operand after '{argv[-1]}'\ndiff: Try 'diff --help' for more information.", 2)
        text = f"missing operand after '{options.args[-1]}'"
        if len(options.args) > 2:
            text = f"extra operand '{options.args[2]}'"
        raise Complaint(f"{text}\ndiff: Try 'diff --help' for more information.", 2)
    switches = argv[1:]
    for path in options.args:
        switches.remove(path)
    comparison = _Comparison(options, switches, io, ctx)
    left, right = options.args
    inside = [ctx.files.is_dir(normalize(path, ctx.cwd)) if path != '-' else False for path in (left, right)]
    if all(inside):
        return await comparison.folders(left, right)
    if inside[0]:
        left = f'{left.rstrip("/")}/{right.rpartition("/")[2]}'
    elif inside[1]:
        right = f'{right.rstrip("/")}/{left.rpartition("/")[2]}'
    return await comparison.files(left, right)


class _Comparison:
    def __init__(self, options: Options, switches: list[str], io: IO, ctx: Context) -> None:
        self._options = options
        self._switches = switches
        self._io = io
        self._ctx = ctx
        context = next(filter(None, map(options.get, ('U', 'unified', 'C', 'context'))), '3')
        if not context.isdigit():
            raise Complaint(f"invalid context length '{context}'\ndiff: Try 'diff --help' for more information.", 2)
        self._context = int(context)
        self._unified = any(key in options for key in ('u', 'U', 'unified')) or ctx.host.userland == 'busybox'
        self._copied = any(key in options for key in ('c', 'C', 'context'))
        self._header = ''

    async def folders(self, left: str, right: str) -> int:
        files, status = self._ctx.files, 0
        one, other = (set(files.listdir(normalize(path, self._ctx.cwd))) for path in (left, right))
        for name in sorted(one | other):
            first, second = f'{left.rstrip("/")}/{name}', f'{right.rstrip("/")}/{name}'
            if name not in other or name not in one:
                if 'N' in self._options and not files.is_dir(normalize(first if name in one else second,
                                                                       self._ctx.cwd)):
                    status = max(status, await self._named(first, second))
                else:
                    self._io.stdout.write(f'Only in {left if name in one else right}: {name}\n')
                    status = max(status, 1)
                continue
            nodes = [files.node(normalize(path, self._ctx.cwd)) for path in (first, second)]
            if all(isinstance(node, Directory) for node in nodes):
                if 'r' in self._options:
                    status = max(status, await self.folders(first, second))
                else:
                    self._io.stdout.write(f'Common subdirectories: {first} and {second}\n')
            else:
                status = max(status, await self._named(first, second))
        return status

    async def _named(self, left: str, right: str) -> int:
        self._header = f'diff {"".join(f"{word} " for word in self._switches)}{left} {right}\n'
        status = await self.files(left, right)
        self._header = ''
        return status

    async def files(self, left: str, right: str) -> int:
        first, second = await self._read(left), await self._read(right)
        if first is None or second is None:
            return 2
        if first == second:
            if 's' in self._options:
                self._io.stdout.write(f'Files {left} and {right} are identical\n')
            return 0
        if b'\0' in first or b'\0' in second:
            self._io.stdout.write(f'Binary files {left} and {right} differ\n')
            return 1 if 'q' in self._options or self._ctx.host.userland == 'busybox' else 2
        one, other = _lines(first), _lines(second)
        changes = self._changes(one, other)
        if not any(tag != 'equal' for tag, *_ in changes):
            return 0
        if 'q' in self._options:
            self._io.stdout.write(f'Files {left} and {right} differ\n')
            return 1
        self._io.stdout.write(self._header)
        if 'y' in self._options:
            self._side_by_side(one, other, changes)
        elif self._unified or self._copied:
            self._show_hunks(one, other, changes, left, right)
        else:
            self._show_normal(one, other, changes)
        return 1

    async def _read(self, path: str) -> bytes | None:
        try:
            return await open_reader(path, self._io, self._ctx).read()
        except OSError as problem:
            if 'N' in self._options and problem.errno == 2:
                return b''
            self._io.stderr.write(f'diff: {path}: {reason(problem)}\n' if self._ctx.host.userland != 'busybox'
                                  else f"diff: can't stat '{path}': {reason(problem)}\n")
            return None

    def _changes(self, one: list[str], other: list[str]) -> list[Change]:
        if max(len(one), len(other)) > MAX_LINES:
            raise Complaint('memory exhausted', 2)
        found = opcodes([self._key(line) for line in one], [self._key(line) for line in other],
                        self._context if self._unified or self._copied else 0)
        if 'B' in self._options:
            found = [('equal', *spans) if not ''.join(one[spans[0]:spans[1]] + other[spans[2]:spans[3]]).strip() else
                     (tag, *spans) for tag, *spans in found]
        return found  # type: ignore[return-value]

    def _key(self, line: str) -> str:
        if 'w' in self._options:
            line = re.sub(r'\s', '', line)
        elif 'b' in self._options:
            line = re.sub(r'\s+', ' ', line).rstrip()
        return line.lower() if 'i' in self._options else line

    # -- forms --------------------------------------------------------------------------------------------------

    def _color(self, line: str) -> str:
        when = self._options.get('color', 'never') or 'always'
        if when == 'never' or (when == 'auto' and not self._io.stdout.isatty):
            return line
        code = {'+': '32', '>': '32', '-': '31', '<': '31', '@': '36'}.get(line[:1])
        return f'\x1b[{code}m{line[:-1]}\x1b[0m\n' if code else line

    def _put(self, sign: str, line: str) -> None:
        end = '' if line.endswith('\n') else '\n\\ No newline at end of file\n'
        self._io.stdout.write(self._color(f'{sign}{line}{end}'))

    def _show_normal(self, one: list[str], other: list[str], changes: list[Change]) -> None:
        for tag, a, b, c, d in changes:
            if tag == 'equal':
                continue
            letter = {'replace': 'c', 'delete': 'd', 'insert': 'a'}[tag]
            left = _range(a, b) if tag != 'insert' else str(a)
            right = _range(c, d) if tag != 'delete' else str(c)
            self._io.stdout.write(f'{left}{letter}{right}\n')
            for line in one[a:b]:
                self._put('< ', line)
            if tag == 'replace':
                self._io.stdout.write('---\n')
            for line in other[c:d]:
                self._put('> ', line)

    def _show_hunks(self, one: list[str], other: list[str], changes: list[Change], left: str, right: str) -> None:
        labels = [*self._options.all('label'), *self._options.all('L')]
        names = [labels[0] if labels else self._stamped(left), labels[1] if len(labels) > 1 else self._stamped(right)]
        old, new = ('---', '+++') if self._unified else ('***', '---')
        self._io.stdout.write(f'{old} {names[0]}\n{new} {names[1]}\n')
        for group in grouped(changes, self._context):
            if self._unified:
                self._show_unified(one, other, group)
                continue
            for sign, line in context_hunk(one, other, group):
                self._put(sign, line)

    def _show_unified(self, one: list[str], other: list[str], group: list[Change]) -> None:
        a, b, c, d = group[0][1], group[-1][2], group[0][3], group[-1][4]
        self._io.stdout.write(self._color(f'@@ -{_span(a, b)} +{_span(c, d)} @@\n'))
        for tag, first, last, start, end in group:
            if tag == 'equal':
                for line in one[first:last]:
                    self._put(' ', line)
                continue
            for line in one[first:last]:
                self._put('-', line)
            for line in other[start:end]:
                self._put('+', line)

    def _stamped(self, path: str) -> str:
        if self._ctx.host.userland == 'busybox':
            return path
        when = self._ctx.simulation.now
        if path != '-':
            try:
                when = self._ctx.files.node(normalize(path, self._ctx.cwd)).mtime
            except OSError:
                when = -self._ctx.simulation.epoch.timestamp()
        moment = datetime.fromtimestamp(self._ctx.simulation.epoch.timestamp() + when, UTC)
        return f'{path}\t{moment:%Y-%m-%d %H:%M:%S.%f}000 +0000'

    def _side_by_side(self, one: list[str], other: list[str], changes: list[Change]) -> None:
        given, common = self._options.get('W', ''), 'suppress-common-lines' not in self._options
        width = int(given) if given.isdigit() else 130
        self._io.stdout.write(''.join(side_by_side(one, other, changes, width, common)))


def grouped(changes: list[Change], context: int) -> list[list[Change]]:
    """The hunks of a unified diff: changes with so many equal lines around them."""
    groups: list[list[Change]] = []
    group: list[Change] = []
    for place, (tag, a, b, c, d) in enumerate(changes):
        if tag != 'equal':
            group.append((tag, a, b, c, d))
            continue
        first, last = place == 0, place == len(changes) - 1
        if not first and group:
            if last or b - a > 2 * context:
                if context:
                    group.append(('equal', a, min(a + context, b), c, min(c + context, d)))
                groups.append(group)
                group = []
            else:
                group.append((tag, a, b, c, d))
                continue
        if not last and context:
            group = [('equal', max(b - context, a), b, max(d - context, c), d)]
    if group and any(tag != 'equal' for tag, *_ in group):
        groups.append(group)
    return groups


def _lengths_apart(words: list[str]) -> list[str]:
    """'-u0' and '-c5', the old way to tell how many lines stand around a change."""
    found: list[str] = []
    for word in words:
        match = re.fullmatch(r'(-[A-Za-z]*([uc])[A-Za-z]*)(\d+)', word)
        found += [match[1], f'-{match[2].upper()}', match[3]] if match else [word]
    return found


def _lines(data: bytes) -> list[str]:
    return data.decode('utf-8', 'surrogateescape').splitlines(keepends=True) if b'\r' not in data else \
        re.findall(r'[^\n]*\n|[^\n]+', data.decode('utf-8', 'surrogateescape'))


def _range(first: int, last: int) -> str:
    return f'{first + 1},{last}' if last - first > 1 else str(first + 1)


def _span(first: int, last: int) -> str:
    length = last - first
    return str(first + 1) if length == 1 else f'{first + 1 if length else first},{length}'


async def cmp(argv: list[str], io: IO, ctx: Context) -> int:
    """cmp [-s] FILE1 FILE2"""
    options = parse(argv, ctx, 'slb', {'silent': 's', 'quiet': 's', 'verbose': 'l'}, status=2)
    if not options.args:
        raise missing_operand(argv, ctx, "missing operand after 'cmp'")
    left, right = [*options.args, '-'][:2]
    try:
        one, other = [await open_reader(path, io, ctx).read() for path in (left, right)]
    except OSError as problem:
        raise Complaint(f'{problem.filename}: {reason(problem)}', 2) from None
    if one == other:
        return 0
    place = next((index for index, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), -1)
    if 's' not in options:
        if place < 0:
            shorter = left if len(one) < len(other) else right
            io.stderr.write(f'cmp: EOF on {shorter} after byte {min(len(one), len(other))}, '
                            f'in line {one[:min(len(one), len(other))].count(10) or 1}\n')
        else:
            unit = 'char' if ctx.host.userland == 'busybox' else 'byte'
            io.stdout.write(f'{left} {right} differ: {unit} {place + 1}, line {one[:place].count(10) + 1}\n')
    return 1
