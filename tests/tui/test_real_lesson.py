"""The course itself with a real session: an exercise is opened, solved with its own solution, and praised."""

from __future__ import annotations

from pathlib import Path

import pytest
from screen_text import Driver, driven

from tutor.course.loader import load_course
from tutor.course.progress import Progress
from tutor.course.script import blocks
from tutor.tui.app import TutorApp
from tutor.tui.services import Services
from tutor.tui.start import session_opener


async def until(driver: Driver, words: str, seconds: float = 20.0) -> None:
    """Wait until something is on the screen."""
    for _ in range(int(seconds / 0.1)):
        if words in driver.text():
            return
        await driver.pilot.pause(0.1)
    raise AssertionError(f'{words} never came:\n{driver.text()}')


@pytest.mark.parametrize(('mode', 'size', 'done'), [('zh', (80, 24), '✔ 完成'), ('en', (160, 48), '✔ Solved')])
@driven
async def test_the_first_exercise_of_the_course(tmp_path: Path, mode: str, size: tuple[int, int], done: str) -> None:
    with Progress(tmp_path / 'progress.sqlite3') as progress:
        progress.set_setting('screen', {'welcomed': True, 'glyphs': 'unicode'})
        course = load_course()
        exercise = course.exercise(course.exercise_ids[0])
        lesson = course.lesson(exercise.lesson_id)
        app = TutorApp(Services(course, progress, session_opener(progress)), mode, strict=True)
        async with app.run_test(size=size) as pilot:
            driver = Driver(app, pilot)
            page = next(number for number, spread in enumerate(lesson.spreads)
                        if any(getattr(block, 'name', '') == exercise.name for block in spread.zh.blocks))
            app.open_lesson(lesson, page)
            await until(driver, 'learner@controlplane:~$')
            lesson_screen = driver.app.screen
            for _ in blocks(exercise.solution):
                lesson_screen.action_solution()  # type: ignore[attr-defined]
                await driver.quiet()
                await pilot.press('enter')
                await driver.quiet()
                while lesson_screen.session.running:  # type: ignore[attr-defined]
                    await pilot.pause(0.1)
            await until(driver, done)
        assert exercise.id in progress.exercises_solved()
        assert progress.log(exercise.id)
