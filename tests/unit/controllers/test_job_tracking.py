"""How Jobs count their pods and wait after failures; the cases are those of upstream's job_controller_test.go,
backoff_utils_test.go and indexed_job_utils_test.go."""

from __future__ import annotations

import pytest

from tutor.cluster.controllers import job_pods
from tutor.cluster.controllers.job_backoff import Record, finished_at, record_after

CREATED, EARLIER, LATER = '2026-05-04T09:00:00Z', '2026-05-04T09:01:00Z', '2026-05-04T09:02:00Z'
AT = {CREATED: 0.0, EARLIER: 60.0, LATER: 120.0}


def pod(*ends: str | None, ready_false: str = '', deleted: str = '', grace: int = 0) -> dict:
    meta = {'name': 'p', 'creationTimestamp': CREATED}
    if deleted:
        meta |= {'deletionTimestamp': deleted, 'deletionGracePeriodSeconds': grace}
    return {'metadata': meta, 'status': {
        'containerStatuses': [{'state': {'terminated': {'finishedAt': end}} if end else {'running': {}}}
                              for end in ends],
        'conditions': [{'type': 'Ready', 'status': 'False', 'lastTransitionTime': ready_false}] if ready_false else []}}


START = finished_at(pod())


@pytest.mark.parametrize(('given', 'expected'), [
    pytest.param(pod(EARLIER, LATER), 120.0, id='Pod with multiple containers and all containers terminated'),
    pytest.param(pod(EARLIER, None), 0.0, id='fallback to creation when a container still runs'),
    pytest.param(pod(EARLIER, None, ready_false=LATER), 120.0, id='Pod with Ready=False'),
    pytest.param(pod(ready_false=EARLIER, deleted=LATER), 60.0, id='Ready=False before deletion'),
    pytest.param(pod(deleted=LATER, grace=30), 90.0, id='Pod with deletionTimestamp'),
    pytest.param(pod(), 0.0, id='fall back to pod creation time'),
])
def test_get_finished_time(given, expected):
    """TestGetFinishedTime."""
    assert finished_at(given) - START == expected


@pytest.mark.parametrize(('old', 'succeeded', 'failed', 'failures', 'last'), [
    pytest.param(Record(), [], [EARLIER], 1, EARLIER, id='Empty backoff store and one new failure'),
    pytest.param(Record(), [], [LATER, EARLIER], 2, LATER, id='Empty backoff store and two new failures'),
    pytest.param(Record(), [EARLIER], [LATER], 1, LATER, id='one success and one failure after it'),
    pytest.param(Record(3, 1.0), [LATER], [EARLIER], 0, None, id='failures before the last success are forgotten'),
    pytest.param(Record(3, 1.0), [LATER], [], 0, None, id='a success resets'),
    pytest.param(Record(1, 1.0), [], [LATER], 2, LATER, id='a failure more'),
])
def test_new_backoff_record(old, succeeded, failed, failures, last):
    """TestNewBackoffRecord."""
    found = record_after(old, [pod(end) for end in succeeded], [pod(end) for end in failed])
    assert (found.failures, found.last) == (failures, START + AT[last] if last else 0.0)


@pytest.mark.parametrize(('failures', 'now', 'expected'), [
    (0, 0.0, 0.0), (1, 4.0, 6.0), (2, 4.0, 16.0), (3, 0.0, 40.0), (7, 0.0, 600.0), (60, 0.0, 600.0), (1, 11.0, 0.0)])
def test_get_remaining_backoff_time(failures, now, expected):
    """TestGetRemainingBackoffTime."""
    assert Record(failures).left(now) == expected


@pytest.mark.parametrize(('name', 'index', 'prefix'), [
    ('hello', 3, 'hello-3-'), ('a' * 55, 3, 'a' * 55 + '-3-'), ('a' * 60, 12, 'a' * 54 + '-12-')])
def test_pod_generate_name(name, index, prefix):
    """TestPodGenerateNameWithIndex."""
    job = {'metadata': {'name': name, 'uid': 'u'}, 'apiVersion': 'batch/v1', 'kind': 'Job',
           'spec': {'template': {'spec': {'containers': []}}}}
    assert job_pods.pod_for(job, index)['metadata']['generateName'] == prefix


# -- in a cluster -------------------------------------------------------------------------------------------------


def history(world, name: str = 'work') -> list[dict]:
    """Each status that the Job comes to have from now on."""
    seen: list[dict] = []

    def deliver(events: list[dict] | None) -> None:
        seen.extend(event['object']['status'] for event in events or () if event['type'] == 'MODIFIED')

    version = world.get('jobs.batch', name)['metadata']['resourceVersion']
    world.admin.watch('jobs.batch', 'default', resource_version=version).subscribe(deliver)
    return seen


def types(status: dict) -> list[str]:
    return [entry['type'] for entry in status.get('conditions') or ()]


@pytest.mark.parametrize('mode', ['NonIndexed', 'Indexed'])
def test_pods_are_listed_as_uncounted_before_they_lose_their_finalizers(world, make, mode):
    """TestTrackJobStatusAndRemoveFinalizers: a completed index needs no UID."""
    world.create('jobs.batch', make.job('work', completions=1, completionMode=mode))
    uid = world.items('pods')[0]['metadata']['uid']
    seen = history(world)
    world.end('job-name=work', 'Succeeded')
    world.run()
    steps = [(types(status), status['uncountedTerminatedPods'], status.get('succeeded', 0)) for status in seen]
    assert steps == [
        (['SuccessCriteriaMet'], {}, 1) if mode == 'Indexed' else (['SuccessCriteriaMet'], {'succeeded': [uid]}, 0),
        (['SuccessCriteriaMet', 'Complete'], {}, 1)]


