"""What the app needs from outside: the course, the learner's record, and how a session is opened."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tutor.course.loader import Course
from tutor.course.models import Exercise, Lesson
from tutor.course.progress import Progress

OpenSession = Callable[[Lesson | None, Exercise | None], Any]
"""A session for an exercise, for a lesson without one, or (None, None) for the playground."""


@dataclass
class Services:
    """Given to the app; a test gives its own."""

    course: Course
    progress: Progress
    open_session: OpenSession
