"""When a machine has too little left: the hard eviction thresholds that every kubelet has (defaults_linux.go)."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.cluster.kubelet.eviction.usage import MEMORY, STORAGE, Machine

MEBI = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Threshold:
    """A signal: the resource it is about, the node condition that it sets, and how much has to be left: bytes, or a
    share of the capacity."""

    signal: str
    resource: str
    condition: str
    left: float

    def quantity(self, machine: Machine) -> int:
        """GetThresholdQuantity."""
        return int(self.left if self.left > 1 else self.left * machine.capacity(self.resource))

    def met(self, machine: Machine) -> bool:
        return machine.available(self.resource) < self.quantity(machine)


HARD = (
    Threshold('memory.available', MEMORY, 'MemoryPressure', 100 * MEBI),
    Threshold('nodefs.available', STORAGE, 'DiskPressure', 0.10),
    Threshold('imagefs.available', STORAGE, 'DiskPressure', 0.15),
)
"""In the order in which what they are about is reclaimed. Images lie on the same disk as everything else."""

PRESSED = {
    'MemoryPressure': ('True', 'KubeletHasInsufficientMemory', 'kubelet has insufficient memory available'),
    'DiskPressure': ('True', 'KubeletHasDiskPressure', 'kubelet has disk pressure'),
}
