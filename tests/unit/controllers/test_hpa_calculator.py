"""From measurements to replicas; the cases are those of upstream's replica_calculator_test.go."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.cluster.controllers.hpa_calculator import (
    CalculationError,
    Sample,
    Tolerances,
    by_utilization,
    by_value,
    group,
)

Object = dict[str, Any]

NOW = 1_800_000_000.0
COLD = '2027-01-15T07:00:00Z'
"""An hour ago: a pod that started then is measured whatever its condition's age."""
HOT = '2027-01-15T07:59:59Z'
READY_SINCE = '2027-01-15T07:30:00Z'


def pod(index: int, requests: str | None, ready: bool = True, phase: str = 'Running', start: str = COLD,
        deleting: bool = False) -> Object:
    """A pod of two containers, as upstream's cases have them."""
    asked = {'resources': {'requests': {'cpu': requests}}} if requests else {}
    # A pod that never was ready has had its condition since it started.
    since = READY_SINCE if ready and start == COLD else start
    meta: Object = {'name': f'p-{index}', **({'deletionTimestamp': HOT} if deleting else {})}
    return {'metadata': meta, 'spec': {'containers': [{'name': 'a', **asked}, {'name': 'b', **asked}]},
            'status': {'phase': phase, 'startTime': start, 'conditions': [
                {'type': 'Ready', 'status': str(ready), 'lastTransitionTime': since}]}}


def pods(count: int, requests: str | list[str] = '1.0', unready: str = '', hot: str = '', failed: str = '',
         pending: str = '', deleting: str = '') -> list[Object]:
    """Pods p-0, p-1, …; the other arguments are the numbers of those that are so."""
    each = [requests] * count if isinstance(requests, str) else requests
    return [pod(i, each[i], str(i) not in unready, 'Failed' if str(i) in failed else
                'Pending' if str(i) in pending else 'Running', HOT if str(i) in hot else COLD, str(i) in deleting)
            for i in range(count)]


def used(*levels: int, window: float = 60.0) -> dict[str, Sample]:
    """What each pod's two containers used, in thousandths."""
    return {f'p-{i}': Sample(2 * level, NOW, window) for i, level in enumerate(levels)}


UTILIZATION = {
    # upstream's name: pods, levels, target in percent, replicas now; replicas wanted, percent used, average
    'ScaleUp': (pods(3), (300, 500, 700), 30, 3, 5, 50, 1000),
    'ScaleUpUnreadyLessScale': (pods(3, unready='0'), (300, 500, 700), 30, 3, 4, 60, 1200),
    'ScaleUpHotCpuLessScale': (pods(3, hot='0'), (300, 500, 700), 30, 3, 4, 60, 1200),
    'ScaleUpUnreadyNoScale': (pods(3, unready='12'), (400, 500, 700), 30, 3, 3, 40, 800),
    'ScaleHotCpuNoScale': (pods(3, unready='12', hot='12'), (400, 500, 700), 30, 3, 3, 40, 800),
    'ScaleUpIgnoresFailedPods': (pods(4, unready='23', failed='23'), (500, 700), 30, 2, 4, 60, 1200),
    'ScaleUpIgnoresDeletionPods': (pods(4, unready='23', deleting='23'), (500, 700), 30, 2, 4, 60, 1200),
    'ScaleDown': (pods(5), (100, 300, 500, 250, 250), 50, 5, 3, 28, 560),
    'ScaleDownIncludeUnreadyPods': (pods(5, unready='34'), (100, 300, 500, 250, 250), 50, 5, 2, 30, 600),
    'ScaleDownExcludeUnscheduledPods': (pods(5, unready='1234', pending='1234'), (100,), 50, 5, 1, 10, 200),
    'ScaleDownIgnoreHotCpuPods': (pods(5, hot='34'), (100, 300, 500, 250, 250), 50, 5, 2, 30, 600),
    'ScaleDownIgnoresFailedPods': (pods(7, unready='56', failed='56'), (100, 300, 500, 250, 250), 50, 5, 3, 28, 560),
    'ScaleDownIgnoresDeletionPods': (pods(7, unready='56', deleting='56'), (100, 300, 500, 250, 250), 50, 5, 3, 28,
                                     560),
    'Tolerance': (pods(3, ['0.9', '1.0', '1.1']), (1010, 1030, 1020), 100, 3, 3, 102, 2040),
    'SuperfluousMetrics': (pods(4), (4000, 9500, 3000, 7000, 3200, 2000), 100, 4, 24, 587, 11750),
    'MissingMetrics': (pods(4), (400, 95), 100, 4, 3, 24, 495),
    'MissingMetricsNoChangeEq': (pods(2), (1000,), 100, 2, 2, 100, 2000),
    'MissingMetricsNoChangeGt': (pods(2), (1900,), 100, 2, 2, 190, 3800),
    'MissingMetricsNoChangeLt': (pods(2), (600,), 100, 2, 2, 60, 1200),
    'MissingMetricsUnreadyChange': (pods(3, unready='0'), (100, 450), 50, 3, 3, 45, 900),
    'MissingMetricsHotCpuNoChange': (pods(3, hot='0'), (100, 450), 50, 3, 3, 45, 900),
    'MissingMetricsUnreadyScaleUp': (pods(3, unready='0'), (100, 2000), 50, 3, 4, 200, 4000),
    'MissingMetricsHotCpuScaleUp': (pods(3, unready='0', hot='0'), (100, 2000), 50, 3, 4, 200, 4000),
    'MissingMetricsUnreadyScaleDown': (pods(4, unready='0'), (100, 100, 100), 50, 4, 3, 10, 200),
    'DuringRollingUpdateWithMaxSurge': (pods(3), (100, 100), 50, 2, 2, 10, 200),
    'MissingMetricsOver100Target': (pods(4), (1500, 1500), 200, 4, 4, 150, 3000),
}


