"""curlimages/curl: curl and a shell to try a Service from."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Content, Image, ImageConfig
from tutor.cluster.containers.programs.entrypoint import defaulting_to
from tutor.shell.process import Main


class Curl(Image):
    repository = 'curlimages/curl'
    tags = {'latest': '8.18.0', **{version: version for version in ('7.88.1', '8.1.2', '8.5.0', '8.8.0', '8.9.1',
                                                                     '8.10.1', '8.11.1', '8.12.1', '8.14.1',
                                                                     '8.17.0', '8.18.0')}}
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
        return {'/entrypoint.sh': defaulting_to('curl')}
