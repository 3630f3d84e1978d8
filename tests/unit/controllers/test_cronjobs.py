"""CronJobs; the cases are those of upstream's cronjob_controllerv2_test.go and utils_test.go."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest

from tutor.apimachinery import cron
from tutor.cluster.controllers.cronjob import _most_recent

PERIOD = 600.0
SHORT, LONG = 10, 1_000_000


class Case(NamedTuple):
    """What is set, what went before, when somebody looks, and what happens then."""

    policy: str
    before: str
    time: bool
    expected: str
    active: int
    deadline: int | None = None
    suspend: bool = False


CASES = {
    'never ran, not time, A': Case('Allow', '', False, '', 0),
    'never ran, not time, F': Case('Forbid', '', False, '', 0),
    'never ran, not time, R': Case('Replace', '', False, '', 0),
    'never ran, is time, A': Case('Allow', '', True, 'SuccessfulCreate', 1),
    'never ran, is time, F': Case('Forbid', '', True, 'SuccessfulCreate', 1),
    'never ran, is time, R': Case('Replace', '', True, 'SuccessfulCreate', 1),
    'never ran, is time, suspended': Case('Allow', '', True, '', 0, suspend=True),
    'never ran, is time, past deadline': Case('Allow', '', True, '', 0, SHORT),
    'never ran, is time, not past deadline': Case('Allow', '', True, 'SuccessfulCreate', 1, LONG),
    'prev ran but done, not time, A': Case('Allow', 'done', False, '', 0),
    'prev ran but done, not time, R': Case('Replace', 'done', False, '', 0),
    'prev ran but done, is time, A': Case('Allow', 'done', True, 'SuccessfulCreate', 1),
    'prev ran but done, is time, F': Case('Forbid', 'done', True, 'SuccessfulCreate', 1),
    'prev ran but done, is time, R': Case('Replace', 'done', True, 'SuccessfulCreate', 1),
    'prev ran but done, is time, suspended': Case('Allow', 'done', True, '', 0, suspend=True),
    'prev ran but done, is time, past deadline': Case('Allow', 'done', True, '', 0, SHORT),
    'prev ran but done, is time, not past deadline': Case('Allow', 'done', True, 'SuccessfulCreate', 1, LONG),
    'still active, not time, A': Case('Allow', 'active', False, '', 1),
    'still active, not time, R': Case('Replace', 'active', False, '', 1),
    'still active, is time, A': Case('Allow', 'active', True, 'SuccessfulCreate', 2),
    'still active, is time, F': Case('Forbid', 'active', True, 'JobAlreadyActive', 1),
    'still active, is time, R': Case('Replace', 'active', True, 'SuccessfulDelete SuccessfulCreate', 1),
    'still active, is time, suspended': Case('Allow', 'active', True, '', 1, suspend=True),
    'still active, is time, past deadline': Case('Allow', 'active', True, '', 1, SHORT),
    'still active, is time, not past deadline': Case('Allow', 'active', True, 'SuccessfulCreate', 2, LONG),
}


def cronjob(make, schedule: str = '*/10 * * * *', **spec) -> dict:
    return {'apiVersion': 'batch/v1', 'kind': 'CronJob', 'metadata': {'name': 'tick'},
            'spec': {'schedule': schedule, 'jobTemplate': {'spec': make.job('x')['spec']}, **spec}}


def told(world) -> list[str]:
    events = [e for e in world.admin.items('events', 'default') if e['involvedObject']['kind'] == 'CronJob']
    return [e['reason'] for e in sorted(events, key=lambda e: int(e['metadata']['resourceVersion']))]


def go_to(world, seconds: float) -> None:
    """Advance to so many seconds after the next full ten minutes."""
    now = world.simulation.wall().timestamp()
    world.run(PERIOD - now % PERIOD + seconds)


@pytest.mark.parametrize('case', CASES.values(), ids=CASES)
def test_sync_cronjob(world, make, case):
    """TestControllerV2SyncCronJob. What is missed meanwhile is due when a CronJob is no longer suspended."""
    go_to(world, 1)
    world.create('cronjobs.batch', cronjob(make, concurrencyPolicy=case.policy, suspend=not case.before), 1)
    if case.before:
        go_to(world, 5)
        world.patch('cronjobs.batch', 'tick', {'spec': {'suspend': True}}, 1)
        if case.before == 'done':
            world.end(f'job-name={world.names("jobs.batch")[0]}', 'Succeeded')
            world.run()
    known = len(told(world))
    go_to(world, 60 if case.time else -60)
    world.patch('cronjobs.batch', 'tick', {'spec': {
        'suspend': case.suspend, 'startingDeadlineSeconds': case.deadline}})
    assert ' '.join(told(world)[known:]) == case.expected
    assert len(world.status('cronjobs.batch', 'tick').get('active') or ()) == case.active


def test_a_schedule_that_is_never_due_is_invalid(world, make):
    """TestMostRecentScheduleTime: 'rogue cronjob'."""
    world.create('cronjobs.batch', cronjob(make, '59 23 31 2 *'))
    assert world.messages('InvalidSchedule') == [
        'invalid schedule: 59 23 31 2 * : time difference between two schedules is less than 1 second']


def test_another_schedule_counts_from_its_next_time(world, make):
    """TestControllerV2UpdateCronJob: what it would have missed is not made up for."""
    go_to(world, 30)
    world.create('cronjobs.batch', cronjob(make, '0 0 1 1 *'), 120)
    world.patch('cronjobs.batch', 'tick', {'spec': {'schedule': '*/1 * * * *'}}, 25)
    assert world.names('jobs.batch') == []
    world.run(10)
    job, = world.items('jobs.batch')
    assert job['metadata']['annotations']['batch.kubernetes.io/cronjob-scheduled-timestamp'].endswith('09:13:00Z')


def test_a_missing_and_a_strange_job_are_told(world, make):
    """TestControllerV2SyncCronJob's jobs that only one side knows of."""
    go_to(world, -5)
    world.create('cronjobs.batch', cronjob(make), 10)
    name, = world.names('jobs.batch')
    owner = world.get('cronjobs.batch', 'tick')['metadata']
    stranger = make.job('stranger')
    stranger['metadata']['ownerReferences'] = [{
        'apiVersion': 'batch/v1', 'kind': 'CronJob', 'name': 'tick', 'uid': owner['uid'], 'controller': True}]
    world.create('jobs.batch', stranger)
    assert set(world.messages('UnexpectedJob')) == {
        'Saw a job that the controller did not create or forgot: stranger'}
    world.delete('jobs.batch', name)
    assert world.messages('MissingJob') == [f'Active job went missing: {name}']


