"""Images that nothing runs: their files are for volumes of other pods."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.cluster.containers.image import Content, Image


class CrioArtifact(Image):
    """What the documentation mounts as an image volume."""

    repository = 'quay.io/crio/artifact'
    tags = {'v1': '1', 'v2': '2'}
    size = 1_024

    def userland(self, tag: str) -> str:
        return 'artifact'

    def files(self, tag: str) -> Mapping[str, Content]:
        return {'/dir/file': '1\n', '/file': '2\n'}
