"""bash: the shell on Alpine, as the documentation's examples of Jobs use it."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs.entrypoint import defaulting_to
from tutor.shell.process import Main


class Bash(Image):
    repository = 'bash'
    tags = {'latest': '5.3.3', '5': '5.3.3', '5.3': '5.3.3', '5.2': '5.2.37', '5.1': '5.1.16', '5.0': '5.0.18',
            '4': '4.4.23', '4.4': '4.4.23'}
    size = 5_880_214
    memory = 1024 * 1024
    extra = ('bash',)

    def userland(self, tag: str) -> str:
        return 'alpine'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=('docker-entrypoint.sh',), command=('bash',), environment={'PATH': PATH})

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/docker-entrypoint.sh': defaulting_to('bash')}
