"""A lesson: the text in the reader's languages, the shell, the cluster, the checks of the exercise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.geometry import Size

from tutor.course.blocks import ExerciseRef, Spans
from tutor.course.markdown import parse_inline
from tutor.course.models import Exercise, Lesson, Spread
from tutor.i18n import Language, message
from tutor.tui.reading.spread import PageLayout, Typesetter
from tutor.tui.screens.lesson_plan import TABS, LessonPlan
from tutor.tui.screens.shell_screen import KEYS, ShellScreen
from tutor.tui.widgets.checks_panel import check_lines
from tutor.tui.widgets.cluster_panel import ClusterPanel
from tutor.tui.widgets.completion_menu import CompletionMenu
from tutor.tui.widgets.frame import Frame, Plan
from tutor.tui.widgets.key_bar import KeyBar
from tutor.tui.widgets.line_view import LineView
from tutor.tui.widgets.reading import Reading
from tutor.tui.widgets.terminal import Terminal


class LessonScreen(ShellScreen):
    """One lesson, page by page."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding('pageup', 'text_page(-1)', show=False), Binding('pagedown', 'text_page(1)', show=False),
    ]

    def __init__(self, lesson: Lesson, page: int = 0) -> None:
        super().__init__()
        self.lesson = lesson
        self.page = min(page, max(len(lesson.spreads) - 1, 0))
        self.exercise: Exercise | None = None
        self.tab = 0
        self.layout_of_page = PageLayout((), ())
        self.all_details = False
        self.check_rows = 0
        """Rows kept for the checks; never fewer than there were, so that nothing moves when one passes."""
        self._checks: Sequence[Any] = ()
        self._solved_shown = False
        self._laid_out_for: Any = None

    def compose(self) -> ComposeResult:
        yield Frame(
            self._plan, Reading(id='text'), ClusterPanel(self.voice, self.signs, id='cluster'), LineView(id='checks'),
            LineView(id='hints'), Terminal(id='terminal'), id='frame')
        yield KeyBar(self.voice, KEYS, id='keys')
        yield CompletionMenu(self.voice, id='menu')

    def on_mount(self) -> None:
        self.call_after_refresh(self._enter_page)

    # -- pages --------------------------------------------------------------------------------------------------

    @property
    def spread(self) -> Spread:
        return self.lesson.spreads[self.page]

    def _enter_page(self) -> None:
        """Show the page that is current, with its exercise's cluster."""
        self.tutor.remember_page(self.lesson, self.page)
        self._laid_out_for = None
        self._lay_out()
        self.query_one(Reading).scroll_to(y=0, animate=False, force=True)
        name = self._exercise_on_page()
        if self.session is None or (name and (self.exercise is None or self.exercise.name != name)):
            self._open(name)
        self._show_checks()
        self.frame.replan()

    def _exercise_on_page(self) -> str:
        names = [block.name for block in self.spread.zh.blocks if isinstance(block, ExerciseRef)]
        return names[-1] if names else ''

    def _open(self, name: str) -> None:
        """Open the cluster for an exercise, or for looking around in the lesson."""
        exercise = self.guarded(self.tutor.exercise, self.lesson, name) if name else None
        session = self.guarded(self.tutor.open_session, self.lesson, exercise)
        if session is None:
            return
        self.exercise = exercise
        # What was solved on an earlier day is not celebrated again, only what is solved now.
        self._solved_shown = True
        self.check_rows = 0
        if exercise is not None and self.session is not None:
            self.terminal.buffer.push_screen()
        self.use(session)

    def action_forward(self) -> None:
        if self.page + 1 < len(self.lesson.spreads):
            self.page += 1
            self._enter_page()
        else:
            self.tutor.lesson_finished(self.lesson)
            self.dismiss('next')

    def action_back(self) -> None:
        if self.page:
            self.page -= 1
            self._enter_page()

    def action_text_page(self, step: int) -> None:
        shown = self.query_one('#cluster' if self.narrow and self.tab == 1 else '#text', LineView)
        shown.scroll_relative(y=step * max(shown.size.height - 1, 1), animate=False)
        self.frame.replan()

    # -- text ---------------------------------------------------------------------------------------------------

    def _task_of(self, name: str, language: Language) -> Sequence[Spans]:
        exercise = self.tutor.exercise(self.lesson, name)
        return [parse_inline(part) for part in exercise.task.say(language).strip().split('\n\n')]

    def _lay_out(self) -> None:
        """Break the text for the width that there is, if that has changed."""
        reading = self.query_one(Reading)
        width = reading.size.width - 1
        wanted = (self.page, width, self.voice.mode, self.signs)
        if width < 10 or wanted == self._laid_out_for:
            return
        self._laid_out_for = wanted
        setter = Typesetter(self.voice.mode, width, self.signs, self._task_of)
        self.layout_of_page = setter.page(self.spread)
        reading.show_page(self.layout_of_page, self.signs.divider)

    def on_reading_resized(self) -> None:
        self._lay_out()
        self._show_checks()
        self.frame.replan()

    def more_text_below(self) -> bool:
        reading = self.query_one(Reading)
        return reading.has_more_below and not (self.narrow and self.tab)

    def on_reading_scrolled(self) -> None:
        self.frame.replan()

    def type_command(self, number: int) -> None:
        """Alt+1…9 or a click: the command of the text goes to the prompt. In 80 columns Alt+1…3 with no such
        command turn to a tab."""
        if number <= len(self.layout_of_page.commands):
            self.terminal.type_in(self.layout_of_page.commands[number - 1])
        elif self.narrow and number <= len(TABS):
            self.action_show_tab(number - 1)

    def on_terminal_submitted(self, message: Terminal.Submitted) -> None:
        if message.text.strip() and self._checks and not all(check.passed for check in self._checks):
            self._solved_shown = False

    # -- checks -------------------------------------------------------------------------------------------------

    def session_pumped(self) -> None:
        checks = tuple(self.session.checks()) if self.exercise else ()
        if checks != self._checks:
            self._checks = checks
            self._show_checks()
            self.frame.replan()
        self._celebrate()

    def _show_checks(self) -> None:
        view = self.query_one('#checks', LineView)
        width = max(view.size.width - 1, 12) if view.size.width else 24
        view.show_lines(check_lines(self._checks, self.voice, self.signs, width,
                                    all_details=self.all_details or self.narrow))
        self.query_one('#hints', LineView).show_lines(self.plan_maker.hint_lines(width))

    def _celebrate(self) -> None:
        """All checks met: say so, once, and never over a line that is being typed."""
        if self._solved_shown or not self._checks or not all(check.passed for check in self._checks):
            return
        if self.session.running or self.terminal.editor.text or self.app.screen is not self:
            return
        self._solved_shown = True
        solved = self.session.solved()
        self.tutor.exercise_solved(self.exercise, solved.commands)
        from tutor.tui.screens.solved import SolvedDialog
        self.app.push_screen(SolvedDialog(solved, last=self.page + 1 == len(self.lesson.spreads)), self._after_solved)

    def _after_solved(self, choice: str | None) -> None:
        self.terminal.focus()
        match choice:
            case 'next':
                self.action_forward()
            case 'again':
                self.action_reset()
            case 'solution':
                self.action_solution()
            case 'flow':
                self.action_flow()

    # -- hints, solution, reset ---------------------------------------------------------------------------------

    def no_error_to_explain(self) -> None:
        """F1 without an error: the next hint."""
        if self.exercise is None:
            self.terminal.note(f'{self.signs.dot} {self.voice.label("There is no exercise on this page.")}')
            return
        hint = self.guarded(self.session.next_hint)
        if hint is None:
            self.terminal.note(f'{self.signs.dot} {self.voice.label("That was the last hint. F9 shows the solution.")}')
        else:
            self.tutor.progress.hint_taken(self.exercise.id, len(self.session.hints_shown))
        if self.narrow and self.session.hints_shown:
            from tutor.tui.screens.why import HintDialog
            shown, total = len(self.session.hints_shown), self.session.hints_total
            self.app.push_screen(HintDialog(self.session.hints_shown[-1], shown, total), self._typed_from_dialog)
        self._show_checks()
        self.frame.replan()

    def action_solution(self) -> None:
        """Type the next command of the worked solution; the learner runs it."""
        command = self.guarded(self.session.next_solution_command) if self.exercise else None
        if self.exercise is not None and command:
            self.tutor.progress.solution_shown(self.exercise.id)
            self.terminal.type_in(command)
        else:
            self.terminal.note(f'{self.signs.dot} {self.voice.label("There is no further command in the solution.")}')

    def action_reset(self) -> None:
        if self.session is None:
            return
        self.guarded(self.session.reset)
        self._solved_shown = False
        self._cluster_version = None
        self.terminal.buffer.push_screen()
        self.terminal.note(f'{self.signs.dot} {self.voice.label("The exercise begins anew.")}')
        self._show_changes()

    def action_check(self) -> None:
        """F5: every check that is not met says what it expected and found."""
        if not self._checks:
            self.terminal.note(f'{self.signs.dot} {self.voice.label("There is no exercise on this page.")}')
        elif self.narrow:
            self.action_show_tab(0 if self.tab == 2 else 2)
        else:
            self.all_details = not self.all_details
            self.check_rows = 0
            self._show_checks()
            self.frame.replan()

    def action_cluster(self) -> None:
        """F4: the cluster larger: a tab in 80 columns, the playground's tables elsewhere."""
        if self.narrow:
            self.action_show_tab(0 if self.tab == 1 else 1)
        else:
            from tutor.tui.screens.playground import PlaygroundScreen
            self.app.push_screen(PlaygroundScreen(self.session, look_only=True))

    def action_show_tab(self, tab: int) -> None:
        self.tab = tab
        self.frame.replan()
        self.call_after_refresh(self._show_checks)

    # -- the frame ----------------------------------------------------------------------------------------------

    @property
    def plan_maker(self) -> LessonPlan:
        return LessonPlan(self)

    @property
    def narrow(self) -> bool:
        return LessonPlan.is_narrow(self.size)

    def _plan(self, size: Size) -> Plan:
        return self.plan_maker.plan(size)

    @property
    def checks_shown(self) -> Sequence[Any]:
        return self._checks

    def commands_here(self) -> Sequence[tuple[str, str, str]]:
        return [*super().commands_here(), ('', message('Show the solution'), 'screen.solution'),
                ('', message('Begin the exercise anew'), 'screen.reset')]

    def speak(self) -> None:
        super().speak()
        self._laid_out_for = None
        self._lay_out()
        if self.session is not None:
            self._show_checks()
