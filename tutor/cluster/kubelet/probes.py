"""Probes: when they are made, what their results mean, and what is said of failures (pkg/kubelet/prober)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Any

from tutor.apimachinery.objects import Object
from tutor.cluster.containers.container import RUNNING, Container
from tutor.cluster.containers.recurring import Moments
from tutor.cluster.kubelet import httpget, pods, probing
from tutor.cluster.kubelet.probing import FAILURE, SUCCESS, UNKNOWN, WARNING, probe
from tutor.cluster.simulation import Cancelled, Task

if TYPE_CHECKING:
    from tutor.cluster.kubelet.worker import PodWorker

READINESS = 'readiness'
LIVENESS = 'liveness'
STARTUP = 'startup'
FIELDS = {STARTUP: 'startupProbe', LIVENESS: 'livenessProbe', READINESS: 'readinessProbe'}


class Prober:
    """All probes of one pod. Its results are asked for by container."""

    def __init__(self, worker: PodWorker) -> None:
        self._worker = worker
        self._probes: dict[tuple[str, str], ProbeLoop] = {}
        self._specs: dict[str, Object] = {}
        self._born = worker.simulation.now
        self.outcomes: dict[tuple[str, str, str], int] = {}
        """How often each probe has ended how: by container, kind and outcome."""
        for spec, _ in pods.all_containers(worker.pod):
            if any(field in spec for field in FIELDS.values()):
                self._specs[spec['name']] = spec
        self._stopped = worker.kubelet.idle

    # -- results ------------------------------------------------------------------------------------------------

    def ready(self, container: Container, spec: Object) -> bool:
        """Whether readiness says yes, or nobody asks."""
        if 'readinessProbe' not in spec or self._worker.kubelet.idle:
            return True
        return self._result(container, READINESS) is True

    def started(self, container: Container, spec: Object) -> bool:
        if 'startupProbe' not in spec or self._worker.kubelet.idle:
            return True
        return self._result(container, STARTUP) is True

    def failed(self, container: Container) -> tuple[str, float | None] | None:
        """Which probe wants the container restarted, and its own grace period."""
        for kind in (LIVENESS, STARTUP):
            if self._result(container, kind) is False:
                spec = self._specs[container.config.name]
                return kind, spec[FIELDS[kind]].get('terminationGracePeriodSeconds')
        return None

    def _result(self, container: Container, kind: str) -> bool | None:
        loop = self._probes.get((container.config.name, kind))
        return loop.result if loop is not None and loop.container is container else None

    # -- life ---------------------------------------------------------------------------------------------------

    def update(self) -> None:
        """Begin to probe containers that run, and stop for those that do not."""
        if self._stopped or not self._specs:
            return
        for name, spec in self._specs.items():
            history = self._worker.histories.get(name)
            newest = history[0] if history else None
            if newest is None or newest.state != RUNNING:
                continue
            started = self.started(newest, spec)
            for kind, field in FIELDS.items():
                if field in spec and (kind == STARTUP or started):
                    self._begin(newest, spec, kind)

    def _begin(self, container: Container, spec: Object, kind: str) -> None:
        key = (container.config.name, kind)
        old = self._probes.get(key)
        if old is not None:
            if old.container is container:
                return
            old.stop()
        self._probes[key] = ProbeLoop(self._worker, container, spec, kind, self._born, self._count)

    def _count(self, container: str, kind: str, outcome: str, times: int = 1) -> None:
        key = (container, kind, outcome)
        self.outcomes[key] = self.outcomes.get(key, 0) + times

    def counted(self) -> dict[tuple[str, str, str], int]:
        """`outcomes` now, with those of probes that nobody had to see."""
        for loop in self._probes.values():
            loop.catch_up()
        return self.outcomes

    def stop_restarting(self) -> None:
        """The pod ends: nothing is to be restarted any more, only readiness still matters."""
        for (_, kind), loop in self._probes.items():
            if kind != READINESS:
                loop.stop()

    def stop(self) -> None:
        self._stopped = True
        for loop in self._probes.values():
            loop.stop()

    def pause(self) -> None:
        """The kubelet has stopped: nothing is asked, what is known stays known."""
        for loop in self._probes.values():
            loop.stop()

    def go_on(self) -> None:
        if not self._stopped:
            for loop in self._probes.values():
                loop.go_on()


class ProbeLoop:
    """One probe of one container (prober.worker). `result` is None until it is known; readiness begins as False."""

    def __init__(self, worker: PodWorker, container: Container, spec: Object, kind: str, born: float,
                 count: Callable[[str, str, str, int], None]) -> None:
        self.container = container
        self._count = count
        self._unseen: Moments | None = None
        """When probes would be made that nobody has to see."""
        self.kind = kind
        self.result: bool | None = False if kind == READINESS else True if kind == LIVENESS else None
        self._worker = worker
        self._spec = spec
        self._probe = spec[FIELDS[kind]]
        self._born = born
        self._last: str | None = None
        self._run = 0
        self._task: Task[None]
        self.go_on()

    def go_on(self) -> None:
        self._task = self._worker.simulation.spawn(self._loop(), f'{self.kind}:{self._worker.key}')

    def stop(self) -> None:
        self._task.cancel()

    async def _loop(self) -> None:
        simulation, probe_spec = self._worker.simulation, self._probe
        period = probe_spec.get('periodSeconds', 10)
        assert self.container.started_at is not None
        earliest = self.container.started_at + probe_spec.get('initialDelaySeconds', 0)
        try:
            # Ticks come in a fixed rhythm from when the pod came to the node.
            tick = ceil((max(earliest, simulation.now) - self._born) / period)
            if simulation.now < earliest or self.kind != READINESS:
                await simulation.sleep(self._born + tick * period - simulation.now)
            while self.container.state == RUNNING and await self._once():
                following = Moments(self._born, period, tick + 1)
                await self._while_nothing_changes(following)
                tick = max(following.number, ceil((simulation.now - self._born) / period))
                await simulation.sleep(self._born + tick * period - simulation.now)
        except Cancelled:
            return

    async def _while_nothing_changes(self, following: Moments) -> None:
        """Nobody sees a probe that succeeds again, but in the server's log: a server that tells when its answers change
        is asked again then, and one that keeps a log writes down the probes that would have followed."""
        if not self.result or self._last != SUCCESS:
            return
        server = probing.server(self._worker, self._spec, self._probe)
        self._unseen = replace(following)
        try:
            await self._until_changed(server, following)
        finally:
            self.catch_up()
            self._unseen = None

    async def _until_changed(self, server: Any, following: Moments) -> None:
        if changes := getattr(server, 'changes', None):
            await changes.wait()
        elif repeat := getattr(server, 'repeat', None):
            repeated = repeat(httpget.path(self._probe['httpGet']), following)
            if repeated is not None:
                try:
                    await repeated.over
                finally:
                    repeated.end()

    def catch_up(self) -> None:
        """Count the successes that have come by now."""
        if self._unseen is not None and self._unseen.next <= self._worker.simulation.now:
            times = len(self._unseen.take(self._worker.simulation.now))
            self._count(self.container.config.name, self.kind, SUCCESS, times)

    async def _once(self) -> bool:
        """doProbe; False when there is no more to be asked."""
        kind = self.kind
        outcome, text = await probe(self._worker, self.container, self._spec, self._probe)
        if self.container.state != RUNNING:
            return False
        self._count(self.container.config.name, kind, outcome, 1)
        self._report(outcome, text)
        if outcome == UNKNOWN:
            return True
        good = outcome != FAILURE
        state = SUCCESS if good else FAILURE
        self._run = self._run + 1 if state == self._last else 1
        self._last = state
        threshold = self._probe.get('successThreshold', 1) if good else self._probe.get('failureThreshold', 3)
        if self._run < threshold:
            return True
        if self.result is not good:
            self.result = good
            self._worker.wake()
        if kind == READINESS:
            return True
        return good and kind != STARTUP

    def _report(self, outcome: str, text: str) -> None:
        if outcome == SUCCESS:
            return
        worker, name = self._worker, self.kind.capitalize()
        path = pods.field_path(worker.pod, self._spec)
        if outcome == WARNING:
            worker.kubelet.recorder.warning(worker.pod, 'ProbeWarning', f'{name} probe warning: {text}', path)
        elif outcome == UNKNOWN:
            worker.kubelet.recorder.warning(
                worker.pod, 'Unhealthy', f'{name} probe errored and resulted in {outcome} state: {text}', path)
        else:
            worker.kubelet.recorder.warning(worker.pod, 'Unhealthy', f'{name} probe failed: {text}', path)
