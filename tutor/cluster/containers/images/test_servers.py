"""Small servers of the Kubernetes project that are images of their own, as agnhost's sub-commands once were."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.http import HttpRequest, HttpResponse
from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs import agnhost, resource_consumer
from tutor.cluster.containers.programs.serving import go_flags, serve_go, text
from tutor.shell.process import IO, Context, Main


def _agnhost(command: agnhost.Run) -> Main:
    async def run(argv: list[str], io: IO, ctx: Context) -> int:
        flags, rest = go_flags(argv[1:])
        return await command(flags, rest, io, ctx)
    return run


class ServeHostname(Image):
    repository = 'registry.k8s.io/serve_hostname'
    tags = {'latest': '1.4', 'v1.4': '1.4'}
    size = 3_900_000
    memory = 3 * 1024 * 1024

    def userland(self, tag: str) -> str:
        return 'scratch'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/serve_hostname',), environment={'PATH': PATH}, ports=('9376/tcp',))

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/serve_hostname': _agnhost(agnhost.serve_hostname)}


class TestWebserver(Image):
    repository = 'registry.k8s.io/test-webserver'
    tags = {'latest': '1.0', 'e2e': '1.0'}
    size = 1_900_000
    memory = 3 * 1024 * 1024

    def userland(self, tag: str) -> str:
        return 'scratch'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/test-webserver',), environment={'PATH': PATH}, ports=('80/tcp',))

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/test-webserver': _agnhost(agnhost.test_webserver)}


async def goproxy(argv: list[str], io: IO, ctx: Context) -> int:
    """goproxy: an HTTP proxy on port 8080; what asks it as a plain server is told so."""
    async def respond(request: HttpRequest) -> HttpResponse:
        return text('This is a proxy server. Does not respond to non-proxy requests.\n', 500)

    return await serve_go(ctx, io, respond, 8080)


class Goproxy(Image):
    repository = 'registry.k8s.io/goproxy'
    tags = {'0.1': '0.1'}
    size = 1_800_000
    memory = 3 * 1024 * 1024

    def userland(self, tag: str) -> str:
        return 'scratch'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('/goproxy',), environment={'PATH': PATH}, ports=('8080/tcp',))

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/goproxy': goproxy}


class ResourceConsumer(Image):
    repository = 'registry.k8s.io/e2e-test-images/resource-consumer'
    tags = {version: version for version in ('1.9', '1.10', '1.11', '1.13')}
    size = 34_000_000
    memory = 6 * 1024 * 1024

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=('/consumer',), environment={'PATH': PATH}, ports=('8080/tcp',))

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/consumer': resource_consumer.main}


async def effective_uid(argv: list[str], io: IO, ctx: Context) -> int:
    """nnp: whose rights it has."""
    io.stdout.write(f'Effective uid: {ctx.uid}\n')
    return 0


class NoNewPrivileges(Image):
    repository = 'registry.k8s.io/e2e-test-images/nonewprivs'
    tags = {version: version for version in ('1.3', '1.4')}
    size = 3_200_000

    def userland(self, tag: str) -> str:
        return 'alpine'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=('/nnp',), environment={'PATH': PATH})

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/nnp': effective_uid}
