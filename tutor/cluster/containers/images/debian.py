"""Debian: a general distribution with bash and the GNU tools."""

from __future__ import annotations

from tutor.cluster.containers.image import PATH, Image, ImageConfig


class Debian(Image):
    repository = 'debian'
    tags = dict.fromkeys((
        'latest', '11', '11-slim', '12', '12-slim', '13', '13-slim', 'bookworm', 'bookworm-slim', 'bullseye',
        'bullseye-slim', 'stable', 'stable-slim', 'trixie', 'trixie-slim'), '12.12')
    size = 48_493_281
    memory = 2 * 1024 * 1024

    def userland(self, tag: str) -> str:
        return 'debian'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('bash',), environment={'PATH': PATH})
