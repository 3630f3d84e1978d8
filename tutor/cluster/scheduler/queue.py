"""The pods that wait for a node: to be tried now, after a back-off, or once something has changed."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable

from tutor.apimachinery.objects import Object
from tutor.cluster.scheduler.framework import Hint
from tutor.cluster.scheduler.node_info import PodInfo
from tutor.cluster.simulation import Simulation

MAX_UNSCHEDULABLE = 300.0
"""A pod that was refused longer ago is tried again even if nothing has changed (podMaxInUnschedulablePodsDuration)."""
FLUSH_PERIOD = 30.0
"""How often such pods are looked for."""


class QueuedPod:
    """A pod in the queue: since when, how often it was tried, which plugins refused it last."""

    __slots__ = ('attempts', 'info', 'plugins', 'since', 'until')

    def __init__(self, info: PodInfo, since: float) -> None:
        self.info = info
        self.since = since
        self.attempts = 0
        self.plugins: frozenset[str] = frozenset()
        self.until = 0.0


class SchedulingQueue:
    """Highest priority first, then who waits longest. `wake` is called when there is a pod to try.

    As since v1.33 a pod that backs off from a refusal is tried at once when no other pod is waiting; one that backs
    off from an error waits.
    """

    def __init__(self, simulation: Simulation, hints: dict[str, dict[str, Hint]], wake: Callable[[], None],
                 gate: Callable[[PodInfo], str] = lambda info: '', backoff: tuple[float, float] = (1.0, 10.0)) -> None:
        self._simulation = simulation
        self._hints = hints
        self._wake = wake
        self._gate = gate
        self._first_backoff, self._most_backoff = backoff
        self._active: list[tuple[int, float, int, QueuedPod]] = []
        self._backing_off: list[tuple[float, int, QueuedPod]] = []
        self._in_active: dict[str, QueuedPod] = {}
        self._in_backoff: dict[str, QueuedPod] = {}
        self._unschedulable: dict[str, QueuedPod] = {}
        self._by_plugin: dict[str, dict[str, QueuedPod]] = {}
        self._gated: dict[str, QueuedPod] = {}
        self._sequence = 0
        self._started = simulation.now

    # -- in and out ---------------------------------------------------------------------------------------------

    def add(self, info: PodInfo) -> None:
        """A new pod, or another version of one that waits."""
        self.delete(info.uid)
        queued = QueuedPod(info, self._simulation.now)
        if info.spec.get('schedulingGates'):
            self._gated[info.uid] = queued
        else:
            self._activate(queued)

    def update(self, old: Object, info: PodInfo) -> None:
        """A waiting pod changed. It is tried again if one of the plugins that refused it has a hint for that."""
        waiting = self._unschedulable.get(info.uid)
        if waiting is not None:
            waiting.info = info
            if any(hint(info, old, info.pod) for plugin in waiting.plugins
                   if (hint := self._hints.get(plugin, {}).get('pods')) is not None):
                self._requeue(waiting)
            return
        queued = self._in_active.get(info.uid) or self._in_backoff.get(info.uid)
        if queued is not None:
            queued.info = info
        else:
            self.add(info)

    def delete(self, uid: str) -> None:
        self._in_active.pop(uid, None)
        self._in_backoff.pop(uid, None)
        self._gated.pop(uid, None)
        self._forget_unschedulable(uid)

    def pop(self) -> QueuedPod | None:
        """The next pod to try; it has left the queue."""
        while self._active:
            queued = heapq.heappop(self._active)[3]
            if self._in_active.get(queued.info.uid) is queued:
                del self._in_active[queued.info.uid]
                queued.attempts += 1
                return queued
        while self._backing_off:
            queued = heapq.heappop(self._backing_off)[2]
            if self._in_backoff.get(queued.info.uid) is queued:
                del self._in_backoff[queued.info.uid]
                queued.attempts += 1
                return queued
        return None

    @property
    def empty(self) -> bool:
        return not self._in_active and not self._in_backoff

    def knows(self, uid: str) -> bool:
        return uid in self._in_active or uid in self._in_backoff or uid in self._unschedulable or uid in self._gated

    # -- refused ------------------------------------------------------------------------------------------------

    def add_unschedulable(self, queued: QueuedPod, plugins: Iterable[str]) -> None:
        """A try was refused by these plugins: the pod waits until one of them may think otherwise."""
        queued.plugins = frozenset(plugins)
        queued.until = self._simulation.now + self._backoff(queued)
        uid = queued.info.uid
        self._unschedulable[uid] = queued
        for plugin in sorted(queued.plugins):
            self._by_plugin.setdefault(plugin, {})[uid] = queued
        self._simulation.call_later(self._leftover(), self._expire, uid, queued.attempts)

    def add_failed(self, queued: QueuedPod) -> None:
        """A try ended with an error: again after the back-off."""
        queued.plugins = frozenset()
        self._unschedulable[queued.info.uid] = queued
        self._simulation.call_later(self._backoff(queued), self._retry, queued.info.uid, queued.attempts)

    def changed(self, resource: str, old: Object | None, new: Object | None) -> None:
        """Something changed: whoever a plugin refused that cares for it is tried again."""
        if not self._unschedulable:
            return
        for plugin, hints in self._hints.items():
            hint, waiting = hints.get(resource), self._by_plugin.get(plugin)
            if hint is not None and waiting:
                for queued in list(waiting.values()):
                    if hint(queued.info, old, new):
                        self._requeue(queued)

    def _requeue(self, queued: QueuedPod) -> None:
        self._forget_unschedulable(queued.info.uid)
        if queued.until > self._simulation.now:
            self._sequence += 1
            self._in_backoff[queued.info.uid] = queued
            heapq.heappush(self._backing_off, (queued.until, self._sequence, queued))
            self._wake()
        else:
            self._activate(queued)

    def _activate(self, queued: QueuedPod) -> None:
        """moveToActiveQ."""
        plugin = self._gate(queued.info)
        if plugin:
            queued.plugins = frozenset((plugin,))
            self._unschedulable[queued.info.uid] = queued
            self._by_plugin.setdefault(plugin, {})[queued.info.uid] = queued
            return
        self._sequence += 1
        self._in_active[queued.info.uid] = queued
        heapq.heappush(self._active, (-queued.info.priority, queued.since, self._sequence, queued))
        self._wake()

    def _forget_unschedulable(self, uid: str) -> None:
        queued = self._unschedulable.pop(uid, None)
        if queued is not None:
            for plugin in queued.plugins:
                self._by_plugin[plugin].pop(uid, None)

    def _backoff(self, queued: QueuedPod) -> float:
        return min(self._first_backoff * 2 ** min(queued.attempts - 1, 30), self._most_backoff)

    def _expire(self, uid: str, attempts: int) -> None:
        queued = self._unschedulable.get(uid)
        if queued is not None and queued.attempts == attempts:
            self._requeue(queued)

    _retry = _expire

    def _leftover(self) -> float:
        """How long it takes until flushUnschedulablePodsLeftover finds a pod that is refused now."""
        age = self._simulation.now - self._started
        return FLUSH_PERIOD * ((age + MAX_UNSCHEDULABLE) // FLUSH_PERIOD + 1) - age
