"""absent: there is no such object."""

from __future__ import annotations

from typing import Any

from tutor.course.words import Text
from tutor.grader.matching import mismatch
from tutor.grader.objects import Target
from tutor.grader.results import ABSENT, Result
from tutor.grader.view import View


class AbsentCheck(Target):
    """With `expect`, objects that do not match may stay."""

    expect: dict[str, Any] = {}

    async def evaluate(self, view: View) -> Result:
        left = [one['metadata']['name'] for one in self.objects(view) if mismatch(self.expect, one) is None]
        return Result(not left, self.subject, ABSENT, Text.same(', '.join(left)) if left else ABSENT)
