"""All images of the simulated registries, one line each."""

from __future__ import annotations

from collections.abc import Callable

from tutor.cluster.containers.image import Image
from tutor.cluster.containers.images.alpine import Alpine
from tutor.cluster.containers.images.busybox import Busybox
from tutor.cluster.containers.images.curl import Curl
from tutor.cluster.containers.images.debian import Debian
from tutor.cluster.containers.images.httpd import Httpd
from tutor.cluster.containers.images.kubernetes import (
    CoreDns,
    Etcd,
    KubeApiserver,
    KubeControllerManager,
    KubeProxy,
    KubeScheduler,
)
from tutor.cluster.containers.images.nginx import Nginx
from tutor.cluster.containers.images.nginx_slim import NginxSlim
from tutor.cluster.containers.images.pause import Pause
from tutor.cluster.containers.images.redis import Redis
from tutor.cluster.containers.images.stress import Stress
from tutor.cluster.containers.images.ubuntu import Ubuntu

IMAGES: tuple[Callable[[], Image], ...] = (
    Alpine,
    Busybox,
    CoreDns,
    Curl,
    Debian,
    Etcd,
    Httpd,
    KubeApiserver,
    KubeControllerManager,
    KubeProxy,
    KubeScheduler,
    Nginx,
    NginxSlim,
    Pause,
    Redis,
    Stress,
    Ubuntu,
)


def all_images() -> list[Image]:
    """A new one of each."""
    return [image() for image in IMAGES]
