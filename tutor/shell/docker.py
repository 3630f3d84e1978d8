"""The Docker engine's API as its command-line client uses it behind a socket."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol

from tutor.cluster.simulation import Future, Task
from tutor.shell.process import IO

SOCKET = '/run/docker.sock'


class DockerError(Exception):
    """What the engine refuses; the client prints it after 'Error response from daemon: '. `status` is the exit status
    of a `docker run` that ends so."""

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class Layer:
    """One entry of an image's history. `created` is a moment of the simulation."""

    id: str
    created_by: str
    size: int
    created: float


@dataclass(frozen=True, slots=True)
class ImageSummary:
    """A row of `docker images`; `created` in seconds since 1970."""

    id: str
    repository: str
    tag: str
    created: float
    size: int
    digest: str


@dataclass(slots=True)
class Creation:
    """What a container is to be, as `docker run` is told."""

    image: str
    command: list[str] = field(default_factory=list)
    entrypoint: list[str] | None = None
    name: str = ''
    env: dict[str, str] = field(default_factory=dict)
    binds: list[str] = field(default_factory=list)
    ports: list[str] = field(default_factory=list)
    publish_all: bool = False
    network: str = 'bridge'
    hostname: str = ''
    user: str = ''
    workdir: str = ''
    labels: dict[str, str] = field(default_factory=dict)
    interactive: bool = False
    tty: bool = False
    remove: bool = False
    restart: str = 'no'
    memory: int = 0
    read_only: bool = False
    privileged: bool = False
    aliases: list[str] = field(default_factory=list)
    """Further names on its network."""


@dataclass(slots=True)
class ContainerSummary:
    """A row of `docker ps`. Moments are seconds since 1970, None for what has not happened."""

    id: str
    image: str
    command: str
    created: float
    state: str
    started: float | None
    finished: float | None
    exit_code: int
    ports: list[str]
    name: str
    labels: dict[str, str]
    health: str = ''


@dataclass(frozen=True, slots=True)
class Usage:
    """A row of `docker stats`: cores, and bytes; no limit is 0."""

    id: str
    name: str
    cores: float
    memory: int
    limit: int
    processes: int


@dataclass(slots=True)
class BuildStep:
    """One vertex of a build: its title, what it printed (with seconds since its start), and how long it took."""

    title: str
    lines: list[str] = field(default_factory=list)
    seconds: float = 0.0
    cached: bool = False
    failed: str = ''


class BuildFailed(Exception):
    """A build that ended; what is printed after 'ERROR: failed to build: '. `report` comes before."""

    def __init__(self, text: str, report: str = '') -> None:
        super().__init__(text)
        self.report = report


@dataclass(slots=True)
class BuildRequest:
    """docker build: where the context is on the machine, and the Dockerfile's text."""

    context: str
    dockerfile: str
    dockerfile_name: str = 'Dockerfile'
    tags: list[str] = field(default_factory=list)
    arguments: dict[str, str] = field(default_factory=dict)
    target: str = ''
    no_cache: bool = False
    labels: dict[str, str] = field(default_factory=dict)


class DockerEngine(Protocol):
    """All that the client asks for. Methods raise DockerError."""

    def images(self) -> list[ImageSummary]: ...
    def has_image(self, name: str) -> bool: ...
    async def pull(self, name: str) -> tuple[str, str, bool]:
        """Pull an image: its name, its digest, and whether it is new here."""
        ...
    def push(self, name: str) -> tuple[str, list[str], str, int]:
        """Push an image: repository, layers, digest and size of the manifest."""
        ...
    def tag(self, source: str, target: str) -> None: ...
    def remove_image(self, name: str, force: bool) -> list[str]: ...
    def history(self, name: str) -> list[Layer]: ...
    def inspect(self, name: str, kind: str = '') -> dict[str, Any]: ...
    async def build(self, request: BuildRequest, progress: Callable[[BuildStep], None]) -> str: ...
    def create(self, creation: Creation) -> str: ...
    async def start(self, name: str) -> None: ...
    def attach(self, name: str, io: IO, with_input: bool) -> Task[None]: ...
    def wait(self, name: str) -> Future[int]: ...
    async def stop(self, name: str, timeout: float) -> None: ...
    def kill(self, name: str, signal: str) -> None: ...
    def remove(self, name: str, force: bool, volumes: bool) -> None: ...
    def containers(self, everything: bool) -> list[ContainerSummary]: ...
    async def exec(self, name: str, argv: list[str], io: IO, options: dict[str, Any]) -> int: ...
    async def logs(self, name: str, io: IO, follow: bool, tail: int, timestamps: bool, since: float | None) -> None: ...
    def copy(self, source: str, target: str) -> None: ...
    def commit(self, container: str, name: str, message: str) -> str: ...
    def save(self, names: list[str]) -> bytes: ...
    def load(self, data: bytes) -> list[str]: ...
    def rename(self, container: str, name: str) -> None: ...
    def usage(self) -> list[Usage]: ...
    def networks(self) -> list[dict[str, Any]]: ...
    def create_network(self, name: str) -> str: ...
    def remove_network(self, name: str) -> None: ...
    def connect_network(self, network: str, container: str) -> None: ...
    def volumes(self) -> list[dict[str, Any]]: ...
    def create_volume(self, name: str) -> str: ...
    def remove_volume(self, name: str, force: bool) -> None: ...
    def prune(self, what: str) -> tuple[list[str], int]: ...
    def facts(self) -> dict[str, Any]: ...
