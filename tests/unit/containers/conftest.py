"""One node's runtime and network, without a kubelet."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.cluster.containers.catalog import all_images
from tutor.cluster.containers.container import Container, ContainerConfig
from tutor.cluster.containers.nodeimages import NodeImages
from tutor.cluster.containers.references import parse
from tutor.cluster.containers.registry import ImageRegistry
from tutor.cluster.containers.runtime import Runtime
from tutor.cluster.network.fabric import Fabric
from tutor.cluster.network.host import HostNetwork
from tutor.cluster.network.stack import Stack
from tutor.cluster.simulation import Simulation
from tutor.shell.programs.catalog import programs


class BenchNode:
    """Runs single containers, each in a sandbox and with an address of its own."""

    def __init__(self, **registry: Any) -> None:
        self.simulation = Simulation()
        self.registry = ImageRegistry(all_images(), programs(), **registry)
        self.runtime = Runtime(self.simulation, NodeImages(self.simulation, self.registry, complete=True))
        self.fabric = Fabric(self.simulation)
        self._count = 1

    def run(self, image: str, *command: str, **settings: Any) -> Container:
        """Create and start a container; `command` takes the place of the image's."""
        container = self.create(image, *command, **settings)
        self.runtime.start(container)
        self.simulation.advance(0.2)
        return container

    def create(self, image: str, *command: str, **settings: Any) -> Container:
        manifest = self.registry.find(parse(image))
        self._count += 1
        stack = self.fabric.add(Stack(self.fabric, 'node01', [f'10.244.1.{self._count}'], f'c{self._count}'))
        sandbox = self.runtime.run_sandbox(
            'default/web', 'web', stack.addresses, lambda files: HostNetwork(stack, files)
        )
        env = {**manifest.config.environment, **settings.pop('env', {})}
        config = ContainerConfig(
            'web', manifest, command=list(command), env=env, working_dir=manifest.config.working_dir, **settings
        )
        return self.runtime.create(sandbox, config)

    def address(self, container: Container) -> str:
        return self.runtime.sandboxes[container.sandbox].addresses[0]

    def exec(self, container: Container, *command: str) -> tuple[int, str]:
        code, output, errors = self.simulation.run_task(self.runtime.exec_sync(container, list(command), 60))
        return code, output + errors

    def output(self, container: Container) -> str:
        return b''.join(data for _, _, data in container.log.since(0)).decode()


@pytest.fixture
def node() -> BenchNode:
    return BenchNode()


@pytest.fixture
def make_node() -> type[BenchNode]:
    return BenchNode
