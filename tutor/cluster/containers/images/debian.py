"""Debian: a general distribution with bash and the GNU tools."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers import releases
from tutor.cluster.containers.image import PATH, Content, Image, ImageConfig


class Debian(Image):
    repository = 'debian'
    tags = {'latest': '13', **{f'{tag}{slim}': number for number, tags in (
        ('13', ('13', 'stable', 'trixie')), ('12', ('12', 'bookworm', 'oldstable')),
        ('11', ('11', 'bullseye', 'oldoldstable'))) for tag in tags for slim in ('', '-slim')}}
    size = 48_493_281
    memory = 2 * 1024 * 1024

    def userland(self, tag: str) -> str:
        return 'debian'

    def files(self, tag: str) -> Mapping[str, Content]:
        return releases.debian(self.tags[tag])

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('bash',), environment={'PATH': PATH})
