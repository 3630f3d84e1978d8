"""All images of the simulated registries, one line each."""

from __future__ import annotations

from collections.abc import Callable

from tutor.cluster.containers.image import Image
from tutor.cluster.containers.images.alpine import Alpine
from tutor.cluster.containers.images.busybox import Busybox
from tutor.cluster.containers.images.nginx import Nginx
from tutor.cluster.containers.images.pause import Pause
from tutor.cluster.containers.images.stress import Stress

IMAGES: tuple[Callable[[], Image], ...] = (
    Nginx,
    Busybox,
    Alpine,
    Pause,
    Stress,
)


def all_images() -> list[Image]:
    """A new one of each."""
    return [image() for image in IMAGES]
