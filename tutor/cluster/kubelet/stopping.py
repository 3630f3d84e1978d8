"""Ending containers: preStop hooks, the stop signal, the grace period, sidecars last (killContainer, killPod)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.cluster.containers.container import Container
from tutor.cluster.kubelet import hooks, pods
from tutor.cluster.simulation import gather

if TYPE_CHECKING:
    from tutor.cluster.kubelet.worker import PodWorker

MINIMUM_GRACE = 2.0
DEFAULT_GRACE = 30


class Stopper:
    """Ends the containers of one pod."""

    def __init__(self, worker: PodWorker) -> None:
        self._worker = worker
        self.most_grace = math.inf
        """What an eviction leaves of the grace period."""
        self._deadline: float | None = None
        self._hurry = worker.simulation.condition()

    def grace(self) -> float:
        """The seconds that the pod's containers have to end."""
        pod = self._worker.pod
        meta = pod['metadata']
        if 'deletionGracePeriodSeconds' in meta:
            return meta['deletionGracePeriodSeconds']
        return min(self.most_grace, pod['spec'].get('terminationGracePeriodSeconds', DEFAULT_GRACE))

    def shorten(self, pod: Object) -> None:
        """The pod was deleted again with a shorter grace period."""
        deadline = self._worker.simulation.now + pod['metadata'].get('deletionGracePeriodSeconds', 0)
        if self._deadline is not None and deadline < self._deadline:
            self._deadline = deadline
            self._hurry.notify()
            for container in self._worker.running():
                self._worker.simulation.call_at(max(deadline, self._worker.simulation.now + MINIMUM_GRACE),
                                                self._worker.kubelet.runtime.kill, container)

    async def kill_pod(self) -> None:
        """killContainersWithSyncResult: all at once, but a sidecar gets its signal when those that started after it
        have ended (terminationOrdering)."""
        worker = self._worker
        grace = self.grace()
        self._deadline = worker.simulation.now + grace
        sidecars = [spec['name'] for spec in pods.init_containers(worker.pod) if pods.restartable_init(spec)]
        running = worker.running()
        before = {c.config.name: [other for other in running if other.config.name not in sidecars[:place + 1]]
                  for place, name in enumerate(sidecars) for c in running if c.config.name == name}
        await self._kill_all(running, grace, before=before)

    async def kill_all(self) -> None:
        """All at once and without preStop hooks, for they are to be started anew."""
        await self._kill_all(self._worker.running(), self.grace(), hooked=False)

    async def _kill_all(self, containers: list[Container], grace: float, hooked: bool = True,
                        before: Mapping[str, list[Container]] | None = None) -> None:
        worker, turns = self._worker, before or {}
        if len(containers) == 1:
            await self.kill(containers[0], '', grace, hooked)
        elif containers:
            await gather(*(worker.simulation.spawn(
                self.kill(container, '', grace, hooked, turns.get(container.config.name, ())))
                for container in containers))

    async def kill(self, container: Container, message: str, grace: float | None = None, hooked: bool = True,
                   before: Iterable[Container] = ()) -> None:
        """killContainer; `hooked`: its preStop hook comes first; `before`: then these are waited for."""
        worker = self._worker
        kubelet, simulation, pod = worker.kubelet, worker.simulation, worker.pod
        if not container.running:
            return
        spec = next((spec for spec, _ in pods.all_containers(pod) if spec['name'] == container.config.name), None)
        if grace is None:
            grace = float(pod['spec'].get('terminationGracePeriodSeconds', DEFAULT_GRACE))
        path = pods.field_path(pod, spec) if spec is not None else ''
        if message != 'FailedPostStartHook':
            text = message or f'Stopping container {container.config.name}'
        else:
            text = message
        kubelet.recorder.normal(pod, 'Killing', text, path)
        hook = ((spec or {}).get('lifecycle') or {}).get('preStop')
        begun = simulation.now
        if hook and hooked and spec is not None and grace > 0 and not kubelet.idle:
            await self._pre_stop(spec, container, hook, grace, path)
        for other in before:
            await simulation.within(max(grace - (simulation.now - begun), 0), other.ended)
        grace = max(grace - (simulation.now - begun), MINIMUM_GRACE)
        await kubelet.runtime.stop(container, grace)

    async def _pre_stop(self, spec: Object, container: Container, hook: Object, grace: float, path: str) -> None:
        worker = self._worker
        task = worker.simulation.spawn(hooks.run(worker, spec, container, hook))
        if not await worker.simulation.within(grace, task):
            task.cancel()
            return
        if task.result() is not None:
            worker.kubelet.recorder.warning(worker.pod, 'FailedPreStopHook', 'PreStopHook failed', path)
