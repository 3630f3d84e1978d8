"""Failure and success policies of Jobs; the cases are those of upstream's pod_failure_policy_test.go,
success_policy_test.go, indexed_job_utils_test.go and job_controller_test.go."""

from __future__ import annotations

import pytest

from tutor.cluster.controllers import job_pods
from tutor.cluster.controllers.job_policy import match_failure, match_success

SET = {'containerName': 'main'}


def codes(action: str, operator: str, *values: int, container: str = '') -> dict:
    return {'action': action, 'onExitCodes': {'operator': operator, 'values': list(values),
                                              **({'containerName': container} if container else {})}}


def about(action: str, kind: str, status: str = 'True') -> dict:
    return {'action': action, 'onPodConditions': [{'type': kind, 'status': status}]}


def pod(containers: dict[str, int | None] | None = None, init: dict[str, int] | None = None,
        conditions: dict[str, str] | None = None) -> dict:
    """A failed pod whose containers ended with these codes; None for one that has not ended."""
    def statuses(given: dict) -> list[dict]:
        return [{'name': name, 'state': {'terminated': {'exitCode': code}} if code is not None else {'running': {}}}
                for name, code in given.items()]
    return {'metadata': {'namespace': 'default', 'name': 'mypod'}, 'status': {
        'phase': 'Failed',
        'containerStatuses': statuses(containers or {}), 'initContainerStatuses': statuses(init or {}),
        'conditions': [{'type': kind, 'status': status} for kind, status in (conditions or {}).items()]}}


def said(container: str, code: int, action: str = 'FailJob', index: int = 0) -> str:
    return f'Container {container} for pod default/mypod failed with exit code {code} matching {action} rule at ' \
           f'index {index}'


@pytest.mark.parametrize(('rules', 'failed', 'expected'), [
    pytest.param([codes('Ignore', 'In', 1, 2, 3), codes('FailJob', 'In', 2, 3, 4)], pod({'main': 2}),
                 ('Ignore', said('main', 2, 'Ignore')), id='the first rule that matches counts'),
    pytest.param([codes('FailJob', 'In', 2)], pod({'main': 2}, {'init': 5}), ('FailJob', said('main', 2)),
                 id='FailJob rule matched for exit codes'),
    pytest.param([codes('FailJob', 'In', 2)], pod({'main': 5}, {'init': 2}), ('FailJob', said('init', 2)),
                 id='FailJob rule matched for init container exit code'),
    pytest.param([codes('FailJob', 'In', 2, 5)], pod({'main': 5}, {'init': 2}), ('FailJob', said('main', 5)),
                 id='regular containers are looked at first'),
    pytest.param([codes('FailJob', 'In', 2, 3, container='suplementary')], pod({'main': 2, 'suplementary': 3}),
                 ('FailJob', said('suplementary', 3)), id='matching multiple containers, of one name only'),
    pytest.param([codes('FailJob', 'In', 2)], pod({'main': None}), ('', ''), id='no rule matched, container not ended'),
    pytest.param([codes('FailJob', 'NotIn', 2)], pod({'main': 0, 'other': 3}), ('FailJob', said('other', 3)),
                 id='NotIn: containers that ended well do not count'),
    pytest.param([codes('FailJob', 'NotIn', 5)], pod({'main': 5}), ('', ''), id='NotIn does not match'),
    pytest.param([codes('Count', 'In', 1)], pod({'main': 1}), ('Count', said('main', 1, 'Count')),
                 id='Count rule matched for exit codes'),
    pytest.param([codes('FailIndex', 'In', 1)], pod({'main': 1}), ('FailIndex', said('main', 1, 'FailIndex')),
                 id='FailIndex rule matched for exit codes'),
    pytest.param([about('Ignore', 'DisruptionTarget')], pod({'main': 137}, conditions={'DisruptionTarget': 'True'}),
                 ('Ignore', 'Pod default/mypod has condition DisruptionTarget matching Ignore rule at index 0'),
                 id='ignore rule matched for pod conditions'),
    pytest.param([about('Ignore', 'DisruptionTarget')], pod({'main': 137}, conditions={'DisruptionTarget': 'False'}),
                 ('', ''), id='ignore rule not matched for pod conditions when condition status does not match'),
    pytest.param([about('FailJob', 'ConfigIssue'), codes('Ignore', 'In', 1)], pod({'main': 1}),
                 ('Ignore', said('main', 1, 'Ignore', 1)), id='the second rule matches'),
    pytest.param([], pod({'main': 1}), ('', ''), id='no rules'),
    pytest.param([{'action': 'Ignore', 'onPodConditions': [
        {'type': 'ConfigIssue', 'status': 'True'}, {'type': 'DisruptionTarget', 'status': 'True'}]}],
        pod({'main': 1}, conditions={'DisruptionTarget': 'True', 'ConfigIssue': 'True'}),
        ('Ignore', 'Pod default/mypod has condition DisruptionTarget matching Ignore rule at index 0'),
        id='the first of the pod conditions counts'),
])
def test_match_pod_failure_policy(rules, failed, expected):
    assert match_failure({'rules': rules}, failed) == expected


