"""HorizontalPodAutoscalers: stabilization, policies, and what their conditions and events say."""

from __future__ import annotations

import pytest

from tutor.cluster.controllers.hpa_behavior import Behavior

UP = {'selectPolicy': 'Max', 'stabilizationWindowSeconds': 0,
      'policies': [{'type': 'Pods', 'value': 4, 'periodSeconds': 15}, {'type': 'Percent', 'value': 100,
                                                                       'periodSeconds': 15}]}
DOWN = {'selectPolicy': 'Max', 'stabilizationWindowSeconds': 300,
        'policies': [{'type': 'Percent', 'value': 100, 'periodSeconds': 15}]}


def rules(kind: str, value: int, period: int = 60, select: str = 'Max', window: int = 0) -> dict:
    return {'selectPolicy': select, 'stabilizationWindowSeconds': window,
            'policies': [{'type': kind, 'value': value, 'periodSeconds': period}]}


def spec(up: dict | None = None, down: dict | None = None, least: int = 1, most: int = 1000) -> dict:
    found: dict = {'minReplicas': least, 'maxReplicas': most}
    if up or down:
        found['behavior'] = {'scaleUp': up or UP, 'scaleDown': down or DOWN}
    return found


@pytest.mark.parametrize(('current', 'wanted', 'least', 'most', 'replicas', 'reason'), [
    (2, 12, 1, 20, 4, 'ScaleUpLimit'),              # TestConvertDesiredReplicasWithRules: the same numbers
    (2, 12, 1, 3, 3, 'TooManyReplicas'),
    (5, 1, 2, 20, 2, 'TooFewReplicas'),
    (7, 10, 1, 20, 10, 'DesiredWithinRange'),
    (10, 30, 1, 20, 20, 'TooManyReplicas'),
    (1, 4, 1, 20, 4, 'DesiredWithinRange'),
])
def test_convert_desired_replicas_with_rules(current, wanted, least, most, replicas, reason):
    limit = Behavior(1, 0).limited(spec(least=least, most=most), current, wanted, 1000)
    assert (limit.replicas, limit.why[0]) == (replicas, reason)
    assert limit.limited == (reason != 'DesiredWithinRange')


@pytest.mark.parametrize(('rule', 'wanted'), [
    # TestScalingWithRules and TestCalculateScaleUpLimitWithScalingRules: from 100, as fast as may be
    pytest.param(rules('Pods', 1), 101, id='Pods 1'),
    pytest.param(rules('Percent', 50), 150, id='Percent 50'),
    pytest.param(rules('Percent', 900), 1000, id='Percent 900'),
    pytest.param(rules('Pods', 1, select='Disabled'), 100, id='Disabled'),
    pytest.param({**UP, 'selectPolicy': 'Min'}, 104, id='Min of 4 pods and 100 %'),
    pytest.param(UP, 200, id='Max of 4 pods and 100 %'),
])
def test_scale_up_policies(rule, wanted):
    assert Behavior(100, 0).limited(spec(up=rule), 100, 10000, 0).replicas == wanted


@pytest.mark.parametrize(('rule', 'wanted'), [
    pytest.param(rules('Pods', 1), 99, id='Pods 1'),
    pytest.param(rules('Percent', 10), 90, id='Percent 10'),
    pytest.param(rules('Percent', 100), 1, id='Percent 100'),
    pytest.param(rules('Pods', 1, select='Disabled'), 100, id='Disabled'),
    pytest.param({**rules('Pods', 1), 'selectPolicy': 'Min', 'policies': [
        {'type': 'Pods', 'value': 4, 'periodSeconds': 60}, {'type': 'Percent', 'value': 50, 'periodSeconds': 60}]}, 96,
        id='Min of 4 pods and 50 %'),
])
def test_scale_down_policies(rule, wanted):
    assert Behavior(100, 0).limited(spec(down=rule), 100, 1, 0).replicas == wanted


def test_what_was_done_in_the_period_counts_against_the_policy():
    behavior, rule = Behavior(10, 0), spec(up=rules('Pods', 4, 60))
    assert behavior.limited(rule, 10, 50, 0).replicas == 14
    behavior.scaled(rule, 10, 14, 0)
    held = behavior.limited(rule, 14, 50, 30)
    assert (held.replicas, held.why[0]) == (14, 'ScaleUpLimit')
    assert behavior.limited(rule, 14, 50, 60).replicas == 18


def test_what_was_done_before_there_was_a_behavior_does_not_count():
    """storeScaleEvent."""
    behavior, rule = Behavior(10, 0), spec(up=rules('Pods', 4, 60))
    behavior.scaled(spec(), 10, 14, 0)
    assert behavior.limited(rule, 14, 50, 30).replicas == 18


