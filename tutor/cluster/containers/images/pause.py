"""The pause container: what holds a pod's namespaces."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs import waiting
from tutor.shell.process import Main


class Pause(Image):
    repository = 'registry.k8s.io/pause'
    tags = {'latest': '3.10', **{version: version for version in (
        '2.0', '3.0', '3.1', '3.2', '3.5', '3.6', '3.7', '3.8', '3.9', '3.10', '3.10.1')}}
    size = 319_967
    memory = 256 * 1024

    def userland(self, tag: str) -> str:
        return 'scratch'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=('/pause',), environment={'PATH': PATH}, user='65535:65535')

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/pause': waiting.pause}
