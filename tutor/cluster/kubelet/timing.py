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
    retrying: float = 10.0
    """workerBackOffPeriod."""
    resync: float = 60.0
    """syncFrequency: no back-off is waited out for longer at once."""

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

    def retry(self, simulation: Simulation, backoff: float | None = None) -> float:
        """After an error: in how many seconds to try again, with its jitter; `backoff` is what is left of one."""
        wait = self.retrying if backoff is None else min(max(backoff, 0.0), self.resync)
        return wait * (1 + 0.5 * simulation.random.random())


async def _take(simulation: Simulation, span: tuple[float, float]) -> None:
    low, high = span
    if high:
        await simulation.sleep(low + (high - low) * simulation.random.random())


RUNNING = Timing()
IDLE = Timing((0, 0), (0, 0), (0, 0), (0, 0), (0, 0), relist=0.0, look=0.0)
