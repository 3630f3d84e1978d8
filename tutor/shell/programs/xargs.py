"""xargs."""

from __future__ import annotations

from tutor.cluster.simulation import Cancelled
from tutor.shell.process import IO, Context, Process
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.inputs import open_reader, text
from tutor.shell.programs.options import Options, parse
from tutor.shell.programs.running import NotRunnable, start
from tutor.shell.streams import BytesReader

LONG = {'max-args': 'n', 'replace': 'I', 'null': '0', 'no-run-if-empty': 'r', 'verbose': 't', 'delimiter': 'd',
        'max-procs': 'P', 'arg-file': 'a', 'max-lines': 'L', 'interactive': 'p', 'exit': 'x', 'max-chars': 's',
        'eof': 'E'}
MAX_CHARS = 128 * 1024


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """xargs [-0rtp] [-n COUNT] [-I WORD] [-L LINES] [-P COUNT] [-d CHAR] [COMMAND [ARG…]]"""
    options = parse(argv, ctx, '0rtpxn:I:d:P:a:L:s:E:i::', LONG, permute=False)
    path = options.get('a', '-')
    try:
        data = text(await open_reader(path, io, ctx).read())
    except OSError as problem:
        raise Complaint(f"Cannot open input file '{path}': {reason(problem)}") from None
    command = options.args or ['echo']
    replace = options.get('I') or (options.get('i') or '{}' if 'i' in options else '')
    runner = _Runner(options, IO(BytesReader(), io.stdout, io.stderr), ctx)
    if replace:
        for line in _split(data, options, by_line=True):
            if line.strip() and not await runner.run([word.replace(replace, line.lstrip(' \t')) for word in command]):
                break
        return await runner.finish()
    groups = _groups(_split(data, options, by_line=False), data, command, options)
    if (not groups and 'r' not in options and ctx.host.userland != 'busybox') or (not groups and 'r' not in options):
        groups = [[]]
    for group in groups:
        if not await runner.run([*command, *group]):
            break
    return await runner.finish()


def _groups(words: list[str], data: str, command: list[str], options: Options) -> list[list[str]]:
    """The arguments of each run."""
    if 'L' in options:
        lines = [_quoted(line) for line in data.splitlines() if line.strip()]
        count = _number(options, 'L')
        return [[word for line in lines[start:start + count] for word in line] for start in range(0, len(lines), count)]
    if 'n' in options:
        count = _number(options, 'n')
        return [words[start:start + count] for start in range(0, len(words), count)]
    groups: list[list[str]] = []
    room = 0
    for word in words:
        if not groups or room < len(word) + 1:
            groups.append([])
            room = MAX_CHARS - sum(len(each) + 1 for each in command)
        groups[-1].append(word)
        room -= len(word) + 1
    return groups


def _number(options: Options, letter: str) -> int:
    value = options.get(letter)
    if not value.isdigit() or not int(value):
        if value.isdigit():
            raise Complaint(f'value {value} for -{letter} option should be >= 1')
        raise Complaint(f'invalid number "{value}" for -{letter} option')
    return int(value)


def _split(data: str, options: Options, by_line: bool) -> list[str]:
    if '0' in options:
        return [part for part in data.split('\0') if part]
    if 'd' in options:
        mark = {'\\n': '\n', '\\t': '\t', '\\0': '\0'}.get(options.get('d'), options.get('d'))
        found = data.split(mark)
        return found[:-1] if found and not found[-1] else found
    if by_line:
        return data.splitlines()
    return _quoted(data)


def _quoted(data: str) -> list[str]:
    """Words between blanks; quotes and backslashes protect."""
    words: list[str] = []
    word: list[str] | None = None
    place = 0
    while place < len(data):
        char = data[place]
        if char in ' \t\n':
            if word is not None:
                words.append(''.join(word))
                word = None
        elif char in '\'"':
            end = data.find(char, place + 1)
            if end < 0 or '\n' in data[place:end]:
                kind = 'single' if char == "'" else 'double'
                raise Complaint(f'unmatched {kind} quote; by default quotes are special to xargs unless you use the -0 '
                                'option')
            word = [*(word or []), data[place + 1:end]]
            place = end
        else:
            if char == '\\' and place + 1 < len(data):
                place += 1
                char = data[place]
            if word is None:
                word = []
            word.append(char)
        place += 1
    if word is not None:
        words.append(''.join(word))
    return words


class _Runner:
    """Runs the commands, -P of them at a time, and keeps the status."""

    def __init__(self, options: Options, io: IO, ctx: Context) -> None:
        self._verbose = 't' in options
        self._side_by_side = int(options.get('P', '1')) if options.get('P', '1').isdigit() else 1
        self._io = io
        self._ctx = ctx
        self._status = 0
        self._running: list[Process] = []

    async def run(self, argv: list[str]) -> bool:
        """Start one; False when no more shall be run."""
        if self._verbose:
            self._io.stderr.write(' '.join(argv) + '\n')
        try:
            process = start(argv, self._io, self._ctx)
        except NotRunnable as problem:
            text = f"xargs: {argv[0]}: {problem}\n"
            self._io.stderr.write(text)
            self._status = problem.status
            return False
        self._running.append(process)
        if self._side_by_side and len(self._running) >= self._side_by_side:
            return await self._wait(self._running.pop(0))
        return True

    async def _wait(self, process: Process) -> bool:
        try:
            status = await process.exit
        except Cancelled:
            process.signal('INT')
            raise
        if status == 255:
            self._io.stderr.write(f'xargs: {process.argv[0]}: exited with status 255; aborting\n')
            self._status = 124
            return False
        if status > 128:
            self._status = 125
            return False
        if status:
            self._status = 123
        return True

    async def finish(self) -> int:
        while self._running:
            await self._wait(self._running.pop(0))
        return self._status
