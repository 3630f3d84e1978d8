"""The image registry of the simulated world: which references exist, and what they give."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from tutor.cluster.containers import accounts
from tutor.cluster.containers.image import BUILT, Image, Manifest
from tutor.cluster.containers.mirrors import HOSTS, origins
from tutor.cluster.containers.programs import httpd_busybox, python
from tutor.cluster.containers.references import DOCKER_HUB, Reference, parse
from tutor.cluster.containers.userlands import USERLANDS, Userland, install
from tutor.shell.process import Host, Main
from tutor.shell.vfs import FileSystem

OUTDATED = ('not implemented: media type "application/vnd.docker.distribution.manifest.v1+prettyjws" is no longer '
            'supported since containerd v2.1, please rebuild the image as '
            '"application/vnd.docker.distribution.manifest.v2+json" or "application/vnd.oci.image.manifest.v1+json"')
"""What containerd says of a manifest of schema 1."""


class PullError(Exception):
    """An image that cannot be had. `code` is the gRPC code, the text what containerd says."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(text)
        self.code = code

    @property
    def rpc(self) -> str:
        """As the kubelet prints it."""
        return f'rpc error: code = {self.code} desc = {self}'


class ImageRegistry:
    """Resolves references to manifests.

    `allowed` limits it to those names and tags (a cluster file's `images`); `userland` gives all images the same
    distribution (`userland: busybox`). `programs` are the shell's common programs, by name; what can be
    installed in a container alone is added.
    """

    def __init__(self, images: Iterable[Image], programs: Mapping[str, Main],
                 allowed: Mapping[str, Iterable[str]] | None = None, userland: str = '') -> None:
        self._images: dict[str, Image] = {parse(image.repository).repository: image for image in images}
        self._programs = {**programs, **dict.fromkeys(('python', 'python3'), python.main), 'httpd': httpd_busybox.main}
        self._userland = userland
        self._allowed = None if allowed is None else {parse(name).repository: set(tags)
                                                      for name, tags in allowed.items()}
        self._manifests: dict[tuple[str, str], Manifest] = {}
        self._published: dict[tuple[str, str], Manifest] = {}
        self._bases: dict[tuple[str, tuple[str, ...]], FileSystem] = {}
        self.shelf: dict[str, Any] = {}
        """Images that somebody has written to a file, by their id."""
        self.failing: set[str] = set()
        """Hosts of registries that answer no more than an error (a fault)."""
        self.delay = 0.0
        """Seconds that each pull takes longer than usual (a fault)."""

    def add(self, image: Image) -> None:
        """Make an image known that is there whatever is allowed, such as one that a lesson defines."""
        repository = parse(image.repository).repository
        self._images[repository] = image
        if self._allowed is not None:
            self._allowed[repository] = set(image.tags)

    def publish(self, manifest: Manifest) -> None:
        """Take in an image that somebody has pushed."""
        self._published[manifest.repository, manifest.tag] = manifest

    def references(self) -> list[str]:
        """All that can be pulled, as 'docker.io/library/nginx:1.27'."""
        return [f'{repository}:{tag}' for repository, image in self._images.items() if image.schema > 1
                for tag in self.tags(repository)]

    def tags(self, repository: str) -> list[str]:
        repository = self._origin(repository)
        image = self._images.get(repository)
        if image is None:
            return []
        if self._allowed is not None:
            return sorted(self._allowed.get(repository, ()))
        return list(image.tags)

    def _origin(self, repository: str) -> str:
        """Where a mirror has an image from."""
        if repository in self._images:
            return repository
        found = (other for other in origins(repository, tuple(self._images)) if other in self._images)
        return next(found, repository)

    def find(self, reference: Reference) -> Manifest:
        """What a reference stands for; raises PullError with containerd's words."""
        name = reference.canonical
        image = self._images.get(self._origin(reference.repository))
        url = f'https://{reference.host}/v2/{_path(reference)}/manifests/{reference.tag or reference.digest}'
        if image is None and not _public(reference):
            raise PullError('Unknown', _unpack(name) + _resolve(name) + (
                f'failed to do request: Head "{url}": dial tcp: lookup {reference.host}: no such host'))
        if reference.host in self.failing:
            raise PullError('Unknown', f'{_unpack(name)}{_resolve(name)}unexpected status from HEAD request to {url}: '
                            '503 Service Unavailable')
        published = self._pushed(reference)
        if published is not None:
            return published
        if image is None and self._allowed is None and reference.host == DOCKER_HUB:
            raise PullError('Unknown', _unpack(name) + _resolve(name) + (
                'pull access denied, repository does not exist or may require authorization: '
                'server message: insufficient_scope: authorization failed'))
        tag = self._tag(reference, image)
        if image is None or not tag:
            raise PullError('NotFound', f'{_unpack(name)}{_resolve(name)}{name}: not found')
        if image.schema == 1:
            raise PullError('Unimplemented', _unpack(name) + OUTDATED)
        return self._manifest(image, reference.repository, tag)

    def _pushed(self, reference: Reference) -> Manifest | None:
        if reference.tag:
            return self._published.get((reference.repository, reference.tag))
        return next((manifest for (repository, _), manifest in self._published.items()
                     if repository == reference.repository and manifest.digest == reference.digest), None)

    def _tag(self, reference: Reference, image: Image | None) -> str:
        """The tag that exists, '' when none does."""
        if image is None:
            return ''
        tags = self.tags(reference.repository)
        if not reference.digest:
            return reference.tag if reference.tag in tags else ''
        return next((tag for tag in tags
                     if self._manifest(image, reference.repository, tag).digest == reference.digest), '')

    def _manifest(self, image: Image, repository: str, tag: str) -> Manifest:
        found = self._manifests.get((repository, tag))
        if found is None:
            userland = image.userland(tag)
            if self._userland and USERLANDS[userland].programs:
                userland = self._userland
            own = {path: main for path, main in image.programs(tag).items()
                   if not self._userland or path not in image.spare}
            root = self._root(image, tag, userland, own)
            found = Manifest(image, repository, tag, image.config(tag), root, {**self._programs, **own},
                             USERLANDS[userland].flavour, image.size_of(tag), frozenset(own),
                             Host.busybox if self._userland else image.busybox(tag))
            self._manifests[repository, tag] = found
        return found

    def _distribution(self, userland: str) -> Userland:
        found = USERLANDS[userland]
        return replace(found, groups=accounts.without_members(found.groups)) if self._userland else found

    def _root(self, image: Image, tag: str, userland: str, own: Mapping[str, Main]) -> FileSystem:
        extra = () if self._userland else image.extra
        base = self._bases.get((userland, extra))
        if base is None:
            base = self._bases[userland, extra] = FileSystem(_built)
            install(base, self._distribution(userland), lambda name: name in self._programs, extra)
        root = FileSystem(_built, lower=base, layered=True)
        for directory in image.directories(tag):
            root.make_dirs(directory)
        given = image.files(tag)
        for path, content in given.items():
            if self._userland and path in image.spare:
                continue
            root.put(path, content, 0o755 if content[:2] in ('#!', b'#!') else 0o644)
        for path in own:
            root.put(path, given.get(path, b'\x7fELF'), 0o755, path)
        for path, target in image.links(tag).items():
            root.make_dirs(path.rpartition('/')[0] or '/')
            root.symlink(target, path)
        for path, user in image.owners(tag).items():
            root.chown(path, user, user)
        return root


def _built() -> float:
    return BUILT


def _public(reference: Reference) -> bool:
    """Whether the registry's name can be resolved at all in the simulated internet."""
    return reference.host in PUBLIC_REGISTRIES or reference.host in PRIVATE_REGISTRIES


PRIVATE_REGISTRIES = frozenset({'registry.local:5000', 'localhost:5000'})
"""Where anybody may push to: one registry beside the cluster, under two names."""
PUBLIC_REGISTRIES = frozenset({
    DOCKER_HUB, *HOSTS, 'registry.k8s.io', 'gcr.io', 'quay.io', 'ghcr.io', 'mcr.microsoft.com',
    'public.ecr.aws', 'us-docker.pkg.dev', 'docker.elastic.co',
})


def _path(reference: Reference) -> str:
    return reference.repository.partition('/')[2]


def _unpack(name: str) -> str:
    return f'failed to pull and unpack image "{name}": '


def _resolve(name: str) -> str:
    return f'failed to resolve reference "{name}": '
