"""The first start: a language, three sentences, and the first lesson."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size

from tutor.i18n import Mode, Voice, message
from tutor.i18n.modes import MODES
from tutor.tui.drawing import Drawing, Label
from tutor.tui.looks import EMPTY, StyledLine, line, run
from tutor.tui.reading.inline import inline_lines
from tutor.tui.screens.base import TutorScreen
from tutor.tui.widgets.frame import Frame, Plan
from tutor.tui.widgets.key_bar import KeyBar, KeyHint
from tutor.tui.widgets.line_view import LineView

NAMES: dict[Mode, str] = {'zh': '中文', 'en': 'English', 'both': '中文 + English'}
SENTENCES = (
    message('Read the text above, type `kubectl` below: it talks to a simulated cluster that answers as a real one '
            'does.'),
    message('An exercise checks the state of the cluster, not your words: every way that leads there is right.'),
    message('Nothing here touches your machine; F1 helps, F6 takes back the last command.'),
)
KEYS = (KeyHint('←→', message('Language'), ''), KeyHint('⏎', message('First lesson'), 'screen.begin'),
        KeyHint('Esc', message('Course map'), 'screen.map'), KeyHint('F10', message('Quit'), 'app.quit'))


class FirstStart(TutorScreen):
    """Everything that somebody has to know, on one panel."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding('left,up,shift+tab', 'choose(-1)', show=False), Binding('right,down,tab,f2', 'choose(1)', show=False),
        Binding('enter', 'begin', show=False), Binding('escape', 'map', show=False),
        Binding('f10,ctrl+q,q', 'app.quit', show=False),
        *[Binding(str(number), f'language("{mode}")', show=False) for number, mode in enumerate(MODES, 1)],
    ]

    def compose(self) -> ComposeResult:
        yield Frame(self._plan, LineView(id='lines'), id='frame')
        yield KeyBar(self.voice, KEYS, id='keys')

    def on_mount(self) -> None:
        self.call_after_refresh(self.speak)

    def on_resize(self) -> None:
        self.call_after_refresh(self.speak)

    def _plan(self, size: Size) -> Plan:
        width, height = max(size.width, 20), max(size.height, 6)
        plan = Plan(Drawing(width, height, ascii=self.signs.done == '[x]'))
        inner = min(width - 4, 76)
        rows = min(len(self._lines(inner - 4)) + 2, height - 2)
        left, top = (width - inner) // 2, max((height - rows) // 3, 0)
        plan.drawing.box(left, top, left + inner - 1, top + rows + 1)
        plan.drawing.label(left + 2, top, Label(f' {"Kubernetes " + self.voice.label("Course")} ', 'heading'))
        plan.places['lines'] = Region(left + 2, top + 2, inner - 3, rows - 1)
        return plan

    def _lines(self, width: int) -> list[StyledLine]:
        choices = [part for mode in MODES for part in (
            run(f'  {NAMES[mode]}  ', 'button' if mode == self.voice.mode else 'text',
                action=f'screen.language({mode!r})'),
            run('  '))]
        lines: list[StyledLine] = [line(run(Voice('both').label('Language'), 'heading')), EMPTY, line(*choices), EMPTY]
        for sentence in SENTENCES:
            for text in self.voice.each(sentence):
                lines.extend(inline_lines(text, width))
            lines.append(EMPTY)
        begin = f'  {self.voice.label("First lesson")} {self.signs.enter}  '
        return [*lines, line(run(begin, 'button', action='screen.begin'))]

    def speak(self) -> None:
        self.query_one(KeyBar).speak(self.voice)
        view = self.query_one('#lines', LineView)
        self.query_one(Frame).replan()
        view.show_lines(self._lines(min(self.size.width - 4, 76) - 4))

    def action_choose(self, by: int) -> None:
        self.action_language(MODES[(MODES.index(self.voice.mode) + by) % len(MODES)])

    def action_language(self, mode: Mode) -> None:
        self.tutor.change_settings(language=mode)

    def action_begin(self) -> None:
        self.tutor.welcome_done(begin=True)

    def action_map(self) -> None:
        self.tutor.welcome_done(begin=False)
