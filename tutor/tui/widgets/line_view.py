"""A widget of styled lines that scrolls: the base of the text, the panels and the lists."""

from __future__ import annotations

from collections.abc import Sequence

from rich.segment import Segment
from rich.style import Style
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.selection import Selection
from textual.strip import Strip

from tutor.i18n.width import cells, index_at
from tutor.tui.looks import COMPONENT_CLASSES, Look, StyledLine
from tutor.tui.resilient import Resilient


class LineView(Resilient, ScrollView, can_focus=False):
    """Shows lines as they are laid out by whoever made them; keeps its place when they are replaced."""

    COMPONENT_CLASSES = COMPONENT_CLASSES
    ALLOW_SELECT = True
    DEFAULT_CSS = '''
    LineView { overflow-x: hidden; overflow-y: auto; scrollbar-size-vertical: 1; background: $background; }
    '''

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self._lines: Sequence[StyledLine] = ()

    # -- content ------------------------------------------------------------------------------------------------

    @property
    def lines(self) -> Sequence[StyledLine]:
        return self._lines

    def show_lines(self, lines: Sequence[StyledLine]) -> None:
        """Replace the lines; the place that was scrolled to stays."""
        if list(lines) == list(self._lines):
            return
        self._lines = lines
        self.virtual_size = Size(self.scrollable_content_region.width, len(lines))
        self.refresh()

    def notify_style_update(self) -> None:
        super().notify_style_update()
        self.refresh()

    @property
    def has_more_below(self) -> bool:
        return self.scroll_offset.y + self.scrollable_content_region.height < self.virtual_size.height

    # -- drawing ------------------------------------------------------------------------------------------------

    def style_of(self, look: Look) -> Style:
        """The terminal style of a look under the theme of now."""
        style = self.get_component_rich_style(f'look--{look.name}', partial=True)
        if look.dim and look.name != 'dim':
            style += self.get_component_rich_style('look--dim', partial=True)
        if look.bold:
            style += Style(bold=True)
        if look.action:
            style += Style.from_meta({'@click': look.action})
        return style

    def render_line(self, y: int) -> Strip:
        row = self.scroll_offset.y + y
        width = self.scrollable_content_region.width
        if row >= len(self._lines):
            return Strip.blank(width, self.rich_style)
        return self.strip_of(self._lines[row], row, width)

    def strip_of(self, line: StyledLine, row: int, width: int) -> Strip:
        """A line as the terminal gets it, with what is selected of it marked."""
        ground = self.rich_style
        segments = [Segment(run.text, ground + self.style_of(run.look)) for run in line.runs]
        strip = Strip(segments, line.width).crop_extend(0, width, ground)
        strip = self._with_selection(strip, line.text, row)
        return strip.apply_offsets(0, row)

    def _with_selection(self, strip: Strip, text: str, row: int) -> Strip:
        selection = self.text_selection
        span = selection.get_span(row) if selection is not None else None
        if span is None:
            return strip
        start = cells(text[:span[0]])
        end = strip.cell_length if span[1] == -1 else cells(text[:span[1]])
        if end <= start:
            return strip
        mark = self.screen.get_component_rich_style('screen--selection')
        marked = Strip(Segment.apply_style(strip.crop(start, end), post_style=mark))
        return Strip.join([strip.crop(0, start), marked, strip.crop(end)])

    # -- selection ----------------------------------------------------------------------------------------------

    def get_selection(self, selection: Selection) -> tuple[str, str] | None:
        return selection.extract('\n'.join(line.text.rstrip() for line in self._lines)), '\n'

    def selection_updated(self, selection: Selection | None) -> None:
        self.refresh()

    def character_at(self, x: int, y: int) -> tuple[int, int]:
        """The row and character at a cell of this widget."""
        row = self.scroll_offset.y + y
        text = self._lines[row].text if row < len(self._lines) else ''
        return row, index_at(text, x)
