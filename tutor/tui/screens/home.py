"""The course map: parts, lessons, progress; what the chosen one is about; search."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Region, Size

from tutor.course.models import Lesson, Part
from tutor.i18n import Voice, message
from tutor.i18n.voice import pick
from tutor.i18n.width import cells, cut, pad
from tutor.tui.drawing import Drawing, Label
from tutor.tui.looks import EMPTY, StyledLine, line, run
from tutor.tui.reading.inline import inline_lines
from tutor.tui.screens.base import TutorScreen
from tutor.tui.search import Hit, find
from tutor.tui.signs import progress_bar
from tutor.tui.widgets.frame import Frame, Plan
from tutor.tui.widgets.key_bar import KeyBar, KeyHint
from tutor.tui.widgets.line_view import LineView

KEYS = (
    KeyHint('⏎', message('Open'), 'screen.open'), KeyHint('/', message('Search'), 'screen.search'),
    KeyHint('F2', '中/EN', 'app.next_language'), KeyHint('p', message('Playground'), 'screen.playground'),
    KeyHint('F9', message('Commands'), 'app.palette'), KeyHint('q', message('Quit'), 'app.quit'),
)
NARROW_BELOW = 76


@dataclass(frozen=True)
class Entry:
    """A row of the map: a part, a lesson, the playground, or something that was found."""

    kind: str
    part: Part | None = None
    lesson: Lesson | None = None
    hit: Hit | None = None


class HomeScreen(TutorScreen):
    """Arrows choose, Enter opens."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding('up,k,ctrl+p', 'move(-1)', show=False), Binding('down,j,ctrl+n', 'move(1)', show=False),
        Binding('pageup', 'move(-10)', show=False), Binding('pagedown', 'move(10)', show=False),
        Binding('home', 'move(-1000)', show=False), Binding('end', 'move(1000)', show=False),
        Binding('left', 'fold(True)', show=False), Binding('right', 'fold(False)', show=False),
        Binding('enter,f8', 'open', show=False), Binding('slash', 'search', show=False),
        Binding('p', 'playground', show=False), Binding('q,f10,ctrl+q', 'app.quit', show=False),
        Binding('escape', 'stop_search', show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.index = 0
        self.folded: set[str] = set()
        self.query_text: str | None = None
        self._placed = False

    def compose(self) -> ComposeResult:
        yield Frame(self._plan, LineView(id='map'), LineView(id='about'), id='frame')
        yield KeyBar(self.voice, KEYS, id='keys')

    def on_mount(self) -> None:
        self.call_after_refresh(self.speak)

    def on_resize(self) -> None:
        self.call_after_refresh(self.speak)

    # -- what is on the map -------------------------------------------------------------------------------------

    def entries(self) -> list[Entry]:
        course = self.tutor.course
        if self.query_text:
            return [Entry('hit', lesson=hit.lesson, hit=hit) for hit in find(course, self.query_text)]
        found: list[Entry] = []
        for part in course.parts:
            found.append(Entry('part', part=part))
            if part.id not in self.folded:
                found.extend(Entry('lesson', part=part, lesson=lesson) for lesson in part.lessons)
        return [*found, Entry('playground')]

    def _place_at_last_lesson(self, entries: list[Entry]) -> None:
        """The first time, the lesson that was open last is chosen, else the first one."""
        self._placed = True
        place = self.tutor.progress.last_place()
        wanted = [index for index, entry in enumerate(entries)
                  if entry.kind == 'lesson' and place and entry.lesson and entry.lesson.id == place.lesson]
        lessons = [index for index, entry in enumerate(entries) if entry.kind == 'lesson']
        self.index = (wanted or lessons or [0])[0]

    def speak(self) -> None:
        entries = self.entries()
        if not self._placed:
            self._place_at_last_lesson(entries)
        self.index = min(self.index, max(len(entries) - 1, 0))
        self.query_one(KeyBar).speak(self.voice)
        chart, about = self.query_one('#map', LineView), self.query_one('#about', LineView)
        width = chart.size.width - 1
        if width > 8:
            chart.show_lines([self._entry_line(index, entry, width) for index, entry in enumerate(entries)]
                             or [line(run(self.voice.label('Nothing found.'), 'dim'))])
            self._keep_in_sight(chart)
        if about.size.width > 8:
            about.show_lines(self._about(entries[self.index] if entries else None, about.size.width - 1))
        self.query_one(Frame).replan()

    def _keep_in_sight(self, chart: LineView) -> None:
        height = max(chart.size.height, 1)
        if not chart.scroll_offset.y <= self.index < chart.scroll_offset.y + height:
            chart.scroll_to(y=max(self.index - height // 2, 0), animate=False)

    # -- the frame ----------------------------------------------------------------------------------------------

    def _plan(self, size: Size) -> Plan:
        width, height = max(size.width, 20), max(size.height, 6)
        plan = Plan(Drawing(width, height, ascii=self.signs.done == '[x]'))
        plan.drawing.box(0, 0, width - 1, height - 1)
        bar = width - 1 if width < NARROW_BELOW else min(max(width * 46 // 98, 38), 80)
        if bar < width - 1:
            plan.drawing.vertical(bar, 1, height - 1)
            plan.places['about'] = Region(bar + 2, 2, width - bar - 3, height - 3)
        plan.places['map'] = Region(2, 2, bar - 2, height - 3)
        self._title(plan, width)
        if self.query_text is not None:
            plan.drawing.label(2, 1, Label(f'/{self.query_text}', 'strong'), Label(self.signs.full[:1], 'accent'))
        return plan

    def _title(self, plan: Plan, width: int) -> None:
        solved, total = self.tutor.count_solved(), len(self.tutor.course.exercise_ids)
        bar = progress_bar(self.signs, solved, total, 10)
        language = {'zh': '中', 'en': 'EN', 'both': '中+EN'}[self.voice.mode]
        start = plan.drawing.label_right(width - 2, 0, Label(' '), Label(f'{solved}/{total}  {bar}', 'accent'),
                                         Label(f'  {language} ', 'title', 'app.next_language'))
        title = f' tutor  {"Kubernetes " + self.voice.label("Course")} '
        plan.drawing.label(2, 0, Label(cut(title, start - 4, self.signs.ellipsis), 'title'))

    # -- rows ---------------------------------------------------------------------------------------------------

    def _entry_line(self, index: int, entry: Entry, width: int) -> StyledLine:
        current = index == self.index
        match entry.kind:
            case 'part':
                sign, words, right, look = self._part_row(entry.part)
            case 'lesson':
                sign, words, right, look = self._lesson_row(entry.lesson)
            case 'hit':
                assert entry.hit is not None
                sign, words, right, look = '', self.voice.words(entry.hit.title), '', 'text'
                right = self.voice.label(entry.hit.kind)
            case _:
                sign, words, right, look = f'{self.signs.step} ', self.voice.label('Playground'), '', 'strong'
        room = width - cells(sign) - cells(right) - 1
        shown = pad(cut(words, room, self.signs.ellipsis), room)
        action = f'screen.choose({index})'
        ground = 'selected' if current else None
        return line(run(sign, ground or ('done' if self.signs.done in sign else 'dim'), action=action),
                    run(shown, ground or look, bold=current, action=action),
                    run(f' {right}', ground or 'accent', action=action))

    def _part_row(self, part: Part | None) -> tuple[str, str, str, str]:
        assert part is not None
        done = sum(lesson.id in self.tutor.lessons_done for lesson in part.lessons)
        sign = self.signs.step if part.id in self.folded else self.signs.expanded
        bar = progress_bar(self.signs, done, len(part.lessons), 6)
        words = f'{part.number} {self.voice.words(part.title)}'
        return f'{sign} ', words, f'{bar} {done}/{len(part.lessons)}', 'strong'

    def _lesson_row(self, lesson: Lesson | None) -> tuple[str, str, str, str]:
        assert lesson is not None
        words = f'{lesson.number} {self.voice.words(lesson.title)}'
        if lesson.id in self.tutor.lessons_done:
            return f'    {self.signs.done} ', words, '', 'text'
        read = len(self.tutor.progress.pages_read(lesson.id))
        if not read:
            return '    ' + ' ' * (cells(self.signs.done) + 1), words, '', 'text'
        return f'    {self.signs.underway} ', words, f'{read}/{self.tutor.page_count(lesson)}', 'text'

    # -- the right side -----------------------------------------------------------------------------------------

    def _about(self, entry: Entry | None, width: int) -> list[StyledLine]:
        if entry is None:
            return []
        if entry.lesson is not None:
            return [*self._about_term(entry.hit, width), *self._about_lesson(entry.lesson, width)]
        if entry.kind == 'playground':
            return [found for text in self.voice.each(
                'A shell and a cluster of three nodes, without a lesson. Whatever breaks here can be undone.')
                for found in [*inline_lines(text, width), EMPTY]] + [self._button(message('Open'))]
        assert entry.part is not None
        lines: list[StyledLine] = [line(run(f'{entry.part.number} {self.voice.words(entry.part.title)}', 'heading')),
                                   EMPTY]
        for lesson in entry.part.lessons:
            lines.extend(inline_lines(f'{lesson.number} {self.voice.words(lesson.title)}', width))
        return lines

    def _about_term(self, hit: Hit | None, width: int) -> list[StyledLine]:
        """A word and what it means, above the lesson that explains it."""
        if hit is None or hit.means is None:
            return []
        lines: list[StyledLine] = []
        for language in self.voice.languages:
            lines += inline_lines(f'**{pick(hit.title, language)}**', width)
            lines += [*inline_lines(pick(hit.means, language), width), EMPTY]
        return lines

    def _about_lesson(self, lesson: Lesson, width: int) -> list[StyledLine]:
        lines: list[StyledLine] = []
        for number, language in enumerate(self.voice.languages):
            title = pick(lesson.title, language)
            lines.extend(inline_lines(title if number else f'{lesson.number} {title}', width, 'heading'))
        lines.append(EMPTY)
        for language in self.voice.languages:
            lines.extend(inline_lines(pick(lesson.summary, language), width))
        lines.append(EMPTY)
        done = sum(exercise in self.tutor.exercises_solved for exercise in lesson.exercise_ids)
        for language in self.voice.languages:
            lines.extend(inline_lines(_facts(lesson, done, Voice(language)), width, 'dim'))
        read = self.tutor.progress.pages_read(lesson.id)
        return [*lines, EMPTY, self._button(message('Continue') if read else message('Begin'))]

    def _button(self, words: str) -> StyledLine:
        return line(run(f'  {self.voice.label(words)} {self.signs.enter}  ', 'button', action='screen.open'))

    # -- keys ---------------------------------------------------------------------------------------------------

    def action_move(self, by: int) -> None:
        self.index = min(max(self.index + by, 0), max(len(self.entries()) - 1, 0))
        self.speak()

    def action_choose(self, index: int) -> None:
        if index == self.index:
            self.action_open()
        else:
            self.index = index
            self.speak()

    def action_fold(self, fold: bool) -> None:
        entry = self.entries()[self.index]
        if entry.part is not None:
            (self.folded.add if fold else self.folded.discard)(entry.part.id)
            self.index = next(index for index, found in enumerate(self.entries())
                              if found.kind == 'part' and found.part is entry.part)
            self.speak()

    def action_open(self) -> None:
        entries = self.entries()
        if not entries:
            return
        entry = entries[self.index]
        if entry.kind == 'part' and entry.part is not None:
            self.action_fold(entry.part.id not in self.folded)
        elif entry.lesson is not None:
            page = entry.hit.page if entry.hit else None
            self.action_stop_search()
            self.tutor.open_lesson(entry.lesson, page)
        else:
            self.tutor.open_playground()

    def action_playground(self) -> None:
        self.tutor.open_playground()

    def action_search(self) -> None:
        self.query_text, self.index = '', 0
        self.speak()

    def action_stop_search(self) -> None:
        if self.query_text is not None:
            self.query_text, self._placed = None, False
            self.speak()

    async def _on_key(self, event: events.Key) -> None:
        if self.query_text is None or not (event.key == 'backspace' or (event.is_printable and event.character)):
            return
        event.stop()
        event.prevent_default()
        text = self.query_text
        self.query_text = text[:-1] if event.key == 'backspace' else text + (event.character or '')
        self.index = 0
        self.speak()

    def on_paste(self, event: events.Paste) -> None:
        if self.query_text is not None:
            self.query_text += event.text.split('\n')[0][:80]
            self.speak()


def _facts(lesson: Lesson, done: int, voice: Voice) -> str:
    """`about 15 minutes · 4 exercises, 1 done`"""
    words = voice.label('about {minutes} minutes', minutes=lesson.minutes)
    if lesson.exercise_names:
        words += ' · ' + voice.counted('{count} exercise, {done} done', '{count} exercises, {done} done',
                                       len(lesson.exercise_names), done=done)
    return words
