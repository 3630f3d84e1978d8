"""How fast nodes are given up when they fail together (nodelifecycle's zone states and RateLimitedTimedQueue)."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from tutor.apimachinery.objects import Object, is_true, labels
from tutor.cluster.controllers.settings import USUAL_MONITORING, NodeMonitoring

NORMAL, PARTIAL, FULL = 'Normal', 'PartialDisruption', 'FullDisruption'
_EXCLUDED = 'node.kubernetes.io/exclude-disruption'


def zone_of(node: Object) -> str:
    """GetZoneKey: region and zone."""
    marks = labels(node)
    region, zone = (marks.get(f'topology.kubernetes.io/{name}', '') for name in ('region', 'zone'))
    return f'{region}:\x00:{zone}' if region or zone else ''


@dataclass(slots=True)
class Zone:
    """The nodes of a zone, and when the next of them may be given up."""

    ready: set[str] = field(default_factory=set[str])
    lost: set[str] = field(default_factory=set[str])
    waiting: list[str] = field(default_factory=list[str])
    free_at: float = 0.0
    flags: NodeMonitoring = USUAL_MONITORING

    def state(self) -> str:
        """ComputeZoneState."""
        lost, ready = len(self.lost), len(self.ready)
        if lost and not ready:
            return FULL
        return PARTIAL if lost > 2 and lost / (lost + ready) >= self.flags.unhealthy else NORMAL

    def rate(self) -> float:
        """setLimiterInZone."""
        if self.state() != PARTIAL:
            return self.flags.rate
        return self.flags.secondary_rate if len(self.lost) + len(self.ready) > self.flags.large else 0.0


class Zones:
    """All zones. While no node at all is ready, the fault is likelier here than there: nobody is given up."""

    def __init__(self, flags: NodeMonitoring = USUAL_MONITORING) -> None:
        self._flags = flags
        self._zones: dict[str, Zone] = {}
        self._homes: dict[str, str] = {}

    @property
    def all_lost(self) -> bool:
        zones = [zone for zone in self._zones.values() if zone.ready or zone.lost]
        return bool(zones) and all(zone.state() == FULL for zone in zones)

    def states(self) -> dict[str, str]:
        """The state of each zone."""
        return {name: zone.state() for name, zone in self._zones.items()}

    def see(self, node: Object) -> None:
        """A node, as it is now."""
        name, home = node['metadata']['name'], zone_of(node)
        known = self._homes.get(name)
        if known is not None and known != home:
            self.forget(name)
        zone = self._zones.setdefault(home, Zone(flags=self._flags))
        self._homes[name] = home
        if _EXCLUDED in labels(node):
            zone.ready.discard(name)
            zone.lost.discard(name)
            return
        here, there = (zone.ready, zone.lost) if is_true(node, 'Ready') else (zone.lost, zone.ready)
        here.add(name)
        there.discard(name)

    def forget(self, name: str) -> None:
        """A node that is no more."""
        zone = self._zones.get(self._homes.pop(name, ''))
        if zone is not None:
            zone.ready.discard(name)
            zone.lost.discard(name)
            self.spare(name)

    def spare(self, name: str) -> None:
        """A node that need not be given up after all."""
        for zone in self._zones.values():
            if name in zone.waiting:
                zone.waiting.remove(name)

    def may_give_up(self, name: str, now: float) -> float:
        """Whether a lost node's turn has come: 0, or in how many seconds to ask again; each turn is used once."""
        zone = self._zones[self._homes[name]]
        if name not in zone.waiting:
            zone.waiting.append(name)
        rate = 0.0 if self.all_lost else zone.rate()
        if not rate:
            return math.inf
        if zone.free_at > now or zone.waiting[0] != name:
            return max(zone.free_at - now, 0.0) + zone.waiting.index(name) / rate
        zone.waiting.remove(name)
        zone.free_at = now + 1 / rate
        return 0.0
