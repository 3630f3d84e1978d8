"""The line discipline of a pseudo terminal (Linux' n_tty): real clients send each key as it is typed, and see only what
comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tutor.shell.tty import SANE, Mode

INTERRUPT, END, KILL, WORD_ERASE, SUSPEND = 0x03, 0x04, 0x15, 0x17, 0x1A
ERASE = (0x7F, 0x08)
RETURN, NEWLINE, TAB = 0x0D, 0x0A, 0x09
RUBOUT = b'\b \b'
LAST_WORD = re.compile(r'\S+\s*$')


@dataclass(frozen=True, slots=True)
class Echo:
    """What the person is to see of what was typed."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Input:
    """A line for the program that reads, or what was typed of one at Ctrl-D."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Interrupt:
    """Ctrl-C."""


@dataclass(frozen=True, slots=True)
class Suspend:
    """Ctrl-Z."""


@dataclass(frozen=True, slots=True)
class EndOfFile:
    """Ctrl-D at the beginning of a line."""


Act = Echo | Input | Interrupt | Suspend | EndOfFile


class LineDiscipline:
    """Keys in, acts out."""

    def __init__(self) -> None:
        self._line = bytearray()

    def typed(self, data: bytes, mode: Mode = SANE) -> Iterator[Act]:
        """What comes of some keys in a mode."""
        for key in data:
            signals = (key == INTERRUPT and mode.interrupts) or (key == SUSPEND and mode.suspends)
            for act in self._signals(key) if signals else self._edits(key) if mode.lines else self._passes(key):
                if mode.echo or not isinstance(act, Echo):
                    yield act

    def _signals(self, key: int) -> Iterator[Act]:
        self._line.clear()
        yield _echo(key)
        yield Interrupt() if key == INTERRUPT else Suspend()

    def _passes(self, key: int) -> Iterator[Act]:
        """Every key is for the program at once; ICRNL stays."""
        key = NEWLINE if key == RETURN else key
        yield Echo(b'\r\n') if key == NEWLINE else _echo(key)
        yield Input(self._taken() + bytes([key]))

    def _edits(self, key: int) -> Iterator[Act]:
        if key in (RETURN, NEWLINE):
            yield Echo(b'\r\n')
            yield Input(self._taken() + b'\n')
        elif key == END:
            yield Input(self._taken()) if self._line else EndOfFile()
        elif key in ERASE:
            yield from self._erase(1)
        elif key == KILL:
            yield from self._erase(len(self._text()))
        elif key == WORD_ERASE:
            found = LAST_WORD.search(self._text())
            yield from self._erase(len(found[0]) if found else 0)
        else:
            self._line.append(key)
            yield _echo(key)

    def _taken(self) -> bytes:
        line = bytes(self._line)
        self._line.clear()
        return line

    def _text(self) -> str:
        return self._line.decode('utf-8', 'replace')

    def _erase(self, count: int) -> Iterator[Act]:
        """Take the last characters back."""
        text = self._text()
        if text and count:
            left = text[:-count]
            self._line[:] = left.encode()
            yield Echo(RUBOUT * (len(text) - len(left)))


def _echo(key: int) -> Echo:
    """A key as ECHOCTL shows it."""
    return Echo(bytes([key]) if key >= 0x20 or key == TAB else b'^' + bytes([key | 0x40]))


def shown(data: bytes) -> bytes:
    """What a program writes, as it reaches the screen (ONLCR)."""
    return data.replace(b'\n', b'\r\n')
