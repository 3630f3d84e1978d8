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

NETWORK = ('pods', 'services', 'endpointslices.discovery.k8s.io', 'networkpolicies.networking.k8s.io',
           'ingresses.networking.k8s.io')
TRIES = 5
FOREVER = float('inf')
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


@dataclass(slots=True)
class _Glance:
    """When a check was last looked at, and what the world was then."""

    world: object = None
    tries: int = 0
    again: float = 0.0


class Watched:
    """The standing of all checks. Call `refresh` as often as you like: it looks only when it may matter.

    The revision of the cluster's store tells whether any object has changed, so an idle cluster costs one small
    request. What leaves a trace of itself, such as a request that a web server logs, is looked at only after something
    has changed that it may depend on, and then a few times more. `refresh` is awaited in virtual time, because a
    request over the network takes some.
    """

    def __init__(self, checks: Iterable[Check], view: View) -> None:
        self.checks = tuple(checks)
        self.statuses: tuple[Status, ...] = tuple(Status(check, State.WAITING) for check in self.checks)
        self._view = view
        self._seen: tuple[str, int] | None = None
        self._glances = {check.id: _Glance() for check in self.checks}
        self._looking = False

    @property
    def solved(self) -> bool:
        return all(status.passed for status in self.statuses)

    async def refresh(self, force: bool = False) -> bool:
        """Look again if something may have changed (or in any case); whether a check stands otherwise now."""
        seen = (self._revision(), len(self._view.transcript))
        changed = force or seen != self._seen
        if self._looking or not (changed or self._something_is_due()):
            return False
        self._looking = True
        try:
            statuses = await self._look(changed, force)
        finally:
            self._looking = False
        other = statuses != self.statuses
        self.statuses, self._seen = statuses, seen
        return other

    def _something_is_due(self) -> bool:
        return any(status.check.polled and not status.passed and self._is_due(status.check)
                   for status in self.statuses)

    def _is_due(self, check: Check) -> bool:
        return self._view.now >= self._glances[check.id].again

    async def _look(self, changed: bool, force: bool) -> tuple[Status, ...]:
        world = self._world() if changed and any(check.leaves_traces for check in self.checks) else None
        statuses: list[Status] = []
        passed: set[str] = set()
        for status in self.statuses:
            if force or self._should_look(status, changed, world, passed):
                status = await _status(status.check, self._view, passed)
                self._looked(status, world)
            statuses.append(status)
            if status.passed:
                passed.add(status.check.id)
        return tuple(statuses)

    def _should_look(self, status: Status, changed: bool, world: object, passed: set[str]) -> bool:
        check, glance = status.check, self._glances[status.check.id]
        if (status.state is State.WAITING) == passed.issuperset(check.needs):
            return True
        if check.leaves_traces:
            moved = changed and world != glance.world
            return moved or (not status.passed and glance.tries < TRIES and self._is_due(check))
        return changed or (check.polled and not status.passed and self._is_due(check))

    def _looked(self, status: Status, world: object) -> None:
        glance = self._glances[status.check.id]
        if world is not None and world != glance.world:
            glance.world, glance.tries = world, 0
        if status.state is State.WAITING:
            glance.world = None
        glance.tries += 1
        wait = POLL_EVERY * 2 ** (glance.tries - 1) if status.check.leaves_traces else POLL_EVERY
        glance.again = self._view.now + (wait if glance.tries < TRIES or not status.check.leaves_traces else FOREVER)

    def _revision(self) -> str:
        """The revision of the whole store: any list carries it."""
        try:
            return self._view.client.list('namespaces', limit='1')['metadata'].get('resourceVersion', '')
        except StatusError as error:
            return error.message

    def _world(self) -> object:
        """What an answer over the network, or of a command, depends on: told by versions, so that heartbeats and the
        like do not count."""
        client = self._view.client
        try:
            versions = [one['metadata']['resourceVersion'] for resource in NETWORK for one in client.items(resource)]
        except (StatusError, KeyError):
            versions = []
        return len(self._view.transcript), tuple(versions)
