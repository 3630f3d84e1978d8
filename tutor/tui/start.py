"""Opens the app, the plain course or the shell with the learner's own record: what `tutor` calls."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

from tutor.course.loader import load_course
from tutor.course.models import Exercise, Lesson
from tutor.course.progress import Progress
from tutor.tui.services import OpenSession, Services

PLAYGROUND = 'playground'


def session_key(lesson: Lesson | None, exercise: Exercise | None) -> str:
    """Under which name a session's log is kept."""
    return exercise.id if exercise is not None else lesson.id if lesson is not None else PLAYGROUND


def session_opener(progress: Progress, *, patient: bool = False) -> OpenSession:
    """Opens sessions that go on where they were left: each keeps its log in the record. `patient` is a screen."""
    def open_session(lesson: Lesson | None, exercise: Exercise | None) -> Any:
        from tutor.session.session import Session
        from tutor.shell.history import History
        key = session_key(lesson, exercise)
        log = progress.log(key)
        session = Session(lesson, exercise, log=log, history=History(progress.history()),
                          patient=patient)
        session.on_entry = lambda entry: _keep(progress, key, entry)
        session.on_rewind = lambda entries: progress.replace_log(key, entries)
        if exercise is not None and not log:
            progress.attempt_started(exercise.id)
        return session

    return open_session


def _keep(progress: Progress, key: str, entry: Any) -> None:
    progress.append_log(key, entry)
    if entry.kind == 'command':
        progress.add_history(entry.command)


def run_app(language: str | None = None) -> int:
    """The screens. Gives the exit status."""
    from tutor.tui.app import TutorApp
    with Progress() as progress:
        app = TutorApp(Services(load_course(), progress, session_opener(progress, patient=True)), language)
        app.run()
        return app.return_code or 0


def run_plain(language: str | None = None) -> int:
    """The course as running text."""

    from tutor.i18n import choose_mode
    from tutor.tui.plain import PlainCourse
    from tutor.tui.play import foreground
    from tutor.tui.settings import Settings
    from tutor.tui.signs import glyphs_for, signs
    with Progress() as progress:
        mode = choose_mode(language, Settings.load(progress).language, os.environ)
        glyphs = signs(glyphs_for(os.environ, sys.stdout.encoding))
        course = PlainCourse(load_course(), progress, session_opener(progress), mode, _write, foreground, glyphs)
        return course.run(_typed(course))


def _write(text: str, ending: str = '\n') -> None:
    sys.stdout.write(text + ending)
    sys.stdout.flush()


def _typed(course: Any) -> Iterator[str]:
    """Blocks as they are typed; a heredoc goes on over several lines."""
    while True:
        try:
            text = input(course.prompt)
            while not text.startswith(':') and course.session is not None and course.session.needs_more(text):
                text += '\n' + input('> ')
        except KeyboardInterrupt:
            print('^C')
            continue
        except EOFError:
            print()
            return
        yield text
