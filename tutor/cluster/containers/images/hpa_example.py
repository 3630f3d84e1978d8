"""registry.k8s.io/hpa-example: a PHP page that computes, to see an autoscaler work."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.http import HttpRequest, HttpResponse
from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs.serving import serve_go
from tutor.shell.process import IO, Context, Main

COST = 0.05
"""Seconds of CPU for one request: a million square roots."""


class _Page:
    """index.php."""

    def __init__(self, io: IO, ctx: Context) -> None:
        self._io = io
        self._ctx = ctx

    async def respond(self, request: HttpRequest) -> HttpResponse:
        ctx = self._ctx
        await ctx.host.compute(COST)
        self._io.stdout.write(
            f'{request.client[0]} - - [{ctx.simulation.wall():%d/%b/%Y:%H:%M:%S} +0000] "{request.method} '
            f'{request.target} {request.version}" 200 203 "-" "{request.headers.get("user-agent", "-")}"\n')
        return HttpResponse(200, {'Server': 'Apache/2.4.10 (Debian)', 'X-Powered-By': 'PHP/5.6.14',
                                  'Content-Type': 'text/html; charset=UTF-8'}, b'OK!')


async def apache(argv: list[str], io: IO, ctx: Context) -> int:
    """apache2-foreground."""
    address = (ctx.host.network.addresses or ['127.0.0.1'])[0] if ctx.host.network else '127.0.0.1'
    for _ in range(2):
        io.stderr.write("AH00558: apache2: Could not reliably determine the server's fully qualified domain name, "
                        f"using {address}. Set the 'ServerName' directive globally to suppress this message\n")
    await serve_go(ctx, io, _Page(io, ctx).respond, 80)
    return 0


class HpaExample(Image):
    repository = 'registry.k8s.io/hpa-example'
    tags = {'latest': '1.0'}
    size = 172_130_940
    memory, cpu = 11 * 1024 * 1024, 0.0002

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('apache2-foreground',), environment={'PATH': PATH, 'PHP_VERSION': '5.6.14'},
                           working_dir='/var/www/html', ports=('80/tcp',))

    def files(self, tag: str) -> Mapping[str, str]:
        return {'/var/www/html/index.php': '<?php\n  $x = 0.0001;\n  for ($i = 0; $i <= 1000000; $i++) {\n'
                                           '\t$x += sqrt($x);\n  }\n  echo "OK!";\n?>\n'}

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/apache2-foreground': apache}
