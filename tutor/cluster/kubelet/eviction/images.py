"""Removing images that nothing uses when the disk fills up (image_gc_manager.go)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.cluster.containers.image import Manifest
from tutor.cluster.kubelet.eviction.usage import STORAGE, Machine

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet

HIGH, LOW = 0.85, 0.80
"""Above the one share of the disk in use, images are removed until the other is reached."""


class ImageCollector:
    """Removes unused images of one node."""

    def __init__(self, kubelet: Kubelet, machine: Machine) -> None:
        self._kubelet = kubelet
        self._machine = machine
        self._failed = False

    def collect(self) -> None:
        """GarbageCollect, every five minutes."""
        wanted, kubelet = self.wanted(), self._kubelet
        if not wanted:
            self._failed = False
            return
        freed = self.remove_unused(wanted)
        if freed >= wanted:
            self._failed = False
            return
        text = (f'Failed to garbage collect required amount of images. Attempted to free {wanted} bytes, but only '
                f'found {freed} bytes eligible to free.')
        kubelet.node_event('Warning', 'FreeDiskSpaceFailed', text)
        if self._failed:
            kubelet.node_event('Warning', 'ImageGCFailed', text)
        self._failed = True

    def wanted(self) -> int:
        """How many bytes are to be freed."""
        capacity, used = self._machine.capacity(STORAGE), self._machine.used(STORAGE)
        return used - int(LOW * capacity) if used >= HIGH * capacity else 0

    def remove_unused(self, wanted: int | None = None) -> int:
        """DeleteUnusedImages, or as many as are wanted; the bytes that were freed."""
        images, freed = self._kubelet.runtime.images, 0
        for manifest in self._unused():
            if wanted is not None and freed >= wanted:
                break
            images.remove(manifest.name)
            freed += manifest.size
        return freed

    def _unused(self) -> list[Manifest]:
        runtime = self._kubelet.runtime
        used = {container.config.image_id for container in runtime.containers.values()}
        return [manifest for manifest in runtime.images.list()
                if manifest.image_id not in used and '/pause:' not in manifest.name]
