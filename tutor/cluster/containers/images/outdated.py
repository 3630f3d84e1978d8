"""Images that registries still have only as manifests of schema 1, which containerd takes no more: pages of earlier
years name them."""

from __future__ import annotations

from tutor.cluster.containers.image import Image


class Outdated(Image):
    """An image that no present runtime can pull."""

    schema = 1

    def __init__(self, repository: str, *tags: str) -> None:
        self.repository = repository
        self.tags = {tag: tag for tag in tags}


OUTDATED = (
    Outdated('bprashanth/nginxhttps', '1.0', '1.1'),
    Outdated('radial/busyboxplus', 'latest', 'base', 'curl', 'git'),
    Outdated('ymqytw/nginxhttps', '1.5'),
)
