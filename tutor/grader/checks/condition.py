"""condition: a condition in an object's status is met."""

from __future__ import annotations

from tutor.course.words import Text
from tutor.grader.objects import Object, Target
from tutor.grader.results import ABSENT, EXISTS, NOTHING, Result, extend
from tutor.grader.view import View


class ConditionCheck(Target):
    """With a selector, every object it finds has it, and there is at least one."""

    condition: str
    status: str = 'True'
    reason: str = ''

    async def evaluate(self, view: View) -> Result:
        objects = self.objects(view)
        if not objects:
            return Result(False, self.subject, EXISTS, ABSENT)
        failing = [one for one in objects if not self._met(one)]
        expected = Text.same(self._words({'status': self.status, 'reason': self.reason}))
        if not failing:
            return Result(True, extend(self.subject, self.condition), expected, expected)
        subject = extend(self.of(failing[0]).subject, self.condition)
        return Result(False, subject, expected, self._found(failing[0]))

    def _condition(self, one: Object) -> dict[str, str] | None:
        conditions = one.get('status', {}).get('conditions') or []
        return next((entry for entry in conditions if entry['type'] == self.condition), None)

    def _met(self, one: Object) -> bool:
        entry = self._condition(one)
        return entry is not None and entry['status'] == self.status and self.reason in ('', entry.get('reason', ''))

    def _found(self, one: Object) -> Text:
        entry = self._condition(one)
        return Text.same(self._words(entry)) if entry else NOTHING

    def _words(self, entry: dict[str, str]) -> str:
        return f'{entry["status"]} ({entry["reason"]})' if entry.get('reason') else entry['status']
