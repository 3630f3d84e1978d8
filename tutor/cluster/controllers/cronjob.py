"""CronJobs: a Job at each due time (pkg/controller/cronjob)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo

from tutor.apimachinery import cron
from tutor.apimachinery.duration import format_timestamp, parse_timestamp, span
from tutor.apimachinery.errors import StatusError, internal_error
from tutor.apimachinery.objects import Object, controller_of, deleting, key, owner_reference
from tutor.client.client import Client, delete_options
from tutor.client.informer import Informers
from tutor.cluster.controllers import indexes
from tutor.cluster.controllers.controller import Controller, namespace_terminating
from tutor.cluster.controllers.job_sync import job_end
from tutor.cluster.controllers.ownership import owner_key
from tutor.cluster.controllers.written import Written
from tutor.cluster.simulation import Simulation

RESOURCE = 'cronjobs.batch'
JOBS = 'jobs.batch'
SCHEDULED_AT = 'batch.kubernetes.io/cronjob-scheduled-timestamp'
MANY = 100
_NEVER = '9999'
_EARLY = 0.1
"""Seconds after the full minute at which a CronJob is looked at, so that it is surely due (nextScheduleDelta)."""


class CronJobController(Controller):
    """Creates Jobs on time, keeps the list of those that run, and removes old ones."""

    component = 'cronjob-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.cronjobs = self.informer(RESOURCE)
        self.jobs = indexes.by_controller(self.informer(JOBS))
        self.written = Written(self.jobs)
        self.cronjobs.on_change(self._changed)
        self.jobs.on_change(self._job_changed)

    def _changed(self, old: Object | None, new: Object | None) -> None:
        """updateCronJob: another schedule counts from its next time, and not for what went before."""
        if old is not None and new is not None and any(
                old['spec'].get(field) != new['spec'].get(field) for field in ('schedule', 'timeZone')):
            wait = self._until_next(new)
            if wait is not None:
                self.postpone(key(new), wait)
            return
        self.queue.add(key(new or old or {}))

    def _until_next(self, cronjob: Object) -> float | None:
        """nextScheduleTimeDuration."""
        try:
            schedule = cron.parse(cronjob['spec']['schedule'])
            zone = cron.location(cronjob['spec'].get('timeZone', ''))
        except ValueError:
            return None
        now = self.simulation.wall()
        upcoming = schedule.next(now, zone)
        return None if upcoming is None else (upcoming - now).total_seconds() + _EARLY

    def _job_changed(self, old: Object | None, new: Object | None) -> None:
        job: Object = new or old or {}
        if new is None:
            self.written.seen_gone(job)
        if owner := owner_key(job, 'CronJob'):
            self.queue.add(owner)

    # -- reconcile ----------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        """sync."""
        cronjob = self.cronjobs.objects.get(key)
        if cronjob is None:
            return
        if self.written.behind(key):
            self.postpone(key, 0.005)
            return
        status = dict(cronjob.get('status', {}))
        status['active'] = list(status.get('active') or ())
        mine = indexes.owned(self.jobs, cronjob)
        self._clean(cronjob, status, mine)
        problem: StatusError | None = None
        try:
            self._follow_jobs(cronjob, status, mine)
            if not deleting(cronjob):
                self._run_due(key, cronjob, status)
        except StatusError as error:
            problem = error
        self._write(cronjob, status)
        if problem is not None:
            raise problem

    def _follow_jobs(self, cronjob: Object, status: Object, mine: list[Object]) -> None:
        """The first part of syncCronJob: finished Jobs leave the list of the active, and those that are no more."""
        known = {reference.get('uid') for reference in status['active']}
        for job in mine:
            ended = _ended(job)
            uid = job['metadata']['uid']
            if uid in known and ended:
                status['active'] = [item for item in status['active'] if item.get('uid') != uid]
                self.event(cronjob, 'Normal', 'SawCompletedJob',
                           f'Saw completed job: {job["metadata"]["name"]}, condition: {ended}')
            elif uid not in known and not ended:
                self.event(cronjob, 'Warning', 'UnexpectedJob', 'Saw a job that the controller did not create or '
                           f'forgot: {job["metadata"]["name"]}')
            done = job.get('status', {}).get('completionTime')
            if ended == 'Complete' and done and done > status.get('lastSuccessfulTime', ''):
                status['lastSuccessfulTime'] = done
        present = {job['metadata']['uid'] for job in mine}
        for item in list(status['active']):
            name = item.get('name', '')
            if item.get('uid') not in present and (
                    not name or self.client.find(JOBS, name, cronjob['metadata']['namespace']) is None):
                status['active'].remove(item)
                self.event(cronjob, 'Normal', 'MissingJob', f'Active job went missing: {name}')

    def _clean(self, cronjob: Object, status: Object, mine: list[Object]) -> None:
        """cleanupFinishedJobs."""
        for ended, field, default in (('Complete', 'successfulJobsHistoryLimit', 3),
                                      ('Failed', 'failedJobsHistoryLimit', 1)):
            limit = cronjob['spec'].get(field, default)
            jobs = sorted((job for job in mine if _ended(job) == ended and not deleting(job)),
                          key=lambda job: (job.get('status', {}).get('startTime', _NEVER), job['metadata']['name']))
            for job in jobs[:max(len(jobs) - limit, 0)]:
                self._delete(cronjob, status, job)

    def _delete(self, cronjob: Object, status: Object, job: Object) -> bool:
        """deleteJob; whether that has succeeded."""
        meta = job['metadata']
        try:
            self.client.delete(JOBS, meta['name'], meta['namespace'], delete_options(propagationPolicy='Background'))
        except StatusError as error:
            self.event(cronjob, 'Warning', 'FailedDelete', f'Deleted job: {error.message}')
            return False
        status['active'] = [item for item in status['active'] if item.get('uid') != meta['uid']]
        self.event(cronjob, 'Normal', 'SuccessfulDelete', f'Deleted job {meta["name"]}')
        return True

    def _replace(self, cronjob: Object, status: Object) -> None:
        """What runs makes way for the next one. Raises StatusError."""
        space = cronjob['metadata']['namespace']
        for item in list(status['active']):
            try:
                job = self.client.get(JOBS, item.get('name', ''), space)
            except StatusError as error:
                self.event(cronjob, 'Warning', 'FailedGet', f'Get job: {error.message}')
                raise
            if not self._delete(cronjob, status, job):
                raise internal_error(f'could not replace job {space}/{item["name"]}')

    # -- due times ----------------------------------------------------------------------------------------------

    def _run_due(self, where: str, cronjob: Object, status: Object) -> None:
        """The second part of syncCronJob."""
        spec = cronjob['spec']
        zone = self._zone(cronjob)
        if zone is None or spec.get('suspend'):
            return
        try:
            schedule = cron.parse(spec['schedule'])
        except ValueError as error:
            self.event(cronjob, 'Warning', 'UnparseableSchedule', f'unparseable schedule: "{spec["schedule"]}" : '
                       f'{error}')
            return
        now = self.simulation.wall()
        upcoming = schedule.next(now, zone)
        if upcoming is None:
            self.event(cronjob, 'Warning', 'InvalidSchedule', f'invalid schedule: {spec["schedule"]} : time difference '
                       'between two schedules is less than 1 second')
            return
        due = self._due_time(cronjob, schedule, zone, now)
        self.postpone(where, (upcoming - now).total_seconds() + _EARLY)
        if due is not None:
            self._start(where, cronjob, status, due, now, zone)

    def _zone(self, cronjob: Object) -> tzinfo | None:
        name = cronjob['spec'].get('timeZone', '')
        try:
            return cron.location(name)
        except ValueError as problem:
            self.event(cronjob, 'Warning', 'UnknownTimeZone', f'invalid timeZone: "{name}": {problem}')
            return None

    def _due_time(self, cronjob: Object, schedule: cron.Schedule, zone: tzinfo, now: datetime) -> datetime | None:
        """nextScheduleTime: the last due time that has passed since the last run."""
        last = cronjob.get('status', {}).get('lastScheduleTime')
        earliest = datetime.fromtimestamp(parse_timestamp(last or cronjob['metadata']['creationTimestamp']), UTC)
        deadline = cronjob['spec'].get('startingDeadlineSeconds')
        if deadline is not None:
            earliest = max(earliest, now - span(deadline))
        found, missed = _most_recent(schedule, zone, earliest, now)
        if found is not None and missed > MANY:
            self.event(cronjob, 'Warning', 'TooManyMissedTimes', 'too many missed start times. Set or '
                       'decrease .spec.startingDeadlineSeconds or check clock skew')
        return found

    def _start(self, where: str, cronjob: Object, status: Object, due: datetime, now: datetime, zone: tzinfo) -> None:
        meta, spec = cronjob['metadata'], cronjob['spec']
        deadline = spec.get('startingDeadlineSeconds')
        stamp = format_timestamp(due.timestamp())
        if deadline is not None and due + span(deadline) < now:
            self.event(cronjob, 'Warning', 'MissSchedule',
                       f'Missed scheduled time to start a job: {due.strftime("%a, %d %b %Y %H:%M:%S +0000")}')
            return
        name = f'{meta["name"]}-{int(due.timestamp()) // 60}'
        if status.get('lastScheduleTime') == stamp or any(item.get('name') == name for item in status['active']):
            return
        policy = spec.get('concurrencyPolicy', 'Allow')
        if policy == 'Forbid' and status['active']:
            self.event(cronjob, 'Normal', 'JobAlreadyActive', 'Not starting job because prior execution is running '
                       'and concurrency policy is Forbid')
            return
        if policy == 'Replace':
            self._replace(cronjob, status)
        job = self._create(cronjob, name, due.astimezone(zone).isoformat().replace('+00:00', 'Z'))
        if job is not None:
            self.written.wrote(where, job)
            status['active'].append(_reference(job))
            status['lastScheduleTime'] = stamp

    def _create(self, cronjob: Object, name: str, due: str) -> Object | None:
        """getJobFromTemplate2 and its creation."""
        template = cronjob['spec']['jobTemplate']
        given = template.get('metadata') or {}
        job: Object = {
            'apiVersion': 'batch/v1', 'kind': 'Job',
            'metadata': {'name': name, 'namespace': cronjob['metadata']['namespace'],
                         'labels': dict(given.get('labels') or {}),
                         'annotations': {**(given.get('annotations') or {}), SCHEDULED_AT: due},
                         'ownerReferences': [owner_reference(cronjob)]},
            'spec': template['spec'],
        }
        if not job['metadata']['labels']:
            del job['metadata']['labels']
        try:
            made = self.client.create(JOBS, job)
        except StatusError as error:
            if error.reason == 'AlreadyExists':
                return self._known(cronjob, name)
            if not namespace_terminating(error):
                self.event(cronjob, 'Warning', 'FailedCreate', f'Error creating job: {error.message}')
                raise
            return None
        self.event(cronjob, 'Normal', 'SuccessfulCreate', f'Created job {name}')
        return made

    def _known(self, cronjob: Object, name: str) -> Object | None:
        found = self.client.find(JOBS, name, cronjob['metadata']['namespace'])
        owner = controller_of(found) if found is not None else None
        return found if owner is not None and owner['uid'] == cronjob['metadata']['uid'] else None

    def _write(self, cronjob: Object, status: Object) -> None:
        if not status['active']:
            del status['active']
        if status != cronjob.get('status', {}):
            self.client.update_status(RESOURCE, {**cronjob, 'status': status})


def _most_recent(schedule: cron.Schedule, zone: tzinfo, earliest: datetime,
                 now: datetime) -> tuple[datetime | None, int]:
    """mostRecentScheduleTime: the last due time, and about how many there were; without looking at each of them."""
    first = schedule.next(earliest, zone)
    if first is None or now < first:
        return None, 0
    second = schedule.next(first, zone)
    if second is None or now < second:
        return first, 0
    between = max(round((second - first).total_seconds()), 1)
    missed = int((now - first).total_seconds()) // between + 1
    found, moment = None, schedule.next(first + timedelta(seconds=(missed - 2) * between), zone)
    while moment is not None and moment <= now:
        found, moment = moment, schedule.next(moment, zone)
    return found, missed


def _ended(job: Object) -> str:
    """'Complete' or 'Failed', '' while it runs."""
    end = job_end(job)
    return end['type'] if end is not None else ''


def _reference(job: Object) -> Object:
    meta = job['metadata']
    return {'kind': 'Job', 'namespace': meta['namespace'], 'name': meta['name'], 'uid': meta['uid'],
            'apiVersion': 'batch/v1', 'resourceVersion': meta['resourceVersion']}
