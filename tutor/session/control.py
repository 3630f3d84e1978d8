"""What the programs of the learner's shell get of the simulated cluster (`tutor.client.control.Control`)."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.client.control import Clock, Faults, Past, Raft
from tutor.cluster.cluster import Cluster
from tutor.cluster.faults.faults import ClusterFaults
from tutor.cluster.simulation.trace import Trace


@dataclass(slots=True)
class SimulatedControl:
    """The control of one cluster. A session on a screen adds its clock and its past."""

    faults: Faults
    trace: Trace
    cluster: Cluster
    clock: Clock | None = None
    past: Past | None = None

    @property
    def raft(self) -> Raft | None:
        return self.cluster.raft


def control_of(cluster: Cluster) -> SimulatedControl:
    return SimulatedControl(ClusterFaults(cluster), cluster.simulation.trace, cluster)
