"""kubectl beside a control plane without nodes: commands in, what they print out."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig
from tutor.cluster.simulation import Pipe
from tutor.kubectl.main import main
from tutor.shell.process import IO, Context, Host
from tutor.shell.programs.catalog import programs
from tutor.shell.vfs import FileSystem


@dataclass
class Answer:
    code: int
    out: str
    err: str


class Kubectl:
    """Call it with a command line; `put` makes a file in its folder."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        simulation = cluster.simulation
        self.files = FileSystem(lambda: simulation.wall().timestamp())
        self.files.put('/root/.kube/config', cluster.kubeconfig())
        self.files.make_dirs('/tmp')
        installed = programs()
        for name in ('sed', 'diff', 'true', 'false', 'bash'):
            self.files.put(f'/bin/{name}', b'', 0o755, name)
        host = Host(simulation, 'controlplane', self.files, None, dict(installed))
        self.ctx = Context(host, env={'HOME': '/root', 'PATH': '/bin'}, cwd='/root',
                           extras={'connect': cluster.connect})

    def put(self, path: str, text: str | bytes) -> None:
        self.files.put(f'/root/{path}', text)

    def __call__(self, line: str, stdin: str = '') -> Answer:
        simulation = self.cluster.simulation
        pipes = [Pipe(simulation) for _ in range(3)]
        pipes[0].write(stdin)
        pipes[0].close()
        code = simulation.run_task(main(['kubectl', *shlex.split(line)], IO(*pipes), self.ctx))
        out, err = (bytes(pipe._buffer).decode() for pipe in pipes[1:])
        return Answer(code, out, err)


@pytest.fixture(scope='module')
def shared() -> Iterator[Kubectl]:
    """One cluster for a file of tests that only read, or leave nothing that others trip over."""
    yield _kubectl()


@pytest.fixture
def kubectl() -> Kubectl:
    return _kubectl()


def _kubectl() -> Kubectl:
    cluster = Cluster(ClusterConfig(nodes=[], addons=[]))
    cluster.boot()
    return Kubectl(cluster)
