"""One look at a Job: which pods count, whether it has ended, and the status that follows."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.objects import Object, deleting, with_condition
from tutor.cluster.controllers import job_pods as members
from tutor.cluster.controllers import job_policy, pods
from tutor.cluster.controllers.job_backoff import Record, finished_at
from tutor.cluster.simulation import Simulation

MOST_UNCOUNTED = 500
"""MaxUncountedPods."""


def condition_of(status: Object, kind: str) -> Object | None:
    return next((entry for entry in status.get('conditions') or ()
                 if entry['type'] == kind and entry['status'] == 'True'), None)


def job_end(job: Object) -> Object | None:
    """FinishedCondition: the condition Complete or Failed, None while the job runs."""
    return next((entry for entry in job.get('status', {}).get('conditions') or ()
                 if entry['type'] in ('Complete', 'Failed') and entry['status'] == 'True'), None)


def is_finished(job: Object) -> bool:
    """IsJobFinished."""
    return job_end(job) is not None


class Sync:
    """The state of one reconcile (upstream's syncJobCtx). `ended` is the condition that says why the job ends."""

    def __init__(self, job: Object, mine: list[Object], simulation: Simulation,
                 released: Collection[str] = ()) -> None:
        """`released` are the UIDs of pods whose finalizer was taken off and which still seem to have it."""
        self.job = job
        self.backoff = Record()
        self._released = released
        self.pods = mine
        self.active = [pod for pod in mine if pods.is_active(pod)]
        self.terminating = sum(pods.is_terminating(pod) for pod in mine)
        self.status: Object = dict(job.get('status', {}))
        self.ended: Object | None = None
        self.per_index = job['spec'].get('backoffLimitPerIndex') is not None
        self._simulation = simulation
        self._uncounted = {name: list((self.status.get('uncountedTerminatedPods') or {}).get(name) or ())
                           for name in ('succeeded', 'failed')}
        self._completions: int | None = job['spec'].get('completions')
        self._known_indexes: frozenset[int] = frozenset()
        self._fresh_indexes = 0
        self._is_full = False
        self.in_backoff = False
        self.settle()
        self.new_succeeded = [pod for pod in mine if self._new(pod) and pods.phase(pod) == 'Succeeded']
        self.new_failed = [pod for pod in mine if self._new(pod) and members.has_failed(pod, job)]
        self._sort_indexes()

    def _new(self, pod: Object) -> bool:
        uid = pod['metadata']['uid']
        return self._held(pod) and self._has_place(pod) and (
            uid not in self._uncounted['succeeded'] and uid not in self._uncounted['failed'])

    def _held(self, pod: Object) -> bool:
        return members.tracked(pod) and pod['metadata']['uid'] not in self._released

    def _has_place(self, pod: Object) -> bool:
        """Whether a pod counts at all: those of an indexed job by a good index (getValidPodsWithFilter)."""
        number = members.index_of(pod)
        return not members.is_indexed(self.job) or (number is not None and number < (self._completions or 0))

    def settle(self, released: Iterable[str] = ()) -> None:
        """cleanUncountedPodsWithoutFinalizers: what has lost its finalizer, also just now, goes into the totals."""
        held = {pod['metadata']['uid'] for pod in self.pods if self._held(pod)} - set(released)
        for name, uids in self._uncounted.items():
            left = [uid for uid in uids if uid in held]
            if len(left) != len(uids):
                self.status[name] = self.status.get(name, 0) + len(uids) - len(left)
                self._uncounted[name] = left

    # -- counting -----------------------------------------------------------------------------------------------

    @property
    def succeeded(self) -> int:
        if members.is_indexed(self.job):
            return len(self.succeeded_indexes)
        return self.status.get('succeeded', 0) + len(self._uncounted['succeeded']) + len(self.new_succeeded)

    @property
    def failed(self) -> int:
        """Failures that count against the backoff limit: those a policy ignores do not."""
        counted = [pod for pod in self.new_failed if self._failure_action(pod)[0] != job_policy.IGNORE]
        return self.status.get('failed', 0) + len(self._uncounted['failed']) + len(counted)

    def _failure_action(self, pod: Object) -> tuple[str, str]:
        policy = self.job['spec'].get('podFailurePolicy')
        return job_policy.match_failure(policy, pod) if policy else ('', '')

    def _sort_indexes(self) -> None:
        self.succeeded_indexes: list[int] = []
        self.failed_indexes: list[int] = []
        self.to_replace: dict[int, Object] = {}
        if not members.is_indexed(self.job):
            return
        total = self._completions or 0
        done = set(members.parse_indexes(self.status.get('completedIndexes'), total))
        self._known_indexes = frozenset(done)
        done |= {n for pod in self.new_succeeded if (n := members.index_of(pod)) is not None and n < total}
        self.succeeded_indexes = sorted(done)
        if self.per_index:
            self._find_failed_indexes(total, done)
            self._find_those_to_replace()

    def _find_failed_indexes(self, total: int, done: set[int]) -> None:
        """calculateFailedIndexes."""
        failed = set(members.parse_indexes(self.status.get('failedIndexes'), total))
        limit = self.job['spec']['backoffLimitPerIndex']
        for pod in self.new_failed:
            number = members.index_of(pod)
            if number is None or number in done:
                continue
            action = self._failure_action(pod)[0]
            if action == job_policy.FAIL_INDEX or (
                    action != job_policy.IGNORE and self._failures_before(pod) >= limit):
                failed.add(number)
        self.failed_indexes = sorted(failed)

    def _failures_before(self, pod: Object, note: str = members.INDEX_FAILURES) -> int:
        return max(members.atoi((pod['metadata'].get('annotations') or {}).get(note)) or 0, 0)

    def _all_failures_before(self, pod: Object) -> int:
        """getIndexAbsoluteFailureCount."""
        return self._failures_before(pod) + self._failures_before(pod, members.INDEX_IGNORED)

    def _find_those_to_replace(self) -> None:
        """getPodsWithDelayedDeletionPerIndex: the last failed pod of each index that waits for its next one. It is not
        counted before, for the next one is told its failures."""
        settled = {*self.succeeded_indexes, *self.failed_indexes, *map(members.index_of, self.active)}
        for pod in self.pods:
            number = members.index_of(pod)
            if number is None or number in settled or not (
                    self._held(pod) and self._has_place(pod) and members.has_failed(pod, self.job)):
                continue
            last = self.to_replace.get(number)
            if last is None or (self._all_failures_before(last) <= self._all_failures_before(pod)
                                and finished_at(last) <= finished_at(pod)):
                self.to_replace[number] = pod

    def index_failures(self, index: int) -> tuple[int, int]:
        """getNewIndexFailureCounts: how often an index has failed by now, and how often that was ignored: what its next
        pod is told."""
        last = self.to_replace.get(index)
        if last is None:
            return 0, 0
        counted, ignored = self._failures_before(last), self._failures_before(last, members.INDEX_IGNORED)
        if self._failure_action(last)[0] == job_policy.IGNORE:
            return counted, ignored + 1
        return counted + 1, ignored

    def backoff_of(self, index: int | None) -> Record:
        """The failures after which the next pod is made: with a limit per index those of the index
        (getRemainingTimePerIndex), else those of the job."""
        if not self.per_index or index is None:
            return self.backoff
        last = self.to_replace.get(index)
        return Record() if last is None else Record(self._all_failures_before(last) + 1, finished_at(last))

    def next_indexes(self, count: int) -> list[int]:
        """firstPendingIndexes."""
        busy = {members.index_of(pod) for pod in self.active}
        busy.update(self.succeeded_indexes, self.failed_indexes)
        if members.only_replaces_failed(self.job):
            busy.update(members.index_of(pod) for pod in self.pods if pods.is_terminating(pod))
        return [n for n in range(self._completions or 0) if n not in busy][:count]

    def wanted_active(self) -> int:
        spec = self.job['spec']
        parallelism = spec.get('parallelism', 1)
        if self._completions is None:
            return len(self.active) if self.succeeded else parallelism
        return max(min(self._completions - self.succeeded, parallelism), 0)

    # -- the end ------------------------------------------------------------------------------------------------

    def decide(self, now: float) -> None:
        """Whether the job has come to an end, and why."""
        known = condition_of(self.status, 'FailureTarget') or condition_of(self.status, 'SuccessCriteriaMet')
        if known is not None:
            self.ended = known
            return
        spec = self.job['spec']
        message = next((text for pod in self.pods if members.has_failed(pod, self.job)
                        for action, text in (self._failure_action(pod),) if action == job_policy.FAIL_JOB), '')
        deadline, started = spec.get('activeDeadlineSeconds'), self.status.get('startTime')
        if message:
            self._fail('PodFailurePolicy', message)
        elif self.failed > spec.get('backoffLimit', 6) or members.restarts_exceed(self.job, self.pods):
            self._fail('BackoffLimitExceeded', 'Job has reached the specified backoff limit')
        elif deadline is not None and started and not members.is_suspended(self.job) and (
                now - parse_timestamp(started) >= deadline):
            self._fail('DeadlineExceeded', 'Job was active longer than specified deadline')
        elif spec.get('maxFailedIndexes') is not None and len(self.failed_indexes) > spec['maxFailedIndexes']:
            self._fail('MaxFailedIndexesExceeded', 'Job has exceeded the specified maximal number of failed indexes')
        elif self.failed_indexes and len(self.failed_indexes) + len(self.succeeded_indexes) >= (
                self._completions or 0):
            self._fail('FailedIndexes', 'Job has failed indexes')
        elif spec.get('successPolicy') and (text := job_policy.match_success(
                spec['successPolicy'], self._completions or 0, self.succeeded_indexes)):
            self.ended = self._entry('SuccessCriteriaMet', 'True', 'SuccessPolicy', text)

    def _fail(self, reason: str, message: str) -> None:
        self.ended = self._entry('FailureTarget', 'True', reason, message)

    def see_completion(self) -> None:
        """Whether nothing is left to do."""
        if self.ended is not None:
            return
        if self._completions is None:
            complete = self.succeeded > 0 and not self.active
        else:
            complete = self.succeeded >= self._completions and not self.active
        if complete:
            self.ended = self._entry('SuccessCriteriaMet', 'True', 'CompletionsReached',
                                     'Reached expected number of succeeded pods')

    # -- status -------------------------------------------------------------------------------------------------

    def count_pods(self) -> list[Object]:
        """Put pods that have ended on the list of the uncounted; those whose finalizer may go now. A long list would
        make the status too large: the rest comes with the next look."""
        done = []
        for pod in self._in_order():
            if self._held(pod) and self._may_be_released(pod):
                done.append(pod)
                self._count(pod)
                if self._fresh_indexes + sum(map(len, self._uncounted.values())) >= MOST_UNCOUNTED:
                    self._is_full = True
                    break
        return done

    def _in_order(self) -> list[Object]:
        """byCompletionIndex, so that completed indexes come in order."""
        if not members.is_indexed(self.job):
            return self.pods
        return sorted(self.pods, key=lambda pod: -1 if (number := members.index_of(pod)) is None else number)

    def _count(self, pod: Object) -> None:
        uid, failing = pod['metadata']['uid'], self.ended is not None and self.ended['type'] == 'FailureTarget'
        if pods.phase(pod) == 'Succeeded' and uid not in self._uncounted['failed']:
            if members.is_indexed(self.job):  # a completed index cannot be counted twice: it needs no UID
                self._fresh_indexes += self._has_place(pod) and members.index_of(pod) not in self._known_indexes
            elif uid not in self._uncounted['succeeded']:
                self._uncounted['succeeded'].append(uid)
        elif (failing or members.has_failed(pod, self.job)) and uid not in self._uncounted['failed'] and (
                self._has_place(pod) and self._failure_action(pod)[0] != job_policy.IGNORE):
            self._uncounted['failed'].append(uid)

    def _may_be_released(self, pod: Object) -> bool:
        """canRemoveFinalizer."""
        if self.ended is not None or deleting(self.job) or pods.phase(pod) == 'Succeeded':
            return True
        if not members.has_failed(pod, self.job):
            return False
        waiting = self.to_replace.get(members.index_of(pod) or 0)
        return waiting is None or waiting['metadata']['uid'] != pod['metadata']['uid']

    def add_target_condition(self) -> None:
        if self.ended is not None and condition_of(self.status, self.ended['type']) is None:
            self._put(self.ended)

    def add_terminal_condition(self) -> Object | None:
        """Complete or Failed, once every pod has ended and is counted."""
        ended = self.ended
        if ended is None or self._is_full or self.active or self.terminating or any(self._uncounted.values()):
            return None
        kind = 'Failed' if ended['type'] == 'FailureTarget' else 'Complete'
        entry = self._entry(kind, 'True', ended['reason'], ended['message'])
        self._put(entry)
        if kind == 'Complete':
            self.status['completionTime'] = self._simulation.timestamp()
        return entry

    def set_condition(self, kind: str, status: str, reason: str, message: str) -> None:
        self._put(self._entry(kind, status, reason, message))

    def _put(self, entry: Object) -> None:
        self.status['conditions'] = with_condition(self.status.get('conditions'), entry, keep_time=False)

    def _entry(self, kind: str, status: str, reason: str, message: str) -> Object:
        now = self._simulation.timestamp()
        return {'type': kind, 'status': status, 'lastProbeTime': now, 'lastTransitionTime': now, 'reason': reason,
                'message': message}

    def final_status(self) -> Object:
        """The status in the order of the API's type."""
        status = self.status
        counts = {
            'active': 0 if self.in_backoff else len(self.active),  # manageJob tells of none then
            'succeeded': len(self.succeeded_indexes) if members.is_indexed(self.job) else status.get('succeeded', 0),
            'failed': status.get('failed', 0),
        }
        found: Object = {name: status[name] for name in ('conditions', 'startTime', 'completionTime')
                         if status.get(name)}
        found.update((name, count) for name, count in counts.items() if count)
        found['terminating'] = self.terminating
        if members.is_indexed(self.job) and self.succeeded_indexes:
            found['completedIndexes'] = members.format_indexes(self.succeeded_indexes)
        if self.per_index:
            found['failedIndexes'] = members.format_indexes(self.failed_indexes)
        found['uncountedTerminatedPods'] = {name: uids for name, uids in self._uncounted.items() if uids}
        found['ready'] = sum(pods.is_ready(pod) for pod in self.active)
        return found
