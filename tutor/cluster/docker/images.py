"""The images of a Docker engine: pulled ones, and those it has built."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tutor.cluster.containers.image import BUILT, Image, ImageConfig, Manifest
from tutor.cluster.containers.nodeimages import NodeImages
from tutor.cluster.containers.references import DEFAULT_TAG, InvalidReference, Reference, parse
from tutor.cluster.containers.registry import OUTDATED, PRIVATE_REGISTRIES, ImageRegistry, PullError
from tutor.cluster.simulation import Simulation
from tutor.shell.docker import DockerError, ImageSummary, Layer
from tutor.shell.process import Main
from tutor.shell.vfs import FileSystem

SHORT = 12


class BuiltImage(Image):
    """What a registry serves of an image that was built here; its version is the build."""

    def __init__(self, version: str, memory: int) -> None:
        self._version = version
        self.memory = memory

    def version(self, tag: str) -> str:
        return self._version


@dataclass(slots=True)
class LocalImage:
    """One image by its id, with what an OCI configuration says beyond `ImageConfig`."""

    id: str
    manifest: Manifest
    created: float
    layers: list[Layer]
    labels: dict[str, str] = field(default_factory=dict)
    healthcheck: dict[str, Any] = field(default_factory=dict)
    triggers: list[str] = field(default_factory=list)


def familiar(name: str) -> str:
    """'docker.io/library/nginx:1' is 'nginx:1'."""
    return name.removeprefix('docker.io/library/').removeprefix('docker.io/')


def reference(text: str) -> Reference:
    """A reference as Docker reads it. Raises DockerError."""
    try:
        return parse(text)
    except InvalidReference as problem:
        raise DockerError(f'{problem}') from None


class LocalImages:
    """All images of one engine, by id and by name."""

    def __init__(self, simulation: Simulation, registry: ImageRegistry) -> None:
        self._simulation = simulation
        self._registry = registry
        self._network = NodeImages(simulation, registry)
        self.shelf: dict[str, LocalImage] = registry.shelf
        self.by_id: dict[str, LocalImage] = {}
        self.names: dict[str, str] = {}

    # -- finding ------------------------------------------------------------------------------------------------

    def find(self, text: str) -> LocalImage | None:
        """An image by name or by (the beginning of) its id."""
        try:
            name = parse(text).canonical
        except InvalidReference:
            name = ''
        if name in self.names:
            return self.by_id[self.names[name]]
        bare = text.removeprefix('sha256:')
        found = [image for key, image in self.by_id.items() if bare and key.removeprefix('sha256:').startswith(bare)]
        return found[0] if len(found) == 1 else None

    def get(self, text: str) -> LocalImage:
        """The same; raises DockerError."""
        found = self.find(text)
        if found is None:
            shown = familiar(parse(text).canonical) if _is_name(text) else text
            raise DockerError(f'No such image: {shown}')
        return found

    def tags_of(self, identity: str) -> list[str]:
        return sorted(familiar(name) for name, known in self.names.items() if known == identity)

    def summaries(self) -> list[ImageSummary]:
        """A row for each name, the newest first."""
        rows = []
        for image in self.by_id.values():
            names = self.tags_of(image.id) or ['<none>:<none>']
            for name in names:
                repository, _, tag = name.rpartition(':')
                rows.append(ImageSummary(image.id, repository, tag, self._epoch(image.created), image.manifest.size,
                                         image.manifest.digest))
        return sorted(rows, key=lambda row: (-row.created, row.repository, row.tag))

    def _epoch(self, moment: float) -> float:
        return self._simulation.epoch.timestamp() + moment

    # -- changing -----------------------------------------------------------------------------------------------

    def add(self, image: LocalImage, name: str = '') -> None:
        self.by_id.setdefault(image.id, image)
        if name:
            self.names[reference(name).canonical] = image.id

    def tag(self, source: str, target: str) -> None:
        image = self.get(source)
        wanted = reference(target)
        if wanted.digest:
            raise DockerError('refusing to create a tag with a digest reference')
        self.names[wanted.canonical] = image.id

    def remove(self, text: str, force: bool, used_by: Callable[[str], str]) -> list[str]:
        """docker rmi: what was untagged and deleted. `used_by` names the container that uses an image."""
        image = self.get(text)
        name = parse(text).canonical if _is_name(text) else ''
        names = [known for known, identity in self.names.items() if identity == image.id]
        said = []
        if name in names and len(names) > 1:
            del self.names[name]
            return [f'Untagged: {familiar(name)}']
        container = used_by(image.id)
        if container and not force:
            raise DockerError(f'conflict: unable to remove repository reference "{text}" (must force) - container '
                              f'{container[:SHORT]} is using its referenced image {image.id[7:7 + SHORT]}')
        for known in names:
            del self.names[known]
            said.append(f'Untagged: {familiar(known)}')
        if not container:
            del self.by_id[image.id]
            said.append(f'Deleted: {image.id}')
        return said

    async def pull(self, wanted: Reference) -> LocalImage:
        """Have an image from its registry. Raises DockerError."""
        try:
            manifest, _ = await self._network.pull(wanted)
        except PullError as problem:
            raise DockerError(_pull_problem(wanted, problem)) from None
        known = next((image for image in self.by_id.values() if image.manifest.digest == manifest.digest), None)
        image = known or LocalImage(manifest.config_digest, manifest, BUILT, _layers(manifest))
        self.add(image)
        self.names[wanted.canonical] = image.id
        return image

    def push(self, text: str) -> tuple[LocalImage, Reference, str]:
        """Give an image to a registry; the image, its name there and the digest. Raises DockerError."""
        wanted = reference(text)
        if wanted.canonical not in self.names:
            raise DockerError(f'An image does not exist locally with the tag: {familiar(wanted.repository)}')
        image = self.get(text)
        if wanted.host not in PRIVATE_REGISTRIES:
            raise DockerError('push access denied, repository does not exist or may require authorization: server '
                              'message: insufficient_scope: authorization failed')
        version = f'{image.manifest.image.version(image.manifest.tag)} {image.id}'
        published = replace(image.manifest, image=BuiltImage(version, image.manifest.image.memory),
                            repository=wanted.repository, tag=wanted.tag or DEFAULT_TAG, _located={})
        self._registry.publish(published)
        return image, wanted, published.digest


def _is_name(text: str) -> bool:
    try:
        parse(text)
    except InvalidReference:
        return False
    return True


def _pull_problem(wanted: Reference, problem: PullError) -> str:
    """Docker's own words for what containerd says."""
    text = str(problem)
    if problem.code == 'NotFound':
        return f'manifest for {familiar(wanted.canonical)} not found: manifest unknown: manifest unknown'
    if text.endswith(OUTDATED):
        return OUTDATED
    if 'pull access denied' in text:
        return (f"pull access denied for {familiar(wanted.repository)}, repository does not exist or may require "
                "'docker login': denied: requested access to the resource is denied")
    return 'Get "https://' + wanted.host + '/v2/": ' + text.rpartition('": ')[2]


def _layers(manifest: Manifest) -> list[Layer]:
    """The history of an image that somebody else has built, newest first."""
    config = manifest.config
    own = [f'CMD {_json(config.command)}'] if config.command else []
    own += [f'ENTRYPOINT {_json(config.entrypoint)}'] if config.entrypoint else []
    own += [f'EXPOSE map[{port}:{{}}]' for port in config.ports]
    own += [f'ENV {name}={value}' for name, value in config.environment.items()]
    layers = [Layer('<missing>', f'{text} # buildkit' if own else text, 0, BUILT) for text in own]
    layers.append(Layer('<missing>', '/bin/sh -c #(nop) ADD file:rootfs in / ', manifest.size, BUILT))
    return [replace(layers[0], id=manifest.config_digest), *layers[1:]]


def _json(words: tuple[str, ...]) -> str:
    return '[' + ' '.join(f'"{word}"' for word in words) + ']'


def new_image(identity: str, base: Manifest, config: ImageConfig, root: FileSystem, programs: dict[str, Main],
              size: int, repository: str, tag: str) -> Manifest:
    """The manifest of an image that was just built."""
    return Manifest(BuiltImage(identity, base.image.memory), repository, tag, config, root, programs,
                    base.userland, size, busybox=base.busybox)
