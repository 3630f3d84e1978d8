"""Memory and CPU load, as the Kubernetes documentation uses it: polinux/stress and vish/stress."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs import stress, vish_stress
from tutor.shell.process import Main


class Stress(Image):
    repository = 'polinux/stress'
    tags = {'latest': '1.0.4'}
    size = 4_041_495
    memory = 512 * 1024

    def userland(self, tag: str) -> str:
        return 'alpine'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/bin/sh',), environment={'PATH': PATH})

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/stress': stress.main}


class VishStress(Image):
    repository = 'vish/stress'
    tags = {'latest': '1.0'}
    size = 1_500_000
    memory = 512 * 1024

    def userland(self, tag: str) -> str:
        return 'scratch'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=('/stress',), environment={'PATH': PATH})

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/stress': vish_stress.main}
