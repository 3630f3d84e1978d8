"""gcr.io/kuar-demo/kuard-amd64: the demonstration server of "Kubernetes: Up and Running", in three colours."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs.kuard import MEMORY, kuard
from tutor.shell.process import Main


class Kuard(Image):
    repository = 'gcr.io/kuar-demo/kuard-amd64'
    tags = {'1': 'v0.9-1', '2': 'v0.9-2', '3': 'v0.9-3', 'blue': 'v0.10.0-blue', 'green': 'v0.10.0-green',
            'purple': 'v0.10.0-purple', 'v0.10.0-blue': 'v0.10.0-blue', 'v0.10.0-green': 'v0.10.0-green',
            'v0.10.0-purple': 'v0.10.0-purple'}
    size = 11_400_000
    memory = MEMORY

    def userland(self, tag: str) -> str:
        return 'alpine'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/kuard',), environment={'PATH': PATH}, user='nobody:nobody')

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/kuard': kuard(self.version(tag))}
