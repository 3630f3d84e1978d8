"""BusyBox: a shell and its tools in one small file."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.shell.process import Main
from tutor.shell.programs.catalog import Lazy

NEW_NSLOOKUP = 1, 29
"""The release that brought another nslookup."""


class Busybox(Image):
    repository = 'busybox'
    tags = {
        'latest': '1.37.0', 'stable': '1.37.0', 'musl': '1.37.0', 'glibc': '1.37.0', 'uclibc': '1.37.0', '1': '1.37.0',
        '1.28': '1.28.4', '1.28.4': '1.28.4', '1.30': '1.30.1', '1.31': '1.31.1', '1.31.1': '1.31.1',
        '1.32': '1.32.1', '1.33': '1.33.1', '1.33.1': '1.33.1', '1.34': '1.34.1',
        '1.35': '1.35.0', '1.35.0': '1.35.0', '1.36': '1.36.1', '1.36.1': '1.36.1', '1.37': '1.37.0',
        '1.37.0': '1.37.0',
    }
    size = 2_223_685
    memory = 1024 * 1024
    spare = ('/bin/nslookup',)

    def userland(self, tag: str) -> str:
        return 'busybox'

    def busybox(self, tag: str) -> tuple[int, int]:
        major, minor, _ = self.tags[tag].split('.')
        return int(major), int(minor)

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('sh',), environment={'PATH': PATH})

    def programs(self, tag: str) -> Mapping[str, Main]:
        old = self.busybox(tag) < NEW_NSLOOKUP
        return {'/bin/nslookup': Lazy('tutor.shell.programs.nslookup_busybox_old:main')} if old else {}
