"""registry.k8s.io/hpa-example: a PHP page that computes, to see an autoscaler work."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.http import HttpRequest, HttpResponse
from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs.apache_php import ROOT, apache2_foreground, php_headers
from tutor.shell.process import IO, Context, Main

PHP = '5.6.14'
COST = 0.05
"""Seconds of CPU for one request: a million square roots."""


async def index(request: HttpRequest, io: IO, ctx: Context) -> HttpResponse:
    """index.php."""
    await ctx.host.compute(COST)
    return HttpResponse(200, php_headers(PHP), b'OK!')


class HpaExample(Image):
    repository = 'registry.k8s.io/hpa-example'
    tags = {'latest': '1.0'}
    size = 172_130_940
    memory, cpu = 11 * 1024 * 1024, 0.0002

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('apache2-foreground',), environment={'PATH': PATH, 'PHP_VERSION': PHP},
                           working_dir=ROOT, ports=('80/tcp',))

    def files(self, tag: str) -> Mapping[str, str]:
        return {f'{ROOT}/index.php': '<?php\n  $x = 0.0001;\n  for ($i = 0; $i <= 1000000; $i++) {\n'
                                     '\t$x += sqrt($x);\n  }\n  echo "OK!";\n?>\n'}

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/apache2-foreground': apache2_foreground('2.4.10', PHP, {'/index.php': index})}
