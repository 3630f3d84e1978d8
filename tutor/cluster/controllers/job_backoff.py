"""How long a Job waits after failures before it makes its next pod (job/backoff_utils.go)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.objects import Object, condition
from tutor.cluster.controllers import pods

BACKOFF = 10.0
MAX_BACKOFF = 600.0


class Record(NamedTuple):
    """How many pods have failed since the last one that succeeded, and when the last of them did."""

    failures: int = 0
    last: float = 0.0

    def left(self, now: float) -> float:
        """getRemainingTimeForFailuresCount: ten seconds after the first failure, then twice as long each time."""
        if not self.failures:
            return 0.0
        return max(self.last + min(BACKOFF * 2 ** min(self.failures - 1, 10), MAX_BACKOFF) - now, 0.0)


def record_after(old: Record, succeeded: Sequence[Object], failed: Sequence[Object]) -> Record:
    """newBackoffRecord, of the pods that have ended since the last look."""
    ends = [finished_at(pod) for pod in failed]
    if succeeded:
        success = max(finished_at(pod) for pod in succeeded)
        ends = [end for end in ends if end > success]
        return Record(len(ends), max(ends, default=0.0))
    return Record(old.failures + len(ends), max(ends)) if ends else old


def finished_at(pod: Object) -> float:
    """getFinishedTime."""
    entries = pod.get('status', {}).get('containerStatuses') or ()
    ends = [(entry.get('state', {}).get('terminated') or {}).get('finishedAt') for entry in entries]
    if ends and all(ends):
        return max(parse_timestamp(end) for end in ends if end)
    ready = condition(pod, 'Ready')
    if ready is not None and ready['status'] == 'False' and ready.get('lastTransitionTime'):
        return parse_timestamp(ready['lastTransitionTime'])
    meta = pod['metadata']
    if meta.get('deletionTimestamp'):
        return parse_timestamp(meta['deletionTimestamp']) - (meta.get('deletionGracePeriodSeconds') or 0)
    return pods.created(pod)
