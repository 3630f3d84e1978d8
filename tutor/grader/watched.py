"""The checks of an exercise, watched: looked at again whenever something they depend on may have changed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from tutor.apimachinery.errors import StatusError
from tutor.course.words import Text
from tutor.grader.objects import Check, UnknownKind
from tutor.grader.results import ABSENT, EXISTS, Result
from tutor.grader.view import View

POLL_EVERY = 1.0
"""Virtual seconds between two looks at what changes without a change of the cluster's objects, such as a log."""


class State(Enum):
    PASSED = 'passed'
    FAILED = 'failed'
    WAITING = 'waiting'
    """One that it needs has not passed, so it has not been looked at."""


@dataclass(frozen=True, slots=True)
class Status:
    """A check and how it stands; `result` is missing while it waits."""

    check: Check
    state: State
    result: Result | None = None

    @property
    def passed(self) -> bool:
        return self.state is State.PASSED


async def evaluate(check: Check, view: View) -> Result:
    """The result of a check; what the cluster refuses to answer is a check that has not passed."""
    try:
        return await check.evaluate(view)
    except UnknownKind as error:
        return Result(False, Text.same(str(error)), EXISTS, ABSENT)
    except StatusError as error:
        return Result(False, check.title, Text(zh='API 服务器应答', en='an answer of the API server'),
                      Text.same(error.message))


async def look(checks: Iterable[Check], view: View) -> tuple[Status, ...]:
    """All checks, once, in their order."""
    statuses: list[Status] = []
    passed: set[str] = set()
    for check in checks:
        status = await _status(check, view, passed)
        statuses.append(status)
        if status.passed:
            passed.add(check.id)
    return tuple(statuses)


async def _status(check: Check, view: View, passed: set[str]) -> Status:
    if not passed.issuperset(check.needs):
        return Status(check, State.WAITING)
    result = await evaluate(check, view)
    return Status(check, State.PASSED if result.passed else State.FAILED, result)


class Watched:
    """The standing of all checks. Call `refresh` as often as you like: it looks only when it may matter.

    The revision of the cluster's store tells whether any object has changed, so an idle cluster costs one small
    request. `refresh` is awaited in virtual time, because a request over the network takes some.
    """

    def __init__(self, checks: Iterable[Check], view: View) -> None:
        self.checks = tuple(checks)
        self.statuses: tuple[Status, ...] = tuple(Status(check, State.WAITING) for check in self.checks)
        self._view = view
        self._seen: tuple[str, int] | None = None
        self._looked_at = 0.0
        self._polled = any(check.polled for check in self.checks)
        self._looking = False

    @property
    def solved(self) -> bool:
        return all(status.passed for status in self.statuses)

    @property
    def first_unmet(self) -> Status | None:
        """The one to tell the learner about."""
        return next((status for status in self.statuses if status.state is State.FAILED), None)

    async def refresh(self) -> bool:
        """Look again if something may have changed; whether the standing of a check is another one now."""
        seen = (self._revision(), len(self._view.transcript))
        due = self._polled and self._view.now - self._looked_at >= POLL_EVERY
        if self._looking or (seen == self._seen and not due):
            return False
        return await self._look(seen)

    async def _look(self, seen: tuple[str, int]) -> bool:
        self._looking = True
        try:
            statuses = await look(self.checks, self._view)
        finally:
            self._looking = False
        changed = statuses != self.statuses
        self.statuses, self._seen, self._looked_at = statuses, seen, self._view.now
        return changed

    def _revision(self) -> str:
        """The revision of the whole store: any list carries it."""
        try:
            return self._view.client.list('namespaces', limit='1')['metadata'].get('resourceVersion', '')
        except StatusError as error:
            return error.message
