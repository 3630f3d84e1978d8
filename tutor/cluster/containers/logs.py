"""What a container printed: kept with its moment and stream, within a budget, and followed by readers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tutor.cluster.containers.recurring import Moments, Recurring
from tutor.cluster.simulation import BrokenPipe, Condition, Pipe, Simulation, encoded

STDOUT = 'stdout'
STDERR = 'stderr'
BUDGET = 1024 * 1024
"""Bytes kept of one container's log. The oldest go first, as with rotated files."""
CHUNK = 1024
"""Bytes up to which a chunk grows while time stands still and nobody reads along."""


@dataclass(frozen=True, slots=True)
class LogOptions:
    """corev1.PodLogOptions. `since` is a moment of the simulation; `tail` and `limit` are -1 for all."""

    follow: bool = False
    timestamps: bool = False
    tail: int = -1
    limit: int = -1
    since: float | None = None
    stream: str = ''


class ContainerLog:
    """Chunks as they were written. A chunk may hold several lines, or a part of one."""

    def __init__(self, simulation: Simulation, budget: int = BUDGET) -> None:
        self._simulation = simulation
        self._chunks: list[tuple[float, str, bytes]] = []
        self._first = 0
        self._size = 0
        self._budget = budget
        self._grown: Condition | None = None
        self._recurring: list[Recurring] = []
        self.ended = False

    def append(self, stream: str, data: bytes) -> None:
        if self._recurring:
            self.catch_up()
        self._put(self._simulation.now, stream, data)
        if self._grown is not None:
            self._grown.notify()

    def _put(self, moment: float, stream: str, data: bytes) -> None:
        last = self._chunks[-1] if self._chunks and self._grown is None else None
        if last is not None and last[0] == moment and last[1] == stream and len(last[2]) < CHUNK:
            self._chunks[-1] = moment, stream, last[2] + data  # what was written in one go, as most logs begin
        else:
            self._chunks.append((moment, stream, data))
        self._size += len(data)
        while self._size > self._budget and len(self._chunks) > 1:
            self._size -= len(self._chunks.pop(0)[2])
            self._first += 1

    def recur(self, moments: Moments, stream: str, line: Callable[[float], bytes],
              written: Callable[[int], None]) -> Recurring:
        """Have a line come again and again, until it is ended."""
        found = Recurring(moments, stream, line, written, self._simulation.future(), self.catch_up, self._forget)
        self._recurring.append(found)
        if self._grown is not None:
            self._look_ahead()
        return found

    def _look_ahead(self) -> None:
        """Somebody waits for the next line."""
        if self._recurring:
            self._simulation.call_at(min(each.moments.next for each in self._recurring), self.catch_up)

    def _forget(self, recurring: Recurring) -> None:
        self.catch_up()
        self._recurring.remove(recurring)

    def catch_up(self) -> None:
        """Take in the recurring lines that have come; of those that are no longer kept only their number."""
        due = [(moment, each) for each in self._recurring for moment in each.due(self._simulation.now)]
        if not due:
            return
        # At one moment the slower rhythm comes first: its timer has been set for longer.
        due.sort(key=lambda item: (round(item[0], 6), -item[1].moments.every))
        shortest = min(len(each.line(self._simulation.now)) for each in self._recurring)
        lost = max(len(due) - self._budget // shortest - 2, 0)
        if lost:
            self._first += len(self._chunks) + lost
            self._chunks.clear()
            self._size = 0
        for moment, each in due[lost:]:
            self._put(moment, each.stream, each.line(moment))
        if self._grown is not None:
            self._grown.notify()

    def disturb(self) -> None:
        """Somebody wants to see each line as it is written."""
        for each in list(self._recurring):
            each.end()

    def end(self) -> None:
        """Nothing more will be written: followers come to their end."""
        self.disturb()
        self.ended = True
        if self._grown is not None:
            self._grown.notify()

    @property
    def size(self) -> int:
        """The bytes that are kept."""
        self.catch_up()
        return self._size

    @property
    def position(self) -> int:
        """The number of the next chunk."""
        self.catch_up()
        return self._first + len(self._chunks)

    def since(self, position: int) -> list[tuple[float, str, bytes]]:
        """The chunks from a number on, those that are still kept."""
        self.catch_up()
        skip = max(position - self._first, 0)
        return list(self._chunks)[skip:] if skip else list(self._chunks)

    def wait(self):
        """Resolved when something was written or the log ended."""
        if self._grown is None:
            self._grown = self._simulation.condition()
        self._look_ahead()
        return self._grown.wait()

    def tail_text(self, lines: int = 80, size: int = 2048) -> str:
        """The last lines, for terminationMessagePolicy FallbackToLogsOnError."""
        self.catch_up()
        data = b''.join(chunk for _, _, chunk in self._chunks)[-size:]
        return b''.join(data.splitlines(keepends=True)[-lines:]).decode('utf-8', 'replace')


class LogWriter:
    """The standard output or error of a container's main process: into the log, and to whoever is attached."""

    __slots__ = ('_attached', '_log', '_stream', 'isatty', 'window')

    def __init__(self, log: ContainerLog, stream: str) -> None:
        self._log = log
        self._stream = stream
        self._attached: list[Pipe] = []
        self.isatty = False
        self.window = 0, 0

    def attach(self, pipe: Pipe) -> None:
        """Write to a pipe, too, from now on."""
        self._log.disturb()
        self._attached.append(pipe)

    def recur(self, moments: Moments, line: Callable[[float], bytes],
              written: Callable[[int], None]) -> Recurring | None:
        """Have a line come again and again; None while somebody sees each as it comes."""
        return None if self._attached else self._log.recur(moments, self._stream, line, written)

    def write(self, data: str | bytes) -> None:
        raw = encoded(data)
        if not raw:
            return
        self._log.append(self._stream, raw)
        for pipe in list(self._attached):
            try:
                pipe.write(raw)
            except BrokenPipe:
                self._attached.remove(pipe)

    def end(self) -> None:
        """The container has ended: those attached come to the end."""
        for pipe in self._attached:
            if not pipe.closed:
                pipe.close()
        self._attached.clear()

    async def drain(self) -> None:
        return None

    def close(self) -> None:
        return None


Line = tuple[float, str, bytes]


def lines_of(chunks: list[tuple[float, str, bytes]]) -> Iterator[Line]:
    """Whole lines with the moment of their beginning, each stream put together by itself; rests come last."""
    pending: dict[str, tuple[float, bytes]] = {}
    for moment, stream, data in chunks:
        begun = pending.pop(stream, None)
        if begun is not None:
            moment, data = begun[0], begun[1] + data
        for line in _split(data):
            if line.endswith(b'\n'):
                yield moment, stream, line
            else:
                pending[stream] = (moment, line)
    for stream, (moment, rest) in pending.items():
        yield moment, stream, rest


def _split(data: bytes) -> list[bytes]:
    """Lines end with newlines only: bytes.splitlines also splits at carriage returns."""
    parts = data.split(b'\n')
    lines = [part + b'\n' for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def render(simulation: Simulation, line: Line, options: LogOptions) -> bytes:
    moment, _, data = line
    return rfc3339_nano(simulation, moment).encode() + b' ' + data if options.timestamps else data


def rfc3339_nano(simulation: Simulation, moment: float) -> str:
    """As container runtimes write it: nine digits, UTC. Microseconds are all we tell apart."""
    when: datetime = simulation.epoch.astimezone(UTC) + timedelta(seconds=moment)
    return when.strftime('%Y-%m-%dT%H:%M:%S.%f') + '000Z'


async def copy_log(simulation: Simulation, log: ContainerLog, options: LogOptions, out: Pipe) -> None:
    """Write a log into a pipe as `kubectl logs` asks for it, following it if so asked; closes the pipe."""
    limit = options.limit
    position = log.position
    selected = [line for line in lines_of(log.since(0)) if _wanted(line, options)]
    if options.tail >= 0:
        selected = selected[len(selected) - options.tail:] if options.tail else []
    try:
        while True:
            for line in selected:
                data = render(simulation, line, options)
                if limit >= 0:
                    data, limit = data[:limit], limit - len(data[:limit])
                out.write(data)
                if limit == 0:
                    return
            await out.drain()
            if not options.follow or (log.ended and log.position == position):
                return
            if log.position == position:
                await log.wait()
            fresh = log.since(position)
            position = log.position
            selected = [line for line in lines_of(fresh) if not options.stream or line[1] == options.stream]
    except BrokenPipe:
        return
    finally:
        if not out.closed:
            out.close()


def _wanted(line: Line, options: LogOptions) -> bool:
    if options.since is not None and line[0] < options.since:
        return False
    return not options.stream or line[1] == options.stream