def test_a_failed_pod_of_an_index_is_not_counted_before_it_is_replaced(world, make):
    """TestGetPodsWithDelayedDeletionPerIndex: it keeps its finalizer, for the next pod is told its failures."""
    world.create('jobs.batch', make.job('work', completions=2, parallelism=2, completionMode='Indexed',
                                        backoffLimitPerIndex=3))
    index = f'{job_pods.INDEX}=0'
    world.end(index, 'Failed', 1)
    failed = world.names('pods', index)[0]
    world.run(5)
    assert job_pods.tracked(world.get('pods', failed))
    assert world.status('jobs.batch', 'work').get('failed', 0) == 0
    world.run(8)
    assert sorted(one['metadata']['annotations'][job_pods.INDEX_FAILURES]
                  for one in world.items('pods', index)) == ['0', '1']
    assert not job_pods.tracked(world.get('pods', failed))
    assert world.status('jobs.batch', 'work')['failed'] == 1


@pytest.mark.parametrize('ready', [True, False])
def test_a_job_that_waits_tells_of_no_active_pods(world, make, ready):
    """manageJob returns 0 until its back-off is over. With a pod that is ready the server refuses such a status: the
    old one stays (kubernetes#139428, mended after v1.36.1)."""
    world.create('jobs.batch', make.job('work', completions=4, parallelism=2))
    failed, running = world.items('pods')
    if not ready:
        running['status']['conditions'] = [c for c in running['status']['conditions'] if c['type'] != 'Ready']
        world.admin.update_status('pods', running)
        world.run()
    world.admin.update_status('pods', {**failed, 'status': {**failed['status'], 'phase': 'Failed'}})
    world.run(3)
    status = world.status('jobs.batch', 'work')
    assert (status.get('active', 0), status.get('failed', 0)) == ((2, 0) if ready else (0, 1))
    world.run(20)
    status = world.status('jobs.batch', 'work')
    assert (status['active'], status['failed']) == (2, 1)


@pytest.mark.parametrize('mode', ['NonIndexed', 'Indexed'])
def test_no_more_than_500_pods_are_counted_in_one_look(world, make, mode):
    """TestTrackJobStatusAndRemoveFinalizers: "too many finished"/"too many indexed finished"."""
    world.create('jobs.batch', make.job('work', completions=600, parallelism=600, completionMode=mode,
                                        podReplacementPolicy='Failed'), 0)
    for node in world.items('nodes', namespace=''):
        world.admin.patch('nodes', node['metadata']['name'], {'spec': {'unschedulable': True}})
    world.run(5)
    seen = history(world)
    world.cluster.controllers.stop()
    for pod in world.items('pods'):
        world.admin.update_status('pods', {**pod, 'status': {**pod['status'], 'phase': 'Succeeded'}})
    world.cluster.controllers.start()
    world.run(10)
    counted = [status.get('succeeded', 0) for status in seen]
    listed = [len(status['uncountedTerminatedPods'].get('succeeded', ())) for status in seen]
    assert max(listed) == (500 if mode == 'NonIndexed' else 0)
    assert counted[-1] == 600
    assert [types(status) for status in seen][-1] == ['SuccessCriteriaMet', 'Complete']
    assert all(not job_pods.tracked(pod) for pod in world.items('pods'))


def test_failures_are_remembered_although_their_pods_are_gone(world, make):
    """TestJobBackoff: after the second failure twenty seconds go by."""
    world.create('jobs.batch', make.job('work'))
    world.end('job-name=work', 'Failed', 1)
    world.run(14)
    for name in world.names('pods'):
        if world.status('pods', name)['phase'] == 'Failed':
            world.delete('pods', name, 0)
    world.end('job-name=work', 'Failed', 1)
    world.run(17)
    assert world.status('jobs.batch', 'work').get('active', 0) == 0
    world.run(6)
    assert world.status('jobs.batch', 'work')['active'] == 1


def test_a_suspended_job_that_has_all_its_completions_is_complete(world, make):
    """TestControllerSyncJob: a Job can be suspended only if it is not completed."""
    world.create('jobs.batch', make.job('work'))
    world.end('job-name=work', 'Succeeded')
    world.patch('jobs.batch', 'work', {'spec': {'suspend': True}})
    assert types(world.status('jobs.batch', 'work')) == ['SuccessCriteriaMet', 'Complete']
    assert world.messages('Suspended') == []


def test_a_pod_too_many_is_told(world, make):
    world.create('jobs.batch', make.job('work'))
    mine = world.items('pods')[0]
    world.admin.create('pods', {'apiVersion': 'v1', 'kind': 'Pod', 'spec': mine['spec'], 'metadata': {
        'name': 'other', 'namespace': 'default', 'labels': mine['metadata']['labels']}})
    for name in ('other', mine['metadata']['name']):
        found = world.get('pods', name)
        world.admin.update_status('pods', {**found, 'status': {**found['status'], 'phase': 'Succeeded'}})
    world.run()
    assert world.status('jobs.batch', 'work')['succeeded'] == 2
    assert world.messages('TooManySucceededPods') == [
        'Too many succeeded pods running after completion count reached']


def test_a_condition_that_changes_keeps_its_place(world, make):
    """TestEnsureJobConditions: and going from nothing to false is nothing."""
    world.create('jobs.batch', make.job('work'))
    assert types(world.status('jobs.batch', 'work')) == []
    for suspended in (True, False):
        world.patch('jobs.batch', 'work', {'spec': {'suspend': suspended}})
    world.end('job-name=work', 'Succeeded')
    world.run()
    assert types(world.status('jobs.batch', 'work')) == ['Suspended', 'SuccessCriteriaMet', 'Complete']