@pytest.mark.parametrize(('rules', 'completions', 'succeeded', 'index'), [
    pytest.param(None, 10, [0], None, id='successPolicy is null'),
    pytest.param([], 10, [0], None, id='any rules are nothing'),
    pytest.param([{'succeededIndexes': '0-2'}], 10, [0, 2], None, id='rules.succeededIndexes is not met'),
    pytest.param([{'succeededIndexes': '0-2'}], 10, [0, 1, 2, 5], 0, id='rules.succeededIndexes is met'),
    pytest.param([{'succeededCount': 2}], 10, [4], None, id='rules.succeededCount is not met'),
    pytest.param([{'succeededCount': 2}], 10, [4, 7], 0, id='rules.succeededCount is met'),
    pytest.param([{'succeededIndexes': '0-4', 'succeededCount': 2}], 10, [4, 7], None,
                 id='of these indexes too few'),
    pytest.param([{'succeededIndexes': '0-4', 'succeededCount': 2}], 10, [1, 4, 7], 0, id='of these indexes enough'),
    pytest.param([{'succeededIndexes': '9'}, {'succeededCount': 1}], 10, [4], 1, id='the second rule is met'),
    pytest.param([{'succeededIndexes': '5-9'}], 3, [0], None, id='rules.succeededIndexes beyond the completions'),
    pytest.param([{'succeededIndexes': '0-9'}], 3, [0, 1, 2], 0, id='rules.succeededIndexes within the completions'),
    pytest.param([{'succeededCount': 1}], 10, [], None, id='nothing has succeeded'),
])
def test_match_success_policy(rules, completions, succeeded, index):
    policy = None if rules is None else {'rules': rules}
    assert match_success(policy, completions, succeeded) == ('' if index is None else f'Matched rules at index {index}')


# -- what the controller makes of them ------------------------------------------------------------------------------


def conditions(world, name: str = 'work') -> list[tuple[str, str, str]]:
    return [(c['type'], c['reason'], c['message']) for c in world.status('jobs.batch', name).get('conditions') or ()]


def test_an_index_fails_for_good_by_its_own_limit(world, make):
    """TestSyncJobWithJobBackoffLimitPerIndex."""
    world.create('jobs.batch', make.job('work', completions=3, parallelism=3, completionMode='Indexed',
                                        backoffLimitPerIndex=0, maxFailedIndexes=1))
    for index, phase in ((0, 'Succeeded'), (1, 'Failed')):
        world.end(f'batch.kubernetes.io/job-completion-index={index}', phase, int(phase == 'Failed'))
        world.run()
    status = world.status('jobs.batch', 'work')
    assert (status['completedIndexes'], status['failedIndexes']) == ('0', '1')
    assert conditions(world) == []
    world.end('batch.kubernetes.io/job-completion-index=2', 'Succeeded')
    world.run(5)
    assert conditions(world) == [('FailureTarget', 'FailedIndexes', 'Job has failed indexes'),
                                 ('Failed', 'FailedIndexes', 'Job has failed indexes')]


def test_what_the_policy_ignores_does_not_count_against_the_limit_of_an_index(world, make):
    """TestGetNewIndexFailureCounts: the next pod is told of both, and has the whole limit before it."""
    index = 'batch.kubernetes.io/job-completion-index=0'
    world.create('jobs.batch', make.job('work', completions=1, parallelism=1, completionMode='Indexed',
                                        backoffLimitPerIndex=1,
                                        podFailurePolicy={'rules': [codes('Ignore', 'In', 42)]}))
    told = []
    for code in (42, 1, 42):
        world.end(index, 'Failed', code)
        world.run(60)
        notes = next(found for found in world.items('pods', index)
                     if found['status'].get('phase') != 'Failed')['metadata']['annotations']
        told.append((notes['batch.kubernetes.io/job-index-failure-count'],
                     notes.get('batch.kubernetes.io/job-index-ignored-failure-count')))
    assert told == [('0', '1'), ('1', '1'), ('1', '2')]
    world.end(index, 'Failed', 1)
    world.run(60)
    assert world.status('jobs.batch', 'work')['failedIndexes'] == '0'