def test_scaling_down_in_the_period_makes_room_to_scale_up_again():
    behavior, rule = Behavior(10, 0), spec(up=rules('Pods', 2, 60))
    behavior.scaled(rule, 10, 5, 0)
    assert behavior.limited(rule, 5, 50, 10).replicas == 12


@pytest.mark.parametrize(('before', 'current', 'wanted', 'up', 'down', 'stable', 'reason'), [
    # TestScalingWithStabilization: recommendations of the last 100 seconds, and windows of each direction
    pytest.param([(0, 8)], 4, 4, 0, 0, 4, 'ReadyForNewScale', id='no windows'),
    pytest.param([(0, 8), (50, 9)], 10, 4, 0, 120, 9, 'ScaleDownStabilized', id='highest of the window, going down'),
    pytest.param([(0, 50), (50, 9)], 10, 4, 0, 60, 9, 'ScaleDownStabilized', id='older ones do not count'),
    pytest.param([(0, 5), (50, 7)], 4, 100, 120, 0, 5, 'ScaleUpStabilized', id='lowest of the window, going up'),
    pytest.param([(0, 1), (50, 7)], 4, 100, 60, 0, 7, 'ScaleUpStabilized', id='older ones do not count, going up'),
    pytest.param([(50, 1), (60, 100)], 4, 6, 120, 120, 4, 'ScaleUpStabilized', id='both ways: what there is stays'),
])
def test_stabilization(before, current, wanted, up, down, stable, reason):
    every = {'selectPolicy': 'Max', 'policies': [{'type': 'Percent', 'value': 10000, 'periodSeconds': 1}]}
    rule = spec(up={**every, 'stabilizationWindowSeconds': up},
                down={**every, 'stabilizationWindowSeconds': down})
    behavior = Behavior(before[0][1], before[0][0])
    wide = spec(up={**every, 'stabilizationWindowSeconds': 1000}, down={**every, 'stabilizationWindowSeconds': 1000})
    for moment, count in before[1:]:
        behavior.limited(wide, current, count, moment)
    limit = behavior.limited(rule, current, wanted, 100)
    assert (limit.replicas, limit.able[0]) == (stable, reason)


def test_the_first_replicas_count_as_recommended_for_five_minutes():
    behavior = Behavior(5, 0)
    first = behavior.limited(spec(), 5, 1, 15)
    assert (first.replicas, first.able) == (5, (
        'ScaleDownStabilized',
        'recent recommendations were higher than current one, applying the highest recent recommendation'))
    assert behavior.limited(spec(), 5, 1, 299).replicas == 5
    assert behavior.limited(spec(), 5, 1, 300).replicas == 1


# -- the controller: without a metrics API --------------------------------------------------------------------------


def hpa(name: str, metrics: list | None = None, target: str = 'web', kind: str = 'Deployment', **more) -> dict:
    return {'apiVersion': 'autoscaling/v2', 'kind': 'HorizontalPodAutoscaler', 'metadata': {'name': name},
            'spec': {'scaleTargetRef': {'apiVersion': 'apps/v1', 'kind': kind, 'name': target}, 'maxReplicas': 5,
                     **({'metrics': metrics} if metrics else {}), **more}}


AUTOSCALERS = 'horizontalpodautoscalers.autoscaling'


def conditions(world, name: str) -> list[tuple[str, str, str]]:
    return [(c['type'], c['status'], c['reason']) for c in world.status(AUTOSCALERS, name).get('conditions') or ()]


def test_missing_metrics(world, make):
    world.create('deployments.apps', make.deployment('web', 2))
    world.create(AUTOSCALERS, hpa('web'), 16)
    assert conditions(world, 'web') == [('AbleToScale', 'True', 'SucceededGetScale'),
                                        ('ScalingActive', 'False', 'FailedGetResourceMetric')]
    problem = 'failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from ' \
              'resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)'
    assert world.messages('FailedGetResourceMetric') == [problem]
    assert world.messages('FailedComputeMetricsReplicas') == [
        f'invalid metrics (1 invalid out of 1), first error is: failed to get cpu resource metric value: {problem}']
    status = world.status(AUTOSCALERS, 'web')
    assert (status['currentReplicas'], status['desiredReplicas'], status['currentMetrics']) == (2, 0, [{'type': ''}])


