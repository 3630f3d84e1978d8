"""Distributions besides Alpine, Debian and Ubuntu: a shell, the GNU tools, and a package manager each."""

from __future__ import annotations

from tutor.cluster.containers.image import PATH, Image, ImageConfig


class Distribution(Image):
    """One of them; `base` names its userland."""

    memory = 2 * 1024 * 1024

    def __init__(self, repository: str, tags: str, base: str, size: int, shell: str = '/bin/bash') -> None:
        self.repository = repository
        self.tags = dict.fromkeys(tags.split(), tags.split()[1])
        self.size = size
        self._base, self._shell = base, shell

    def userland(self, tag: str) -> str:
        return self._base

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=(self._shell,), environment={'PATH': PATH})


DISTRIBUTIONS: tuple[Distribution, ...] = (
    Distribution('fedora', 'latest 42', 'fedora', 58_000_000),
    Distribution('rockylinux', '9 9.3 9-minimal', 'rocky', 68_000_000),
    Distribution('rockylinux/rockylinux', 'latest 9 9.6', 'rocky', 68_000_000),
    Distribution('almalinux', 'latest 9 9.6 9-minimal', 'alma', 71_000_000),
    Distribution('oraclelinux', '9 9.6 9-slim', 'oracle', 90_000_000),
    Distribution('amazonlinux', 'latest 2023', 'amazon', 52_000_000),
    Distribution('public.ecr.aws/amazonlinux/amazonlinux', 'latest 2023', 'amazon', 52_000_000),
    Distribution('archlinux', 'latest base', 'arch', 152_000_000, '/usr/bin/bash'),
    Distribution('opensuse/leap', 'latest 15 15.6', 'suse', 46_000_000),
)