def test_history_is_cleaned_before_it_is_told(world, make):
    """TestControllerV2CleanupFinishedJobs: a job for which there is no room is never said to have been seen."""
    go_to(world, -5)
    world.create('cronjobs.batch', cronjob(make, successfulJobsHistoryLimit=0), 10)
    name, = world.names('jobs.batch')
    world.end(f'job-name={name}', 'Succeeded')
    world.run()
    assert told(world) == ['SuccessfulCreate', 'SuccessfulDelete']
    assert world.names('jobs.batch') == []
    status = world.status('cronjobs.batch', 'tick')
    assert 'active' not in status
    assert 'lastSuccessfulTime' in status


def test_an_active_job_that_is_no_longer_owned_is_not_missing(world, make):
    """syncCronJob asks the API server before it says that a job went missing."""
    go_to(world, -5)
    world.create('cronjobs.batch', cronjob(make), 10)
    name, = world.names('jobs.batch')
    world.patch('jobs.batch', name, {'metadata': {'ownerReferences': None}})
    world.patch('cronjobs.batch', 'tick', {'metadata': {'labels': {'a': 'b'}}})
    assert world.messages('MissingJob') == []
    assert [item['name'] for item in world.status('cronjobs.batch', 'tick')['active']] == [name]


@pytest.mark.parametrize(('schedule', 'start', 'now', 'expected', 'missed'), [
    pytest.param('0 * * * *', '09:30', '09:59', None, 0, id='now before next schedule'),
    pytest.param('0 * * * *', '09:30', '10:01', '10:00', 0, id='now just after next schedule'),
    pytest.param('0 * * * *', '09:30', '12:00', '12:00', 3, id='missed 3 schedules'),
    pytest.param('0 * * * *', '10:00', '14:59', '14:00', 4, id='missed 4 schedules'),
    pytest.param('0 0 * * *', '00:30', '23:00', None, 0, id='not yet due today'),
    pytest.param('@every 1h', '10:01', '14:00', '13:01', 3, id='missed 3 schedules of an @every'),
])
def test_most_recent_schedule_time(schedule, start, now, expected, missed):
    """TestMostRecentScheduleTime."""
    def at(text: str | None) -> datetime | None:
        return datetime.fromisoformat(f'2016-05-19T{text}:00+00:00') if text else None
    first, last = at(start), at(now)
    assert first is not None and last is not None
    assert _most_recent(cron.parse(schedule), UTC, first, last) == (at(expected), missed)


@pytest.mark.parametrize(('schedule', 'after', 'expected'), [
    pytest.param('30 2 * * *', '2026-03-08T00:00', '2026-03-09T06:30', id='an hour that is skipped has no such minute'),
    pytest.param('30 1 * * *', '2026-11-01T00:00', '2026-11-01T05:30', id='an hour that comes twice, first'),
    pytest.param('30 1 * * *', '2026-11-01T01:31', '2026-11-01T06:30', id='an hour that comes twice, again'),
    pytest.param('0 * * * *', '2026-03-08T01:30', '2026-03-08T07:00', id='each hour goes on'),
    pytest.param('0 12 * * *', '2026-03-08T00:00', '2026-03-08T16:00', id='noon after the change'),
])
def test_schedules_in_zones_whose_clocks_change(schedule, after, expected):
    """robfig/cron's TestNext, New York."""
    zone = ZoneInfo('America/New_York')
    found = cron.parse(schedule).next(datetime.fromisoformat(after).replace(tzinfo=zone), zone)
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize('seconds', [2**40, 2**63 - 1])
def test_a_deadline_longer_than_go_can_count_ends_nobodys_work(world, seconds):
    world.create('cronjobs.batch', {
        'apiVersion': 'batch/v1', 'kind': 'CronJob', 'metadata': {'name': 'c'},
        'spec': {'schedule': '* * * * *', 'startingDeadlineSeconds': seconds, 'jobTemplate': {'spec': {
            'template': {'spec': {'restartPolicy': 'Never', 'containers': [{'name': 'c', 'image': 'busybox'}]}}}}}})
    world.run(180)


def test_a_grace_longer_than_go_can_count_marks_a_pod_all_the_same(world, make):
    world.create('pods', make.pod('p', terminationGracePeriodSeconds=2**40))
    marked = world.admin.delete('pods', 'p', 'default')
    assert marked['metadata']['deletionGracePeriodSeconds'] == 2**40
    world.run()
    assert world.find('pods', 'p') is None
