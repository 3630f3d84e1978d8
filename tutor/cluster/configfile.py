"""The form of a cluster file, as pydantic models: unknown keys are refused."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator

from tutor.apimachinery.duration import DurationError, parse_duration
from tutor.apimachinery.quantity import QuantityError, canonical
from tutor.cluster.config import ADDONS, DEFAULT_NODES, RUNTIME, VERSION, ClusterConfig, NodeConfig, Speed

Addon = Literal['control-plane', 'dns', 'proxy', 'metrics-server', 'storage', 'load-balancer', 'ingress',
                'gateway']


class _Model(BaseModel):
    model_config = ConfigDict(extra='forbid')


class Taint(_Model):
    key: str
    value: str | None = None
    effect: Literal['NoSchedule', 'PreferNoSchedule', 'NoExecute']


class Node(_Model):
    name: str
    roles: list[str] = []
    labels: dict[str, str] = {}
    taints: list[Taint] = []
    capacity: dict[str, str] = {}
    allocatable: dict[str, str] | None = None
    joined: bool = True

    @field_validator('capacity', 'allocatable', mode='before')
    @classmethod
    def _texts(cls, value: Any) -> Any:
        return {name: str(amount) for name, amount in value.items()} if isinstance(value, dict) else value

    def settings(self) -> NodeConfig:
        capacity = {'cpu': '2', 'memory': '4Gi', 'pods': '110', **self.capacity}
        taints = tuple(taint.model_dump(exclude_none=True) for taint in self.taints)
        return NodeConfig(self.name, tuple(self.roles), self.labels, taints, capacity, self.allocatable,
                          self.joined)


def _seconds(value: Any) -> Any:
    """A time as Kubernetes writes it ('1m30s') or as a number of seconds."""
    if not isinstance(value, str):
        return value
    try:
        return parse_duration(value)
    except DurationError:
        raise ValueError(f'"{value}" is no time such as 30s or 1m30s') from None


def _amount(value: Any) -> Any:
    """A quantity such as 64Mi or 250m."""
    try:
        return canonical(str(value))
    except QuantityError:
        raise ValueError(f'"{value}" is no quantity such as 64Mi or 250m') from None


Seconds = Annotated[float, BeforeValidator(_seconds), Field(ge=0)]
Amount = Annotated[str, BeforeValidator(_amount)]


class Answer(_Model):
    """What a path gives: `text` with its variables; 503 before `after` and from `until` on, counted from the start."""

    text: str = ''
    status: Annotated[int, Field(ge=200, le=599)] = 200
    type: str = 'text/plain; charset=utf-8'
    headers: dict[str, str] = {}
    takes: Seconds = 0
    cpu: Amount = '0'
    after: Seconds = 0
    until: Seconds = 0
    log: str = ''


class Serving(_Model):
    """A port that answers HTTP. A path that ends with a slash is also for all below it."""

    port: Annotated[int, Field(ge=1, le=65535)]
    paths: dict[str, Answer] = {}

    @field_validator('paths', mode='before')
    @classmethod
    def _texts(cls, value: Any) -> Any:
        return {path: {'text': answer} if isinstance(answer, str) else answer
                for path, answer in value.items()} if isinstance(value, dict) else value


class LogLine(_Model):
    """A line that it writes once it has started, or `after` a time, or `every` so often ({n} counts)."""

    text: str
    after: Seconds = 0
    every: Seconds = 0
    error: bool = False


class Needs(_Model):
    """Without these it says so, or `text`, and exits with 1."""

    env: list[str] = []
    files: list[str] = []
    text: str = ''


class Ending(_Model):
    """It ends by itself."""

    after: Seconds = 0
    code: Annotated[int, Field(ge=0, le=255)] = 0
    text: str = ''


class Stopping(_Model):
    """What SIGTERM does: nothing at all with `ignore`."""

    ignore: bool = False
    takes: Seconds = 0
    code: Annotated[int, Field(ge=0, le=255)] = 0
    text: str = ''


class _Behaviour(_Model):
    @field_validator('logs', mode='before', check_fields=False)
    @classmethod
    def _lines(cls, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return [{'text': line} if isinstance(line, str) else line for line in value]


class TagDefinition(_Behaviour):
    """What one tag has otherwise than the image."""

    env: dict[str, str] | None = None
    files: dict[str, str] | None = None
    needs: Needs | None = None
    start: Seconds | None = None
    logs: list[LogLine] | None = None
    serve: list[Serving] | None = None
    exit: Ending | None = None
    stop: Stopping | None = None
    memory: Amount | None = None
    grow: Amount | None = None


class ImageDefinition(_Behaviour):
    """An image of a lesson's own: what it holds and what its program does."""

    tags: dict[str, TagDefinition] = {'latest': TagDefinition()}
    base: Literal['scratch', 'busybox', 'alpine', 'debian', 'ubuntu'] = 'alpine'
    size: Amount = '20M'
    user: str = ''
    workdir: str = '/'
    env: dict[str, str] = {}
    files: dict[str, str] = {}
    needs: Needs = Needs()
    start: Seconds = 0
    logs: list[LogLine] = []
    serve: list[Serving] = []
    accept: list[Annotated[int, Field(ge=1, le=65535)]] = []
    """Ports on which a connection is taken and nothing said."""
    exit: Ending | None = None
    stop: Stopping = Stopping()
    memory: Amount = '8Mi'
    grow: Amount = '0'
    cpu: Amount = '0'

    @field_validator('tags', mode='before')
    @classmethod
    def _names(cls, value: Any) -> Any:
        return {str(tag): {} for tag in value} if isinstance(value, list) else value


class SpeedFile(_Model):
    """How many times as fast as usual: pulling images, making and removing volumes, packets on the network."""

    images: Annotated[float, Field(gt=0)] = 1
    disks: Annotated[float, Field(gt=0)] = 1
    network: Annotated[float, Field(gt=0)] = 1


class ClusterFile(_Model):
    version: str = VERSION
    nodes: list[Node] | None = None
    addons: list[Addon] = list(ADDONS)
    host: list[Literal['dns', 'proxy']] = []
    containers: Literal['run', 'idle'] = 'run'
    runtime: str = RUNTIME
    images: dict[str, list[str]] | None = Field(default=None)
    pulled: bool = False
    userland: Literal['', 'busybox'] = ''
    define: dict[str, ImageDefinition] = {}
    speed: SpeedFile = SpeedFile()

    @field_validator('define')
    @classmethod
    def _named(cls, value: dict[str, ImageDefinition]) -> dict[str, ImageDefinition]:
        from tutor.cluster.containers.references import InvalidReference, parse
        for name in value:
            try:
                tagged = parse(name).tag != 'latest' or name.endswith(':latest')
            except InvalidReference as problem:
                raise ValueError(f'"{name}" is no name of an image: {problem}') from None
            if tagged:
                raise ValueError(f'"{name}": tags belong under `tags`')
        return value

    def settings(self) -> ClusterConfig:
        nodes = DEFAULT_NODES if self.nodes is None else tuple(node.settings() for node in self.nodes)
        images = None if self.images is None else {name: tuple(tags) for name, tags in self.images.items()}
        return ClusterConfig(self.version, nodes, tuple(self.addons), tuple(self.host), self.containers,
                             self.runtime, images, self.pulled, self.userland,
                             {name: image.model_dump() for name, image in self.define.items()},
                             Speed(**self.speed.model_dump()))
