"""Alpine Linux: a small distribution with BusyBox's tools."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers import releases
from tutor.cluster.containers.image import PATH, Content, Image, ImageConfig


class Alpine(Image):
    repository = 'alpine'
    tags = {'latest': '3.22.2', 'edge': '20251016', '3': '3.22.2',
            **{f'3.{minor}': f'3.{minor}' for minor in range(12, 24)}}
    size = 3_802_452
    memory = 1024 * 1024

    def userland(self, tag: str) -> str:
        return 'alpine'

    def files(self, tag: str) -> Mapping[str, Content]:
        return {} if tag == 'edge' else releases.alpine(self.tags[tag])

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/bin/sh',), environment={'PATH': PATH})
