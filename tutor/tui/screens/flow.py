"""F3: the way of a command through the cluster, hop by hop, from the trace of what really happened."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.timer import Timer

from tutor.i18n import message
from tutor.i18n.voice import pick
from tutor.i18n.width import cells, cut, pad
from tutor.i18n.wrap import Line
from tutor.tui.drawing import Drawing, Label
from tutor.tui.looks import EMPTY, StyledLine, line, run
from tutor.tui.reading.inline import inline_lines
from tutor.tui.screens.base import TutorScreen
from tutor.tui.screens.flow_detail import object_lines
from tutor.tui.widgets.frame import Frame, Plan
from tutor.tui.widgets.key_bar import KeyBar, KeyHint
from tutor.tui.widgets.line_view import LineView

KEYS = (
    KeyHint('↑↓', message('Hop'), ''), KeyHint('←→', message('Command'), ''), KeyHint('Space', message('Play'),
                                                                                      'screen.play'),
    KeyHint('d', message('Object'), 'screen.show_object'), KeyHint('y', 'YAML', 'screen.show_yaml'),
    KeyHint('Esc', message('Back'), 'screen.close'),
)
PLAY_EVERY = 1.2


class FlowScreen(TutorScreen):
    """The hops of one command at the left, what the chosen one did at the right."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding('up,k', 'hop(-1)', show=False), Binding('down,j', 'hop(1)', show=False),
        Binding('left', 'command(-1)', show=False), Binding('right', 'command(1)', show=False),
        Binding('space', 'play', show=False), Binding('d', 'show_object', show=False), Binding('y', 'show_yaml',
                                                                                               show=False),
        Binding('pageup', 'detail(-1)', show=False), Binding('pagedown', 'detail(1)', show=False),
        Binding('escape,f3,f10,q', 'close', show=False), Binding('f2,alt+l', 'app.next_language', show=False),
    ]

    def __init__(self, session: Any) -> None:
        super().__init__()
        self.flows = list(session.flow()) if session is not None else []
        with_steps = [index for index, flow in enumerate(self.flows) if flow.steps]
        self.command = with_steps[-1] if with_steps else len(self.flows) - 1
        self.hop = 0
        self.whole = False
        self._player: Timer | None = None

    def compose(self) -> ComposeResult:
        yield Frame(self._plan, LineView(id='hops'), LineView(id='detail'), id='frame')
        yield KeyBar(self.voice, KEYS, id='keys')

    def on_mount(self) -> None:
        self.call_after_refresh(self.speak)

    def on_resize(self) -> None:
        self.call_after_refresh(self.speak)

    # -- the frame ----------------------------------------------------------------------------------------------

    @property
    def steps(self) -> list[Any]:
        return list(self.flows[self.command].steps) if self.flows else []

    def _plan(self, size: Size) -> Plan:
        width, height = max(size.width, 20), max(size.height, 6)
        plan = Plan(Drawing(width, height, ascii=self.signs.done == '[x]'))
        plan.drawing.box(0, 0, width - 1, height - 1)
        bar = min(width // 2, 60)
        plan.drawing.vertical(bar + 1, 1, height - 1)
        plan.places['hops'] = Region(2, 1, bar - 1, height - 2)
        plan.places['detail'] = Region(bar + 3, 1, width - bar - 4, height - 2)
        right = ''
        if self.steps:
            right = f' {self.hop + 1}/{len(self.steps)}  +{self.steps[self.hop].at:.3f} s '
        start = plan.drawing.label_right(width - 2, 0, Label(right, 'accent'))
        command = self.flows[self.command].command.split('\n')[0] if self.flows else ''
        title = f' {self.voice.label("Flow")}'
        plan.drawing.label(2, 0, Label(title, 'heading'),
                           Label(f'  {cut(command, max(start - cells(title) - 6, 0), self.signs.ellipsis)} ', 'code'))
        return plan

    def speak(self) -> None:
        self.query_one(KeyBar).speak(self.voice)
        hops, detail = self.query_one('#hops', LineView), self.query_one('#detail', LineView)
        hops.show_lines(self._hop_lines(hops.size.width))
        detail.show_lines(self._detail_lines(detail.size.width - 1))
        self.query_one(Frame).replan()

    # -- lines --------------------------------------------------------------------------------------------------

    def _hop_lines(self, width: int) -> list[StyledLine]:
        if not self.steps:
            sentences = (self.voice.each('This command brought about nothing in the cluster.') if self.flows else
                         self.voice.each('Type a command first; its way through the cluster is shown here.'))
            return [found for text in sentences
                    for found in inline_lines(text, max(width, 10), 'dim')]
        return [self._hop_line(index, step, width) for index, step in enumerate(self.steps)]

    def _hop_line(self, index: int, step: Any, width: int) -> StyledLine:
        current = index == self.hop
        mark = self.signs.current if current else ' '
        look = 'selected' if current else 'text'
        name = pick(step.title, self.voice.first)
        head = f'{pad(mark, cells(self.signs.current))} {index + 1:>2}  '
        names = min(max(cells(pick(each.title, self.voice.first)) for each in self.steps) + 1, width - cells(head))
        note = cut(step.note, max(width - cells(head) - names - 2, 0), self.signs.ellipsis)
        action = f'screen.choose_hop({index})'
        return line(run(head, 'key' if current else 'dim', action=action),
                    run(pad(cut(name, names, self.signs.ellipsis), names), look, bold=current, action=action),
                    run(pad(f' {note}', max(width - cells(head) - names, 0)), look if current else 'dim',
                        action=action))

    def _detail_lines(self, width: int) -> list[StyledLine]:
        if not self.steps or width < 8:
            return []
        step = self.steps[self.hop]
        lines: list[StyledLine] = [line(run(f'{self.hop + 1}  {step.component}', 'heading')), EMPTY]
        for text in self.voice.sentences(step.text):
            lines.extend(inline_lines(text, width))
        if step.subject:
            lines += [EMPTY, line(run(f'  {step.subject}', 'strong'))]
        return [*lines, *(Line(part.runs) for part in object_lines(step, whole=self.whole))]

    # -- keys ---------------------------------------------------------------------------------------------------

    def action_hop(self, by: int) -> None:
        if self.steps:
            self.action_choose_hop(min(max(self.hop + by, 0), len(self.steps) - 1))

    def action_choose_hop(self, index: int) -> None:
        self.hop = index
        self.speak()
        hops = self.query_one('#hops', LineView)
        height = max(hops.size.height, 1)
        if not hops.scroll_offset.y <= index < hops.scroll_offset.y + height:
            hops.scroll_to(y=max(index - height // 2, 0), animate=False)
        self.query_one('#detail', LineView).scroll_to(y=0, animate=False)

    def action_command(self, by: int) -> None:
        if self.flows:
            self.command = min(max(self.command + by, 0), len(self.flows) - 1)
            self.action_choose_hop(0)

    def action_play(self) -> None:
        if self._player is not None:
            self._player.stop()
            self._player = None
        else:
            self._player = self.set_interval(PLAY_EVERY, self._play_on)

    def _play_on(self) -> None:
        if self.hop + 1 < len(self.steps):
            self.action_hop(1)
        elif self._player is not None:
            self._player.stop()
            self._player = None

    def action_show_object(self) -> None:
        self.whole = False
        self.speak()

    def action_show_yaml(self) -> None:
        self.whole = not self.whole
        self.speak()

    def action_detail(self, step: int) -> None:
        detail = self.query_one('#detail', LineView)
        detail.scroll_relative(y=step * max(detail.size.height - 1, 1), animate=False)

    def action_close(self) -> None:
        self.dismiss(None)
