"""Images that have kubectl, for Jobs and pods that talk to their cluster: one version of it, whatever the tag says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs.handed import handed
from tutor.shell.process import Main

RELEASES = ('1.36.1', '1.36.0', '1.35.4', '1.35.0', '1.34.1', '1.34.0', '1.33.4', '1.33.0', '1.32', '1.31', '1.30',
            '1.29', '1.28', '1.27')


@dataclass(frozen=True)
class _Kind:
    """How somebody packs kubectl: `path` is where it lies, `command` what runs."""

    path: str
    base: str = 'scratch'
    entrypoint: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    user: str = ''
    extra: tuple[str, ...] = ()
    size: int = 18_000_000


class Kubectl(Image):
    memory = 12 * 1024 * 1024

    def __init__(self, repository: str, tags: tuple[str, ...], kind: _Kind) -> None:
        self.repository = repository
        self.tags = {tag: tag.removeprefix('v') for tag in tags}
        self.size = kind.size
        self.extra = kind.extra  # type: ignore[misc]
        self._kind = kind

    def userland(self, tag: str) -> str:
        return self._kind.base

    def config(self, tag: str) -> ImageConfig:
        kind = self._kind
        folder = kind.path.rpartition('/')[0]
        path = PATH if folder in PATH.split(':') else f'{folder}:{PATH}'
        return ImageConfig(kind.entrypoint, kind.command, {'PATH': path}, user=kind.user)

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {self._kind.path: handed('kubectl')}


_OFFICIAL = _Kind('/bin/kubectl', entrypoint=('/bin/kubectl',))
_BITNAMI = _Kind('/opt/bitnami/kubectl/bin/kubectl', 'debian', ('kubectl',), ('--help',), '1001',
                 ('curl', 'git', 'jq', 'ps', 'yq'), 105_000_000)
_ALPINE = _Kind('/usr/local/bin/kubectl', 'alpine', ('kubectl',), ('help',), size=22_000_000)
_TOOLS = _Kind('/usr/bin/kubectl', 'alpine', (), ('bash',), extra=('bash', 'curl', 'jq', 'git', 'openssl', 'envsubst'),
               size=215_000_000)

KUBECTL = (
    Kubectl('registry.k8s.io/kubectl', tuple(f'v{release}' for release in RELEASES if release.count('.') == 2),
            _OFFICIAL),
    Kubectl('bitnami/kubectl', ('latest', *RELEASES), _BITNAMI),
    Kubectl('bitnamilegacy/kubectl', ('latest', '1.33.4', '1.33', '1.32', '1.31', '1.30', '1.29', '1.28'), _BITNAMI),
    Kubectl('alpine/kubectl', ('latest', '1.36.1', '1.35.0', '1.34.1', '1.33.4'), _ALPINE),
    Kubectl('alpine/k8s', ('1.36.1', '1.35.0', '1.34.1', '1.33.4', '1.32.0', '1.31.0', '1.30.0', '1.29.2'), _TOOLS),
    Kubectl('lachlanevenson/k8s-kubectl', ('latest', 'v1.25.4'), _ALPINE),
    Kubectl('rancher/kubectl', tuple(f'v{release}' for release in RELEASES if release.count('.') == 2), _OFFICIAL),
)
