"""The keyboard of the terminal that the tutor itself runs in, while a program of the simulated shell reads it."""

from __future__ import annotations

import os
import select
import signal
import sys
from types import FrameType
from typing import Any

from tutor.shell.tty import SANE, Mode
from tutor.tui.contract import TerminalLike

try:
    import termios
except ImportError:  # not a Unix: whole lines only
    termios = None


class Suspended(Exception):
    """Ctrl-Z was pressed."""


class Keyboard:
    """Passes what is typed on to a simulated terminal: lines, or single keys while that wants them. As long as it is
    entered, the real terminal is in the mode that the simulated one is in."""

    def __init__(self, terminal: TerminalLike) -> None:
        self._terminal = terminal
        self._file = sys.stdin.fileno() if not sys.stdin.closed and sys.stdin.isatty() else None
        self._mode = SANE
        self._usual: list[Any] = []
        self._size: os.terminal_size | None = None
        self._rest = b''
        self._handler: Any = None

    def __enter__(self) -> Keyboard:
        if self._file is not None and termios is not None:
            self._usual = termios.tcgetattr(self._file)
            self._handler = signal.signal(signal.SIGTSTP, _suspended)
            self._set(SANE)
        self._tell_size()
        return self

    def _tell_size(self) -> None:
        """Programs may ask how large the terminal is."""
        if sys.stdout.isatty():
            size = os.get_terminal_size(sys.stdout.fileno())
            if size != self._size:
                self._size = size
                self._terminal.resize(size.columns, size.lines)

    def __exit__(self, *_: object) -> None:
        if self._usual and self._file is not None:
            assert termios is not None
            termios.tcsetattr(self._file, termios.TCSADRAIN, self._usual)
            signal.signal(signal.SIGTSTP, self._handler)

    def wait(self, seconds: float) -> None:
        """Wait so long for something to be typed, and pass it on. Raises Suspended, KeyboardInterrupt."""
        if self._file is None:
            select.select([], [], [], seconds)
            return
        self._tell_size()
        if self._mode != self._terminal.mode:
            self._set(self._terminal.mode)
        if select.select([self._file], [], [], seconds)[0]:
            self._take(os.read(self._file, 4096))

    def _take(self, data: bytes) -> None:
        if not self._terminal.mode.lines:
            press(self._terminal, data.decode('utf-8', 'replace'))
            return
        if not data and not self._rest:
            self._terminal.end_of_file()
            return
        *lines, self._rest = (self._rest + data).split(b'\n')
        for line in lines:
            self._terminal.type_line(line.decode('utf-8', 'replace'), shown=bool(self._usual))

    def _set(self, mode: Mode) -> None:
        self._mode = mode
        if not self._usual or self._file is None or termios is None:
            return
        flags = {termios.ICANON: mode.lines, termios.ISIG: mode.interrupts and mode.suspends,
                 termios.ECHO: mode.echo and mode.lines, termios.ECHOCTL: False}  # keys are shown by the simulated one
        attributes = list(self._usual)
        for flag, wanted in flags.items():
            attributes[3] = attributes[3] | flag if wanted else attributes[3] & ~flag
        if not mode.lines:
            attributes[6] = [*attributes[6]]
            attributes[6][termios.VMIN], attributes[6][termios.VTIME] = 1, 0
        termios.tcsetattr(self._file, termios.TCSADRAIN, attributes)


def _suspended(number: int, frame: FrameType | None) -> None:
    raise Suspended


def press(terminal: TerminalLike, key: str) -> None:
    """A key for a program that reads key by key."""
    if key == '\x03':
        terminal.interrupt()
    elif key == '\x1a':
        terminal.suspend()
    else:
        terminal.type_key(key)