@pytest.mark.parametrize('case', UTILIZATION.values(), ids=UTILIZATION)
def test_replica_calc(case):
    mine, levels, target, current, replicas, percent, average = case
    result = by_utilization(mine, used(*levels), 'cpu', '', target, current, Tolerances(), NOW)
    assert (result.replicas, result.utilization, result.average) == (replicas, percent, average)


AMOUNT = {
    # upstream's name: pods, levels of a pod, target of a pod, replicas now; replicas wanted, average
    'ScaleUpCM': (pods(3), (20000, 10000, 30000), 15000, 3, 4, 20000),
    'ScaleUpCMUnreadyHotCpuNoLessScale': (pods(3, unready='2', hot='2'), (50000, 10000, 30000), 15000, 3, 6, 30000),
    'ScaleUpCMUnreadyHotCpuScaleWouldScaleDown': (pods(3, unready='02', hot='02'), (50000, 15000, 30000), 15000, 3, 7,
                                                  31666),
    'ScaleDownCM': (pods(5), (12000,) * 5, 20000, 5, 3, 12000),
    'MissingMetricsAtTarget': (pods(3), (20000, 20000), 20000, 3, 2, 20000),
    'ToleranceCM': (pods(3), (20000, 21000, 21000), 20000, 3, 3, 20666),
}


@pytest.mark.parametrize('case', AMOUNT.values(), ids=AMOUNT)
def test_replica_calc_of_amounts(case):
    mine, levels, target, current, replicas, average = case
    samples = {f'p-{i}': Sample(level, NOW) for i, level in enumerate(levels)}
    result = by_value(mine, samples, 'memory', target, current, Tolerances(), NOW)
    assert (result.replicas, result.average) == (replicas, average)


@pytest.mark.parametrize(('mine', 'samples', 'container', 'message'), [
    pytest.param(pods(1), {'an-older-pod-name': Sample(100)}, '', 'no metrics returned matched known pods',
                 id='DisjointResourcesMetrics'),
    pytest.param([pod(0, None)], used(200), '', 'missing request for cpu in container a of Pod p-0',
                 id='EmptyCPURequest'),
    pytest.param([], {}, '', 'no pods returned by selector while calculating replica count', id='no pods'),
    pytest.param(pods(1, unready='0', pending='0'), used(1), '',
                 'did not receive metrics for targeted pods (pods might be unready)', id='only unready pods'),
    pytest.param([pod(0, None, phase='Pending')], used(1), '', 'missing request for cpu in container a of Pod p-0',
                 id='requests are looked at before what is measured'),
    pytest.param(pods(1), used(1), 'c', 'container c not found in Pod p-0', id='MissingContainer'),
])
def test_what_gives_no_number(mine, samples, container, message):
    with pytest.raises(CalculationError) as error:
        by_utilization(mine, samples, 'cpu', container, 100, 1, Tolerances(), NOW)
    assert str(error.value) == message


def test_a_tolerance_of_its_own_for_each_direction():
    samples = used(520, 520, 520)
    for tolerances, replicas in ((Tolerances(), 3), (Tolerances(up=0.0), 4), (Tolerances(down=0.0), 3)):
        assert by_utilization(pods(3), samples, 'cpu', '', 50, 3, tolerances, NOW).replicas == replicas


