"""Namespaces that cannot go, and why; the cases are those of upstream's namespaced_resources_deleter_test.go and
status_condition_utils_test.go."""

from __future__ import annotations

import pytest

GOOD = {
    'NamespaceDeletionDiscoveryFailure': 'All resources successfully discovered',
    'NamespaceDeletionGroupVersionParsingFailure': 'All legacy kube types successfully parsed',
    'NamespaceDeletionContentFailure': 'All content successfully deleted, may be waiting on finalization',
    'NamespaceContentRemaining': 'All content successfully removed',
    'NamespaceFinalizersRemaining': 'All content-preserving finalizers finished',
}
STALE = {'apiVersion': 'apiregistration.k8s.io/v1', 'kind': 'APIService', 'metadata': {'name': 'v1.away.example.com'},
         'spec': {'group': 'away.example.com', 'version': 'v1', 'groupPriorityMinimum': 100, 'versionPriority': 100,
                  'insecureSkipTLSVerify': True, 'service': {'namespace': 'default', 'name': 'nobody'}}}


@pytest.fixture
def team(world):
    world.admin.create('namespaces', {'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': 'team'}})
    world.run()
    return world


def conditions(world) -> dict[str, tuple[str, str, str]]:
    """Those that are not as they should be."""
    found = world.get('namespaces', 'team', '')['status'].get('conditions') or []
    assert [c['message'] for c in found if c['status'] == 'False'] == [
        GOOD[c['type']] for c in found if c['status'] == 'False']
    return {c['type']: (c['status'], c['reason'], c['message']) for c in found if c['status'] != 'False'}


def gone(world) -> bool:
    return world.admin.find('namespaces', 'team') is None


def test_an_api_that_does_not_answer_holds_every_namespace(team):
    """TestDeleteEncounters404 and the discovery error of TestSyncNamespaceThatIsTerminating."""
    team.admin.create('apiservices.apiregistration.k8s.io', STALE)
    team.admin.create('configmaps', {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {
        'name': 'left', 'namespace': 'team'}})
    team.run()
    team.admin.delete('namespaces', 'team')
    team.run(20)
    assert conditions(team) == {'NamespaceDeletionDiscoveryFailure': (
        'True', 'DiscoveryFailed', 'Discovery failed for some groups, 1 failing: unable to retrieve the complete list '
        'of server APIs: away.example.com/v1: stale GroupVersion discovery: away.example.com/v1')}
    assert team.admin.items('configmaps', 'team') == []
    team.admin.delete('apiservices.apiregistration.k8s.io', 'v1.away.example.com')
    team.run(61)
    assert gone(team)


def test_pods_go_first_and_have_their_time(team, make):
    """TestDeletePodsFirst (OrderedNamespaceDeletion); the estimate of estimateGracefulTermination."""
    team.admin.create('configmaps', {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {
        'name': 'later', 'namespace': 'team'}})
    held = make.pod('held', nodeName='nowhere', terminationGracePeriodSeconds=40)
    team.admin.create('pods', {**held, 'metadata': {'name': 'held', 'namespace': 'team',
                                                    'finalizers': ['example.com/hold']}})
    team.admin.delete('namespaces', 'team')
    team.run(10)
    assert conditions(team) == {
        'NamespaceContentRemaining': (
            'True', 'SomeResourcesRemain', 'Some resources are remaining: pods. has 1 resource instances'),
        'NamespaceFinalizersRemaining': (
            'True', 'SomeFinalizersRemain', 'Some content in the namespace has finalizers remaining: example.com/hold '
            'in 1 resource instances')}
    assert 'later' in {obj['metadata']['name'] for obj in team.admin.items('configmaps', 'team')}
    team.admin.patch('pods', 'held', {'metadata': {'finalizers': None}}, 'team')
    team.run(60)
    assert gone(team)


def test_a_pod_that_outstays_its_grace_is_unexpected(team, make):
    """deleteAllContentForGroupVersionResource: what remains without an estimate and without a finalizer is an error.
    Nobody ends a pod of a node whose kubelet is lost."""
    pod = make.pod('stuck', nodeName='node01')
    team.admin.create('pods', {**pod, 'metadata': {'name': 'stuck', 'namespace': 'team'}})
    team.run(5)
    team.cluster.nodes.fleet.kubelets['node01'].stop()
    team.admin.delete('namespaces', 'team')
    team.run(20)
    assert set(conditions(team)) == {'NamespaceContentRemaining'}
    team.run(40)
    assert conditions(team)['NamespaceDeletionContentFailure'] == (
        'True', 'ContentDeletionFailed', 'Failed to delete all resource types, 1 remaining: unexpected items still '
        'remain in namespace: team for gvr: /v1, Resource=pods')
    team.admin.delete('pods', 'stuck', 'team', {'kind': 'DeleteOptions', 'apiVersion': 'v1', 'gracePeriodSeconds': 0})
    team.run(61)
    assert gone(team)


def test_a_namespace_with_another_finalizer_stays_empty(team):
    """TestFinalizeNamespaceFunc: only the controller's own finalizer goes."""
    namespace = team.get('namespaces', 'team', '')
    namespace['spec']['finalizers'] = ['kubernetes', 'example.com/mine']
    team.admin.update('namespaces', namespace, 'finalize')
    team.admin.delete('namespaces', 'team')
    team.run(20)
    assert team.get('namespaces', 'team', '')['spec']['finalizers'] == ['example.com/mine']
    assert conditions(team) == {}
