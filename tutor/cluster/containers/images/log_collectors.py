"""Collectors of logs: what they collect goes to no backend here, so they only start and wait."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs.serving import until_terminated
from tutor.shell.process import IO, Context, Main


def _fluentd(version: str) -> Main:
    async def run(argv: list[str], io: IO, ctx: Context) -> int:
        def log(line: str) -> None:
            io.stdout.write(f'{ctx.simulation.wall():%Y-%m-%d %H:%M:%S} +0000 [info]: {line}\n')

        log('parsing config file is succeeded path="/etc/fluent/fluent.conf"')
        log(f'starting fluentd-{version} pid={ctx.pid} ruby="3.2.2"')
        log('#0 fluentd worker is now running worker=0')
        await until_terminated(ctx, 0)
        log('fluentd worker is now stopping worker=0')
        return 0
    return run


class FluentdElasticsearch(Image):
    repository = 'quay.io/fluentd_elasticsearch/fluentd'
    tags = {'v2.5.1': '1.4.2', 'v2.5.2': '1.4.2', 'v2.6.0': '1.5.2',
            'v3.0.2': '1.11.1', 'v4.7.5': '1.16.5', 'v5.0.1': '1.17.1'}
    size = 140_000_000
    memory, cpu = 58 * 1024 * 1024, 0.002

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/entrypoint.sh',), environment={'PATH': PATH})

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/entrypoint.sh': _fluentd(self.version(tag))}


class FluentdGcp(FluentdElasticsearch):
    repository = 'registry.k8s.io/fluentd-gcp'
    tags = {'1.30': '0.12.29'}


class Fluentd(FluentdElasticsearch):
    repository = 'fluent/fluentd'
    tags = {'latest': '1.19.0', 'v1.16': '1.16.9', 'v1.19': '1.19.0', 'edge-debian': '1.19.0'}
