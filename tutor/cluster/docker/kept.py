"""What the engine keeps of a container, and how what was asked for is read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tutor.cluster.containers.container import RUNNING, Container
from tutor.cluster.docker.binds import Bind
from tutor.cluster.docker.images import LocalImage
from tutor.cluster.docker.networks import Bridge
from tutor.cluster.simulation import Future, Simulation
from tutor.shell.docker import Creation, DockerError

LEFT = ('admiring', 'bold', 'clever', 'eager', 'festive', 'gallant', 'happy', 'jolly', 'keen', 'lucid', 'nifty',
        'peaceful', 'quirky', 'serene', 'trusting', 'vibrant')
RIGHT = ('agnesi', 'bohr', 'curie', 'darwin', 'euler', 'fermat', 'gauss', 'hopper', 'jang', 'kepler', 'lovelace',
         'mendel', 'noether', 'pasteur', 'ritchie', 'turing')


@dataclass(slots=True)
class Kept:
    """One container as it was asked for, and what has become of it."""

    id: str
    name: str
    creation: Creation
    image: LocalImage
    created: float
    container: Container | None = None
    bridge: Bridge | None = None
    networks: list[str] = field(default_factory=list)
    mounts: list[Bind] = field(default_factory=list)
    published: list[tuple[str, int, int]] = field(default_factory=list)
    sockets: list[Callable[[], None]] = field(default_factory=list)
    ended: Future[int] | None = None
    stopping: bool = False
    health: str = ''

    @property
    def running(self) -> bool:
        return self.container is not None and self.container.state == RUNNING

    @property
    def volumes(self) -> list[str]:
        return [bind.source for bind in self.mounts if bind.is_volume]

    @property
    def argv(self) -> list[str]:
        """What is run: who gives an entrypoint does without the image's command."""
        creation, config = self.creation, self.image.manifest.config
        if creation.entrypoint is None:
            return [*config.entrypoint, *(creation.command or config.command)]
        return [*creation.entrypoint, *creation.command]


def random_name(simulation: Simulation) -> str:
    """A name for a container that was given none."""
    return f'{simulation.random.choice(LEFT)}_{simulation.random.choice(RIGHT)}'


def published_port(text: str) -> tuple[str, int, int]:
    """'8080:80', '127.0.0.1:8080:80', '80': address, port outside (0 for any), port inside. Raises DockerError."""
    *outer, inner = text.partition('/')[0].split(':')
    address = ':'.join(outer[:-1])
    port = outer[-1] if outer else '0'
    if not inner.isdigit() or not (port or '0').isdigit() or int(inner) > 65535:
        raise DockerError(f'invalid containerPort: {inner}', 125)
    return address, int(port or 0), int(inner)
