"""The cluster file: which nodes, add-ons and images a simulated cluster has.

The settings the cluster runs on are dataclasses; `load` reads them from YAML through pydantic, which is imported
only then.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

ADDONS = ('control-plane', 'dns', 'proxy', 'metrics-server', 'storage')
VERSION = 'v1.36.1'
RUNTIME = 'containerd://2.1.9'
CONTROL_PLANE_TAINT = {'key': 'node-role.kubernetes.io/control-plane', 'effect': 'NoSchedule'}


class BadClusterFile(ValueError):
    """A cluster file that cannot be used; the text says where and why."""


@dataclass(frozen=True, slots=True)
class NodeConfig:
    """One node with a kubelet. With `joined` False it is only a machine, until kubeadm makes it a node."""

    name: str
    roles: tuple[str, ...] = ()
    labels: dict[str, str] = field(default_factory=dict)
    taints: tuple[dict[str, str], ...] = ()
    capacity: dict[str, str] = field(default_factory=lambda: {'cpu': '2', 'memory': '4Gi', 'pods': '110'})
    allocatable: dict[str, str] | None = None
    joined: bool = True


DEFAULT_NODES = (
    NodeConfig('controlplane', roles=('control-plane',), taints=(CONTROL_PLANE_TAINT,)),
    NodeConfig('node01'),
    NodeConfig('node02'),
)


@dataclass(frozen=True, slots=True)
class Speed:
    """How many times as fast as usual pulling images, making volumes, and packets are."""

    images: float = 1.0
    disks: float = 1.0
    network: float = 1.0


@dataclass(frozen=True, slots=True)
class ClusterConfig:
    """A whole cluster. `containers`: 'run', or 'idle' for nodes whose containers only seem to run. `host`: which of
    'dns' and 'proxy' work without pods. `images`: names with their tags, None for all of our catalogue. `pulled`:
    every node has all images from the beginning. `define`: images of its own by name, in their JSON-like form."""

    version: str = VERSION
    nodes: tuple[NodeConfig, ...] = DEFAULT_NODES
    addons: tuple[str, ...] = ADDONS
    host: tuple[str, ...] = ()
    containers: str = 'run'
    runtime: str = RUNTIME
    images: dict[str, tuple[str, ...]] | None = None
    pulled: bool = False
    userland: str = ''
    define: dict[str, Any] = field(default_factory=dict)
    speed: Speed = Speed()

    @property
    def control_plane(self) -> str:
        """The name of the machine that the control plane runs on: without one of that role, the first; '' without
        nodes."""
        named = [node.name for node in self.nodes if 'control-plane' in node.roles]
        return next(iter([*named, *(node.name for node in self.nodes)]), '')

    def as_dict(self) -> dict[str, Any]:
        """JSON-like, for a session's log; `read` takes it back."""
        return {name: value for name, value in asdict(self).items() if value is not None}


DEFAULT = ClusterConfig()


def load(path: Path) -> ClusterConfig:
    """Read a cluster file; raises BadClusterFile, which names the file, the place and the problem."""
    import yaml
    try:
        data = yaml.load(path.read_text(encoding='utf-8'), Loader=getattr(yaml, 'CSafeLoader', yaml.SafeLoader))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as problem:
        raise BadClusterFile(f'{path}: {problem}') from None
    try:
        return read(data or {})
    except BadClusterFile as problem:
        raise BadClusterFile(f'{path}: {problem}') from None


def read(data: Any) -> ClusterConfig:
    """Settings from their JSON-like form; raises BadClusterFile."""
    from pydantic import ValidationError

    from tutor.cluster.configfile import ClusterFile
    try:
        return ClusterFile.model_validate(data).settings()
    except ValidationError as problem:
        found = problem.errors()[0]
        where = '.'.join(str(part) for part in found['loc'])
        raise BadClusterFile(f'{where}: {found["msg"]}' if where else found['msg']) from None
