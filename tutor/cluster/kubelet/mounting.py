"""Mounting the volumes of a pod, and keeping what they show up to date (pkg/kubelet/volumemanager)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tutor.cluster.kubelet import complaints
from tutor.cluster.kubelet.volume_kinds import volumes_of
from tutor.cluster.kubelet.volumes import MountFailure, NotAttached, ProcessingFailure, Surroundings, Volume, unmounted

if TYPE_CHECKING:
    from tutor.cluster.kubelet.worker import PodWorker

TIMEOUT = 123.0
FIRST_RETRY = 0.5
LAST_RETRY = 122.0


class Mounts:
    """The volumes of one pod."""

    __slots__ = ('_failing', '_mounted', '_worker', 'volumes')

    def __init__(self, worker: PodWorker) -> None:
        self._worker = worker
        self.volumes: dict[str, Volume] = {}
        self._mounted = False
        self._failing: set[str] = set()

    async def mount(self) -> bool:
        """WaitForAttachAndMount: until all volumes are there, at most two minutes. False when it was given up."""
        if self._mounted:
            return True
        worker, kubelet = self._worker, self._worker.kubelet
        if not self.volumes:
            self.volumes = volumes_of(worker.pod, self._surroundings())
            self._tell_node()
        waited, delay = 0.0, FIRST_RETRY
        while problems := self._problems():
            for name, problem in problems.items():
                if not isinstance(problem, (NotAttached, ProcessingFailure)):
                    self._warn(name, problem)
            if self._gives_up(problems, waited):
                return False
            await worker.simulation.sleep(delay)
            waited, delay = waited + delay, min(delay * 2, LAST_RETRY)
        await kubelet.timing.mount(worker.simulation)
        self._mounted = True
        return True

    def unmount(self) -> None:
        """The pod has ended: nothing uses its volumes any more."""
        self._tell_node()
        self.volumes, self._mounted = {}, False

    def in_use(self) -> Iterator[str]:
        """GetVolumesInUse: the volumes that have to stay attached."""
        return (name for volume in self.volumes.values() if (name := volume.attachable()))

    def _tell_node(self) -> None:
        """What the node says of its volumes is looked at again soon."""
        if any(self.in_use()):
            self._worker.kubelet.reporter.volumes_changed()

    def refresh(self) -> None:
        """What volumes show may have changed."""
        for volume in self.volumes.values():
            if volume.live and volume.name not in self._failing:
                try:
                    volume.refresh(self._worker.pod)
                except MountFailure:
                    self._failing.add(volume.name)
                    self._worker.simulation.spawn(self._remount(volume), 'remount')

    async def _remount(self, volume: Volume) -> None:
        """A volume whose object is gone shows what it did; that it cannot be mounted again is told until it can."""
        worker, delay = self._worker, FIRST_RETRY
        while not worker.terminating and not worker.finished:
            try:
                volume.refresh(worker.pod)
                break
            except MountFailure as failure:
                self._warn(volume.name, failure)
            await worker.simulation.sleep(delay)
            delay = min(delay * 2, LAST_RETRY)
        self._failing.discard(volume.name)

    def _warn(self, name: str, problem: MountFailure) -> None:
        self._worker.kubelet.recorder.warning(self._worker.pod, 'FailedMount',
                                              f'{problem.step} for volume "{problem.name or name}" : {problem}')

    def _surroundings(self) -> Surroundings:
        kubelet = self._worker.kubelet
        return Surroundings(kubelet.simulation, kubelet.client, kubelet.informers, kubelet.machine.files,
                            kubelet.machine.disk, kubelet.idle, self._worker.facts)

    def _gives_up(self, problems: dict[str, MountFailure], waited: float) -> bool:
        """The error of WaitForAttachAndMount: at once for volumes that cannot be processed, for others in the end."""
        if waited < TIMEOUT and not any(isinstance(each, ProcessingFailure) for each in problems.values()):
            return False
        text = unmounted(problems)
        self._worker.kubelet.recorder.warning(self._worker.pod, 'FailedMount', text)
        complaints.sync_failed(self._worker, text.partition(': ')[2])
        return True

    def _problems(self) -> dict[str, MountFailure]:
        problems: dict[str, MountFailure] = {}
        for name, volume in self.volumes.items():
            try:
                volume.check()
            except MountFailure as failure:
                problems[name] = failure
        return problems
