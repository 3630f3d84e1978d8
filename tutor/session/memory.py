"""How memory is reclaimed. A cluster keeps nearly all that it makes, so looking for garbage often finds little: a
thousand pods cost a tenth more with Python's usual thresholds, and two thousand more than twice as much."""

from __future__ import annotations

import gc

THRESHOLDS = 200_000,20,100


def collect_rarely() -> None:
    """Let the collector of reference cycles run seldom, for the whole process."""
    gc.set_threshold(*THRESHOLDS)


def reclaim() -> None:
    """Collect now: a whole cluster was given up."""
    gc.collect()
