"""A box over the screen with some lines of text. Esc leads back to the prompt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.screen import ModalScreen

from tutor.tui.drawing import Drawing, Label
from tutor.tui.looks import StyledLine
from tutor.tui.screens.base import TutorScreen
from tutor.tui.widgets.frame import Frame, Plan
from tutor.tui.widgets.line_view import LineView

WIDEST = 80


class Dialog(TutorScreen, ModalScreen[Any]):
    """Subclasses say the title and the lines; `commands` are typed by Alt+1…9 and a click."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding('escape,f10', 'close', show=False), Binding('f2', 'app.next_language', show=False),
        Binding('ctrl+c', 'copy', show=False),
        Binding('up', 'scroll_by(-1)', show=False), Binding('down', 'scroll_by(1)', show=False),
        Binding('pageup', 'scroll_by(-8)', show=False), Binding('pagedown', 'scroll_by(8)', show=False),
        *[Binding(f'alt+{number}', f'type_command({number})', show=False) for number in range(1, 10)],
    ]
    commands: Sequence[str] = ()

    def compose(self) -> ComposeResult:
        yield Frame(self._plan, LineView(id='lines'), id='dialog')

    def on_mount(self) -> None:
        self.speak()

    def on_resize(self) -> None:
        self.speak()

    # -- for subclasses -----------------------------------------------------------------------------------------

    def title_labels(self) -> tuple[str, str]:
        """The words at the left and at the right of the upper line."""
        return '', 'Esc'

    def lines(self, width: int) -> list[StyledLine]:
        """The content for a width."""
        return []

    # -- the box ------------------------------------------------------------------------------------------------

    def speak(self) -> None:
        width = min(self.app.size.width, WIDEST)
        lines = self.lines(width - 4)
        frame = self.query_one(Frame)
        frame.styles.width = width
        frame.styles.height = min(len(lines) + 2, self.app.size.height - 1)
        self.query_one('#lines', LineView).show_lines(lines)
        frame.replan()

    def _plan(self, size: Size) -> Plan:
        width, height = max(size.width, 10), max(size.height, 3)
        plan = Plan(Drawing(width, height, ascii=self.signs.done == '[x]'))
        plan.drawing.box(0, 0, width - 1, height - 1)
        left, right = self.title_labels()
        plan.drawing.label(2, 0, Label(f' {left} ', 'heading'))
        if right:
            plan.drawing.label_right(width - 2, 0, Label(f' {right} ', 'dim', 'screen.close'))
        plan.places['lines'] = Region(2, 1, width - 3, height - 2)
        return plan

    # -- keys ---------------------------------------------------------------------------------------------------

    def type_command(self, number: int) -> None:
        if number <= len(self.commands):
            self.dismiss(self.commands[number - 1])

    def action_close(self) -> None:
        self.dismiss(None)

    def action_copy(self) -> None:
        if self.get_selected_text():
            self.action_copy_text()
        else:
            self.dismiss(None)

    def action_scroll_by(self, rows: int) -> None:
        self.query_one('#lines', LineView).scroll_relative(y=rows, animate=False)
