"""`tutor --plain`: the same lessons as running text with a prompt, for screen readers and dumb terminals.

A line that begins with a colon is for the course (`:help` lists them); everything else is typed into the shell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from tutor.course.blocks import ExerciseRef, Spans
from tutor.course.loader import Course
from tutor.course.markdown import parse_inline
from tutor.course.models import Exercise, Lesson
from tutor.course.progress import Place, Progress
from tutor.i18n import Language, Mode, Voice, message
from tutor.i18n.modes import next_mode, parse_mode
from tutor.i18n.voice import pick
from tutor.i18n.wrap import wrap_text
from tutor.tui.reading.spread import Typesetter
from tutor.tui.screens.solved import score
from tutor.tui.services import OpenSession
from tutor.tui.signs import ASCII, Signs
from tutor.tui.widgets.checks_panel import check_lines

ESCAPES = re.compile(r'\x1b\[[0-?]*[ -/]*[@-~]')
WIDTH = 78

HELP = {
    ':next': message('the next page'), ':back': message('the page before'), ':page': message('this page again'),
    ':1 :2 …': message('run a command of the text'), ':hint': message('the next hint'),
    ':check': message('how the checks stand'), ':why': message('explain the last error'),
    ':solution': message('the next command of the solution'), ':undo': message('take back the last command'),
    ':reset': message('begin the exercise anew'), ':lang zh|en|both': message('the language'),
    ':lessons': message('all lessons'), ':open 2.1': message('another lesson'), ':quit': message('leave'),
}


class Write(Protocol):
    """Writes text and what ends it; a line, if nothing else is said."""

    def __call__(self, text: str, ending: str = '\n') -> None: ...


class PlainCourse:
    """Reads lines, writes lines. `wait` lets a foreground command run to its end."""

    def __init__(self, course: Course, progress: Progress, open_session: OpenSession, mode: Mode,
                 write: Write, wait: Callable[[Any], None], signs: Signs = ASCII) -> None:
        self.course, self.progress = course, progress
        self.voice = Voice(mode)
        self.signs = signs
        self._open_session = open_session
        self._write = write
        self._wait = wait
        self.lesson: Lesson | None = None
        self.exercise: Exercise | None = None
        self.page = 0
        self.session: Any = None
        self._commands: Sequence[str] = ()
        self._solved = False
        self._ended = False

    # -- running ------------------------------------------------------------------------------------------------

    def run(self, lines: Iterable[str]) -> int:
        """Go on until the lines or the learner end."""
        if notice := self.progress.notice:
            self._say(notice)
        self._begin()
        for text in lines:
            self.take(text)
            if self._ended:
                break
        return 0

    @property
    def prompt(self) -> str:
        return self.session.prompt if self.session is not None else ': '

    def _begin(self) -> None:
        self._tell('`:help` lists what a line that begins with a colon can do; everything else goes to the shell.')
        place = self.progress.last_place()
        lessons = {lesson.id: lesson for lesson in self.course.lessons}
        if place is not None and place.lesson in lessons:
            self._open(lessons[place.lesson], place.page)
        elif self.course.lessons:
            self._open(self.course.lessons[0])

    def take(self, text: str) -> None:
        """One line (or a whole block) that was typed."""
        if text.startswith(':') and text[1:2].strip():
            name, _, rest = text[1:].strip().partition(' ')
            self._command(name, rest.strip())
        elif self.session is not None:
            self._shell(text)

    def _shell(self, text: str) -> None:
        self.session.languages = self.voice.languages
        self.session.submit(text)
        self._wait(self.session)
        if text.strip() and self.session.puzzling():
            self._tell('Type :why to have the error explained.')
        self._look_if_solved()

    # -- the course's own commands ------------------------------------------------------------------------------

    def _command(self, name: str, rest: str) -> None:
        if name.isdigit() and 0 < int(name) <= len(self._commands):
            self._write(self.prompt + self._commands[int(name) - 1])
            self._shell(self._commands[int(name) - 1])
            return
        action = getattr(self, f'_do_{name}', None)
        if action is None:
            self._tell('There is no such command; `:help` lists them.')
        else:
            action(rest)

    def _do_help(self, _: str) -> None:
        for command, words in HELP.items():
            self._write(f'  {command:<18}{self.voice.label(words)}')

    def _do_next(self, _: str) -> None:
        if self.lesson is None:
            return
        if self.page + 1 < len(self.lesson.spreads):
            self._turn(self.page + 1)
            return
        self.progress.lesson_done(self.lesson.id)
        after = self.course.lessons.index(self.lesson) + 1
        if after < len(self.course.lessons):
            self._open(self.course.lessons[after])
        else:
            self._tell('That was the last lesson.')

    def _do_back(self, _: str) -> None:
        self._turn(max(self.page - 1, 0))

    def _do_page(self, _: str) -> None:
        self._turn(self.page)

    def _do_hint(self, _: str) -> None:
        hint = self.session.next_hint() if self.exercise is not None else None
        if self.exercise is None or hint is None:
            self._tell('There is no further hint.')
        else:
            self.progress.hint_taken(self.exercise.id, len(self.session.hints_shown))
            self._say(hint)

    def _do_check(self, _: str) -> None:
        if self.exercise is None:
            self._tell('There is no exercise on this page.')
            return
        for found in check_lines(self.session.checks(), self.voice, self.signs, WIDTH, all_details=True):
            self._write(found.text)

    def _do_why(self, _: str) -> None:
        explanation = self.session.why()
        if explanation is None:
            self._tell('Nothing has failed.')
            return
        self._say(explanation.text)
        for suggestion in explanation.suggestions:
            self._write(f'  {self.voice.words(suggestion.label)}: {suggestion.command}')

    def _do_solution(self, _: str) -> None:
        command = self.session.next_solution_command() if self.exercise is not None else None
        if self.exercise is not None and command:
            self.progress.solution_shown(self.exercise.id)
            self._write(f'  {command}')
        else:
            self._tell('There is no further command in the solution.')

    def _do_undo(self, _: str) -> None:
        self._tell('The last command is undone.' if self.session.undo() else 'There is nothing to undo.')

    def _do_reset(self, _: str) -> None:
        self.session.reset()
        self._solved = False
        self._tell('The exercise begins anew.')

    def _do_lang(self, rest: str) -> None:
        self.voice = Voice(parse_mode(rest) or next_mode(self.voice.mode))
        self._turn(self.page)

    def _do_lessons(self, _: str) -> None:
        done = self.progress.lessons_done()
        for lesson in self.course.lessons:
            sign = self.signs.done if lesson.id in done else self.signs.open
            self._write(f'  {sign} {lesson.number} {self.voice.words(lesson.title)}')

    def _do_open(self, rest: str) -> None:
        try:
            self._open(self.course.lesson(rest))
        except KeyError:
            self._tell('There is no such lesson; :lessons lists them.')

    def _do_quit(self, _: str) -> None:
        self._ended = True

    # -- pages --------------------------------------------------------------------------------------------------

    def _open(self, lesson: Lesson, page: int = 0) -> None:
        self.lesson, self.exercise, self.session = lesson, None, None
        self._write('')
        self._write(f'{lesson.number} {self.voice.words(lesson.title)}')
        self._turn(min(page, len(lesson.spreads) - 1))

    def _turn(self, page: int) -> None:
        """Write out a page, and open its exercise's cluster."""
        if self.lesson is None:
            return
        self.page = page
        spread = self.lesson.spreads[page]
        self.progress.page_read(self.lesson.id, page)
        self.progress.remember_place(Place(self.lesson.id, page))
        layout = Typesetter(self.voice.mode, WIDTH, self.signs, self._task_of).page(spread)
        self._commands = layout.commands
        self._write('')
        for line in layout.lines:
            self._write(line.text.rstrip())
        self._write(f'({page + 1}/{len(self.lesson.spreads)})')
        names = [block.name for block in spread.zh.blocks if isinstance(block, ExerciseRef)]
        self._use(names[-1] if names else '')

    def _use(self, name: str) -> None:
        if self.session is not None and (not name or (self.exercise is not None and self.exercise.name == name)):
            return
        assert self.lesson is not None
        self.exercise = self.course.exercise(f'{self.lesson.id}/{name}') if name else None
        self.session = self._open_session(self.lesson, self.exercise)
        self.session.terminal.on_output = self._print
        self._solved = False

    def _print(self, output: str) -> None:
        text = ESCAPES.sub('', output).replace('\r\n', '\n')
        self._write(text, ending='')

    def _task_of(self, name: str, language: Language) -> Sequence[Spans]:
        assert self.lesson is not None
        task = self.course.exercise(f'{self.lesson.id}/{name}').task
        return [parse_inline(part) for part in task.say(language).strip().split('\n\n')]

    def _look_if_solved(self) -> None:
        if self.exercise is None or self._solved:
            return
        checks = self.session.checks()
        if not checks or not all(check.passed for check in checks):
            return
        self._solved = True
        solved = self.session.solved()
        self.progress.solved(self.exercise.id, solved.commands)
        self._write(f'{self.signs.done} {self.voice.label("Solved")}: {score(solved, self.voice)}')
        self._say(solved.text)
        self._tell('`:next` goes on.')

    # -- saying -------------------------------------------------------------------------------------------------

    def _tell(self, words: str) -> None:
        """A sentence of ours, by its message."""
        for text in self.voice.each(words):
            for part in wrap_text(text, WIDTH):
                self._write(part)

    def _say(self, text: Any) -> None:
        """A text that has both languages."""
        for language in self.voice.languages:
            for part in wrap_text(pick(text, language), WIDTH):
                self._write(part)
