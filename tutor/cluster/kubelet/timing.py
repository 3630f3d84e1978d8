"""How long the steps of a kubelet take, in virtual seconds."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.cluster.simulation import Simulation


@dataclass(frozen=True, slots=True)
class Timing:
    """Ranges from which each step's time is drawn; zero for hollow nodes."""

    mounting: tuple[float, float] = (0.05, 0.15)
    sandboxing: tuple[float, float] = (0.15, 0.35)
    creating: tuple[float, float] = (0.04, 0.1)
    starting: tuple[float, float] = (0.05, 0.12)
    tearing: tuple[float, float] = (0.1, 0.4)
    relist: float = 1.0
    """PLEG's period: how soon a change in the runtime is noticed."""
    look: float = 0.01
    """How soon after its start a container is looked at."""
    retrying: tuple[float, float] = (10.0, 15.0)

    async def mount(self, simulation: Simulation) -> None:
        await _take(simulation, self.mounting)

    async def sandbox(self, simulation: Simulation) -> None:
        await _take(simulation, self.sandboxing)

    async def create(self, simulation: Simulation) -> None:
        await _take(simulation, self.creating)

    async def start(self, simulation: Simulation) -> None:
        await _take(simulation, self.starting)

    async def tear_down(self, simulation: Simulation) -> None:
        await _take(simulation, self.tearing)

    def retry(self, simulation: Simulation) -> float:
        """After an error: workerBackOffPeriod and its jitter."""
        low, high = self.retrying
        return low + (high - low) * simulation.random.random()


async def _take(simulation: Simulation, span: tuple[float, float]) -> None:
    low, high = span
    if high:
        await simulation.sleep(low + (high - low) * simulation.random.random())


RUNNING = Timing()
IDLE = Timing((0, 0), (0, 0), (0, 0), (0, 0), (0, 0), relist=0.0, look=0.0)
