"""The pseudo terminal of a process in a container."""

from __future__ import annotations

from typing import Any

from tutor.cluster.containers.system import UNKNOWN, TerminalPipe
from tutor.cluster.simulation import BrokenPipe, Pipe
from tutor.shell.process import Process
from tutor.shell.tty import SANE, Mode


class Console:
    """Its keyboard and window, the mode that a program there has asked for, and the terminals of the clients that are
    joined to it: theirs follow its mode."""

    def __init__(self, keyboard: Pipe | None, screen: Any) -> None:
        self.reader = keyboard
        self.mode = SANE
        self.process: Process | None = None
        """Who gets the signals: the process that the terminal was made for."""
        self.remotes: list[Any] = []
        self._streams: list[Any] = [stream for stream in (keyboard, screen) if getattr(stream, 'isatty', False)]
        self._window = UNKNOWN
        self._clients: list[Any] = []
        self._followers: list[Any] = []
        if isinstance(keyboard, TerminalPipe):
            keyboard.terminal = self

    @property
    def columns(self) -> int:
        return self._window[0]

    @property
    def rows(self) -> int:
        return self._window[1]

    # -- the outer side: a client's terminal --------------------------------------------------------------------

    def connect(self, terminal: Any) -> None:
        """A client's terminal is joined to this one."""
        self._clients.append(terminal)
        terminal.set_mode(self.mode)

    def disconnect(self, terminal: Any) -> None:
        self._clients.remove(terminal)

    def resize(self, columns: int, rows: int) -> None:
        """Its window has another size (ResizePodSandboxConsole)."""
        self._window = columns, rows
        for stream in self._streams:
            stream.window = self._window
        for told in self._followers:
            told(columns, rows)

    def interrupt(self) -> None:
        """Ctrl-C: what was typed ahead is forgotten, and whoever has the terminal gets the signal."""
        if self.remotes:
            self.remotes[-1].interrupt()
        elif not self.mode.interrupts and self.reader is not None:
            self.reader.write('\x03')
        else:
            self._signal('INT')

    def suspend(self) -> None:
        """Ctrl-Z."""
        if self.remotes:
            self.remotes[-1].suspend()
        elif not self.mode.suspends and self.reader is not None:
            self.reader.write('\x1a')
        else:
            self._signal('TSTP')

    def _signal(self, name: str) -> None:
        if isinstance(self.reader, TerminalPipe):
            self.reader.flush()
        if self.process is not None:
            self.process.typed(name)

    def end_of_file(self) -> None:
        """Ctrl-D: who reads gets the end, once."""
        if self.remotes:
            self.remotes[-1].end_of_file()
        elif isinstance(self.reader, TerminalPipe):
            self.reader.end_of_file()

    # -- the inner side: a program in the container -------------------------------------------------------------

    def set_mode(self, mode: Mode) -> None:
        self.mode = mode
        for terminal in self._clients:
            terminal.set_mode(mode)

    def follow(self, told: Any) -> None:
        """Tell of the size, now and each time it changes, until `leave`."""
        self._followers.append(told)
        told(*self._window)

    def leave(self, told: Any) -> None:
        if told in self._followers:
            self._followers.remove(told)

    async def edit(self, label: str, text: str) -> str | None:
        """Let the person at a client's terminal edit a text. Raises BrokenPipe when there is no such person."""
        if not self._clients:
            raise BrokenPipe
        return await self._clients[-1].edit(label, text)
