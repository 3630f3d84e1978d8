"""Finished Jobs whose time to live is over (pkg/controller/ttlafterfinished)."""

from __future__ import annotations

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.objects import Object, deleting, key
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.job_sync import job_end
from tutor.cluster.simulation import Simulation


class TTLAfterFinishedController(Controller):
    """Deletes a Job, with its pods, ttlSecondsAfterFinished after its end."""

    component = 'ttl-after-finished-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.jobs = self.informer('jobs.batch')
        self.jobs.on_change(self._changed)

    def _changed(self, old: Object | None, new: Object | None) -> None:
        if new is not None and not deleting(new) and _expires_at(new) is not None:
            self.queue.add(key(new))

    def reconcile(self, key: str) -> None:
        """processJob."""
        job = self.jobs.objects.get(key)
        expires = _expires_at(job) if job is not None and not deleting(job) else None
        if job is None or expires is None:
            return
        left = expires - self.seconds()
        if left > 0:
            self.postpone(key, left)
            return
        self.client.remove('jobs.batch', job, propagationPolicy='Foreground', preconditions={
            'uid': job['metadata']['uid']})


def _expires_at(job: Object) -> float | None:
    ttl = job['spec'].get('ttlSecondsAfterFinished')
    if ttl is None:
        return None
    end = job_end(job)
    return parse_timestamp(end['lastTransitionTime']) + ttl if end is not None else None
