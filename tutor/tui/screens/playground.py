"""The shell and the cluster without a lesson; tabs for objects, nodes, events and flow."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size

from tutor.i18n import message
from tutor.i18n.width import cells
from tutor.tui.drawing import Drawing, Label
from tutor.tui.screens.lesson_plan import WIDE_FROM
from tutor.tui.screens.shell_screen import KEYS, ShellScreen
from tutor.tui.widgets.cluster_panel import ClusterPanel
from tutor.tui.widgets.completion_menu import CompletionMenu
from tutor.tui.widgets.frame import Frame, Plan
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.line_view import LineView
from tutor.tui.widgets.table_view import TableView
from tutor.tui.widgets.terminal import Terminal

TABLES = (('objects', message('Objects')), ('nodes', message('Nodes')), ('events', message('Events')))
"""The tabs after the first, which has no table."""


class PlaygroundScreen(ShellScreen):
    """`look_only`: the cluster of a lesson seen larger; leaving goes back to it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding('pageup', 'page(-1)', show=False), Binding('pagedown', 'page(1)', show=False),
    ]

    def __init__(self, session: Any = None, *, look_only: bool = False) -> None:
        super().__init__()
        self._given = session
        self.look_only = look_only
        self.tab = 1 if look_only else 0

    def compose(self) -> ComposeResult:
        yield Frame(self._plan, ClusterPanel(self.voice, self.signs, id='cluster'), TableView(id='table'),
                    Terminal(id='terminal'), id='frame')
        yield KeyBar(self.voice, [hint for hint in KEYS if hint.key not in ('F5', 'F7', 'F8')], id='keys')
        yield CompletionMenu(self.voice, id='menu')

    def on_mount(self) -> None:
        session = self._given or self.guarded(self.tutor.open_session, None, None)
        if session is not None:
            self.use(session, seen=self.look_only)

    # -- the frame ----------------------------------------------------------------------------------------------

    def _plan(self, size: Size) -> Plan:
        width, height = max(size.width, 20), max(size.height, 8)
        plan = Plan(Drawing(width, height, ascii=self.signs.done == '[x]'))
        plan.drawing.box(0, 0, width - 1, height - 1)
        title = self.voice.label('Cluster' if self.look_only else 'Playground')
        plan.drawing.label(2, 0, Label(f' {title} ', 'title'))
        language = {'zh': '中', 'en': 'EN', 'both': '中+EN'}[self.voice.mode]
        plan.drawing.label_right(width - 2, 0, Label(' '), Label(self.clock(), 'dim', 'screen.faster'), Label('  '),
                                 Label(f'{language} ', 'title', 'app.next_language'))
        (self._wide if width >= WIDE_FROM else self._stacked)(plan, width, height)
        return plan

    def _wide(self, plan: Plan, width: int, height: int) -> None:
        """The cluster at the right, larger than in a lesson; the other tabs above the shell."""
        side = min(max(width * 30 // 100, 36), 64)
        bar = width - 2 - side
        plan.drawing.vertical(bar, 1, height - 1)
        plan.drawing.label(bar + 2, 1, Label(self.voice.label('Cluster'), 'heading'))
        plan.places['cluster'] = Region(bar + 2, 3, side - 1, height - 4)
        top = 0
        if self.tab:
            top = self._divider(height)
            plan.drawing.horizontal(top, 0, bar)
            plan.places['table'] = Region(2, 3, bar - 2, top - 3)
        self._tabs(plan, 1, bar, message('Command line'))
        begin = top + 1 if top else 3
        plan.places['terminal'] = Region(1, begin, bar - 1, height - begin - 1)
        self._waiting(plan, top or height - 1, bar)

    def _stacked(self, plan: Plan, width: int, height: int) -> None:
        top = self._divider(height)
        plan.drawing.horizontal(top, 0, width - 1)
        self._tabs(plan, 1, width - 1, message('Cluster'))
        plan.places['table' if self.tab else 'cluster'] = Region(2, 3, width - 3, top - 3)
        plan.places['terminal'] = Region(1, top + 1, width - 2, height - top - 2)
        self._waiting(plan, top, width - 1)

    def _divider(self, height: int) -> int:
        rows = height - 3
        return 1 + min(max(round(rows * self.tutor.settings.text_share), 5), rows - 3)

    def _tabs(self, plan: Plan, y: int, right: int, first: str) -> None:
        x = 2
        for index, words in enumerate((first, *(words for _, words in TABLES))):
            label = Label(self.voice.label(words), 'tab-current' if index == self.tab else 'tab',
                          f'screen.show_tab({index})')
            if x + cells(label.text) < right:
                x = plan.drawing.label(x, y, label) + 3

    def _waiting(self, plan: Plan, y: int, right: int) -> None:
        if waiting := self.waiting():
            plan.drawing.label_right(right - 1, y, Label(f' {waiting}', 'underway'))

    # -- tables -------------------------------------------------------------------------------------------------

    def cluster_changed(self) -> None:
        self._show_table()

    def _show_table(self) -> None:
        if not self.tab or self.session is None:
            return
        table = self.guarded(getattr(self.session, TABLES[self.tab - 1][0]))
        if table is not None:
            self.query_one(TableView).show_table(table.header, table.rows, self.signs.ellipsis)

    def action_show_tab(self, tab: int) -> None:
        self.tab = tab
        self.frame.replan()
        self.call_after_refresh(self._show_table)

    def type_command(self, number: int) -> None:
        """Alt+1…4 turn to a tab here."""
        if number <= len(TABLES) + 1:
            self.action_show_tab(number - 1)

    def action_cluster(self) -> None:
        if self.look_only:
            self.action_leave()
        else:
            self.action_show_tab((self.tab + 1) % (len(TABLES) + 1))

    def action_to_prompt(self) -> None:
        """Esc leads back to the prompt, which is the lesson's where its cluster is looked at."""
        super().action_to_prompt()
        if self.look_only:
            self.action_leave()

    def action_page(self, step: int) -> None:
        view = self.query_one('#table' if self.tab else '#cluster', LineView)
        view.scroll_relative(y=step * max(view.size.height - 1, 1), animate=False)

    def speak(self) -> None:
        super().speak()
        if self.session is not None:
            self._show_table()
