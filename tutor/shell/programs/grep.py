"""grep, egrep, fgrep."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator

from tutor.cluster.simulation import Reader
from tutor.shell.patterns import translate
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.inputs import chomp, lines, open_reader
from tutor.shell.programs.options import Options, missing_operand, numeric_option, parse
from tutor.shell.programs.regex import BadPattern, compile_posix
from tutor.shell.vfs import Directory, normalize

LONG = {'ignore-case': 'i', 'invert-match': 'v', 'count': 'c', 'line-number': 'n', 'files-with-matches': 'l',
        'files-without-match': 'L', 'only-matching': 'o', 'quiet': 'q', 'silent': 'q', 'no-messages': 's',
        'recursive': 'r',
        'dereference-recursive': 'R', 'extended-regexp': 'E', 'fixed-strings': 'F', 'basic-regexp': 'G',
        'perl-regexp': 'P', 'word-regexp': 'w', 'line-regexp': 'x', 'regexp': 'e', 'file': 'f', 'with-filename': 'H',
        'no-filename': 'h', 'max-count': 'm', 'after-context': 'A', 'before-context': 'B', 'context': 'C', 'color': '?',
        'colour': '?', 'include': '=', 'exclude': '=', 'exclude-dir': '=', 'text': 'a', 'byte-offset': 'b',
        'line-buffered': '', 'no-group-separator': '', 'null': 'Z', 'null-data': 'z', 'label': '=',
        'group-separator': '=', 'binary-files': '=', 'initial-tab': 'T', 'directories': 'd'}
USAGE = "Usage: grep [OPTION]... PATTERNS [FILE]...\nTry 'grep --help' for more information."


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """grep [-EFGPivcnlLoqswxHhr] [-e PATTERN] [-f FILE] [-m COUNT] [-A|-B|-C COUNT] PATTERN [FILE…]"""
    options = parse(numeric_option(argv, 'C'), ctx, 'EFGPiyvcnlLoqsrRwxe:f:HhIm:A:B:C:aUbZzTd:D:u', LONG, status=2)
    if any(flag in options for flag in ('perl-regexp',)):
        options.given.append(('P', ''))
    name = argv[0].rpartition('/')[2]
    search = _Search(name, options, _pattern(name, options, io, ctx), io, ctx)
    return await search.run()


def _pattern(name: str, options: Options, io: IO, ctx: Context) -> re.Pattern[str] | None:
    """What to look for, None when nothing could match. Takes the pattern from the arguments if need be."""
    words = options.all('e')
    for path in options.all('f'):
        try:
            words += ctx.files.read_text(normalize(path, ctx.cwd)).splitlines()
        except OSError as problem:
            raise Complaint(f'{path}: {reason(problem)}', 2) from None
    if 'e' not in options and 'f' not in options:
        if not options.args:
            if ctx.host.userland == 'busybox':
                raise missing_operand(['grep'], ctx)
            raise Complaint(USAGE, 2, bare=True)
        words = [options.args.pop(0)]
    words = [part for word in words for part in word.split('\n')]
    if not words:
        return None
    kind = options.last('EFGP') or {'egrep': 'E', 'fgrep': 'F'}.get(name, 'G')
    ignore = 'i' in options or 'y' in options
    try:
        return _compiled(words, kind, ignore, 'x' in options, 'w' in options)
    except BadPattern as problem:
        raise Complaint(str(problem) if ctx.host.userland != 'busybox' else f'bad regex \'{words[0]}\': {problem}',
                        2) from None


def _compiled(words: list[str], kind: str, ignore: bool, whole: bool, word: bool) -> re.Pattern[str]:
    flags = re.IGNORECASE if ignore else 0
    if kind == 'F':
        expression = '|'.join(re.escape(each) for each in sorted(words, key=len, reverse=True))
    elif kind == 'P':
        expression = '|'.join(_perl(each) for each in words)
    elif len(words) == 1:
        expression = compile_posix(words[0], kind == 'E', ignore).pattern
    else:
        expression = '|'.join(f'(?:{compile_posix(each, kind == "E", ignore).pattern})' for each in words)
    if whole:
        expression = rf'\A(?:{expression})\Z'
    elif word:
        expression = rf'(?<!\w)(?:{expression})(?!\w)'
    try:
        return re.compile(expression, flags)
    except re.error as problem:
        raise BadPattern(str(problem)) from None


def _perl(pattern: str) -> str:
    """PCRE's \\K is a look-behind here; the rest is Python's own."""
    before, kept, after = pattern.rpartition(r'\K')
    return f'(?<={before}){after}' if kept else pattern


class _Search:
    def __init__(self, name: str, options: Options, pattern: re.Pattern[str] | None, io: IO, ctx: Context) -> None:
        self._name = name
        self._options = options
        self._pattern = pattern
        self._io = io
        self._ctx = ctx
        self._busybox = ctx.host.userland == 'busybox'
        self._recursive = 'r' in options or 'R' in options or options.get('d') == 'recurse'
        self._after = self._count('A', self._count('C', 0))
        self._before = self._count('B', self._count('C', 0))
        self._limit = self._count('m', -1)
        self._invert = 'v' in options
        self._failed = False
        self._found = False
        self._printed = False
        self._color = options.get('color', options.get('colour', 'never')) or 'auto'

    def _count(self, letter: str, default: int) -> int:
        value = self._options.get(letter)
        if letter not in self._options:
            return default
        try:
            number = int(value)
        except ValueError:
            number = -1
        if number < 0 and letter != 'm':
            raise Complaint(f'{value}: invalid context length argument', 2)
        if number < 0 and not re.fullmatch(r'-\d+', value):
            raise Complaint('invalid max count', 2)
        return number

    async def run(self) -> int:
        paths = list(self._options.args) or (['.'] if self._recursive else ['-'])
        named = ('H' in self._options or len(paths) > 1 or self._recursive) and 'h' not in self._options
        for path in paths:
            for each in self._walk(path):
                await self._file(each, named)
                if self._found and 'q' in self._options:
                    return 0
        if self._failed:
            return 2
        return int(not self._found)

    def _walk(self, path: str) -> Iterator[str]:
        """A path, or with -r the files below it."""
        whole = normalize(path, self._ctx.cwd)
        if path == '-' or not self._recursive or not self._ctx.files.is_dir(whole):
            yield path
            return
        for found, node in self._ctx.files.walk(self._ctx.files.realpath(whole)):
            name = found.rpartition('/')[2]
            if isinstance(node, Directory) or not self._wanted(name, found):
                continue
            below = found[len(self._ctx.files.realpath(whole)):].lstrip('/')
            shown = below if path == '.' and not self._options.args else f'{path.rstrip("/")}/{below}'
            yield shown

    def _wanted(self, name: str, path: str) -> bool:
        def matches(glob: str, text: str) -> bool:
            return re.fullmatch(translate(glob), text, re.DOTALL) is not None
        include, exclude = self._options.all('include'), self._options.all('exclude')
        folders = self._options.all('exclude-dir')
        return (not include or any(matches(glob, name) for glob in include)) \
            and not any(matches(glob, name) for glob in exclude) \
            and not any(matches(glob, part) for glob in folders for part in path.split('/')[:-1])

    async def _file(self, path: str, named: bool) -> None:
        try:
            reader = open_reader(path, self._io, self._ctx)
        except OSError as problem:
            self._failed = True
            if 's' not in self._options:
                self._io.stderr.write(f'{self._name}: {path}: {reason(problem)}\n')
            return
        title = (self._options.get('label') or '(standard input)') if path == '-' else path
        count = await self._lines(reader, title, named)
        if count:
            self._found = True
        if 'q' in self._options:
            return
        if 'l' in self._options or 'L' in self._options:
            if bool(count) is ('l' in self._options):
                self._io.stdout.write(title + '\n')
        elif 'c' in self._options:
            self._io.stdout.write(f'{self._painted(title, "35") + self._separator(":") if named else ""}{count}\n')

    async def _lines(self, reader: Reader, title: str, named: bool) -> int:
        """Look at every line; how many were selected."""
        quiet = any(letter in self._options for letter in 'qlLc')
        count, number, pending, offset = 0, 0, 0, 0
        before: deque[tuple[int, int, str]] = deque(maxlen=self._before)
        last_shown = 0
        async for raw in lines(reader):
            number += 1
            line = chomp(raw)
            if self._selects(line) and count != self._limit:
                count += 1
                if quiet:
                    if 'c' not in self._options:
                        break
                else:
                    if self._binary(line, title):
                        return count
                    first = before[0][0] if before else number
                    if (self._before or self._after) and self._printed and first > last_shown + 1:
                        self._group()
                    for place, at, text in before:
                        self._show(title, named, place, at, text, '-')
                    before.clear()
                    self._show(title, named, number, offset, line, ':')
                    last_shown, pending = number, self._after
                    await self._io.stdout.drain()
                if count == self._limit and not pending:
                    break
            elif pending and not quiet:
                pending -= 1
                self._show(title, named, number, offset, line, '-')
                last_shown = number
            elif count == self._limit:
                break
            else:
                before.append((number, offset, line))
            offset += len(raw.encode('utf-8', 'surrogateescape'))
        return count

    def _selects(self, line: str) -> bool:
        return (self._pattern is not None and self._pattern.search(line) is not None) is not self._invert

    def _binary(self, line: str, title: str) -> bool:
        """A line that is no text: GNU grep says so and stops."""
        if 'a' in self._options or self._busybox or not ('\0' in line
                                                         or any('\udc80' <= char <= '\udcff' for char in line)):
            return False
        self._io.stdout.write(f'grep: {title}: binary file matches\n' if title != '(standard input)'
                              else 'grep: (standard input): binary file matches\n')
        return True

    # -- showing ------------------------------------------------------------------------------------------------

    def _group(self) -> None:
        if 'o' not in self._options and 'no-group-separator' not in self._options:
            mark = self._options.get('group-separator', '--')
            self._io.stdout.write(self._painted(mark, '36') + '\n')

    def _show(self, title: str, named: bool, number: int, offset: int, line: str, mark: str) -> None:
        self._printed = True
        prefix = self._painted(title, '35') + self._separator(mark) if named else ''
        if 'n' in self._options:
            prefix += self._painted(str(number), '32') + self._separator(mark)
        if 'o' in self._options:
            self._show_parts(prefix, offset, line, mark)
            return
        if 'b' in self._options:
            prefix += self._painted(str(offset), '32') + self._separator(mark)
        if self._colors() and mark == ':' and self._pattern is not None and not self._invert:
            line = self._pattern.sub(lambda match: self._painted(match[0], '1;31') if match[0] else '', line)
        self._io.stdout.write(f'{prefix}{line}\n')

    def _show_parts(self, prefix: str, offset: int, line: str, mark: str) -> None:
        """-o: every match on a line of its own."""
        if self._invert or mark != ':' or self._pattern is None:
            return
        for match in self._pattern.finditer(line):
            if match[0]:
                at = f'{offset + len(line[:match.start()].encode())}:' if 'b' in self._options else ''
                self._io.stdout.write(f'{prefix}{at}{self._painted(match[0], "1;31")}\n')

    def _colors(self) -> bool:
        return self._color == 'always' or (self._color == 'auto' and self._io.stdout.isatty)

    def _painted(self, text: str, color: str) -> str:
        return f'\x1b[{color}m\x1b[K{text}\x1b[m\x1b[K' if self._colors() else text

    def _separator(self, mark: str) -> str:
        return self._painted(mark, '36')
