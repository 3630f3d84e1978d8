"""A learner's shell beside a cluster in which things break."""

from __future__ import annotations

import pytest

from tutor.session.workbench import Workbench


class Shell:
    """Types commands; what is printed is what a person would see."""

    def __init__(self) -> None:
        self.bench = Workbench()

    def __call__(self, command: str, settle: float = 0.0) -> str:
        ran = self.bench.run(command)
        self.bench.simulation.advance(settle)
        assert not self.bench.simulation.failures
        return ran.stdout + ran.stderr

    def wait(self, seconds: float) -> None:
        self.bench.simulation.advance(seconds)

    def nodes(self) -> dict[str, str]:
        lines = self('kubectl get nodes --no-headers').splitlines()
        return {line.split()[0]: line.split()[1] for line in lines}

    def pods_on(self, node: str) -> list[str]:
        options = f'--field-selector=spec.nodeName={node} -o name'
        return [line.partition('/')[2] for line in self(f'kubectl get pods {options}').split()]


@pytest.fixture
def shell() -> Shell:
    return Shell()
