"""Jobs: run pods to their end, as often as asked (pkg/controller/job)."""

from __future__ import annotations

import math

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, condition, controller_of, deleting, key
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.client.transport import STRATEGIC_PATCH
from tutor.cluster.controllers import indexes
from tutor.cluster.controllers import job_pods as members
from tutor.cluster.controllers.controller import Controller, namespace_terminating
from tutor.cluster.controllers.expectations import Expectations
from tutor.cluster.controllers.job_backoff import Record, record_after
from tutor.cluster.controllers.job_sync import Sync, is_finished
from tutor.cluster.controllers.ownership import Claim, selector_of
from tutor.cluster.controllers.pod_control import BURST, PodControl, slow_start
from tutor.cluster.simulation import Simulation

RESOURCE = 'jobs.batch'
OURS = 'kubernetes.io/job-controller'
BATCH = 1.0
"""syncJobBatchPeriod: for how long changes of pods are gathered."""


def _managed_elsewhere(job: Object) -> bool:
    """managedByExternalController."""
    return job['spec'].get('managedBy', OURS) != OURS


class JobController(Controller):
    """Creates pods until enough have succeeded or too many have failed; counts each pod once, by its finalizer."""

    component = 'job-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.expectations = Expectations(simulation)
        self.pod_control = PodControl(client, self.recorder)
        self.jobs = self.informer(RESOURCE)
        self.pods = indexes.by_controller(self.informer('pods'))
        self._records: dict[str, Record] = {}
        self._released: dict[str, set[str]] = {}
        self.jobs.on_change(self._job_changed)
        self.pods.on_change(self._pod_changed)

    # -- events -------------------------------------------------------------------------------------------------

    def _job_changed(self, old: Object | None, new: Object | None) -> None:
        job: Object = new or old or {}
        if new is None:
            for pod in indexes.owned(self.pods, job):
                self._release_orphan(pod)
        if old is not None and new is not None and (
                old['metadata'].get('generation') == new['metadata'].get('generation')):
            self.postpone(key(job), BATCH)
        else:
            self.queue.add(key(job))
        if new is not None and is_finished(new):
            for pod in indexes.owned(self.pods, new):
                self._release_orphan(pod)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        pod: Object = new or old or {}
        owner = controller_of(pod)
        if owner is None or owner['kind'] != 'Job':
            if new is not None and members.tracked(new) and owner is None:
                self._release_orphan(new)
            return
        where = f'{pod["metadata"]["namespace"]}/{owner["name"]}'
        if new is None or deleting(new):
            self.expectations.deletion_observed(where, key(pod))
        elif old is None:
            self.expectations.creation_observed(where)
        if new is None or not members.tracked(new):
            self._released.get(where, set()).discard(pod['metadata']['uid'])
        job = self.jobs.objects.get(where)
        if new is not None and members.tracked(new) and (
                job is None or job['metadata']['uid'] != owner['uid'] or is_finished(job)):
            self._release_orphan(new)
        self.postpone(where, BATCH)

    def _release_orphan(self, pod: Object) -> None:
        """syncOrphanPod: nobody counts this pod any more."""
        if members.tracked(pod):
            self.queue.add(f'orphan:{key(pod)}')

    # -- reconcile ----------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        """syncJob."""
        if key.startswith('orphan:'):
            self._reconcile_orphan(key.removeprefix('orphan:'))
            return
        job = self.jobs.objects.get(key)
        if job is None or is_finished(job) or _managed_elsewhere(job):
            self._forget(key)
            return
        satisfied = self.expectations.satisfied(key)
        sync = Sync(job, self._pods_of(job), self.simulation, self._released.get(key, ()))
        sync.backoff = record_after(self._records.get(key, Record()), sync.new_succeeded, sync.new_failed)
        if not members.is_suspended(job) and 'startTime' not in sync.status:
            sync.status['startTime'] = self.simulation.timestamp()
        sync.decide(self.seconds())
        problem = self._act(key, sync, satisfied)
        self._finish(key, sync)
        if problem is not None:
            raise problem

    def _forget(self, where: str) -> None:
        self.expectations.delete(where)
        self._records.pop(where, None)
        self._released.pop(where, None)

    def _reconcile_orphan(self, where: str) -> None:
        pod = self.pods.objects.get(where)
        if pod is None or not members.tracked(pod):
            return
        owner = controller_of(pod)
        if owner is not None and owner['kind'] != 'Job':
            return
        job = self.jobs.get(pod['metadata']['namespace'], owner['name']) if owner is not None else None
        if job is None or owner is None or job['metadata']['uid'] != owner['uid'] or (
                is_finished(job) and not _managed_elsewhere(job)):
            self._remove_finalizer(pod)

    def _pods_of(self, job: Object) -> list[Object]:
        candidates = [*indexes.owned(self.pods, job), *indexes.orphans(self.pods, job['metadata']['namespace'])]
        return Claim(self.client, RESOURCE, job, selector_of(job), 'pods', (members.FINALIZER,)).sort_out(candidates)

    # -- pods ---------------------------------------------------------------------------------------------------

    def _act(self, where: str, sync: Sync, satisfied: bool) -> StatusError | None:
        """Delete what a finished job still runs, or bring the number of pods to what it should be."""
        if sync.ended is not None:
            # These pods keep their finalizers: with a failed job they count as failed.
            problem = self._delete(where, sync, sync.active, release=False)
            if problem is not None or not satisfied:
                sync.ended = None
            return problem
        if not satisfied or deleting(sync.job):
            sync.see_completion()
            return None
        problem = self._manage(where, sync)
        sync.see_completion()
        self._set_suspension(sync)
        return problem

    def _manage(self, where: str, sync: Sync) -> StatusError | None:
        """manageJob."""
        job = sync.job
        if members.is_suspended(job):
            return self._delete(where, sync, list(sync.active), release=True)
        wanted = sync.wanted_active()
        surplus = members.active_for_removal(job, sync.active, max(len(sync.active) - wanted, 0), self.seconds())
        if surplus:
            # Pods are either made or deleted in one look, even where an index has two and another none.
            return self._delete(where, sync, surplus[:BURST], release=True)
        waiting = sync.terminating if members.only_replaces_failed(job) else 0
        missing = wanted - len(sync.active) - waiting
        if missing <= 0:
            return None
        numbers: list[int | None] = [None] * min(missing, BURST)
        if members.is_indexed(job):
            numbers = list(sync.next_indexes(len(numbers)))
        numbers, wait = self._without_those_in_backoff(sync, numbers)
        if wait > 0:
            sync.in_backoff = True
            self.postpone(where, max(wait, BATCH))
        return self._create(where, sync, numbers) if numbers else None

    def _without_those_in_backoff(self, sync: Sync, numbers: list[int | None]) -> tuple[list[int | None], float]:
        """Which pods to make now; or, if none, in how many seconds the first of them. With a limit per index each index
        has a back-off of its own (getPodCreationInfoForIndependentIndexes)."""
        waits = [sync.backoff_of(number).left(self.seconds()) for number in numbers]
        now = [number for number, wait in zip(numbers, waits, strict=True) if wait <= 0]
        return now, 0.0 if now else min(waits, default=0.0)

    def _create(self, where: str, sync: Sync, numbers: list[int | None]) -> StatusError | None:
        job, count = sync.job, len(numbers)
        self.expectations.expect_creations(where, count)
        turn = iter(numbers)

        def create() -> None:
            try:
                index = next(turn)
                failures = sync.index_failures(index) if sync.per_index and index is not None else None
                sync.active.append(self.pod_control.create(members.pod_for(job, index, failures), job))
            except StatusError as error:
                if not namespace_terminating(error):
                    raise

        made, problem = slow_start(count, create)
        for _ in range(count - made):
            self.expectations.creation_observed(where)
        return problem

    def _delete(self, where: str, sync: Sync, chosen: list[Object], release: bool) -> StatusError | None:
        """deleteJobPods: a pod without its finalizer does not count as failed. Without `release` deleteActivePods."""
        if not chosen:
            return None
        if release:
            self.expectations.raise_deletions(where, [key(pod) for pod in chosen])
        problem = None
        for pod in list(chosen):
            try:
                if release:
                    self._remove_finalizer(pod)
                self.pod_control.delete(pod, sync.job)
            except StatusError as error:
                self.expectations.deletion_observed(where, key(pod))
                if error.code != 404:
                    problem = problem or error
                    continue
            sync.active.remove(pod)
            sync.terminating += 1
        return problem

    def _remove_finalizer(self, pod: Object) -> None:
        if not members.tracked(pod):
            return
        meta = pod['metadata']
        body = {'metadata': {'uid': meta['uid'], '$deleteFromPrimitiveList/finalizers': [members.FINALIZER]}}
        try:
            self.client.patch('pods', meta['name'], body, meta['namespace'], content_type=STRATEGIC_PATCH)
        except StatusError as error:
            if error.code not in (404, 409):
                raise

    # -- status -------------------------------------------------------------------------------------------------

    def _set_suspension(self, sync: Sync) -> None:
        """The condition Suspended, with its event."""
        job = sync.job
        if sync.ended is not None:
            return
        suspended = condition(sync.job, 'Suspended')
        now_suspended = suspended is not None and suspended['status'] == 'True'
        if members.is_suspended(job) and not now_suspended:
            sync.set_condition('Suspended', 'True', 'JobSuspended', 'Job suspended')
            sync.status.pop('startTime', None)
            self.event(job, 'Normal', 'Suspended', 'Job suspended')
        elif not members.is_suspended(job) and now_suspended:
            sync.set_condition('Suspended', 'False', 'JobResumed', 'Job resumed')
            sync.status['startTime'] = self.simulation.timestamp()
            self.event(job, 'Normal', 'Resumed', 'Job resumed')

    def _finish(self, where: str, sync: Sync) -> None:
        """trackJobStatusAndRemoveFinalizers: pods are listed as uncounted, lose their finalizers, and are counted."""
        done = sync.count_pods()
        sync.add_target_condition()
        job = self._write(sync, sync.job)
        if job is not sync.job:
            self._records[where] = sync.backoff
        released = self._released.setdefault(where, set())
        for pod in done:
            released.add(pod['metadata']['uid'])
            try:
                self._remove_finalizer(pod)
            except StatusError:
                released.discard(pod['metadata']['uid'])
                raise
        sync.settle(pod['metadata']['uid'] for pod in done)
        finished = sync.add_terminal_condition()
        job = self._write(sync, job)
        if finished is not None:
            self._tell_finished(job, finished)
        self._watch_deadline(where, sync)

    def _write(self, sync: Sync, job: Object) -> Object:
        status = sync.final_status()
        if status == job.get('status', {}):
            return job
        return self.client.update_status(RESOURCE, {**job, 'status': status})

    def _tell_finished(self, job: Object, finished: Object) -> None:
        """recordJobFinished."""
        if finished['type'] == 'Complete':
            if job['status'].get('succeeded', 0) > job['spec'].get('completions', math.inf):
                self.event(job, 'Warning', 'TooManySucceededPods',
                           'Too many succeeded pods running after completion count reached')
            self.event(job, 'Normal', 'Completed', 'Job completed')
        else:
            self.event(job, 'Warning', finished['reason'], finished['message'])

    def _watch_deadline(self, where: str, sync: Sync) -> None:
        limit = sync.job['spec'].get('activeDeadlineSeconds')
        started = sync.status.get('startTime')
        if limit is not None and started and sync.ended is None and not members.is_suspended(sync.job):
            self.postpone(where, max(parse_timestamp(started) + limit - self.seconds(), 0.001))
