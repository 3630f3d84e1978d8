"""The editor behind vi, vim, nano and `kubectl edit`: a text with YAML colours, saved or left."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.widgets import TextArea

from tutor.i18n import message
from tutor.tui.drawing import Drawing, Label
from tutor.tui.screens.base import TutorScreen
from tutor.tui.widgets.frame import Frame, Plan
from tutor.tui.widgets.key_bar import KeyBar, KeyHint
from tutor.tui.widgets.text_editor import TextEditor

KEYS = (KeyHint('^S', message('Save and close'), 'screen.save'),
        KeyHint('Esc', message('Close without saving'), 'screen.close'),
        KeyHint('^Z', message('Undo'), 'screen.undo'))


class EditorScreen(TutorScreen):
    """Gives the new text to whoever opened it, or None when it was left without saving."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding('ctrl+s,ctrl+o,f2', 'save', show=False, priority=True), Binding('ctrl+x,f10', 'save_or_close',
                                                                                show=False),
        Binding('escape', 'close', show=False, priority=True), Binding('ctrl+q', 'close', show=False, priority=True),
    ]

    def __init__(self, name: str, text: str) -> None:
        super().__init__()
        self.file_name = name
        self.text = text
        self._warned = False
        self._note = ''

    def compose(self) -> ComposeResult:
        yield Frame(self._plan, TextEditor(self.text, self.file_name, id='editor'), id='frame')
        yield KeyBar(self.voice, KEYS, id='keys')

    def on_mount(self) -> None:
        self.query_one(TextArea).focus()

    @property
    def _changed(self) -> bool:
        return self.query_one(TextArea).text != self.text

    def _plan(self, size: Size) -> Plan:
        width, height = max(size.width, 10), max(size.height, 3)
        plan = Plan(Drawing(width, height, ascii=self.signs.done == '[x]'))
        plan.drawing.box(0, 0, width - 1, height - 1)
        plan.drawing.label(2, 0, Label(f' {self.file_name} ', 'title'))
        area = self.query_one(TextArea)
        row, column = area.cursor_location
        plan.drawing.label_right(width - 2, 0, Label(f' {row + 1}:{column + 1} ', 'dim'))
        if self._note:
            plan.drawing.label(2, height - 1, Label(f' {self._note} ', 'warning'))
        plan.places['editor'] = Region(1, 1, width - 2, height - 2)
        return plan

    def on_text_area_selection_changed(self) -> None:
        self.query_one(Frame).replan()

    def on_text_area_changed(self) -> None:
        self._warned, self._note = False, ''
        self.query_one(Frame).replan()

    def action_save(self) -> None:
        self.dismiss(self.query_one(TextArea).text)

    def action_close(self) -> None:
        """What was changed goes only at the second time."""
        if self._changed and not self._warned:
            self._warned = True
            self._note = self.voice.label('Changed. Esc again leaves without saving, ^S saves.')
            self.query_one(Frame).replan()
        else:
            self.dismiss(None)

    def action_save_or_close(self) -> None:
        if self._changed:
            self.action_save()
        else:
            self.dismiss(None)

    def action_undo(self) -> None:
        self.query_one(TextArea).undo()
