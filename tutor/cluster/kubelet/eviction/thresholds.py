"""When a machine has too little left: the hard eviction thresholds that every kubelet has (defaults_linux.go)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from struct import pack, unpack

from tutor.apimachinery.quantity import value as quantity_value
from tutor.cluster.kubelet.eviction.usage import INODES, MEMORY, PIDS, STORAGE, Machine

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
        return self.share_of(machine.capacity(self.resource))

    def share_of(self, capacity: int) -> int:
        """GetThresholdQuantity."""
        return int(self.left if self.left > 1 else self.left * capacity)

    def met(self, machine: Machine) -> bool:
        return machine.available(self.resource) < self.quantity(machine)


def percent(number: float) -> float:
    """A share, with the precision that kubelets keep it in (parsePercentage: float32)."""
    return unpack('f', pack('f', number / 100))[0]


HARD = (
    Threshold('memory.available', MEMORY, 'MemoryPressure', 100 * MEBI),
    Threshold('nodefs.available', STORAGE, 'DiskPressure', percent(10)),
    Threshold('imagefs.available', STORAGE, 'DiskPressure', percent(15)),
    Threshold('nodefs.inodesFree', INODES, 'DiskPressure', percent(5)),
    Threshold('imagefs.inodesFree', INODES, 'DiskPressure', percent(5)),
)
"""In the order in which what they are about is reclaimed. Images lie on the same disk as everything else."""
KNOWN = (*HARD, Threshold('pid.available', PIDS, 'PIDPressure', 0.0))
"""With those that a kubelet watches only when it is told to."""

TRANSITION = 300.0
"""How long a condition stays after it was last observed (evictionPressureTransitionPeriod)."""
UNWATCHED = ('containerfs.available', 'containerfs.inodesFree')
"""Signals that a kubelet knows, and of which a simulated machine never runs short."""


def parsed(settings: Mapping[str, object] | None) -> tuple[Threshold, ...]:
    """ParseThresholdConfig of evictionHard: those that are set replace all others. Raises ValueError."""
    if not settings:
        return HARD
    for signal in settings:
        if signal not in UNWATCHED and signal not in (known.signal for known in KNOWN):
            raise ValueError(f'unsupported eviction signal {signal}')
    return tuple(replace(known, left=_left(str(settings[known.signal]))) for known in KNOWN if known.signal in settings)


def _left(text: str) -> float:
    return percent(float(text[:-1])) if text.endswith('%') else float(quantity_value(text))


PRESSED = {
    'MemoryPressure': ('True', 'KubeletHasInsufficientMemory', 'kubelet has insufficient memory available'),
    'DiskPressure': ('True', 'KubeletHasDiskPressure', 'kubelet has disk pressure'),
    'PIDPressure': ('True', 'KubeletHasInsufficientPID', 'kubelet has insufficient PID available'),
}
