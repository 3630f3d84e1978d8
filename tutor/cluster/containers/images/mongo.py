"""MongoDB, the document database."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs import mongo
from tutor.shell.process import Main


class Mongo(Image):
    repository = 'mongo'
    tags = {'latest': '8.2.1', '8': '8.2.1', '8.0': '8.0.15', '7': '7.0.25', '7.0': '7.0.25', '6': '6.0.26',
            '6.0': '6.0.26', '5': '5.0.31', '5.0': '5.0.31', '4.4.6': '4.4.6', '4.4': '4.4.29', '4': '4.4.29'}
    size = 312_000_000
    memory, cpu = 96 * 1024 * 1024, 0.004

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=('docker-entrypoint.sh',), command=('mongod',), environment={
            'PATH': PATH, 'MONGO_VERSION': self.version(tag), 'MONGO_MAJOR': self.version(tag)[:3]},
            ports=('27017/tcp',), volumes=('/data/configdb', mongo.DATA))

    def directories(self, tag: str) -> tuple[str, ...]:
        return (mongo.DATA, '/data/configdb', '/docker-entrypoint-initdb.d')

    def programs(self, tag: str) -> Mapping[str, Main]:
        shell = '/usr/bin/mongo' if self.version(tag) < '5' else '/usr/bin/mongosh'
        return {'/usr/local/bin/docker-entrypoint.sh': mongo.entrypoint, '/usr/bin/mongod': mongo.server,
                shell: mongo.client}
