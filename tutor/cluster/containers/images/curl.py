"""curlimages/curl: curl and a shell to try a Service from."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.executables import StartFailure, execute, locate
from tutor.cluster.containers.image import PATH, Content, Image, ImageConfig
from tutor.shell.process import IO, Context, Main


async def entrypoint(argv: list[str], io: IO, ctx: Context) -> int:
    """/entrypoint.sh: a first word that is no program is an argument of curl."""
    words = argv[1:]
    try:
        if not words or words[0].startswith('-'):
            raise StartFailure
        locate(ctx.files, words[0], ctx.env.get('PATH', PATH), ctx.cwd)
    except StartFailure:
        words = ['curl', *words]
    return await execute(words, io, ctx)


class Curl(Image):
    repository = 'curlimages/curl'
    tags = {'latest': '8.17.0', **{version: version for version in ('7.88.1', '8.1.2', '8.5.0', '8.8.0', '8.10.1',
                                                                     '8.11.1', '8.12.1', '8.14.1', '8.17.0')}}
    size = 9_884_233
    memory = 2 * 1024 * 1024
    extra = ('curl',)

    def userland(self, tag: str) -> str:
        return 'alpine'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=('/entrypoint.sh',), command=('curl',),
                           environment={'PATH': PATH, 'CURL_CA_BUNDLE': '/cacert.pem'},
                           working_dir='/home/curl_user', user='100:101')

    def files(self, tag: str) -> Mapping[str, Content]:
        return {'/cacert.pem': ''}

    def directories(self, tag: str) -> tuple[str, ...]:
        return ('/home/curl_user',)

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/entrypoint.sh': entrypoint}
