"""registry.k8s.io/e2e-test-images/agnhost: the test program of Kubernetes, in its documentation too."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import PATH, Content, Image, ImageConfig
from tutor.cluster.containers.programs import agnhost
from tutor.cluster.containers.userlands import USERLANDS
from tutor.shell.process import Main


class Agnhost(Image):
    repository = 'registry.k8s.io/e2e-test-images/agnhost'
    tags = {version: version for version in (
        '2.20', '2.21', '2.32', '2.33', '2.36', '2.38', '2.39', '2.40', '2.41', '2.43', '2.44', '2.45', '2.47', '2.48',
        '2.50', '2.52', '2.53', '2.54', '2.55', '2.56', '2.57', '2.59')}
    size = 51_105_200
    memory = 8 * 1024 * 1024
    extra = ('curl', 'dig', 'host', 'nslookup')

    def userland(self, tag: str) -> str:
        return 'alpine'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=('/agnhost',), command=('pause',), environment={'PATH': PATH},
                           ports=('80/tcp', '8080/tcp', '8081/tcp', '9376/tcp'))

    def files(self, tag: str) -> Mapping[str, Content]:
        """Its Dockerfile adds a user with a group of its own, to try supplementalGroupsPolicy with (since 2.45)."""
        if tuple(int(part) for part in tag.split('.')) < (2, 45):
            return {}
        alpine = USERLANDS['alpine']
        home = '/home/user-defined-in-image'
        return {'/etc/passwd': f'{alpine.users}user-defined-in-image:x:1000:1000::{home}:/bin/sh\n',
                '/etc/group': f'{alpine.groups}user-defined-in-image:x:1000:\n'
                              'group-defined-in-image:x:50000:user-defined-in-image\n'}

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {'/agnhost': agnhost.main}
