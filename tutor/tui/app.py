"""The app: screens, themes, settings, and the way from one to the next."""

from __future__ import annotations

import importlib
import os
import sys
from typing import Any, ClassVar

from textual.app import App
from textual.binding import Binding, BindingType

from tutor.course.loader import Course
from tutor.course.models import Exercise, Lesson, Part
from tutor.course.progress import Place, Progress
from tutor.i18n import Mode, Voice, choose_mode
from tutor.i18n.modes import next_mode
from tutor.tui.alt_keys import teach_alt_keys
from tutor.tui.hangup import is_gone
from tutor.tui.resilient import Resilient, log_failure
from tutor.tui.screens.base import TutorScreen
from tutor.tui.screens.too_small import LEAST_HEIGHT, LEAST_WIDTH, TooSmall
from tutor.tui.services import Services
from tutor.tui.settings import Settings
from tutor.tui.signs import Signs, glyphs_for, signs
from tutor.tui.themes import ANSI_DARK, ANSI_LIGHT, THEMES

LOOK_FOR_TERMINAL_EVERY = 1.0
HUNG_UP = 129
"""As if SIGHUP had ended it."""


class TutorApp(Resilient, App[int], inherit_bindings=False):
    """The course in the terminal."""

    CSS_PATH = ['app.tcss', 'looks.tcss']
    TITLE = 'tutor'
    ENABLE_COMMAND_PALETTE = False
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding('f2,alt+l', 'next_language', show=False), Binding('f9,alt+x', 'palette', show=False),
    ]

    def __init__(self, services: Services, language: str | None = None, *, strict: bool = False) -> None:
        super().__init__(ansi_color=False)
        teach_alt_keys()
        self.services = services
        self.strict = strict
        self.settings = Settings.load(services.progress)
        self._flag = language
        self.voice = Voice(self._mode())
        self.signs = self._signs()
        self.lessons_done: set[str] = set()
        self.exercises_solved: set[str] = set()
        self._page_counts: dict[str, int] = {}
        for theme in THEMES.values():
            self.register_theme(theme)
        self.ansi_theme_dark, self.ansi_theme_light = ANSI_DARK, ANSI_LIGHT
        self.theme = self.settings.theme

    # -- what the screens ask -----------------------------------------------------------------------------------

    @property
    def course(self) -> Course:
        return self.services.course

    @property
    def progress(self) -> Progress:
        return self.services.progress

    def _mode(self) -> Mode:
        return choose_mode(self._flag, self.settings.language, os.environ)

    def _signs(self) -> Signs:
        return signs(self.settings.glyphs or glyphs_for(os.environ, getattr(sys.__stdout__, 'encoding',
                                                                            None) or 'utf-8'))  # type: ignore[arg-type]

    def exercise(self, lesson: Lesson, name: str) -> Exercise:
        return self.course.exercise(f'{lesson.id}/{name}')

    def open_session(self, lesson: Lesson | None, exercise: Exercise | None) -> Any:
        return self.services.open_session(lesson, exercise)

    def part_of(self, lesson: Lesson) -> Part | None:
        return next((part for part in self.course.parts if lesson in part.lessons), None)

    def page_count(self, lesson: Lesson) -> int:
        if lesson.id not in self._page_counts:
            self._page_counts[lesson.id] = len(lesson.spreads)
        return self._page_counts[lesson.id]

    def count_solved(self) -> int:
        return len(self.exercises_solved.intersection(self.course.exercise_ids))

    # -- the way through the screens ----------------------------------------------------------------------------

    def on_mount(self) -> None:
        from tutor.tui.screens.home import HomeScreen
        self._read_progress()
        self.push_screen(HomeScreen())
        if not self.settings.welcomed:
            from tutor.tui.screens.first_start import FirstStart
            self.push_screen(FirstStart())
        if notice := self.progress.notice:
            self.notify(self.voice.words(notice), severity='warning', timeout=20)
        self._mind_the_size()
        if not self.is_headless:
            self.set_timer(0.3, lambda: self.run_worker(_warm_up, thread=True))
            self.set_interval(LOOK_FOR_TERMINAL_EVERY, self._leave_with_the_terminal)

    def _leave_with_the_terminal(self) -> None:
        if is_gone():
            self.exit(return_code=HUNG_UP)

    def _read_progress(self) -> None:
        self.lessons_done = self.progress.lessons_done()
        self.exercises_solved = self.progress.exercises_solved()

    def welcome_done(self, *, begin: bool) -> None:
        self.change_settings(welcomed=True, language=self.voice.mode)
        self.pop_screen()
        if begin and self.course.lessons:
            self.open_lesson(self.course.lessons[0])

    def open_lesson(self, lesson: Lesson, page: int | None = None) -> None:
        """Open a lesson at a page, or where it was left."""
        from tutor.tui.screens.lesson import LessonScreen
        if page is None:
            page = self._page_left(lesson)
        try:
            screen = LessonScreen(lesson, page)
        except (OSError, ValueError, IndexError) as error:
            self.notify(f'{lesson.id}: {error}', severity='error', timeout=20, markup=False)
            return
        self.push_screen(screen, lambda result: self._lesson_left(lesson, result))

    def _page_left(self, lesson: Lesson) -> int:
        place = self.progress.last_place()
        if place is not None and place.lesson == lesson.id:
            return place.page
        read = self.progress.pages_read(lesson.id)
        return max(read) if read and lesson.id not in self.lessons_done else 0

    def _lesson_left(self, lesson: Lesson, result: Any) -> None:
        self._read_progress()
        lessons = self.course.lessons
        after = lessons.index(lesson) + 1 if lesson in lessons else len(lessons)
        if result == 'next' and after < len(lessons):
            self.open_lesson(lessons[after], 0)

    def open_playground(self) -> None:
        from tutor.tui.screens.playground import PlaygroundScreen
        self.push_screen(PlaygroundScreen())

    # -- what is remembered -------------------------------------------------------------------------------------

    def remember_page(self, lesson: Lesson, page: int) -> None:
        self.progress.page_read(lesson.id, page)
        self.progress.remember_place(Place(lesson.id, page))

    def lesson_finished(self, lesson: Lesson) -> None:
        self.progress.lesson_done(lesson.id)
        self._read_progress()

    def exercise_solved(self, exercise: Exercise | None, commands: int) -> None:
        if exercise is not None:
            self.progress.solved(exercise.id, commands)
            self._read_progress()

    # -- settings -----------------------------------------------------------------------------------------------

    def change_settings(self, **values: Any) -> None:
        """Change settings, keep them, and show them at once."""
        self.settings = self.settings.change(**values)
        self.settings.save(self.progress)
        if 'language' in values:
            self._flag = None
        self.voice, self.signs = Voice(self._mode()), self._signs()
        self.theme = self.settings.theme
        if 'speed' in values:
            from tutor.tui.screens.shell_screen import ShellScreen
            for screen in self.screen_stack:
                if isinstance(screen, ShellScreen):
                    screen.set_speed(values['speed'])
        if {'language', 'glyphs'} & set(values):
            for screen in self.screen_stack:
                if isinstance(screen, TutorScreen) and screen.is_mounted:
                    screen.speak()

    def action_next_language(self) -> None:
        self.change_settings(language=next_mode(self.voice.mode))

    def action_set(self, name: str, value: Any) -> None:
        self.change_settings(**{name: value})

    def action_palette(self) -> None:
        from tutor.tui.screens.commands import commands_for
        from tutor.tui.screens.palette import Palette
        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(commands_for(self)), self._run_command)

    async def _run_command(self, action: str | None) -> None:
        if action:
            await self.run_action(action, self.screen if action.startswith('screen.') else self)

    def action_open_link(self, url: str) -> None:
        """Links are shown, not opened: what is typed and clicked here stays in here."""
        self.copy_to_clipboard(url)
        self.notify(f'{url}\n{self.voice.label("The address is in the clipboard.")}', markup=False)

    # -- size and failures --------------------------------------------------------------------------------------

    def on_resize(self) -> None:
        self.call_after_refresh(self._mind_the_size)

    def _mind_the_size(self) -> None:
        small = self.size.width < LEAST_WIDTH or self.size.height < LEAST_HEIGHT
        covered = isinstance(self.screen, TooSmall)
        if small and not covered:
            self.push_screen(TooSmall())
        elif covered and not small:
            self.pop_screen()

    def report_failure(self, error: Exception) -> None:
        """Say that something failed, name the log file, go on."""
        if self.strict:
            raise error
        path = log_failure(error)
        self.notify(self.voice.label('Something failed unexpectedly; the session goes on. Details: {path}', path=path),
                    severity='error', timeout=15, markup=False)

    def _handle_exception(self, error: Exception) -> None:
        """What no handler caught: the app ends with one sentence, never with a traceback."""
        if self.strict:
            super()._handle_exception(error)
            return
        path = log_failure(error)
        self._return_code = 3
        from rich.text import Text
        self.panic(Text(self.voice.label('Something failed unexpectedly. Details: {path}', path=path)))


def _warm_up() -> None:
    """Load what a lesson needs while the reader looks at the map, so that opening one is quick."""
    for name in ('tutor.session.session', 'tutor.tui.screens.lesson'):
        importlib.import_module(name)