def test_requests_of_the_whole_pod_and_of_sidecars_count():
    sidecar = pod(0, '1.0')
    sidecar['spec']['initContainers'] = [
        {'name': 'once'}, {'name': 's', 'restartPolicy': 'Always', 'resources': {'requests': {'cpu': '2'}}}]
    assert by_utilization([sidecar], used(1000), 'cpu', '', 50, 1, Tolerances(), NOW).utilization == 50
    whole = pod(0, None)
    whole['spec']['resources'] = {'requests': {'cpu': '1'}}
    assert by_utilization([whole], used(1000), 'cpu', '', 50, 1, Tolerances(), NOW).utilization == 200


def status(start: str = '', ready: str = '', since: str = '', phase: str = 'Running', **meta: str) -> Object:
    conditions = [{'type': 'Ready', 'status': ready, 'lastTransitionTime': since}] if ready else []
    return {'metadata': {'name': 'p', **meta}, 'spec': {}, 'status': {
        'phase': phase, 'conditions': conditions, **({'startTime': start} if start else {})}}


MINUTES_AGO_1, MINUTES_AGO_3, MINUTES_AGO_10 = (
    '2027-01-15T07:59:00Z', '2027-01-15T07:57:00Z', '2027-01-15T07:50:00Z')
SECONDS_AGO_30 = '2027-01-15T07:59:30Z'


@pytest.mark.parametrize(('one', 'sample', 'resource', 'where'), [
    pytest.param(status(phase='Succeeded'), Sample(1, NOW, 60), 'memory', 'ready', id='count in a ready pod - memory'),
    pytest.param(status(HOT, phase='Succeeded'), Sample(1, NOW), 'cpu', 'unready',
                 id='unready a pod without ready condition - CPU'),
    pytest.param(status(MINUTES_AGO_1, 'True', SECONDS_AGO_30), Sample(1, NOW - 30, 60), 'cpu', 'unready',
                 id='count in a ready pod with fresh metrics during initialization period - no, too early'),
    pytest.param(status(MINUTES_AGO_3, 'True', MINUTES_AGO_3), Sample(1, NOW, 60), 'cpu', 'ready',
                 id='count in a ready pod with fresh metrics during initialization period - CPU'),
    pytest.param(status(MINUTES_AGO_3, 'False', MINUTES_AGO_3), Sample(1, NOW, 60), 'cpu', 'unready',
                 id='unready an unready pod during initialization period - CPU'),
    pytest.param(status(MINUTES_AGO_10, 'True', MINUTES_AGO_1), Sample(1, NOW - 600, 60), 'cpu', 'ready',
                 id='count in a ready pod without fresh metrics after initialization period - CPU'),
    pytest.param(status(MINUTES_AGO_10, 'False', MINUTES_AGO_10), Sample(1, NOW, 60), 'cpu', 'unready',
                 id='unready pod that was never ready after initialization period - CPU'),
    pytest.param(status(MINUTES_AGO_10, 'False', MINUTES_AGO_1), Sample(1, NOW, 60), 'cpu', 'ready',
                 id='count in a pod that was ready at some point after initialization period - CPU'),
    pytest.param(status(HOT), None, 'cpu', 'missing', id='missing pod metrics'),
    pytest.param(status(HOT, phase='Pending'), None, 'cpu', 'unready', id='pending pods are ignored'),
    pytest.param(status(HOT, phase='Failed'), Sample(1), 'cpu', 'ignored', id='ignore pods with status Failed'),
    pytest.param(status(HOT, deletionTimestamp=HOT), Sample(1), 'cpu', 'ignored',
                 id='ignore pods with deletion timestamps'),
])
def test_group_pods(one, sample, resource, where):
    found = group([one], {'p': sample} if sample else {}, resource, NOW)
    counts = {'ready': found.ready, 'unready': len(found.unready), 'missing': len(found.missing),
              'ignored': len(found.ignored)}
    assert counts == {name: int(name == where) for name in counts}


@pytest.mark.parametrize(('whole', 'percent'), [({'cpu': '1'}, 100), ({'memory': '1Gi'}, 50)])
def test_requests_of_the_whole_pod_are_filled_up_by_its_containers(whole, percent):
    one = pod(0, '1')
    one['spec']['resources'] = {'requests': whole}
    assert by_utilization([one], used(500), 'cpu', '', 100, 1, Tolerances(), NOW).utilization == percent
