"""What all controllers share: a work queue of keys, and what happens when reconciling one fails."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.client.client import Client, InvalidName
from tutor.client.events import EventRecorder
from tutor.client.informer import Informer, Informers
from tutor.client.workqueue import WorkQueue
from tutor.cluster.simulation import Simulation

NOT_SYNCED = 0.1
"""Seconds until a controller looks again whether its informers have listed."""


class Controller:
    """Reconciles keys, one at a time.

    A subclass asks for its informers in its constructor (`self.informer`), adds handlers that call `self.queue.add`,
    and has `reconcile(key)`. What that raises puts the key back with a growing delay.
    """

    component = 'controller'
    """How traces and events name this controller."""

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        self.simulation = simulation
        self.client = client
        self.queue = WorkQueue(simulation, self._work)
        self.recorder = EventRecorder(simulation, client, self.component)
        self.stopped = False
        self._informers = informers
        self._used: list[Informer] = []
        self._synced = False
        self._postponed: dict[str, float] = {}

    def informer(self, resource: str) -> Informer:
        """The shared informer of a resource; nothing is reconciled before it has listed."""
        found = self._informers.of(resource)
        self._used.append(found)
        return found

    def start(self) -> None:
        """Called once the informers were started: for what has to happen without any change."""

    def stop(self) -> None:
        self.stopped = True
        self.queue.stop()

    def reconcile(self, key: str) -> None:
        """Bring what the key names closer to its spec. May raise StatusError: the key is then tried again."""
        raise NotImplementedError

    def postpone(self, key: str, seconds: float) -> None:
        """Add a key after a while, once, however often this is asked meanwhile; the earliest moment counts."""
        if seconds <= 0:
            self.queue.add(key)
            return
        when = self.simulation.now + seconds
        due = self._postponed.get(key)
        if due is None or when < due:
            self._postponed[key] = when
            self.simulation.call_at(when, self._due, key, when)

    def event(self, obj: Object, kind: str, reason: str, message: str) -> None:
        """Record an event about an object; `kind` is Normal or Warning."""
        self.recorder.event(obj, kind, reason, message)

    def seconds(self) -> float:
        """This moment in seconds since 1970, to compare with timestamps."""
        return self.simulation.seconds()

    def _due(self, key: str, when: float) -> None:
        if self._postponed.get(key) == when:
            del self._postponed[key]
            self.queue.add(key)

    def _work(self, key: str) -> None:
        if self.stopped:
            return
        if not self._synced and not self._check_synced():
            self.postpone(key, NOT_SYNCED)
            return
        trace = self.simulation.trace
        trace.cause = trace.record(self.component, 'reconcile', key)
        try:
            self.reconcile(key)
        except (StatusError, InvalidName):
            self.queue.retry(key)
        except Exception as error:  # utilruntime.HandleCrash: one broken object must not stop the others
            self.simulation.failures.append((f'{self.component} {key}', error))
            self.queue.retry(key)
        else:
            self.queue.forget(key)

    def _check_synced(self) -> bool:
        self._synced = all(informer.synced for informer in self._used)
        return self._synced


def batch_delay(count: int) -> float:
    """How long to gather changes before work that costs as much as there are objects: at once for a few, so that a
    thousand changes to a thousand objects are not a million steps."""
    return min(max(count * 0.001, 0.25), 2.5) if count > 20 else 0.0


def namespace_terminating(error: Exception) -> bool:
    """errors.HasStatusCause(err, NamespaceTerminatingCause)."""
    if not isinstance(error, StatusError):
        return False
    causes: Sequence[Object] = error.details.get('causes') or ()
    return any(cause.get('reason') == 'NamespaceTerminating' for cause in causes)
