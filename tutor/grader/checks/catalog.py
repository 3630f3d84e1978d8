"""Every type of check, by the name exercises use."""

from __future__ import annotations

from pydantic import ValidationError

from tutor.course.models import Exercise
from tutor.course.problems import CourseError, Problem, from_validation, line_at
from tutor.course.words import Text
from tutor.grader.checks.absent import AbsentCheck
from tutor.grader.checks.command_output import CommandOutputCheck
from tutor.grader.checks.condition import ConditionCheck
from tutor.grader.checks.count import CountCheck
from tutor.grader.checks.file import FileCheck
from tutor.grader.checks.log_contains import LogContainsCheck
from tutor.grader.checks.object import ObjectCheck
from tutor.grader.checks.request import RequestCheck
from tutor.grader.objects import Check

CHECKS: dict[str, type[Check]] = {
    'object': ObjectCheck,
    'absent': AbsentCheck,
    'count': CountCheck,
    'condition': ConditionCheck,
    'log_contains': LogContainsCheck,
    'request': RequestCheck,
    'command_output': CommandOutputCheck,
    'file': FileCheck,
}


def checks_of(exercise: Exercise) -> tuple[Check, ...]:
    """The checks of an exercise, each of its type. Raises CourseError with everything that is wrong with them."""
    checks: list[Check] = []
    problems: list[Problem] = []
    for index, spec in enumerate(exercise.checks):
        place = ('checks', index)
        model = CHECKS.get(spec.type)
        if model is None:
            problems.append(_unknown_type(exercise, index))
            continue
        try:
            checks.append(model.model_validate(spec.model_dump()))
        except ValidationError as error:
            problems += from_validation(error, exercise.path, exercise.source, place)
    if problems:
        raise CourseError(*problems)
    return tuple(checks)


def _unknown_type(exercise: Exercise, index: int) -> Problem:
    location = ('checks', index, 'type')
    known = ', '.join(CHECKS)
    return Problem(exercise.path, line_at(exercise.source, location), f'checks[{index}].type', Text(
        zh=f'没有检查类型 {exercise.checks[index].type}；可用的有 {known}',
        en=f'there is no check type {exercise.checks[index].type}; there are {known}'))
