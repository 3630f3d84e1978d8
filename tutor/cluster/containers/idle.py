"""A runtime for hollow nodes: containers start at once, stay running, and do nothing; every image exists."""

from __future__ import annotations

from tutor.cluster.containers.container import EXITED, RUNNING, Container
from tutor.cluster.containers.image import Image, ImageConfig, Manifest
from tutor.cluster.containers.nodeimages import NodeImages
from tutor.cluster.containers.references import Reference
from tutor.cluster.containers.registry import ImageRegistry
from tutor.cluster.containers.runtime import Runtime
from tutor.cluster.simulation import Simulation
from tutor.shell.vfs import FileSystem


class HollowImage(Manifest):
    """An image that nobody looks into: it is called what was asked for."""

    @property
    def name(self) -> str:
        return self.repository

    @property
    def image_id(self) -> str:
        return self.repository


_CONFIG = ImageConfig(entrypoint=('/pause',))


class HollowImages(NodeImages):
    """Has every image."""

    def __init__(self, simulation: Simulation) -> None:
        super().__init__(simulation, ImageRegistry((), {}))
        self._root = FileSystem(lambda: 0.0)
        self._known: dict[str, Manifest] = {}

    def find(self, reference: Reference) -> Manifest:
        name = reference.canonical
        found = self._known.get(name)
        if found is None:
            found = self._known[name] = HollowImage(Image(), name, '', _CONFIG, self._root, {}, 'gnu', 0)
        return found

    def list(self) -> list[Manifest]:
        return []

    async def pull(self, reference: Reference) -> tuple[Manifest, float]:
        return self.find(reference), 0.0


class HollowRuntime(Runtime):
    """containers: idle."""

    def __init__(self, simulation: Simulation) -> None:
        super().__init__(simulation, HollowImages(simulation), 'fakeRuntime')

    def start(self, container: Container) -> None:
        container.state = RUNNING
        container.started_at = self.simulation.now
        self.on_change(container)

    def kill(self, container: Container) -> None:
        if container.state == RUNNING:
            container.state = EXITED
            container.finished_at = self.simulation.now
            container.reason = 'Completed'
            container.ended.resolve(0)
            self.on_change(container)

    async def stop(self, container: Container, grace: float) -> None:
        self.kill(container)
