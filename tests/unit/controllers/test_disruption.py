"""PodDisruptionBudgets and evictions; the cases are those of upstream's disruption_test.go and eviction_test.go."""

from __future__ import annotations

import pytest

from tutor.apimachinery.errors import StatusError

BUDGETS = 'poddisruptionbudgets.policy'
ANY = '&LabelSelector{MatchLabels:map[string]string{app: web,},MatchExpressions:[]LabelSelectorRequirement{},}'


def budget(**spec) -> dict:
    return {'apiVersion': 'policy/v1', 'kind': 'PodDisruptionBudget', 'metadata': {'name': 'b'},
            'spec': {'selector': {'matchLabels': {'app': 'web'}}, **spec}}


def counts(world) -> tuple[int, int, int, int]:
    """Disruptions allowed, healthy pods, healthy pods wanted, pods expected."""
    status = world.status(BUDGETS, 'b')
    return (status['disruptionsAllowed'], status['currentHealthy'], status['desiredHealthy'],
            status['expectedPods'])


def allowed(world) -> dict:
    found = world.status(BUDGETS, 'b')['conditions']
    assert [entry['type'] for entry in found] == ['DisruptionAllowed']
    return found[0]


def evict(world, name: str) -> None:
    world.admin.request('POST', f'/api/v1/namespaces/default/pods/{name}/eviction', {
        'apiVersion': 'policy/v1', 'kind': 'Eviction', 'metadata': {'name': name, 'namespace': 'default'}})


def refusal(world, name: str) -> str:
    with pytest.raises(StatusError) as error:
        evict(world, name)
    assert error.value.code == 429
    return error.value.details['causes'][0]['message']


@pytest.mark.parametrize(('kind', 'spec', 'expected'), [
    # TestReplicaSet, TestReplicationController, TestStatefulSetController, TestScaleResource, and the percentages
    ('deployments.apps', {'minAvailable': 2}, (1, 3, 2, 3)),
    ('deployments.apps', {'minAvailable': '28%'}, (2, 3, 1, 3)),
    ('deployments.apps', {'maxUnavailable': 1}, (1, 3, 2, 3)),
    ('deployments.apps', {'maxUnavailable': '28%'}, (1, 3, 2, 3)),
    ('replicasets.apps', {'minAvailable': '50%'}, (1, 3, 2, 3)),
    ('statefulsets.apps', {'maxUnavailable': '67%'}, (3, 3, 0, 3)),
    ('statefulsets.apps', {'maxUnavailable': 7}, (3, 3, 0, 3)),
    ('deployments.apps', {}, (0, 3, 0, 0)),
])
def test_scale_of_controllers(world, make, kind, spec, expected):
    made = {'deployments.apps': make.deployment, 'replicasets.apps': make.replicaset,
            'statefulsets.apps': make.statefulset}[kind]('web', 3)
    world.create(BUDGETS, budget(**spec))
    world.create(kind, made, 4)
    assert counts(world) == expected
    assert allowed(world)['reason'] == ('SufficientPods' if expected[0] else 'InsufficientPods')


def test_no_selector_matches_nothing_here(world):
    world.create(BUDGETS, budget(minAvailable=3))
    assert counts(world) == (0, 0, 3, 0)
    assert set(world.messages('NoPods')) == {'No matching pods found'}


def test_naked_pod(world, make):
    world.create('pods', make.pod('one', labels={'app': 'web'}))
    world.create(BUDGETS, budget(minAvailable='28%'))
    assert counts(world) == (0, 1, 0, 0)
    assert set(world.messages('UnmanagedPods')) == {
        f'Pods selected by this PodDisruptionBudget (selector: {ANY}) were found to be unmanaged. As a result, the '
        'status of the PDB cannot be calculated correctly, which may result in undefined behavior. To account for '
        'these pods please set ".spec.minAvailable" field of the PDB to an integer value.'}


def test_naked_pods_count_for_a_number(world, make):
    for name in ('one', 'two'):
        world.create('pods', make.pod(name, labels={'app': 'web'}))
    world.create(BUDGETS, budget(minAvailable=1))
    assert counts(world) == (1, 2, 1, 2)
    assert world.messages('UnmanagedPods') == []


@pytest.mark.parametrize(('kind', 'plural'), [('Job', 'jobs.batch'), ('DaemonSet', 'daemonsets.apps')])
def test_scale_finder_no_resource(world, make, kind, plural):
    made = make.daemonset('web') if kind == 'DaemonSet' else make.job('web')
    made['spec']['template'].setdefault('metadata', {})['labels'] = {'app': 'web'}
    world.create(plural, made)
    world.create(BUDGETS, budget(maxUnavailable=1))
    problem = f'{plural} does not implement the scale subresource'
    assert world.messages('CalculateExpectedPodCountFailed') == [
        f'Failed to calculate the number of expected pods: {problem}']
    assert (allowed(world)['reason'], allowed(world)['message']) == ('SyncFailed', problem)
    assert refusal(world, world.names('pods')[0]) == 'The disruption budget b is still being processed by the server.'


