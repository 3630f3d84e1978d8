"""Every exercise is run: its start fails, its solution passes, each wrong answer fails the check it names."""

import pytest

from tutor.course.loader import load_course
from tutor.grader.proof import prove, prove_lesson
from tutor.session.sitting import ExerciseBench

COURSE = load_course()


@pytest.fixture
def bench():
    return ExerciseBench()


def said(problems):
    return [problem.say('en') for problem in problems]


@pytest.mark.parametrize('exercise', COURSE.exercise_ids)
def test_exercise(exercise, bench):
    assert said(prove(COURSE.exercise(exercise), bench)) == []


@pytest.mark.parametrize('lesson', COURSE.lessons, ids=lambda lesson: lesson.id)
def test_commands_of_a_lesson(lesson, bench):
    exercises = {name: COURSE.exercise(f'{lesson.id}/{name}') for name in lesson.exercise_names}
    assert said(prove_lesson(lesson, exercises, bench)) == []


def test_an_exercise_runs_the_same_every_time(bench):
    """Law 2, seen from the grader: names, times and answers are the same."""
    exercise = COURSE.exercise('introduction/orchestration/self-healing')
    runs = []
    for _ in range(2):
        sitting = bench.open(exercise)
        runs.append((sitting.run('kubectl get pods -o wide'), sitting.view.now))
        sitting.close()
    assert runs[0] == runs[1]
