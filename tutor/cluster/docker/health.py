"""HEALTHCHECK: what an image says of it, and a container's health (moby: daemon/health.go)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from tutor.apimachinery.duration import parse_nanoseconds
from tutor.cluster.docker.kept import Kept
from tutor.cluster.simulation import Simulation

FIELDS = {'interval': 'Interval', 'timeout': 'Timeout', 'start-period': 'StartPeriod',
          'start-interval': 'StartInterval'}
INTERVAL, RETRIES = 30.0, 3
SECOND = 1_000_000_000


def healthcheck(test: list[str], flags: Mapping[str, str]) -> dict[str, Any]:
    """The image's configuration of it. Raises ValueError for a duration that is none."""
    found: dict[str, Any] = {'Test': test}
    found |= {FIELDS[name]: parse_nanoseconds(value) for name, value in flags.items() if name in FIELDS}
    return found | ({'Retries': int(flags['retries'])} if 'retries' in flags else {})


async def watch(kept: Kept, simulation: Simulation, probe: Callable[[list[str]], Awaitable[int]]) -> None:
    """Probe a container as long as it runs. `probe` runs a command in it."""
    check, container = kept.image.healthcheck, kept.container
    kind, *words = check['Test']
    argv = ['/bin/sh', '-c', *words] if kind == 'CMD-SHELL' else words
    begun, failing = simulation.now, 0
    kept.health = 'starting'
    while True:
        await simulation.sleep(check.get('Interval', 0) / SECOND or INTERVAL)
        if kept.container is not container or not kept.running:
            return
        if not await probe(argv):
            kept.health, failing = 'healthy', 0
            continue
        if kept.health == 'starting' and simulation.now - begun < check.get('StartPeriod', 0) / SECOND:
            continue
        failing += 1
        if failing >= (check.get('Retries', 0) or RETRIES):
            kept.health = 'unhealthy'
