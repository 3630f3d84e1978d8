"""The images that one node has, and how it pulls more: one at a time, each as long as its size takes."""

from __future__ import annotations

from collections import deque

from tutor.cluster.containers.image import Manifest
from tutor.cluster.containers.references import Reference
from tutor.cluster.containers.registry import ImageRegistry, PullError
from tutor.cluster.simulation import Future, Simulation

BYTES_PER_SECOND = 45_000_000
ROUND_TRIP = 0.35
"""What a look at the registry takes; half of it again, at random."""
LOCAL_ROUND_TRIP = 0.014


class NodeImages:
    """The image store of a node. With `complete`, it has everything the registry has (cluster file: `pulled`). `speed`
    says how many times as fast as usual it pulls."""

    def __init__(self, simulation: Simulation, registry: ImageRegistry, complete: bool = False,
                 speed: float = 1.0) -> None:
        self._simulation = simulation
        self._registry = registry
        self._complete = complete
        self._speed = speed
        self._present: dict[str, Manifest] = {}
        self._absent: set[str] = set()
        self._pulling = False
        self._waiting: deque[Future[None]] = deque()

    def find(self, reference: Reference) -> Manifest | None:
        """ImageStatus: the image, if it is on this node."""
        name = reference.canonical
        found = self._present.get(name)
        if found is None and self._complete and name not in self._absent:
            try:
                found = self._present[name] = self._registry.find(reference)
            except PullError:
                return None
        return found

    def list(self) -> list[Manifest]:
        return list({manifest.digest: manifest for manifest in self._present.values()}.values())

    def remove(self, name: str) -> None:
        """RemoveImage, by its canonical name."""
        self._present.pop(name, None)
        self._absent.add(name)

    def load(self, reference: Reference) -> None:
        """Have an image without pulling, as when a node was set up with it. Raises PullError."""
        self._present[reference.canonical] = self._registry.find(reference)

    async def pull(self, reference: Reference) -> tuple[Manifest, float]:
        """PullImage, after those that other pods wait for (serializeImagePulls); the image and how long it took
        without the waiting. Raises PullError."""
        while self._pulling:
            turn = self._simulation.future()
            self._waiting.append(turn)
            await turn
        self._pulling = True
        try:
            begun = self._simulation.now
            return await self._pull(reference), self._simulation.now - begun
        finally:
            self._pulling = False
            if self._waiting:
                self._waiting.popleft().resolve(None)

    async def _pull(self, reference: Reference) -> Manifest:
        random = self._simulation.random
        trip = LOCAL_ROUND_TRIP if self._complete else ROUND_TRIP
        await self._simulation.sleep(trip * (1 + random.random() / 2) / self._speed + self._registry.delay)
        manifest = self._registry.find(reference)
        name = reference.canonical
        if not any(known.digest == manifest.digest for known in self._present.values()) and not self._complete:
            seconds = manifest.size / BYTES_PER_SECOND * (0.8 + 0.4 * random.random())
            await self._simulation.sleep(seconds / self._speed)
        self._present[name] = manifest
        self._absent.discard(name)
        return manifest
