"""tail, with -f."""

from __future__ import annotations

from collections import deque

from tutor.cluster.simulation import Reader
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.head import size
from tutor.shell.programs.inputs import open_all
from tutor.shell.programs.options import Options, numeric_option, parse
from tutor.shell.vfs import File, normalize

LONG = {'lines': 'n', 'bytes': 'c', 'quiet': 'q', 'silent': 'q', 'verbose': 'v', 'follow': '?', 'retry': '',
        'sleep-interval': 's', 'pid': '='}
BIG, MOST = 1024 ** 2, 256 * 1024 ** 2
"""A line so long is asked of the kernel; of a longer one no more than this is really kept."""
KILLED = 137


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """tail [-n [+]LINES] [-c [+]BYTES] [-fF] [-s SECONDS] [-qv] [FILE…]"""
    options = parse(numeric_option(argv, 'n', '-+'), ctx, 'n:c:fFqvs:', LONG)
    by_bytes = options.last('nc') == 'c'
    sign, count = size(options.get('c' if by_bytes else 'n', '10'), 'bytes' if by_bytes else 'lines')
    busybox = ctx.host.userland == 'busybox'
    problem = "can't open '{path}': {reason}" if busybox else "cannot open '{path}' for reading: {reason}"
    inputs = open_all(options.args, io, ctx, problem).named(argv[0])
    titles = 'v' in options or (len(inputs.paths) > 1 and 'q' not in options)
    shown: list[str] = []
    for path, reader in inputs.readers():
        if titles:
            io.stdout.write(_title(path, bool(shown)))
        shown.append(path)
        if not await (_bytes if by_bytes else _lines)(reader, io, ctx, sign, count):
            return KILLED
    if busybox and not shown:
        raise Complaint('no files')
    if any(key in options for key in ('f', 'F', 'follow')):
        return await _Follower(options, io, ctx, titles, argv[0].rpartition('/')[2]).follow(
            inputs.paths if 'F' in options or 'retry' in options else shown)
    return int(inputs.failed)


def _title(path: str, later: bool) -> str:
    return f'{chr(10) if later else ""}==> {"standard input" if path == "-" else path} <==\n'


async def _lines(reader: Reader, io: IO, ctx: Context, sign: str, count: int) -> bool:
    if sign == '+':
        skip = count - 1
        while line := await reader.readline():
            if skip > 0:
                skip -= 1
            else:
                io.stdout.write(line)
                await io.stdout.drain()
        return True
    kept: deque[bytes] = deque(maxlen=count)
    held, ended = 0, True
    while line := await reader.readline():
        held = len(line) if ended else held + len(line)
        if held > BIG and not ctx.host.allocate(ctx.pid, held):
            return False
        if ended or not kept:
            kept.append(line)
        elif held < MOST:
            kept[-1] += line
        ended = line.endswith(b'\n')
    io.stdout.write(b''.join(kept))
    return True


async def _bytes(reader: Reader, io: IO, ctx: Context, sign: str, count: int) -> bool:
    data = await reader.read()
    io.stdout.write(data[max(count - 1, 0):] if sign == '+' else data[len(data) - min(count, len(data)):])
    return True


class _Follower:
    """Watches files grow. It looks every second of virtual time, which costs next to nothing."""

    def __init__(self, options: Options, io: IO, ctx: Context, titles: bool, name: str) -> None:
        self._io = io
        self._ctx = ctx
        self._titles = titles
        self._name = name
        self._by_name = 'F' in options or options.get('follow') == 'name'
        try:
            self._interval = float(options.get('s', '1'))
        except ValueError:
            raise Complaint(f"invalid number of seconds: '{options.get('s')}'") from None
        self._seen: dict[str, int] = {}
        self._missing: set[str] = set()
        self._last = ''

    async def follow(self, paths: list[str]) -> int:
        paths = [path for path in paths if path != '-']
        if not paths:
            if self._ctx.host.userland != 'busybox':
                self._io.stderr.write(f'{self._name}: no files remaining\n')
            return 1
        for path in paths:
            content = self._content(path)
            self._seen[path] = len(content) if content is not None else 0
            if content is None:
                self._missing.add(path)
        self._last = paths[-1]
        while True:
            await self._ctx.simulation.sleep(max(self._interval, 0.05))
            for path in paths:
                await self._look(path)

    async def _look(self, path: str) -> None:
        content = self._content(path)
        if content is None:
            if path not in self._missing and self._by_name:
                self._missing.add(path)
                self._io.stderr.write(f"{self._name}: '{path}' has become inaccessible: No such file or directory\n")
            return
        if path in self._missing:
            self._missing.discard(path)
            self._seen[path] = 0
            self._io.stderr.write(f"{self._name}: '{path}' has appeared;  following new file\n")
        if len(content) < self._seen[path]:
            self._io.stderr.write(f'{self._name}: {path}: file truncated\n')
            self._seen[path] = 0
        if len(content) > self._seen[path]:
            if self._titles and self._last != path:
                self._io.stdout.write(_title(path, True))
            self._last = path
            self._io.stdout.write(content[self._seen[path]:])
            self._seen[path] = len(content)
            await self._io.stdout.drain()

    def _content(self, path: str) -> bytes | None:
        try:
            node = self._ctx.files.node(normalize(path, self._ctx.cwd))
        except OSError as problem:
            reason(problem)
            return None
        return node.data() if isinstance(node, File) else b''
