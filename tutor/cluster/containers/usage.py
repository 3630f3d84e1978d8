"""How much CPU time containers use: written down when it changes, worked out when somebody looks."""

from __future__ import annotations

from dataclasses import dataclass

KEPT = 120.0
"""How far back one may look."""
GRAIN = 1.0
"""Small uses within so many seconds are written down as one."""
BURST = 0.1
"""The period of a CPU quota (cpu.cfs_period_us): so much of it can be had at once."""


@dataclass(slots=True)
class _Point:
    """At `time`, `seconds` had been used, and from then on `rate` cores were."""

    time: float
    seconds: float
    rate: float


class Meter:
    """The CPU seconds that one container has used, as a line through points in time."""

    __slots__ = ('_free_at', '_points', 'limit')

    def __init__(self, now: float, rate: float = 0.0, limit: float = 0.0) -> None:
        self.limit = limit
        """How many cores it may use, 0 for all."""
        self._points = [_Point(now, 0.0, rate)]
        self._free_at = now

    @property
    def rate(self) -> float:
        return self._points[-1].rate

    def at(self, moment: float) -> float:
        """What had been used by then."""
        point = self._points[0]
        for later in self._points:
            if later.time > moment:
                break
            point = later
        return max(point.seconds + point.rate * (moment - point.time), 0.0)

    def turn(self, now: float, rate: float) -> None:
        """From now on so many cores are used."""
        if rate != self.rate:
            self._append(_Point(now, self.at(now), rate))

    def spend(self, now: float, seconds: float) -> None:
        """So much was used, just now."""
        last = self._points[-1]
        if now - last.time < GRAIN:
            last.seconds += seconds
        else:
            self._append(_Point(now, self.at(now) + seconds, last.rate))

    def delay(self, now: float, seconds: float) -> float:
        """How long so much computing takes on one core when the quota holds it back (CFS bandwidth control)."""
        if not self.limit:
            return seconds
        self._free_at = max(self._free_at, now - BURST) + seconds / self.limit
        return max(seconds, self._free_at - now)

    def _append(self, point: _Point) -> None:
        points = self._points
        points.append(point)
        while len(points) > 2 and points[1].time < point.time - KEPT:
            del points[0]


@dataclass(slots=True)
class Memory:
    """What the processes in all containers of one machine have in use, in bytes."""

    used: int = 0


@dataclass(slots=True)
class Demand:
    """What one container's processes would use if nothing held them back, and how it ranks (cpu.weight)."""

    meter: Meter
    cores: float
    weight: float


class Processor:
    """The cores of one machine, shared by those that compute all the time: only they are kept here."""

    def __init__(self, cores: float = 2.0) -> None:
        self.cores = cores
        self._demands: dict[int, Demand] = {}

    def set(self, now: float, meter: Meter, cores: float, weight: float, idle: float) -> None:
        """A container's processes want so many cores from now on; with none it falls back to what it uses idling."""
        if cores:
            self._demands[id(meter)] = Demand(meter, cores, weight)
        else:
            self._demands.pop(id(meter), None)
            meter.turn(now, idle)
        for demand, rate in self._shares():
            demand.meter.turn(now, rate)

    def _shares(self) -> list[tuple[Demand, float]]:
        """Fair shares by weight: what one does not want is divided among the others (CFS)."""
        left, found = self.cores, []
        waiting = [(min(demand.cores, demand.meter.limit or demand.cores), demand)
                   for demand in self._demands.values()]
        while waiting:
            total = sum(demand.weight for _, demand in waiting)
            content = [(cores, demand) for cores, demand in waiting if cores <= left * demand.weight / total]
            if not content:
                return found + [(demand, left * demand.weight / total) for _, demand in waiting]
            found += [(demand, cores) for cores, demand in content]
            left -= sum(cores for cores, _ in content)
            waiting = [entry for entry in waiting if entry not in content]
        return found
