"""What a terminal has printed: a bounded number of lines with their colours, from text with ANSI sequences."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

MAX_LINES = 5_000
MAX_LINE = 20_000
MAX_CHUNK = 400_000
"""Of one burst of output, no more than its end is kept: the rest would scroll out at once."""

_TOKENS = re.compile(r'''
    (?P<csi>\x1b\[[0-?]*[ -/]*[@-~]) | (?P<osc>\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)) | (?P<esc>\x1b.?) |
    (?P<control>[\x00-\x1a\x1c-\x1f\x7f]) | (?P<text>[^\x00-\x1f\x7f]+)''', re.VERBOSE | re.DOTALL)
_PARTIAL = re.compile(r'\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*)?\Z')


@dataclass(frozen=True, slots=True)
class Pen:
    """SGR attributes. Colours: 0–255, an (r, g, b) triple, or None. `look` names one of our own looks instead."""

    foreground: int | tuple[int, int, int] | None = None
    background: int | tuple[int, int, int] | None = None
    bold: bool = False
    dim: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False
    look: str = ''


PLAIN = Pen()
Stretch = tuple[str, Pen]


class Scrollback:
    """Feed it output. `lines` are complete logical lines; `partial` is the one the cursor stands in."""

    def __init__(self, max_lines: int = MAX_LINES) -> None:
        self.max_lines = max_lines
        self.lines: list[tuple[Stretch, ...]] = []
        self.dropped = 0
        """How many lines have gone at the top: line i is the line number dropped + i."""
        self.top = 0
        """The line number at which the screen begins since it was cleared last."""
        self.generation = 0
        """Changes when lines that were complete are taken away at the end."""
        self._cells: list[Stretch] = []
        self._column = 0
        self._pen = PLAIN
        self._rest = ''
        self._below: tuple[int, tuple[Stretch, ...], int] | None = None
        """While an alternate screen is shown: the number of lines below it, the one the cursor stood in, and `top`."""

    # -- reading ------------------------------------------------------------------------------------------------

    @property
    def partial(self) -> tuple[Stretch, ...]:
        return tuple(_joined(self._cells))

    @property
    def total(self) -> int:
        return self.dropped + len(self.lines)

    def text(self) -> str:
        """Everything, without colours."""
        complete = [''.join(part for part, _ in line) for line in self.lines]
        return '\n'.join([*complete, ''.join(part for part, _ in self._cells)])

    # -- writing ------------------------------------------------------------------------------------------------

    def feed(self, output: str) -> None:
        """Take output as a terminal does."""
        output = self._rest + output
        self._rest = ''
        output = self._end_of(output)
        if (partial := _PARTIAL.search(output)) and len(partial[0]) < 64:
            self._rest = partial[0]
            output = output[:partial.start()]
        for token in _TOKENS.finditer(output):
            match token.lastgroup:
                case 'text':
                    self._write(token[0])
                case 'control':
                    self._control(token[0])
                case 'csi':
                    self._sequence(token[0])

    def _end_of(self, output: str) -> str:
        """Of a long burst the part that is not scrolled out at once by the rest of it."""
        if len(output) > MAX_CHUNK:
            output = output[output.find('\n', len(output) - MAX_CHUNK) + 1:]
        excess = output.count('\n') - self.max_lines
        if excess <= 0:
            return output
        at = -1
        for _ in range(self.max_lines + 1):
            at = output.rfind('\n', 0, at if at >= 0 else len(output))
        self.dropped_unseen(excess)
        return output[at + 1:]

    def dropped_unseen(self, lines: int) -> None:
        """Count lines that went by without being kept: everything before them is gone too."""
        self._append(tuple(_joined(self._cells)))
        self._cells, self._column = [], 0
        self.dropped += len(self.lines) + lines - 1
        self.lines.clear()
        self.generation += 1

    def add_line(self, stretches: tuple[Stretch, ...]) -> None:
        """A complete line of our own, such as a prompt with what was typed."""
        if self._cells:
            stretches = (*_joined(self._cells), *stretches)
        self._append(stretches)
        self._cells, self._column = [], 0

    def fresh_line(self) -> None:
        """Begin a new line if the cursor stands in one."""
        if self._cells:
            self._newline()

    def clear_screen(self) -> None:
        """Scroll everything up out of sight; what was printed since the last clearing on the same screen goes."""
        keep = max(self.top - self.dropped, 0)
        if self.top > self.dropped and keep < len(self.lines):
            del self.lines[keep:]
            self.generation += 1
        self._cells, self._column = [], 0
        self.top = self.total

    def push_screen(self) -> None:
        """Begin a new screen and keep the old one above it (Ctrl-L)."""
        self.fresh_line()
        self.top = self.total

    def _open_screen(self) -> None:
        """The alternate screen of a full-screen program begins."""
        if self._below is None:
            self._below = self.total, tuple(self._cells), self.top
        self._cells, self._column = [], 0
        self.top = self.total

    def _close_screen(self) -> None:
        """It ends: what was printed on it goes, and what was there before is there again."""
        if self._below is None:
            return
        total, cells, self.top = self._below
        self._below = None
        del self.lines[max(total - self.dropped, 0):]
        self.generation += 1
        self._cells, self._column = list(cells), len(cells)

    def clear_all(self) -> None:
        """Forget everything (`clear`)."""
        self.lines.clear()
        self.generation += 1
        self.dropped = self.top = 0
        self._cells, self._column = [], 0

    # -- tokens -------------------------------------------------------------------------------------------------

    def _write(self, text: str) -> None:
        cells = self._cells
        if self._column == len(cells):
            if len(cells) + len(text) > MAX_LINE:
                self._newline()
                cells, text = self._cells, text[-MAX_LINE:]
            cells.extend([(character, self._pen) for character in text])
        else:
            for offset, character in enumerate(text):
                at = self._column + offset
                if at < len(cells):
                    cells[at] = (character, self._pen)
                else:
                    cells.append((character, self._pen))
        self._column += len(text)
        self._column = min(self._column, len(cells))

    def _control(self, character: str) -> None:
        match character:
            case '\n' | '\x0b' | '\x0c':
                self._newline()
            case '\r':
                self._column = 0
            case '\b':
                self._column = max(self._column - 1, 0)
            case '\t':
                self._write(' ' * (8 - self._column % 8))

    def _newline(self) -> None:
        self._append(tuple(_joined(self._cells)))
        self._cells, self._column = [], 0

    def _append(self, stretches: tuple[Stretch, ...]) -> None:
        self.lines.append(stretches)
        if len(self.lines) > self.max_lines + self.max_lines // 10:
            excess = len(self.lines) - self.max_lines
            del self.lines[:excess]
            self.dropped += excess

    def _sequence(self, sequence: str) -> None:
        arguments = sequence[2:-1]
        match sequence[-1]:
            case 'm':
                self._pen = sgr(self._pen, arguments)
            case 'J' if arguments in ('2', ''):
                self.clear_screen()
            case 'J' if arguments == '3':
                self.clear_all()
            case 'K':
                self._erase_line(arguments)
            case 'D':
                self._column = max(self._column - int(arguments or 1), 0)
            case 'C':
                self._column = min(self._column + int(arguments or 1), len(self._cells))
            case 'G':
                self._column = min(max(int(arguments or 1) - 1, 0), len(self._cells))
            case 'h' if arguments == '?1049':
                self._open_screen()
            case 'l' if arguments == '?1049':
                self._close_screen()

    def _erase_line(self, arguments: str) -> None:
        if arguments in ('', '0'):
            del self._cells[self._column:]
        elif arguments == '2':
            self._cells, self._column = [], 0


def _joined(cells: list[Stretch]) -> Iterator[Stretch]:
    start = 0
    for index in range(1, len(cells) + 1):
        if index == len(cells) or cells[index][1] is not cells[start][1]:
            yield ''.join(character for character, _ in cells[start:index]), cells[start][1]
            start = index


_SWITCHES = {1: {'bold': True}, 2: {'dim': True}, 3: {'italic': True}, 4: {'underline': True}, 7: {'reverse': True},
             22: {'bold': False, 'dim': False}, 23: {'italic': False}, 24: {'underline': False},
             27: {'reverse': False}, 39: {'foreground': None}, 49: {'background': None}}


def sgr(pen: Pen, arguments: str) -> Pen:
    """The pen after Select Graphic Rendition."""
    codes = [int(code) if code.isdigit() else 0 for code in arguments.replace(':', ';').split(';')]
    index = 0
    while index < len(codes):
        code = codes[index]
        if code == 0:
            pen = PLAIN
        elif code in _SWITCHES:
            pen = replace(pen, **_SWITCHES[code])
        elif code in (38, 48):
            colour, index = _extended(codes, index)
            pen = replace(pen, **{'foreground' if code == 38 else 'background': colour})
        elif 30 <= code <= 37 or 90 <= code <= 97:
            pen = replace(pen, foreground=code - 30 if code < 40 else code - 82)
        elif 40 <= code <= 47 or 100 <= code <= 107:
            pen = replace(pen, background=code - 40 if code < 50 else code - 92)
        index += 1
    return pen


def _extended(codes: list[int], index: int) -> tuple[int | tuple[int, int, int] | None, int]:
    """`38;5;N` or `38;2;R;G;B`, and the index of its last number."""
    form = codes[index + 1] if index + 1 < len(codes) else 0
    if form == 5 and index + 2 < len(codes):
        return min(codes[index + 2], 255), index + 2
    if form == 2 and index + 4 < len(codes):
        red, green, blue = (min(value, 255) for value in codes[index + 2:index + 5])
        return (red, green, blue), index + 4
    return None, len(codes)
