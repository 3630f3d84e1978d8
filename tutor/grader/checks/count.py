"""count: so many objects match."""

from __future__ import annotations

from typing import Any

from pydantic import model_validator

from tutor.course.words import Text
from tutor.grader.matching import mismatch
from tutor.grader.objects import Object, Target, resolve
from tutor.grader.results import Result
from tutor.grader.view import View


class CountCheck(Target):
    """Objects that are being deleted do not count."""

    expect: dict[str, Any] = {}
    count: int | None = None
    min: int | None = None
    max: int | None = None
    allNamespaces: bool = False

    @model_validator(mode='after')
    def _says_how_many(self) -> CountCheck:
        if self.count is None and self.min is None and self.max is None:
            raise ValueError('count, min or max is missing')
        return self

    async def evaluate(self, view: View) -> Result:
        found = sum(self._counts(one) for one in self._candidates(view))
        lowest = self.count if self.count is not None else self.min
        highest = self.count if self.count is not None else self.max
        passed = (lowest is None or found >= lowest) and (highest is None or found <= highest)
        return Result(passed, self.subject, self._expected(), Text.same(str(found)))

    def _candidates(self, view: View) -> list[Object]:
        if not self.allNamespaces:
            return self.objects(view)
        return view.client.items(resolve(view.client, self.kind, self.apiVersion), labels=self.selector)

    def _counts(self, one: Object) -> bool:
        return 'deletionTimestamp' not in one['metadata'] and mismatch(self.expect, one) is None

    def _expected(self) -> Text:
        if self.count is not None:
            return Text.same(str(self.count))
        if self.max is None:
            return Text(zh=f'至少 {self.min}', en=f'at least {self.min}')
        if self.min is None:
            return Text(zh=f'至多 {self.max}', en=f'at most {self.max}')
        return Text(zh=f'{self.min} 到 {self.max}', en=f'{self.min} to {self.max}')
