"""Redis, the key-value store."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Content, Image, ImageConfig
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


MASTER_CONF = """\
daemonize no
port 6379
dir /redis-master-data
appendonly yes
appendfsync everysec
"""
MASTER_RUN = """\
#!/bin/bash
# With MASTER a server that keeps its data in /redis-master-data.
if [ "${MASTER}" != "true" ]; then
  echo "Failed to find master."
  exit 1
fi
if [ ! -e /redis-master-data ]; then
  echo "Redis master data doesn't exist, data won't be persistent!"
  mkdir /redis-master-data
fi
exec redis-server /redis-master/redis.conf --protected-mode no
"""


class ExamplesRedis(Redis):
    """The Redis of the Kubernetes examples, which becomes a master by its environment."""

    repository = 'registry.k8s.io/redis'
    tags = {'v1': '3.2.0', 'e2e': '3.2.0'}
    size = 20_900_000

    def userland(self, tag: str) -> str:
        return 'alpine'

    extra = ('bash',)

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=('bash', '-c'), command=('/run.sh',),
                           environment={'PATH': PATH, 'REDIS_VERSION': self.version(tag)})

    def files(self, tag: str) -> Mapping[str, Content]:
        return {'/redis-master/redis.conf': MASTER_CONF, '/run.sh': MASTER_RUN}
