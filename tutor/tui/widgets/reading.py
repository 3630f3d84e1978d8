"""The text of a page. It scrolls only when the reader scrolls it."""

from __future__ import annotations

from textual.message import Message
from textual.strip import Strip

from tutor.i18n.wrap import Line
from tutor.tui.looks import run
from tutor.tui.reading.spread import PageLayout
from tutor.tui.widgets.line_view import LineView


class Reading(LineView):
    """Shows a page's layout; the line between two languages goes down to the end of the pane."""

    class Resized(Message):
        """The text must be broken anew."""

    class Scrolled(Message):
        """There may be more, or no more, below."""

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._divider: int | None = None
        self._divider_sign = '│'

    def show_page(self, page: PageLayout, divider_sign: str) -> None:
        self._divider, self._divider_sign = page.divider, divider_sign
        lines = list(page.lines)
        while lines and not lines[-1].text.strip(f' {divider_sign}'):
            lines.pop()
        self.show_lines(lines)
        self.refresh()

    def on_resize(self) -> None:
        self.post_message(self.Resized())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        self.post_message(self.Scrolled())

    def render_line(self, y: int) -> Strip:
        row = self.scroll_offset.y + y
        if row >= len(self.lines) and self._divider:
            filler = Line((run(' ' * self._divider), run(self._divider_sign, 'edge')))
            return self.strip_of(filler, row, self.scrollable_content_region.width)
        return super().render_line(y)