def test_custom_resources_with_a_scale(world, make):
    world.create('customresourcedefinitions.apiextensions.k8s.io', {
        'apiVersion': 'apiextensions.k8s.io/v1', 'kind': 'CustomResourceDefinition',
        'metadata': {'name': 'flocks.farm.io'}, 'spec': {
            'group': 'farm.io', 'scope': 'Namespaced', 'names': {'plural': 'flocks', 'kind': 'Flock'},
            'versions': [{'name': 'v1', 'served': True, 'storage': True,
                          'schema': {'openAPIV3Schema': {'type': 'object',
                                                         'x-kubernetes-preserve-unknown-fields': True}},
                          'subresources': {'scale': {'specReplicasPath': '.spec.replicas',
                                                     'statusReplicasPath': '.status.replicas'}}}]}})
    flock = world.admin.request('POST', '/apis/farm.io/v1/namespaces/default/flocks', {
        'apiVersion': 'farm.io/v1', 'kind': 'Flock', 'metadata': {'name': 'sheep'}, 'spec': {'replicas': 4}}).body
    one = make.pod('one', labels={'app': 'web'})
    one['metadata']['ownerReferences'] = [{'apiVersion': 'farm.io/v1', 'kind': 'Flock', 'name': 'sheep',
                                           'uid': flock['metadata']['uid'], 'controller': True}]
    world.create('pods', one)
    world.create(BUDGETS, budget(maxUnavailable='50%'))
    assert counts(world) == (0, 1, 2, 4)


def test_two_controllers(world, make):
    for name, replicas in (('first', 4), ('second', 2)):
        made = make.deployment(name, replicas)
        made['spec']['template']['metadata']['labels'] = made['spec']['selector']['matchLabels'] = {
            'app': 'web', 'part': name}
        world.create('deployments.apps', made)
    world.create(BUDGETS, budget(minAvailable='50%'))
    assert counts(world) == (3, 6, 3, 6)


def test_total_unavailable_pods_wait_for_their_eviction(world, make):
    """TestPDBNotExist's neighbours: what was evicted counts as gone until it is."""
    world.create('deployments.apps', make.deployment('web', 3))
    world.create(BUDGETS, budget(minAvailable=2))
    first, second = world.names('pods')[:2]
    evict(world, first)
    assert allowed(world)['reason'] == 'InsufficientPods'
    assert refusal(world, second) == 'The disruption budget b does not allow evicting pods currently'
    entry = next(c for c in world.get('pods', first)['status']['conditions'] if c['type'] == 'DisruptionTarget')
    assert (entry['reason'], entry['message']) == ('EvictionByEvictionAPI', 'Eviction API: evicting')
    world.run(40)
    assert counts(world) == (1, 3, 2, 3)


@pytest.mark.parametrize(('policy', 'healthy', 'goes'), [
    pytest.param('IfHealthyBudget', 2, True, id='unhealthy pods go while the budget is healthy'),
    pytest.param('IfHealthyBudget', 1, False, id='unhealthy pods stay when the budget is not'),
    pytest.param(None, 1, False, id='which is the default'),
    pytest.param('AlwaysAllow', 1, True, id='AlwaysAllow: unhealthy pods always go'),
])
def test_unhealthy_pods(world, make, policy, healthy, goes):
    world.create('deployments.apps', make.deployment('web', 3))
    world.create(BUDGETS, budget(minAvailable=2, **({'unhealthyPodEvictionPolicy': policy} if policy else {})))
    for name in world.names('pods')[healthy:]:
        pod = world.get('pods', name)
        conditions = [{**c, 'status': 'False'} if c['type'] == 'Ready' else c for c in pod['status']['conditions']]
        world.admin.update_status('pods', {**pod, 'status': {**pod['status'], 'conditions': conditions}})
    world.run(0.5)
    assert counts(world)[1] == healthy
    name = world.names('pods')[-1]
    if goes:
        evict(world, name)
        assert world.get('pods', name)['metadata']['deletionTimestamp']
        assert 'disruptedPods' not in world.status(BUDGETS, 'b')
    else:
        assert refusal(world, name) == 'The disruption budget b needs 2 healthy pods and has 1 currently'


def test_two_budgets_for_one_pod_are_not_supported(world, make):
    world.create('pods', make.pod('one', labels={'app': 'web'}))
    for name in ('b', 'c'):
        made = budget(minAvailable=0)
        made['metadata']['name'] = name
        world.create(BUDGETS, made)
    with pytest.raises(StatusError) as error:
        evict(world, 'one')
    assert error.value.code == 500


def test_a_second_look_writes_nothing(world, make):
    world.create('deployments.apps', make.deployment('web', 3))
    world.create(BUDGETS, budget(maxUnavailable=1))
    before = world.versions()
    world.patch('pods', world.names('pods')[0], {'metadata': {'labels': {'more': 'x'}}}, 5)
    assert world.versions().items() - before.items() == {
        entry for entry in world.versions().items() if entry[0].startswith('pods/') and entry not in before.items()}


@pytest.mark.parametrize(('reason', 'status'), [('EvictionByEvictionAPI', 'False'), ('TerminationByKubelet', 'True')])
def test_stale_pod_disruption(world, make, reason, status):
    """TestStalePodDisruption: a pod that was to go and did not is one like all others after two minutes."""
    world.create('pods', make.pod('one'))
    entry = {'type': 'DisruptionTarget', 'status': 'True', 'reason': reason, 'message': 'gone soon',
             'lastTransitionTime': world.simulation.timestamp()}
    world.admin.patch('pods', 'one', {'status': {'conditions': [entry]}}, 'default', 'status',
                      'application/strategic-merge-patch+json')

    def target():
        return next(e for e in world.status('pods', 'one')['conditions'] if e['type'] == 'DisruptionTarget')
    world.run(115)
    assert target()['status'] == 'True'
    world.run(10)
    assert (target()['status'], target()['reason']) == (status, reason)
