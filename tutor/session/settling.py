"""When a cluster is quiet again after a command: the rule by which scripts wait, and the oracle was recorded."""

from __future__ import annotations

from tutor.cluster.cluster import Cluster

QUIET = 2.0
"""The recorder's rule says 1.2 s; with what its looks and commands took, 2 s went by, as the ages it recorded tell."""
LONGEST = 20.0
WATCHED = ('/registry/pods/', '/registry/deployments/', '/registry/replicasets/', '/registry/statefulsets/',
           '/registry/daemonsets/', '/registry/jobs/', '/registry/persistentvolumes/',
           '/registry/persistentvolumeclaims/', '/registry/namespaces/')
COUNTED = '/registry/events/'


class Settling:
    """Notes when something that counts has last changed."""

    def __init__(self, cluster: Cluster) -> None:
        self._simulation = cluster.simulation
        self._changed_at = 0.0
        self.changes = 0
        """How often something that counts has changed."""
        for prefix in WATCHED:
            cluster.store.listen(prefix, lambda _: self._note())
        cluster.store.listen(COUNTED, lambda change: self._note()
                             if change.entry is None or change.previous is None else None)

    def _note(self) -> None:
        self.changes += 1
        self._changed_at = self._simulation.now

    def settle(self) -> None:
        """Let virtual time run until nothing has changed for a while, but not for ever."""
        simulation = self._simulation
        deadline = simulation.now + LONGEST
        quiet_from = simulation.now
        while simulation.now < deadline:
            quiet_from = max(quiet_from, self._changed_at)
            target = min(quiet_from + QUIET, deadline)
            if simulation.now >= target:
                return
            simulation.run_until(lambda: False, target)
