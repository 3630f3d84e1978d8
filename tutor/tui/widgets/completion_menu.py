"""The ways to complete a word, beside the cursor, each with its description in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Offset, Region, Size

from tutor.i18n import Voice
from tutor.i18n.voice import pick
from tutor.i18n.width import cells, cut, pad
from tutor.tui.contract import Completion
from tutor.tui.looks import StyledLine, line, run
from tutor.tui.widgets.line_view import LineView

MOST_ROWS = 8


class CompletionMenu(LineView):
    """Shown by the screen while there are several ways; the terminal keeps the focus."""

    ALLOW_SELECT = False
    DEFAULT_CSS = '''
    CompletionMenu { layer: menu; position: absolute; display: none; background: $boost; width: 40; height: 8; }
    '''

    def __init__(self, voice: Voice, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.voice = voice
        self.completions: Sequence[Completion] = ()
        self.index = 0

    @property
    def is_open(self) -> bool:
        return bool(self.display and self.completions)

    @property
    def chosen(self) -> Completion:
        return self.completions[self.index]

    def open(self, completions: Sequence[Completion], cursor: Region, screen: Size) -> None:
        """Show these under the cursor, or above it where there is more room."""
        self.completions, self.index = completions, 0
        lines = self._lines_for(screen.width - 2)
        height = min(len(lines), MOST_ROWS, max(screen.height - 4, 1))
        width = min(max((each.width for each in lines), default=1) + 2, screen.width)
        below = screen.height - cursor.y - 2
        y = cursor.y + 1 if below >= height else max(cursor.y - height, 0)
        word = sum(cells(character) for character in completions[0].text[:0])
        x = max(min(cursor.x - word, screen.width - width), 0)
        self.styles.width, self.styles.height = width, height
        self.styles.offset = Offset(x, y)
        self.display = True
        self.scroll_to(y=0, animate=False, force=True)
        self._draw()

    def close(self) -> None:
        self.display = False
        self.completions = ()

    def move(self, step: int) -> None:
        self.index = (self.index + step) % len(self.completions)
        self._draw()
        height = self.size.height or MOST_ROWS
        top = self.scroll_offset.y
        if not top <= self.index < top + height:
            self.scroll_to(y=self.index if self.index < top else self.index - height + 1, animate=False, force=True)

    def _draw(self) -> None:
        self.show_lines(self._lines_for(self.app.size.width - 2))

    def _lines_for(self, width: int) -> list[StyledLine]:
        names = min(max(cells(one.text) for one in self.completions), max(width // 2, 16))
        return [self._line(one, index, names, width) for index, one in enumerate(self.completions)]

    def _line(self, one: Completion, index: int, names: int, width: int) -> StyledLine:
        name = pad(cut(one.text, names, '…'), names)
        words = pick(one.description, self.voice.first) if one.description else ''
        words = cut(words, max(min(width - names - 6, 60), 0), '…')
        current = index == self.index
        return line(run(f' {name}  ', 'button' if current else 'command', action=f'screen.take_completion({index})'),
                    run(f'{words} ', 'dim'))
