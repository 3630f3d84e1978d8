"""docker commit, save and load: images from containers, and images in files."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.cluster.containers.references import digest_of
from tutor.cluster.docker.images import LocalImage, familiar, new_image
from tutor.shell.docker import DockerError, Layer
from tutor.shell.vfs import FileSystem

if TYPE_CHECKING:
    from tutor.cluster.docker.engine import Engine
    from tutor.cluster.docker.kept import Kept

MAGIC = b'images of a simulated Docker engine\n'


def commit(engine: Engine, kept: Kept, name: str, changes: str) -> str:
    """An image of a container's files as they are now; its id. Raises DockerError."""
    if kept.container is None or kept.container.host is None:
        raise DockerError(f'container {kept.id} was never started: there is nothing to commit here')
    simulation, before = engine.simulation, kept.image
    root = FileSystem(lambda: simulation.now, lower=kept.container.host.files)
    identity = digest_of(f'commit {kept.id} {simulation.now}')
    command = kept.creation.command or list(before.manifest.config.command)
    config = replace(before.manifest.config, command=tuple(command),
                     environment={**before.manifest.config.environment, **kept.creation.env})
    repository, _, tag = (name or '<none>:<none>').partition(':')
    manifest = new_image(identity, before.manifest, config, root, before.manifest.programs,
                         before.manifest.size, repository, tag or 'latest')
    layer = Layer(identity, changes or ' '.join(command), 0, simulation.now)
    older = [replace(known, id='<missing>') for known in before.layers]
    engine.store.add(LocalImage(identity, manifest, simulation.now, [layer, *older], dict(before.labels)), name)
    return identity


def save(engine: Engine, names: list[str]) -> bytes:
    """The file of some images. What they consist of stays on a shelf that all engines of the world share. Raises
    DockerError."""
    entries = []
    for name in names:
        image = engine.store.get(name)
        engine.store.shelf[image.id] = image
        tags = [name if ':' in name else f'{name}:latest'] if engine.store.tags_of(image.id) else []
        entries.append({'Config': image.id, 'RepoTags': tags, 'Size': image.manifest.size})
    return MAGIC + json.dumps(entries).encode()


def load(engine: Engine, data: bytes) -> list[str]:
    """The names of the images that were in a file. Raises DockerError."""
    if not data.startswith(MAGIC):
        raise DockerError('unexpected EOF' if not data else 'archive/tar: invalid tar header')
    loaded = []
    for entry in json.loads(data[len(MAGIC):]):
        image = engine.store.shelf.get(entry['Config'])
        if image is None:
            raise DockerError(f'open {entry["Config"][7:]}.json: no such file or directory')
        for name in entry['RepoTags'] or ['']:
            engine.store.add(image, name)
            loaded.append(familiar(name) if name else image.id)
    return loaded
