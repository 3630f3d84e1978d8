"""The form of a cluster file, as pydantic models: unknown keys are refused."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from tutor.cluster.config import ADDONS, DEFAULT_NODES, RUNTIME, VERSION, ClusterConfig, NodeConfig

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

    def settings(self) -> ClusterConfig:
        nodes = DEFAULT_NODES if self.nodes is None else tuple(node.settings() for node in self.nodes)
        images = None if self.images is None else {name: tuple(tags) for name, tags in self.images.items()}
        return ClusterConfig(self.version, nodes, tuple(self.addons), tuple(self.host), self.containers,
                             self.runtime, images, self.pulled, self.userland)
