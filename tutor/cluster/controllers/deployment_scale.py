"""Scaling the ReplicaSets of a Deployment: rolling, recreating, in proportion (deployment/rolling.go, sync.go)."""

from __future__ import annotations

from collections.abc import Callable

from tutor.apimachinery.objects import Object
from tutor.client.client import Client
from tutor.cluster.controllers import revisions
from tutor.cluster.controllers.pods import by_creation
from tutor.cluster.controllers.revisions import replicas

Event = Callable[[Object, str, str, str], None]


class Scaler:
    """Gives ReplicaSets their size. Every method returns whether (or how many) pods changed."""

    def __init__(self, client: Client, event: Event) -> None:
        self._client = client
        self._event = event

    def scale(self, rs: Object, size: int, deployment: Object) -> Object:
        """scaleReplicaSet; the set as it is then."""
        before = replicas(rs)
        new = revisions.sized(deployment, rs)
        if new is rs and size == before:
            return rs
        new = self._client.update('replicasets.apps', {**new, 'spec': {**new['spec'], 'replicas': size}})
        if size != before:
            way = 'up' if size > before else 'down'
            self._event(deployment, 'Normal', 'ScalingReplicaSet',
                        f'Scaled {way} replica set {rs["metadata"]["name"]} from {before} to {size}')
        return new

    def resize(self, rs: Object, size: int, deployment: Object) -> Object:
        """scaleReplicaSetAndRecordEvent: nothing is written while the size stays."""
        return rs if replicas(rs) == size else self.scale(rs, size, deployment)

    # -- rolling update -----------------------------------------------------------------------------------------

    def grow_new(self, sets: list[Object], new: Object, deployment: Object) -> bool:
        """reconcileNewReplicaSet."""
        if replicas(new) == replicas(deployment):
            return False
        if replicas(new) > replicas(deployment):
            size = replicas(deployment)
        else:
            size = revisions.wanted_by_new(deployment, sets, replicas(new))
        return self.resize(new, size, deployment) is not new

    def shrink_old(self, sets: list[Object], old: list[Object], new: Object, deployment: Object) -> bool:
        """reconcileOldReplicaSets."""
        if not revisions.spec_count(old):
            return False
        least = replicas(deployment) - revisions.max_unavailable(deployment)
        unavailable = replicas(new) - new.get('status', {}).get('availableReplicas', 0)
        room = revisions.spec_count(sets) - least - unavailable
        if room <= 0:
            return False
        old, cleaned = self._clean_unhealthy(old, room, deployment)
        return cleaned + self._scale_down(old, [*old, new], least, deployment) > 0

    def _clean_unhealthy(self, old: list[Object], most: int, deployment: Object) -> tuple[list[Object], int]:
        """cleanupUnhealthyReplicas: pods that are not available go first."""
        done, found = 0, []
        for rs in by_creation(old):
            unhealthy = replicas(rs) - rs.get('status', {}).get('availableReplicas', 0)
            count = min(most - done, unhealthy) if replicas(rs) else 0
            if count > 0:
                done += count
                rs = self.resize(rs, replicas(rs) - count, deployment)
            found.append(rs)
        return found, done

    def _scale_down(self, old: list[Object], sets: list[Object], least: int, deployment: Object) -> int:
        """scaleDownOldReplicaSetsForRollingUpdate."""
        room = revisions.status_count(sets, 'availableReplicas') - least
        done = 0
        for rs in by_creation(old):
            count = min(replicas(rs), room - done)
            if count > 0:
                done += count
                self.resize(rs, replicas(rs) - count, deployment)
        return done

    # -- recreate -----------------------------------------------------------------------------------------------

    def remove_old(self, old: list[Object], deployment: Object) -> bool:
        """scaleDownOldReplicaSetsForRecreate."""
        changed = [rs for rs in old if replicas(rs) and self.resize(rs, 0, deployment) is not rs]
        return bool(changed)

    # -- scaling events -----------------------------------------------------------------------------------------

    def rescale(self, deployment: Object, new: Object | None, old: list[Object]) -> None:
        """Deployment controller's `scale`: bring the sets to a new size without going on with the rollout."""
        latest = _active_or_latest(new, old)
        if latest is not None:
            self.resize(latest, replicas(deployment), deployment)
        elif new is not None and _saturated(deployment, new):
            for rs in revisions.active(old):
                self.resize(rs, 0, deployment)
        elif revisions.is_rolling(deployment):
            self._rescale_in_proportion(deployment, new, old)

    def _rescale_in_proportion(self, deployment: Object, new: Object | None, old: list[Object]) -> None:
        sets = revisions.active([*old, *([new] if new is not None else [])])
        allowed = replicas(deployment) + revisions.max_surge(deployment) if replicas(deployment) > 0 else 0
        to_add = allowed - revisions.spec_count(sets)
        # Larger sets first; of equal ones the newer when growing, the older when shrinking.
        sets = by_creation(sets)
        if to_add > 0:
            sets.reverse()
        sets.sort(key=lambda rs: -replicas(rs))
        sizes, added = [], 0
        for rs in sets:
            share = revisions.proportion(rs, deployment, to_add, added)
            added += share
            sizes.append(replicas(rs) + share)
        for index, rs in enumerate(sets):
            size = max(sizes[index] + (to_add - added if not index and to_add else 0), 0)
            self.scale(rs, size, deployment)


def _active_or_latest(new: Object | None, old: list[Object]) -> Object | None:
    """FindActiveOrLatest: None when several sets have pods."""
    sets = revisions.active([*old, *([new] if new is not None else [])])
    if not sets:
        return new if new is not None else next(iter(reversed(by_creation(old))), None)
    return sets[0] if len(sets) == 1 else None


def _saturated(deployment: Object, new: Object) -> bool:
    """IsSaturated."""
    wanted = replicas(deployment)
    return (replicas(new) == wanted and revisions.desired_replicas(new) == wanted
            and new.get('status', {}).get('availableReplicas', 0) == wanted)
