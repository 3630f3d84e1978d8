"""Ubuntu: a general distribution with bash and the GNU tools."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers import releases
from tutor.cluster.containers.image import PATH, Content, Image, ImageConfig


class Ubuntu(Image):
    repository = 'ubuntu'
    tags = {'latest': '24.04', '24.04': '24.04', 'noble': '24.04', '22.04': '22.04', 'jammy': '22.04', '20.04': '20.04',
            'focal': '20.04',
            '18.04': '18.04', 'bionic': '18.04', '16.04': '16.04', 'xenial': '16.04',
            '25.10': '25.10', 'rolling': '25.10', '26.04': '26.04'}
    size = 29_724_688
    memory = 2 * 1024 * 1024

    def userland(self, tag: str) -> str:
        return 'ubuntu'

    def files(self, tag: str) -> Mapping[str, Content]:
        return releases.ubuntu(self.tags[tag])

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/bin/bash',), environment={'PATH': PATH})
