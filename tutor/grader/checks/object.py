"""object: an object exists, and a part of it is as expected."""

from __future__ import annotations

from typing import Any

from tutor.grader.matching import Mismatch, mismatch
from tutor.grader.objects import Object, Target
from tutor.grader.results import ABSENT, EXISTS, Result, extend
from tutor.grader.view import View


class ObjectCheck(Target):
    """With a name, that object matches; otherwise one of those the selector finds does."""

    expect: dict[str, Any] = {}

    async def evaluate(self, view: View) -> Result:
        objects = self.objects(view)
        if not objects:
            return Result(False, self.subject, EXISTS, ABSENT)
        differences = [mismatch(self.expect, one) for one in objects]
        if None in differences:
            return Result(True, self.subject, EXISTS, EXISTS)
        return self._failed(objects[0], differences[0])

    def _failed(self, nearest: Object, difference: Mismatch | None) -> Result:
        assert difference is not None
        return Result(False, extend(self.of(nearest).subject, difference.path), difference.expected, difference.found)
