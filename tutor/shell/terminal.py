"""The pseudo terminal between a person and the programs: lines or keys in, text out, signals to the foreground.

The outer side (a screen, or `tutor play`) sets `on_output` and calls `type_line` (or, while `mode` has no lines,
`type_key`), `interrupt`, `suspend`, `end_of_file` and `resize`; `observe` is told of each such act, so that a session
can log it. The inner side hands `reader` and `writer` to programs, both say `isatty`, and changes `mode`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from tutor.cluster.simulation import BrokenPipe, Future, Pipe, Simulation
from tutor.shell.tty import SANE, Mode, Remote

EditDone = Callable[['str | None'], None]
OpenEditor = Callable[[str, str, EditDone], None]
"""Opens a full-screen editor: a label, the text, and what to call with the new text, or None when nothing was saved."""

NEWLINE = re.compile(r'(?<!\r)\n')
OUTPUT_LIMIT = 4 * 1024 * 1024
"""Bytes that may be written between two pumps before a program has to wait: endless output never fills the memory."""


class TerminalReader:
    """The keyboard as a program reads it."""

    isatty = True

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    async def read(self, size: int = -1) -> bytes:
        return await self.terminal.lines.read(size if size >= 0 else 1 << 16)

    async def readline(self) -> bytes:
        return await self.terminal.lines.readline()

    @property
    def window(self) -> tuple[int, int]:
        return self.terminal.columns, self.terminal.rows

    def close(self) -> None: ...


class TerminalWriter:
    """The screen as a program writes to it."""

    isatty = True

    def __init__(self, terminal: Terminal) -> None:
        self.terminal = terminal

    def write(self, data: str | bytes) -> None:
        self.terminal.show(data.decode('utf-8', 'replace') if isinstance(data, bytes) else data)

    async def drain(self) -> None:
        await self.terminal.room()

    @property
    def window(self) -> tuple[int, int]:
        return self.terminal.columns, self.terminal.rows

    def close(self) -> None: ...


class Terminal:
    """One terminal. What is typed while no program reads waits for the next one that does."""

    def __init__(self, simulation: Simulation, columns: int = 80, rows: int = 24) -> None:
        self.columns = columns
        self.rows = rows
        self.on_output: Callable[[str], None] | None = None
        self.open_editor: OpenEditor | None = None
        self.on_interrupt: Callable[[], None] | None = None
        self.on_suspend: Callable[[], None] | None = None
        self.observe: Callable[[str, str], None] | None = None
        self.reader = TerminalReader(self)
        self.writer = TerminalWriter(self)
        self.attach(simulation)

    def attach(self, simulation: Simulation) -> None:
        """Begin anew in a simulation: what was typed ahead and an open editor are forgotten."""
        self.simulation = simulation
        self.lines = Pipe(simulation)
        self._written = 0
        self._room = simulation.condition()
        self._editing: Future[str | None] | None = None
        self._followers: list[Callable[[int, int], None]] = []
        self.mode = SANE
        self.remotes: list[Remote] = []
        """Whose keys these are: the terminals at the other end of `kubectl exec -it` and the like."""

    # -- the outer side -----------------------------------------------------------------------------------------

    def type_line(self, text: str, shown: bool = False) -> None:
        """A line typed while a program runs, ended by Enter; `shown` already by who typed it."""
        self._note('line', text)
        if self.mode.echo and not shown:
            self.show(text + '\n')
        self.lines.write(text + '\n')

    def type_key(self, key: str) -> None:
        """A key pressed while a program reads key by key: a character, or the sequence that a terminal sends for it."""
        self._note('key', key)
        if self.mode.echo:
            self.show(key if key.isprintable() or key == '\n' else ''.join(
                char if char.isprintable() else f'^{chr(ord(char) ^ 0x40)}' for char in key))
        self.lines.write(key)

    def interrupt(self) -> None:
        """Ctrl-C."""
        self._note('interrupt')
        takes = self.remotes[-1].interrupt if self.remotes else self.on_interrupt
        self._press('\x03', self.mode.interrupts, takes)

    def suspend(self) -> None:
        """Ctrl-Z."""
        self._note('suspend')
        takes = self.remotes[-1].suspend if self.remotes else self.on_suspend
        self._press('\x1a', self.mode.suspends, takes)

    def _press(self, key: str, signals: bool, takes: Callable[[], None] | None) -> None:
        """A key that is a signal for the remote terminal or for what runs here, or else a key like any other."""
        shown = f'^{chr(ord(key) ^ 0x40)}' if self.mode.echo else ''
        if not signals:
            self.lines.write(key)
            return
        self.show(shown if self.remotes else shown + '\n')
        if takes is not None:
            takes()

    def end_of_file(self) -> None:
        """Ctrl-D on an empty line: whoever reads gets the end, once."""
        self._note('end')
        if self.remotes:
            self.remotes[-1].end_of_file()
        else:
            self.end_reading()

    def end_reading(self) -> None:
        """Whoever reads gets the end, once."""
        ended, self.lines = self.lines, Pipe(self.simulation)
        ended.close()

    def resize(self, columns: int, rows: int) -> None:
        self.columns, self.rows = columns, rows
        for told in self._followers:
            told(columns, rows)

    def pumped(self) -> None:
        """The screen has taken in what was written: programs may go on."""
        self._written = 0
        self._room.notify()

    # -- the inner side -----------------------------------------------------------------------------------------

    def set_mode(self, mode: Mode) -> None:
        """tcsetattr."""
        self.mode = mode

    def follow(self, told: Callable[[int, int], None]) -> None:
        """Tell of the size, now and each time it changes, until `leave`."""
        self._followers.append(told)
        told(self.columns, self.rows)

    def leave(self, told: Callable[[int, int], None]) -> None:
        if told in self._followers:
            self._followers.remove(told)

    def show(self, text: str) -> None:
        self._written += len(text)
        if self.on_output is not None:
            self.on_output(NEWLINE.sub('\r\n', text))

    async def room(self) -> None:
        """Wait while the screen is far behind."""
        while self._written > OUTPUT_LIMIT:
            await self._room.wait()

    async def edit(self, label: str, text: str) -> str | None:
        """Let the person edit a text on the whole screen; None when it was left without saving. Raises OSError when
        the screen has no editor."""
        if self.open_editor is None:
            raise BrokenPipe
        editing = self._editing = self.simulation.future()
        self.open_editor(label, text, self.edited)
        return await editing

    def edited(self, text: str | None) -> None:
        """What the editor came to."""
        if self._editing is None:
            return
        self._note('abandon' if text is None else 'edit', text or '')
        self._editing.resolve(text)
        self._editing = None

    def _note(self, kind: str, text: str = '') -> None:
        if self.observe is not None:
            self.observe(kind, text)
