"""memcached: a cache in memory."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs import memcached
from tutor.shell.process import Main


class Memcached(Image):
    repository = 'memcached'
    tags = {'latest': '1.6.39', '1': '1.6.39', '1.6': '1.6.39', '1.6.39': '1.6.39', '1.5': '1.5.22',
            'alpine': '1.6.39', '1-alpine': '1.6.39', '1.6-alpine': '1.6.39', '1.6.26': '1.6.26', '1.6.17': '1.6.17'}
    size = 30_271_800
    memory = 3 * 1024 * 1024

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=('docker-entrypoint.sh',), command=('memcached',), environment={
            'PATH': PATH, 'MEMCACHED_VERSION': self.version(tag)}, user='11211:11211', ports=('11211/tcp',))

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/docker-entrypoint.sh': memcached.entrypoint,
                '/usr/local/bin/memcached': memcached.server}
