"""Where things stand on the lesson's screen: wide, with the cluster at the right; or 80 columns, with tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.geometry import Region, Size

from tutor.i18n import message
from tutor.i18n.voice import pick
from tutor.i18n.width import cells, cut
from tutor.i18n.wrap import Line, Run, wrap
from tutor.tui.drawing import Drawing, Label
from tutor.tui.looks import EMPTY, Look, StyledLine, line, run
from tutor.tui.reading.spread import MARGIN, WIDEST
from tutor.tui.signs import progress_bar
from tutor.tui.widgets.checks_panel import check_lines, short_form
from tutor.tui.widgets.frame import Plan

if TYPE_CHECKING:
    from tutor.tui.screens.lesson import LessonScreen

WIDE_FROM = 110
TABS = (message('Text'), message('Cluster'), message('Checks'))
BAR_WIDTH = 7
LEAST_SIDE = 34
TWO_WIDE_COLUMNS = 2 * (WIDEST + 2 * MARGIN) + 2
"""Two columns of the widest text, the line between them and the scroll bar."""


class LessonPlan:
    """Plans the frame for the state that a lesson's screen is in."""

    def __init__(self, screen: LessonScreen) -> None:
        self.screen = screen
        self.voice = screen.voice
        self.signs = screen.signs

    @staticmethod
    def is_narrow(size: Size) -> bool:
        return size.width < WIDE_FROM

    def plan(self, size: Size) -> Plan:
        width, height = max(size.width, 20), max(size.height, 8)
        plan = Plan(Drawing(width, height, ascii=self.signs.done == '[x]'))
        plan.drawing.box(0, 0, width - 1, height - 1)
        (self._narrow if self.is_narrow(size) else self._wide)(plan, width, height)
        return plan

    # -- the title ----------------------------------------------------------------------------------------------

    def _title(self, plan: Plan, width: int, words: str, status: list[Label]) -> None:
        start = plan.drawing.label_right(width - 2, 0, Label(' '), *status, Label(' '))
        plan.drawing.label(2, 0, Label(f' {cut(words, start - 6, self.signs.ellipsis)} ', 'title'))

    def _pages(self) -> str:
        lesson, page = self.screen.lesson, self.screen.page
        return f'{page + 1}/{len(lesson.spreads)} {progress_bar(self.signs, page + 1, len(lesson.spreads), BAR_WIDTH)}'

    def _language(self) -> str:
        return {'zh': '中', 'en': 'EN', 'both': '中+EN'}[self.voice.mode]

    # -- from 110 columns on ------------------------------------------------------------------------------------

    def _wide(self, plan: Plan, width: int, height: int) -> None:
        side = _side_width(width)
        bar = width - 2 - side
        drawing = plan.drawing
        divider = self._divider(height, 1)
        drawing.vertical(bar, 1, height - 1)
        drawing.horizontal(divider, 0, bar)
        column = self.screen.layout_of_page.divider
        if column and column + 1 < bar:
            drawing.vertical(column + 1, divider - 1, divider)
        plan.places['text'] = Region(1, 1, bar - 1, divider - 1)
        plan.places['terminal'] = Region(1, divider + 1, bar - 1, height - divider - 2)
        part, lesson = self.screen.tutor.part_of(self.screen.lesson), self.screen.lesson
        title = (f'{part.number} {self.voice.words(part.title)} {self.signs.caret} ' if part else '')
        title += f'{lesson.number} {self.voice.words(lesson.title)}'
        self._title(plan, width, title, [
            Label(self._pages(), 'accent'), Label('  '), Label(self.screen.clock(), 'dim', 'screen.faster'),
            Label(f'  {self._language()}', 'title', 'app.next_language')])
        self._on_divider(plan, divider, 1, bar, [])
        self._side(plan, Region(bar + 1, 1, side, height - 2))

    def _side(self, plan: Plan, region: Region) -> None:
        """The cluster above; checks and hints, where there is an exercise, at the bottom, in a place of fixed size."""
        x, inner, bottom = region.x + 1, region.width - 2, region.bottom
        checks = self.screen.checks_shown
        if checks:
            hints = self.hint_lines(inner)
            hint_rows = min(max(len(hints), 1), region.height // 3)
            check_rows = min(self._rows_for_checks(inner), region.height // 2)
            bottom -= hint_rows
            plan.places['hints'] = Region(x, bottom, inner + 1, hint_rows)
            bottom -= 1
            self._heading(plan, x, bottom, inner, self.voice.label('Hints'), self._hint_count())
            bottom -= check_rows + 1
            plan.places['checks'] = Region(x, bottom, inner + 1, check_rows)
            bottom -= 1
            passed = sum(check.passed for check in checks)
            self._heading(plan, x, bottom, inner, self.voice.label('Checks'), f'{passed}/{len(checks)}')
            bottom -= 1
        self._heading(plan, x, region.y, inner, self.voice.label('Cluster'), '')
        plan.places['cluster'] = Region(x, region.y + 2, inner + 1, max(bottom - region.y - 2, 1))

    def _heading(self, plan: Plan, x: int, y: int, width: int, words: str, count: str) -> None:
        plan.drawing.label(x, y, Label(words, 'heading'))
        if count:
            plan.drawing.label_right(x + width, y, Label(count, 'dim'))

    def _rows_for_checks(self, width: int) -> int:
        """Room for every title and the longest detail, so that a check that passes moves nothing."""
        checks = self.screen.checks_shown
        titles = sum(len(wrap([Run(self.voice.words(check.title), None)], width - 3)) for check in checks)
        now = len(check_lines(checks, self.voice, self.signs, width, all_details=self.screen.all_details))
        self.screen.check_rows = max(titles + 2, now, self.screen.check_rows)
        return self.screen.check_rows

    # -- 80 columns ---------------------------------------------------------------------------------------------

    def _narrow(self, plan: Plan, width: int, height: int) -> None:
        divider = self._divider(height, 2)
        lesson = self.screen.lesson
        place = ('text', 'cluster', 'checks')[self.screen.tab]
        plan.places[place] = Region(1 if place == 'text' else 2, 3, width - 2 - (place != 'text'), divider - 3)
        if place != 'text':
            # The text keeps its layout while another tab is shown.
            plan.places.pop('text', None)
        plan.places['terminal'] = Region(1, divider + 1, width - 2, height - divider - 2)
        plan.drawing.horizontal(divider, 0, width - 1)
        self._title(plan, width, f'{lesson.number} {self.voice.words(lesson.title)}', [
            Label(self._pages(), 'accent'), *self._unusual_clock(),
            Label(f'  {self._language()}', 'title', 'app.next_language')])
        self._tabs(plan)
        short = short_form(self.screen.checks_shown, self.voice, self.signs, width - 16)
        self._on_divider(plan, divider, 1, width - 1, [Label(text, look, 'screen.check') for text, look in short])

    def _unusual_clock(self) -> list[Label]:
        """In 80 columns the clock is shown where time does not flow as it does outside."""
        session = self.screen.session
        if session is None or (session.speed == 1 and not session.paused):
            return []
        return [Label('  '), Label(self.screen.clock(), 'warning', 'screen.faster')]

    def _tabs(self, plan: Plan) -> None:
        checks = self.screen.checks_shown
        x = 2
        for index, tab in enumerate(TABS):
            words = self.voice.label(tab)
            if index == 2:
                if not checks:
                    continue
                words += f' {sum(check.passed for check in checks)}/{len(checks)}'
            look = 'tab-current' if index == self.screen.tab else 'tab'
            x = plan.drawing.label(x, 1, Label(words, look, f'screen.show_tab({index})')) + 3

    # -- both ---------------------------------------------------------------------------------------------------

    def _divider(self, height: int, least: int) -> int:
        """The row of the line between text and shell; both keep some rows."""
        rows = height - 3
        return 1 + min(max(round(rows * self.screen.tutor.settings.text_share), least + 3), max(rows - 3, least + 3))

    def _on_divider(self, plan: Plan, y: int, left: int, right: int, labels: list[Label]) -> None:
        end = right - 1
        if self.screen.more_text_below():
            end = plan.drawing.label_right(end, y, Label(f' {self.signs.more} {self.voice.label("more")} ', 'accent',
                                                         'screen.text_page(1)')) - 1
        if waiting := self.screen.waiting():
            plan.drawing.label_right(end, y, Label(f' {waiting}', 'underway'))
        elif labels:
            plan.drawing.label(left + 1, y, Label(' '), *labels)

    # -- hints --------------------------------------------------------------------------------------------------

    def _hint_count(self) -> str:
        session = self.screen.session
        return f'{len(session.hints_shown)}/{session.hints_total}' if session is not None else ''

    def hint_lines(self, width: int) -> list[StyledLine]:
        """The last hint that was asked for, and how to get the next one."""
        session = self.screen.session
        if session is None or self.screen.exercise is None:
            return []
        lines: list[StyledLine] = []
        if session.hints_shown:
            from tutor.tui.reading.inline import inline_lines
            for language in self.voice.languages:
                lines.extend(inline_lines(pick(session.hints_shown[-1], language), width))
        if len(session.hints_shown) < session.hints_total:
            lines.append(line(run('F1 ', 'key', action='screen.help'),
                              run(cut(self.voice.label('next hint'), max(width - 3, cells('F1'))), 'dim')))
        return lines or [EMPTY]


def _side_width(width: int) -> int:
    """A good fifth of the screen, and less where that lets a figure stand beside its translation."""
    side = min(max(width * 26 // 120, 26), 44)
    beside_two_columns = width - 2 - TWO_WIDE_COLUMNS
    return min(side, beside_two_columns) if beside_two_columns >= LEAST_SIDE else side


__all__ = ['TABS', 'LessonPlan', 'Line', 'Look']
