"""What a container has mounted: what `-v` and `--mount` said, and the volumes that its image asks for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tutor.cluster.docker.kept import Kept


class Bind(NamedTuple):
    """A directory of the machine or a volume (by its name; '' for one of its own), where, and whether to read only."""

    source: str
    target: str
    read_only: bool = False

    @property
    def is_volume(self) -> bool:
        return not self.source.startswith(('/', '.', '~'))


def binds(kept: Kept) -> Iterator[Bind]:
    """All of them, as they were asked for."""
    asked: set[str] = set()
    for text in kept.creation.binds:
        parts = text.split(':')
        source, target = (parts[0], parts[1]) if len(parts) > 1 else ('', parts[0])
        asked.add(target.rstrip('/'))
        yield Bind(source, target, 'ro' in (parts[2].split(',') if len(parts) > 2 else ()))
    for path in kept.image.manifest.config.volumes:
        if path.rstrip('/') not in asked:
            yield Bind('', path)
