"""`tutor serve --lesson`: the checks of an exercise are told as they change."""

from __future__ import annotations

import asyncio

from tutor.course.loader import load_course
from tutor.i18n.voice import Voice
from tutor.server import grading
from tutor.server.grading import Grading
from tutor.server.service import new_workbench
from tutor.session.sitting import cluster_for

EXERCISE = 'introduction/what-is-kubernetes/run-a-container'


def test_each_check_is_told_when_it_changes(monkeypatch) -> None:
    monkeypatch.setattr(grading, 'LOOK_EVERY', 0)
    course = load_course()
    exercise = course.exercise(EXERCISE)
    bench = new_workbench(cluster_for(course.lesson(exercise.lesson_id), exercise), exercise)
    told: list[str] = []
    watched = Grading(exercise, bench, Voice('en'), told.append)

    async def until(line: str) -> list[str]:
        """What was told up to a line; each look at the cluster takes a moment of its time."""
        while line not in told:
            await asyncio.sleep(0)
        said = told[:]
        told.clear()
        return said

    async def learn() -> tuple[list[str], list[str]]:
        watched.begin()
        looking = asyncio.create_task(watched.run(lambda: bench.simulation.advance(0.1)))
        before = await until('  ○ The Pod is ready')
        bench.run('kubectl run cache --image=redis:7')
        after = await until(exercise.solved.en)
        looking.cancel()
        return before, after

    before, after = asyncio.run(asyncio.wait_for(learn(), 30))
    assert before == [exercise.title.en, exercise.task.en, '  ✖ Pod cache',
                      '      Pod cache: expected it to exist, found nothing.', '  ○ Image redis:7',
                      '  ○ The Pod is ready']
    assert after[:2] == ['  ✔ Pod cache', '  ✔ Image redis:7']
    assert after[-2:] == ['  ✔ The Pod is ready', exercise.solved.en]
