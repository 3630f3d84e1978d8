"""RabbitMQ, the message broker; its clients here are amqp-tools."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs.rabbitmq import ctl, server
from tutor.shell.process import Main


class RabbitMq(Image):
    repository = 'rabbitmq'
    tags = {f'{major}{variant}'.replace('latest-', ''): version for major, version in (
        ('latest', '4.1.4'), ('4', '4.1.4'), ('4.1', '4.1.4'), ('4.0', '4.0.9'), ('3', '3.13.7'), ('3.13', '3.13.7'))
        for variant in ('', '-alpine', '-management', '-management-alpine')}
    size = 100_000_000
    memory, cpu = 130 * 1024 * 1024, 0.01

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=('docker-entrypoint.sh',), command=('rabbitmq-server',), environment={
            'PATH': PATH, 'RABBITMQ_VERSION': self.version(tag), 'HOME': '/var/lib/rabbitmq'},
            ports=('4369/tcp', '5671/tcp', '5672/tcp', '15691/tcp', '15692/tcp', '25672/tcp'),
            volumes=('/var/lib/rabbitmq',))

    def directories(self, tag: str) -> tuple[str, ...]:
        return ('/var/lib/rabbitmq', '/var/log/rabbitmq', '/etc/rabbitmq')

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/docker-entrypoint.sh': server.entrypoint,
                '/usr/local/bin/rabbitmq-server': server.server, '/usr/local/bin/rabbitmqctl': ctl.main,
                '/usr/local/bin/rabbitmq-diagnostics': ctl.main}
