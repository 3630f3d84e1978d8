"""Virtual time: one clock, one queue of events, coroutines that wait in it, and one seeded source of randomness."""

from tutor.cluster.simulation.coroutines import (
    Cancelled,
    Condition,
    Future,
    Gate,
    Pause,
    Task,
    gather,
    together,
    wait_first,
)
from tutor.cluster.simulation.pipes import BrokenPipe, Pipe, Reader, Sink, Writer, encoded
from tutor.cluster.simulation.simulation import Simulation, Timer
from tutor.cluster.simulation.trace import Hop, Trace

__all__ = [
    'BrokenPipe', 'Cancelled', 'Condition', 'Future', 'Gate', 'Hop', 'Pause', 'Pipe', 'Reader', 'Simulation', 'Sink',
    'Task', 'Timer', 'Trace', 'Writer', 'encoded', 'gather', 'together', 'wait_first',
]
