"""Redis, the key-value store."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs.redis import client, server
from tutor.shell.process import Main


class Redis(Image):
    repository = 'redis'
    tags = {
        'latest': '8.2.1', '8': '8.2.1', '8.2': '8.2.1', '8.0': '8.0.3', '8.0.2': '8.0.2',
        '7': '7.4.5', '7.4': '7.4.5', '7.2': '7.2.10',
        '7.0': '7.0.15', '6': '6.2.19', '6.2': '6.2.19', '6.0': '6.0.20', '6.0.5': '6.0.5', '5': '5.0.14',
        '5.0': '5.0.14', '5.0.4': '5.0.4',
        'alpine': '8.2.1', '8-alpine': '8.2.1', '7-alpine': '7.4.5', '7.4-alpine': '7.4.5', '6-alpine': '6.2.19',
    }
    size = 53_107_842
    memory = 6 * 1024 * 1024

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=('docker-entrypoint.sh',), command=('redis-server',),
                           environment={'PATH': PATH, 'REDIS_VERSION': self.version(tag)}, working_dir='/data',
                           ports=('6379/tcp',), volumes=('/data',))

    def directories(self, tag: str) -> tuple[str, ...]:
        return ('/data',)

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/docker-entrypoint.sh': server.entrypoint, '/usr/local/bin/redis-server': server.server,
                '/usr/local/bin/redis-cli': client.client}
