"""All images of the simulated registries, one line each."""

from __future__ import annotations

from collections.abc import Callable

from tutor.cluster.containers.image import Image
from tutor.cluster.containers.images.alpine import Alpine
from tutor.cluster.containers.images.busybox import Busybox
from tutor.cluster.containers.images.nginx import Nginx
from tutor.cluster.containers.images.pause import Pause

IMAGES: tuple[Callable[[], Image], ...] = (
    Nginx,
    Busybox,
    Alpine,
    Pause,
)


def all_images() -> list[Image]:
    """A new one of each."""
    return [image() for image in IMAGES]
