"""python, node and perl: what of these languages a cluster's exercises need. What else is asked for is refused."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs import flask, node, perl, python
from tutor.shell.process import Main


def with_variants(versions: Mapping[str, str], *suffixes: str) -> dict[str, str]:
    """Each tag, plain and with each suffix; 'latest' gives the bare suffixes."""
    tags = dict(versions)
    for tag, version in versions.items():
        for suffix in suffixes:
            tags[suffix if tag == 'latest' else f'{tag}-{suffix}'] = version
    return tags


class Python(Image):
    repository = 'python'
    tags = with_variants({'latest': '3.14.0', '3': '3.14.0', **{f'3.{minor}': f'3.{minor}.{patch}' for minor, patch in (
        (7, 17), (8, 20), (9, 25), (10, 20), (11, 14), (12, 12), (13, 9), (14, 0))}}, 'slim', 'alpine')
    size = 388_000_000
    memory = 9 * 1024 * 1024

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=('python3',), environment={
            'PATH': PATH, 'LANG': 'C.UTF-8', 'PYTHON_VERSION': self.version(tag)})

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/python3': python.main, '/usr/local/bin/python': python.main,
                '/usr/local/bin/pip': flask.pip, '/usr/local/bin/pip3': flask.pip}

    def size_of(self, tag: str) -> int:
        return 45_000_000 if 'slim' in tag else 17_000_000 if 'alpine' in tag else self.size


class Node(Image):
    repository = 'node'
    tags = with_variants({'latest': '25.0.0', 'lts': '24.11.0', **{str(major): version for major, version in (
        (14, '14.21.3'), (16, '16.20.2'), (18, '18.20.8'), (20, '20.19.5'), (22, '22.21.0'), (24, '24.11.0'))}},
        'slim', 'alpine')
    size = 399_000_000
    memory = 38 * 1024 * 1024

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=('docker-entrypoint.sh',), command=('node',),
                           environment={'PATH': PATH, 'NODE_VERSION': self.version(tag)})

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/docker-entrypoint.sh': node.entrypoint, '/usr/local/bin/node': node.main}

    def size_of(self, tag: str) -> int:
        return 77_000_000 if 'slim' in tag else 55_000_000 if 'alpine' in tag else self.size


class Perl(Image):
    repository = 'perl'
    tags = with_variants({'latest': '5.42.0', '5': '5.42.0', **{f'5.{minor}': f'5.{minor}.{patch}' for minor, patch in (
        (30, 3), (32, 1), (34, 3), (36, 3), (38, 5), (40, 3), (42, 0))}, '5.34.0': '5.34.0', '5.34.1': '5.34.1'},
        'slim')
    size = 336_000_000
    memory = 8 * 1024 * 1024

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=(f'perl{self.version(tag)}', '-de0'),
                           environment={'PATH': PATH, 'PERL_VERSION': self.version(tag)}, working_dir='/usr/src/app')

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/usr/local/bin/perl': perl.main, f'/usr/local/bin/perl{self.version(tag)}': perl.main}

    def size_of(self, tag: str) -> int:
        return 50_000_000 if 'slim' in tag else self.size
