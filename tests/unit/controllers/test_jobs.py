"""Jobs, CronJobs, and the end of their lives."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tutor.apimachinery import cron
from tutor.cluster.controllers import job_pods


def conditions(world, name: str) -> list[tuple[str, str]]:
    return [(c['type'], c['reason']) for c in world.status('jobs.batch', name).get('conditions') or ()]


def test_a_job_completes_when_enough_pods_succeeded(world, make):
    world.create('jobs.batch', make.job('task', completions=3, parallelism=2))
    assert world.status('jobs.batch', 'task')['active'] == 2
    world.end('job-name=task', 'Succeeded')
    world.run()
    assert world.status('jobs.batch', 'task')['active'] == 1
    world.end('job-name=task', 'Succeeded')
    world.run()
    status = world.status('jobs.batch', 'task')
    assert (status['succeeded'], 'active' in status) == (3, False)
    assert conditions(world, 'task') == [
        ('SuccessCriteriaMet', 'CompletionsReached'), ('Complete', 'CompletionsReached')]
    assert status['completionTime']
    assert all('finalizers' not in pod['metadata'] for pod in world.items('pods'))
    assert world.messages('Completed') == ['Job completed']


def test_a_failed_pod_is_tried_again_after_a_while_and_not_for_ever(world, make):
    world.create('jobs.batch', make.job('task', backoffLimit=1))
    world.end('job-name=task', 'Failed', 1)
    world.run(5)
    assert len(world.items('pods')) == 1
    world.run(8)
    assert len(world.items('pods')) == 2
    world.end('job-name=task', 'Failed', 1)
    world.run()
    assert conditions(world, 'task') == [
        ('FailureTarget', 'BackoffLimitExceeded'), ('Failed', 'BackoffLimitExceeded')]
    assert world.status('jobs.batch', 'task')['failed'] == 2
    assert world.messages('BackoffLimitExceeded') == ['Job has reached the specified backoff limit']


def test_indexed_pods_each_have_a_number(world, make):
    world.create('jobs.batch', make.job('many', completions=4, parallelism=2, completionMode='Indexed'))
    assert [p['metadata']['annotations'][job_pods.INDEX] for p in world.items('pods')] == ['0', '1']
    assert world.items('pods')[0]['spec']['hostname'] == 'many-0'
    assert world.items('pods')[0]['spec']['containers'][0]['env'][0]['name'] == 'JOB_COMPLETION_INDEX'
    for _ in range(3):
        world.end('job-name=many', 'Succeeded')
        world.run()
    assert world.status('jobs.batch', 'many')['completedIndexes'] == '0-3'


def test_a_suspended_job_has_no_pods_and_no_failures(world, make):
    world.create('jobs.batch', make.job('task', completions=3, parallelism=3, backoffLimit=0))
    world.patch('jobs.batch', 'task', {'spec': {'suspend': True}})
    assert world.items('pods') == []
    assert conditions(world, 'task') == [('Suspended', 'JobSuspended')]
    world.patch('jobs.batch', 'task', {'spec': {'suspend': False}})
    status = world.status('jobs.batch', 'task')
    assert (status['active'], status.get('failed', 0)) == (3, 0)
    assert world.messages('Resumed') == ['Job resumed']


def test_a_deadline_ends_a_job(world, make):
    job = make.job('slow', activeDeadlineSeconds=4)
    job['spec']['template']['spec']['terminationGracePeriodSeconds'] = 1
    world.create('jobs.batch', job, 10)
    assert conditions(world, 'slow') == [('FailureTarget', 'DeadlineExceeded'), ('Failed', 'DeadlineExceeded')]
    assert world.items('pods') == []


def test_a_failure_policy_can_end_a_job_at_once(world, make):
    world.create('jobs.batch', make.job('task', podFailurePolicy={'rules': [
        {'action': 'FailJob', 'onExitCodes': {'operator': 'In', 'values': [42]}}]}))
    pod = world.names('pods')[0]
    world.end('job-name=task', 'Failed', 42)
    world.run()
    failed = next(c for c in world.status('jobs.batch', 'task')['conditions'] if c['type'] == 'Failed')
    assert failed['reason'] == 'PodFailurePolicy'
    assert failed['message'] == (f'Container c for pod default/{pod} failed with exit code 42 matching FailJob rule '
                                 'at index 0')


def test_ignored_failures_do_not_count_against_the_limit(world, make):
    world.create('jobs.batch', make.job('task', backoffLimit=0, podFailurePolicy={'rules': [
        {'action': 'Ignore', 'onExitCodes': {'operator': 'In', 'values': [3]}}]}))
    world.end('job-name=task', 'Failed', 3)
    world.run(20)
    assert conditions(world, 'task') == []
    assert world.status('jobs.batch', 'task')['active'] == 1


def test_a_success_policy_ends_a_job_early(world, make):
    world.create('jobs.batch', make.job('lead', completions=3, parallelism=3, completionMode='Indexed', successPolicy={
        'rules': [{'succeededIndexes': '0', 'succeededCount': 1}]}))
    world.end(f'job-name=lead,{job_pods.INDEX}=0', 'Succeeded')
    world.run(40)
    assert conditions(world, 'lead') == [('SuccessCriteriaMet', 'SuccessPolicy'), ('Complete', 'SuccessPolicy')]


def test_a_finished_job_is_deleted_after_its_time_to_live(world, make):
    world.create('jobs.batch', make.job('gone', ttlSecondsAfterFinished=5))
    world.end('job-name=gone', 'Succeeded')
    world.run(3)
    assert world.find('jobs.batch', 'gone') is not None
    world.run(8)
    assert world.find('jobs.batch', 'gone') is None
    assert world.items('pods') == []


@pytest.mark.parametrize(('numbers', 'text'), [
    ([], ''), ([4], '4'), ([0, 1], '0,1'), ([0, 1, 2], '0-2'), ([1, 3, 4, 5, 9], '1,3-5,9')])
def test_indexes_are_written_as_intervals(numbers, text):
    assert job_pods.format_indexes(numbers) == text
    assert job_pods.parse_indexes(text, 100) == numbers


def cronjob(make, schedule: str, **spec) -> dict:
    return {'apiVersion': 'batch/v1', 'kind': 'CronJob', 'metadata': {'name': 'tick'},
            'spec': {'schedule': schedule, 'jobTemplate': {'spec': make.job('x')['spec']}, **spec}}


def test_a_cronjob_makes_a_job_at_each_due_time(world, make):
    world.create('cronjobs.batch', cronjob(make, '*/1 * * * *'), 65)
    jobs = world.items('jobs.batch')
    assert len(jobs) == 1
    due = datetime.fromisoformat(jobs[0]['metadata']['annotations']['batch.kubernetes.io/cronjob-scheduled-timestamp'])
    assert jobs[0]['metadata']['name'] == f'tick-{int(due.timestamp()) // 60}'
    status = world.status('cronjobs.batch', 'tick')
    assert [item['name'] for item in status['active']] == [jobs[0]['metadata']['name']]
    assert world.messages('SuccessfulCreate', 'default')[0] == f'Created job {jobs[0]["metadata"]["name"]}'
    world.end(f'job-name={jobs[0]["metadata"]["name"]}', 'Succeeded')
    world.run()
    status = world.status('cronjobs.batch', 'tick')
    assert 'active' not in status
    assert status['lastSuccessfulTime']
    assert world.messages('SawCompletedJob') == [
        f'Saw completed job: {jobs[0]["metadata"]["name"]}, condition: Complete']


def test_forbid_skips_and_replace_replaces(world, make):
    world.create('cronjobs.batch', cronjob(make, '*/1 * * * *', concurrencyPolicy='Forbid'), 130)
    assert len(world.items('jobs.batch')) == 1
    assert world.messages('JobAlreadyActive')
    world.patch('cronjobs.batch', 'tick', {'spec': {'concurrencyPolicy': 'Replace'}}, 65)
    assert len(world.items('jobs.batch')) == 1


def test_history_is_limited(world, make):
    world.create('cronjobs.batch', cronjob(make, '*/1 * * * *', successfulJobsHistoryLimit=1), 3)
    for _ in range(3):
        world.run(60)
        for job in world.names('jobs.batch'):
            world.end(f'job-name={job}', 'Succeeded')
    world.run(3)
    assert len(world.items('jobs.batch')) == 1


def test_a_suspended_cronjob_makes_nothing(world, make):
    world.create('cronjobs.batch', cronjob(make, '*/1 * * * *', suspend=True), 130)
    assert world.items('jobs.batch') == []


@pytest.mark.parametrize(('schedule', 'after', 'expected'), [
    ('0 * * * *', '2026-05-04T09:30:00', '2026-05-04T10:00:00'),
    ('*/15 * * * *', '2026-05-04T09:31:00', '2026-05-04T09:45:00'),
    ('30 2 * * 1-5', '2026-05-08T03:00:00', '2026-05-11T02:30:00'),
    ('0 0 1 jan *', '2026-05-04T09:30:00', '2027-01-01T00:00:00'),
    ('0 0 13 * fri', '2026-05-04T00:00:00', '2026-05-08T00:00:00'),
    ('0 0 */2 * mon', '2026-05-05T09:30:00', '2026-05-07T00:00:00'),
    ('0 0 */1 * mon', '2026-05-05T09:30:00', '2026-05-11T00:00:00'),
    ('CRON_TZ=Asia/Shanghai 0 8 * * *', '2026-05-04T09:30:00', '2026-05-05T00:00:00'),
    ('@daily', '2026-05-04T09:30:00', '2026-05-05T00:00:00'),
    ('@every 90s', '2026-05-04T09:30:00', '2026-05-04T09:31:30'),
    ('0 0 29 2 *', '2026-05-04T09:30:00', '2028-02-29T00:00:00'),
])
def test_the_next_due_time(schedule, after, expected):
    found = cron.parse(schedule).next(datetime.fromisoformat(after).replace(tzinfo=UTC))
    assert found == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_schedule_that_is_never_due():
    assert cron.parse('0 0 31 2 *').next(datetime(2026, 5, 4, tzinfo=UTC)) is None


def test_a_job_is_marked_with_its_time_in_the_zone_of_the_cronjob(world, make):
    world.create('cronjobs.batch', cronjob(make, '*/1 * * * *', timeZone='Asia/Shanghai'), 65)
    notes = world.items('jobs.batch')[0]['metadata']['annotations']
    assert notes['batch.kubernetes.io/cronjob-scheduled-timestamp'].endswith('+08:00')


def test_too_many_missed_times_are_told_and_the_last_one_is_started(world, make):
    world.create('cronjobs.batch', cronjob(make, '*/1 * * * *', suspend=True), 2 * 3600)
    world.patch('cronjobs.batch', 'tick', {'spec': {'suspend': False}})
    assert len(world.items('jobs.batch')) == 1
    assert world.messages('TooManyMissedTimes') == [
        'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew']


def test_a_year_of_missed_times_is_counted_at_once(world, make):
    """A schedule that is not regular is still found exactly (TestMostRecentScheduleTime)."""
    from tutor.cluster.controllers.cronjob import _most_recent
    start, now = datetime(2025, 5, 4, 9, tzinfo=UTC), datetime(2026, 5, 4, 9, tzinfo=UTC)
    assert _most_recent(cron.parse('* * * * *'), UTC, start, now) == (now, 365 * 24 * 60)
    assert _most_recent(cron.parse('30 6-16/4 * * 1-5'), UTC, start, now)[0] == datetime(2026, 5, 4, 6, 30, tzinfo=UTC)


def test_each_index_waits_out_its_own_backoff(world, make):
    """TestSyncJobWithJobBackoffLimitPerIndex: another index does not wait for it."""
    world.create('jobs.batch', make.job('a', completionMode='Indexed', completions=3, parallelism=2,
                                        backoffLimitPerIndex=2), 2)
    failing = [pod for pod in world.items('pods') if pod['metadata']['name'].startswith('a-0-')]
    status = failing[0]['status']
    world.admin.update_status('pods', {**failing[0], 'status': {**status, 'phase': 'Failed', 'containerStatuses': [
        {**status['containerStatuses'][0], 'ready': False, 'state': {'terminated': {
            'exitCode': 1, 'reason': 'Error', 'startedAt': world.simulation.timestamp(),
            'finishedAt': world.simulation.timestamp()}}}]}})
    world.run(4)
    assert sorted(name[:3] for name in world.names('pods')) == ['a-0', 'a-1']
    world.run(8)
    assert sorted(name[:3] for name in world.names('pods')) == ['a-0', 'a-0', 'a-1']