def test_too_many_failed_indexes_end_a_job(world, make):
    world.create('jobs.batch', make.job('work', completions=4, parallelism=4, completionMode='Indexed',
                                        backoffLimitPerIndex=0, maxFailedIndexes=1))
    for index in (0, 1):
        world.end(f'batch.kubernetes.io/job-completion-index={index}', 'Failed', 1)
    world.run(40)
    assert conditions(world)[-1] == ('Failed', 'MaxFailedIndexesExceeded',
                                     'Job has exceeded the specified maximal number of failed indexes')
    assert world.status('jobs.batch', 'work').get('active', 0) == 0


def test_replacement_only_of_pods_that_have_failed(world, make):
    """TestJobPodReplacementPolicy: a pod on its way out is not replaced before it is gone."""
    for name, policy in (('early', 'TerminatingOrFailed'), ('late', 'Failed')):
        made = make.job(name, parallelism=1, podReplacementPolicy=policy)
        made['spec']['template']['spec']['nodeName'] = 'node01'
        made['spec']['template']['metadata'] = {'labels': {'of': name}}
        world.create('jobs.batch', made)
    world.cluster.nodes.fleet.kubelets['node01'].stop()
    for name in ('early', 'late'):
        world.delete('pods', world.names('pods', f'of={name}')[0], 0)
    world.run(15)
    assert len(world.names('pods', 'of=early')) == 2
    assert len(world.names('pods', 'of=late')) == 1
    assert world.status('jobs.batch', 'late')['terminating'] == 1


def test_a_job_that_something_else_manages_is_left_alone(world, make):
    """TestSyncJobManagedBy."""
    world.create('jobs.batch', make.job('work', managedBy='example.com/other'))
    assert world.names('pods') == []
    assert world.status('jobs.batch', 'work') == {}


def test_failed_indexes_are_judged_before_the_success_policy(world, make):
    """TestSyncJobWithJobSuccessPolicy: both come true in one look."""
    world.create('jobs.batch', make.job('work', completions=2, parallelism=2, completionMode='Indexed',
                                        backoffLimitPerIndex=0, successPolicy={'rules': [{'succeededIndexes': '0'}]}))
    world.end('batch.kubernetes.io/job-completion-index=1', 'Failed', 1)
    world.end('batch.kubernetes.io/job-completion-index=0', 'Succeeded')
    world.run(5)
    assert [reason for _, reason, _ in conditions(world)] == ['FailedIndexes', 'FailedIndexes']


def test_an_indexed_job_made_smaller_loses_its_highest_indexes(world, make):
    """TestActivePodsForRemoval: although index 0 has the youngest pod."""
    world.create('jobs.batch', make.job('work', completions=5, parallelism=5, completionMode='Indexed'))
    world.end('batch.kubernetes.io/job-completion-index=0', 'Failed', 1)
    world.run(20)
    world.patch('jobs.batch', 'work', {'spec': {'completions': 3, 'parallelism': 3}})
    world.run(5)
    assert sorted(pod['metadata']['labels']['batch.kubernetes.io/job-completion-index']
                  for pod in world.items('pods') if pod['status']['phase'] == 'Running') == ['0', '1', '2']


def pod_of(name: str, index: int | None, phase: str = 'Running') -> dict:
    notes = {} if index is None else {job_pods.INDEX: str(index)}
    return {'metadata': {'name': name, 'uid': name, 'annotations': notes, 'creationTimestamp': '2026-05-04T09:00:00Z'},
            'spec': {'nodeName': 'node01'}, 'status': {'phase': phase}}


@pytest.mark.parametrize(('pods', 'at_least', 'gone'), [
    ([('a', None), ('b', 0), ('c', 1)], 0, ['a']),
    ([('a', 0), ('b', 3), ('c', 7)], 0, ['b', 'c']),
    ([('a', 0), ('b', 0, 'Pending'), ('c', 0, 'Pending'), ('d', 1)], 0, ['b', 'c']),
    ([('a', 0), ('b', 0, 'Pending'), ('c', 1, 'Pending'), ('d', 2)], 2, ['b', 'c']),
    ([('a', 0), ('b', 1)], 1, ['a']),
])
def test_active_pods_for_removal(pods, at_least, gone):
    """TestActivePodsForRemoval: those without a good index of their own, then the usual ones."""
    job = {'spec': {'completionMode': 'Indexed', 'completions': 3}}
    found = job_pods.active_for_removal(job, [pod_of(*pod) for pod in pods], at_least, 0.0)
    assert [pod['metadata']['name'] for pod in found] == gone
