"""Below 60 × 16 one sentence says the size that is needed and the size that there is."""

from __future__ import annotations

from typing import Any

from textual.app import ComposeResult
from textual.screen import ModalScreen

from tutor.i18n import LANGUAGES, message, translate
from tutor.i18n.wrap import wrap_text
from tutor.tui.looks import plain_line
from tutor.tui.screens.base import TutorScreen
from tutor.tui.widgets.line_view import LineView

LEAST_WIDTH, LEAST_HEIGHT = 60, 16


class TooSmall(TutorScreen, ModalScreen[Any]):
    """Covers everything until the terminal is large enough. In both languages: there is no way to choose here."""

    DEFAULT_CSS = 'TooSmall { background: $background; } TooSmall LineView { width: 1fr; height: 1fr; }'

    def compose(self) -> ComposeResult:
        yield LineView(id='lines')

    def on_mount(self) -> None:
        self.show_size()

    def on_resize(self) -> None:
        self.show_size()

    def show_size(self) -> None:
        size = self.app.size
        sizes = {'width': size.width, 'height': size.height, 'least_width': LEAST_WIDTH, 'least_height': LEAST_HEIGHT}
        needed = message('The terminal is {width} × {height}; at least {least_width} × {least_height} is needed.')
        sentences = [translate(language, needed, **sizes) for language in LANGUAGES]
        lines = [plain_line(part) for sentence in sentences for part in wrap_text(sentence, max(size.width - 1, 8))]
        self.query_one('#lines', LineView).show_lines(lines)
