"""Jobs: run pods to their end, as often as asked (pkg/controller/job)."""

from __future__ import annotations

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, condition, controller_of, deleting, key
from tutor.apimachinery.selectors import from_label_selector
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.client.transport import STRATEGIC_PATCH
from tutor.cluster.controllers import indexes
from tutor.cluster.controllers import job_pods as members
from tutor.cluster.controllers.controller import Controller, namespace_terminating
from tutor.cluster.controllers.expectations import Expectations
from tutor.cluster.controllers.job_sync import Sync, is_finished
from tutor.cluster.controllers.ownership import Claim
from tutor.cluster.controllers.pod_control import BURST, PodControl, slow_start
from tutor.cluster.simulation import Simulation

RESOURCE = 'jobs.batch'
BACKOFF = 10.0
MAX_BACKOFF = 600.0
BATCH = 1.0
"""syncJobBatchPeriod: for how long changes of pods are gathered."""


class JobController(Controller):
    """Creates pods until enough have succeeded or too many have failed; counts each pod once, by its finalizer."""

    component = 'job-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.expectations = Expectations(simulation)
        self.pod_control = PodControl(client, self.recorder)
        self.jobs = self.informer(RESOURCE)
        self.pods = indexes.by_controller(self.informer('pods'))
        self.jobs.on_change(self._job_changed)
        self.pods.on_change(self._pod_changed)

    # -- events -------------------------------------------------------------------------------------------------

    def _job_changed(self, old: Object | None, new: Object | None) -> None:
        job: Object = new or old or {}
        if new is None:
            for pod in indexes.owned(self.pods, job):
                self._release_orphan(pod)
        self.queue.add(key(job))

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
        if job is None:
            self.expectations.delete(key)
            return
        if is_finished(job) or job['spec'].get('managedBy', 'kubernetes.io/job-controller') != (
                'kubernetes.io/job-controller'):
            self.expectations.delete(key)
            return
        sync = Sync(job, self._pods_of(job), self.simulation)
        if not members.is_suspended(job) and 'startTime' not in sync.status:
            sync.status['startTime'] = self.simulation.timestamp()
        sync.decide(self.seconds())
        problem = self._act(key, sync)
        self._set_suspension(sync)
        self._finish(key, sync)
        if problem is not None:
            raise problem

    def _reconcile_orphan(self, where: str) -> None:
        pod = self.pods.objects.get(where)
        if pod is None or not members.tracked(pod):
            return
        owner = controller_of(pod)
        job = self.jobs.get(pod['metadata']['namespace'], owner['name']) if owner is not None else None
        if job is None or owner is None or job['metadata']['uid'] != owner['uid'] or is_finished(job):
            self._remove_finalizer(pod)

    def _pods_of(self, job: Object) -> list[Object]:
        selector = from_label_selector(job['spec'].get('selector'))
        candidates = [*indexes.owned(self.pods, job), *indexes.orphans(self.pods, job['metadata']['namespace'])]
        return Claim(self.client, RESOURCE, job, selector, 'pods', (members.FINALIZER,)).sort_out(candidates)

    # -- pods ---------------------------------------------------------------------------------------------------

    def _act(self, where: str, sync: Sync) -> StatusError | None:
        """Delete what a finished job still runs, or bring the number of pods to what it should be."""
        if sync.ended is not None:
            # These pods keep their finalizers: with a failed job they count as failed.
            return self._delete(where, sync, sync.active, release=False)
        if not self.expectations.satisfied(where) or deleting(sync.job):
            return None
        problem = self._manage(where, sync)
        sync.see_completion()
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
            self.postpone(where, wait)
        return self._create(where, sync, numbers) if numbers else None

    def _without_those_in_backoff(self, sync: Sync, numbers: list[int | None]) -> tuple[list[int | None], float]:
        """Which pods to make now, and in how many seconds the next of the others: ten after the first failure, then
        twice as long each time. With a limit per index each index has a back-off of its own
        (getPodCreationInfoForIndependentIndexes), else all have that of the failures since the last success."""
        if not sync.per_index:
            wait = self._left(sync.failures_since_success())
            return ([], wait) if wait > 0 else (numbers, 0.0)
        waits = {number: self._left(sync.failures_of(number)) for number in numbers if number is not None}
        now = [number for number in numbers if number is None or waits[number] <= 0]
        return now, min((wait for wait in waits.values() if wait > 0), default=0.0)

    def _left(self, failures: list[float]) -> float:
        """getRemainingTimeForFailuresCount, of the moments of failures."""
        if not failures:
            return 0.0
        return max(failures) + min(BACKOFF * 2 ** min(len(failures) - 1, 10), MAX_BACKOFF) - self.seconds()

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
        """deleteJobPods; with `release` without its finalizer, so that it does not count as failed."""
        if not chosen:
            return None
        self.expectations.raise_deletions(where, [key(pod) for pod in chosen])
        problem = None
        for pod in list(chosen):
            try:
                if release:
                    self._remove_finalizer(pod)
                self.pod_control.delete(pod, sync.job)
                sync.active.remove(pod)
                sync.terminating += 1
            except StatusError as error:
                self.expectations.deletion_observed(where, key(pod))
                if error.code != 404:
                    problem = problem or error
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
        """trackJobStatusAndRemoveFinalizers, enactJobFinished, and the write."""
        done = sync.count_pods()
        sync.add_target_condition()
        finished = sync.add_terminal_condition()
        status = sync.final_status()
        if status != sync.job.get('status', {}):
            self.client.update_status(RESOURCE, {**sync.job, 'status': status})
            if finished is not None:
                self._tell_finished(sync.job, finished)
        for pod in done:
            self._remove_finalizer(pod)
        self._watch_deadline(where, sync)

    def _tell_finished(self, job: Object, finished: Object) -> None:
        """recordJobFinished."""
        if finished['type'] == 'Complete':
            self.event(job, 'Normal', 'Completed', 'Job completed')
        else:
            self.event(job, 'Warning', finished['reason'], finished['message'])

    def _watch_deadline(self, where: str, sync: Sync) -> None:
        limit = sync.job['spec'].get('activeDeadlineSeconds')
        started = sync.status.get('startTime')
        if limit is not None and started and sync.ended is None and not members.is_suspended(sync.job):
            self.postpone(where, max(parse_timestamp(started) + limit - self.seconds(), 0.001))