@pytest.mark.parametrize(('metric', 'reason', 'problem', 'wrapped'), [
    ({'type': 'Pods', 'pods': {'metric': {'name': 'qps'}, 'target': {'type': 'AverageValue', 'averageValue': '10'}}},
     'FailedGetPodsMetric',
     'unable to get metric qps: unable to fetch metrics from custom metrics API: no custom metrics API '
     '(custom.metrics.k8s.io) registered', 'failed to get pods metric value: '),
    ({'type': 'Object', 'object': {
        'metric': {'name': 'rps'}, 'target': {'type': 'Value', 'value': '10'},
        'describedObject': {'apiVersion': 'networking.k8s.io/v1', 'kind': 'Ingress', 'name': 'main'}}},
     'FailedGetObjectMetric',
     'unable to get metric rps: Ingress on default main/unable to fetch metrics from custom metrics API: no custom '
     'metrics API (custom.metrics.k8s.io) registered', 'failed to get object metric value: '),
    ({'type': 'External', 'external': {
        'metric': {'name': 'queue', 'selector': {'matchLabels': {'q': 'a'}}},
        'target': {'type': 'AverageValue', 'averageValue': '30'}}},
     'FailedGetExternalMetric',
     'unable to get external metric default/queue/&LabelSelector{MatchLabels:map[string]string{q: a,},'
     'MatchExpressions:[]LabelSelectorRequirement{},}: unable to fetch metrics from external metrics API: the server '
     'could not find the requested resource (get queue.external.metrics.k8s.io)',
     'failed to get queue external metric value: failed to get queue external metric: '),
])
def test_metrics_that_nobody_serves(world, make, metric, reason, problem, wrapped):
    world.create('deployments.apps', make.deployment('web', 2))
    world.create(AUTOSCALERS, hpa('web', [metric]), 16)
    assert world.messages(reason) == [problem]
    assert world.messages('FailedComputeMetricsReplicas') == [
        f'invalid metrics (1 invalid out of 1), first error is: {wrapped}{problem}']
    assert conditions(world, 'web')[1] == ('ScalingActive', 'False', reason)


def test_zero_replicas(world, make):
    world.create('deployments.apps', make.deployment('web', 0))
    world.create(AUTOSCALERS, hpa('web'), 16)
    assert conditions(world, 'web')[1] == ('ScalingActive', 'False', 'ScalingDisabled')
    assert world.status('deployments.apps', 'web').get('replicas', 0) == 0


@pytest.mark.parametrize(('before', 'after', 'reason'), [
    pytest.param(1, 2, 'New size: 2; reason: Current number of replicas below Spec.MinReplicas', id='too few'),
    pytest.param(9, 5, 'New size: 5; reason: Current number of replicas above Spec.MaxReplicas', id='too many'),
])
def test_replicas_outside_the_range(world, make, before, after, reason):
    world.create('deployments.apps', make.deployment('web', before))
    world.create(AUTOSCALERS, hpa('web', minReplicas=2), 16)
    assert world.messages('SuccessfulRescale') == [reason]
    assert world.get('deployments.apps', 'web')['spec']['replicas'] == after
    assert conditions(world, 'web') == [('AbleToScale', 'True', 'SucceededRescale')]


@pytest.mark.parametrize(('kind', 'target', 'message'), [
    ('Deployment', 'missing', 'deployments.apps "missing" not found'),
    ('Nothing', 'web', 'no matches for kind "Nothing" in group "apps"'),
])
def test_a_target_that_is_not_there(world, kind, target, message):
    world.create(AUTOSCALERS, hpa('web', target=target, kind=kind), 16)
    assert world.messages('FailedGetScale') == [message]
    assert conditions(world, 'web') == [('AbleToScale', 'False', 'FailedGetScale')]


def test_multiple_hpas(world, make):
    world.create('deployments.apps', make.deployment('web', 2))
    for name in ('one', 'two'):
        world.create(AUTOSCALERS, hpa(name), 0)
    world.run(40)
    message = 'pods by selector app=web are controlled by multiple HPAs: [default/one default/two]'
    for name in ('one', 'two'):
        assert conditions(world, name)[1] == ('ScalingActive', 'False', 'AmbiguousSelector')
    assert set(world.messages('AmbiguousSelector')) == {message}
    assert message in world.messages('FailedComputeMetricsReplicas')
    world.delete(AUTOSCALERS, 'two', 20)
    assert conditions(world, 'one')[1] == ('ScalingActive', 'False', 'FailedGetResourceMetric')


def test_a_second_look_writes_nothing(world, make):
    world.create('deployments.apps', make.deployment('web', 2))
    world.create(AUTOSCALERS, hpa('web'), 16)
    before = world.versions()
    world.run(31)
    assert world.versions() == before
