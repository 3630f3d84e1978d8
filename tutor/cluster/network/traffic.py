"""The connections of late, as the kernels' connection tracking knows them, and who watches them begin and end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tutor.cluster.simulation import Simulation
from tutor.shell.netview import CLOSED, SYN, UDP, Flow, Watcher

if TYPE_CHECKING:
    from tutor.cluster.network.stack import Stack

REMEMBERED = 256
TIME_WAIT, UDP_TIMEOUT, SYN_TIMEOUT = 120.0, 30.0, 120.0
"""How long an entry stays: nf_conntrack_tcp_timeout_time_wait, nf_conntrack_udp_timeout and …_syn_sent."""


class Traffic:
    """What passes through a network; only the latest flows are remembered."""

    def __init__(self, simulation: Simulation) -> None:
        self._simulation = simulation
        self._flows: deque[Flow] = deque(maxlen=REMEMBERED)
        self._watchers: dict[int, Watcher] = {}
        self._next = 0

    def begin(self, protocol: str, own: tuple[str, int], source: Stack, meant: tuple[str, int], found: Any,
              question: Any = None) -> Flow:
        """A first packet goes from `own` to `meant`; `found` is the listener that gets it, or why nobody does."""
        stack = getattr(found, 'stack', None)
        target = (stack.address, found.port) if stack is not None else meant
        flow = Flow(protocol, *own, *meant, *target, source.node, stack.node if stack is not None else '',
                    self._simulation.now, question=question)
        self._flows.append(flow)
        self._told(flow, SYN)
        return flow

    def tell(self, flow: Flow, what: str) -> None:
        """Something has happened to a flow."""
        flow.state = what
        if what == CLOSED:
            flow.ended = self._simulation.now
        self._told(flow, what)

    def _told(self, flow: Flow, what: str) -> None:
        for watcher in list(self._watchers.values()):
            watcher(flow, what)

    def watch(self, told: Watcher) -> Callable[[], None]:
        """Be told of everything from now on; call what is given back to stop."""
        number = self._next = self._next + 1
        self._watchers[number] = told
        return lambda: self._watchers.pop(number, None) and None

    def recent(self) -> list[Flow]:
        """Flows that are open, or whose entry has not timed out yet."""
        now = self._simulation.now
        return [flow for flow in self._flows if now < self._until(flow)]

    def _until(self, flow: Flow) -> float:
        if flow.protocol == UDP:
            return flow.began + UDP_TIMEOUT
        if flow.state == SYN:
            return flow.began + SYN_TIMEOUT
        return flow.ended + TIME_WAIT if flow.ended is not None else float('inf') if flow.state != 'refused' else 0.0
