"""Garbage collection, namespaces, and what every namespace has."""

from __future__ import annotations

import pytest


def child(name: str, owner: dict, **more) -> dict:
    reference = {'apiVersion': owner['apiVersion'], 'kind': owner['kind'], 'name': owner['metadata']['name'],
                 'uid': owner['metadata']['uid'], **more}
    return {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': name, 'ownerReferences': [reference]}}


def config(name: str) -> dict:
    return {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': name}}


def test_dependents_go_in_the_background(world, make):
    world.create('deployments.apps', make.deployment('web', 2))
    world.delete('deployments.apps', 'web')
    assert world.items('replicasets.apps') == []
    assert world.items('pods') == []


def test_in_the_foreground_the_owner_goes_last(world, make):
    world.create('deployments.apps', make.deployment('web', 2))
    world.admin.delete('deployments.apps', 'web', 'default', {
        'kind': 'DeleteOptions', 'apiVersion': 'v1', 'propagationPolicy': 'Foreground'})
    assert world.get('deployments.apps', 'web')['metadata']['finalizers'] == ['foregroundDeletion']
    world.run()
    assert world.find('deployments.apps', 'web') is None
    assert world.items('pods') == []


def test_orphans_lose_their_owner_and_stay(world, make):
    world.create('deployments.apps', make.deployment('web', 1))
    world.delete('deployments.apps', 'web', policy='Orphan')
    rs = world.items('replicasets.apps')[0]
    assert 'ownerReferences' not in rs['metadata']
    assert len(world.items('pods')) == 1
    world.create('deployments.apps', make.deployment('web', 1))
    assert [r['metadata']['name'] for r in world.items('replicasets.apps')] == [rs['metadata']['name']]
    assert world.items('replicasets.apps')[0]['metadata']['ownerReferences'][0]['kind'] == 'Deployment'


def test_an_object_whose_owner_never_was_is_deleted(world):
    ghost = {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'ghost', 'uid': 'no-such-uid'}}
    world.create('configmaps', child('lost', ghost))
    assert world.find('configmaps', 'lost') is None


def test_one_owner_left_is_enough(world):
    one, two = world.create('configmaps', config('one')), world.create('configmaps', config('two'))
    both = child('both', one)
    both['metadata']['ownerReferences'] += child('x', two)['metadata']['ownerReferences']
    world.create('configmaps', both)
    world.delete('configmaps', 'one')
    assert [r['name'] for r in world.get('configmaps', 'both')['metadata']['ownerReferences']] == ['two']
    world.delete('configmaps', 'two')
    assert world.find('configmaps', 'both') is None


def test_a_blocking_dependent_with_a_finalizer_holds_its_owner(world):
    owner = world.create('configmaps', config('owner'))
    held = child('held', owner, blockOwnerDeletion=True)
    held['metadata']['finalizers'] = ['example.com/hold']
    world.create('configmaps', held)
    world.delete('configmaps', 'owner', policy='Foreground')
    assert world.find('configmaps', 'owner') is not None
    world.patch('configmaps', 'held', {'metadata': {'finalizers': None}})
    assert world.find('configmaps', 'owner') is None


def test_a_dependent_that_blocks_no_longer_lets_its_owner_go(world):
    """TestUnblockOwnerReference: addUnblockedOwnersToDeleteQueue."""
    owner = world.create('configmaps', config('owner'))
    dependent = child('held', owner, blockOwnerDeletion=True)
    dependent['metadata']['finalizers'] = ['example.com/hold']
    world.create('configmaps', dependent)
    world.delete('configmaps', 'owner', policy='Foreground')
    assert world.find('configmaps', 'owner') is not None
    reference = {**dependent['metadata']['ownerReferences'][0], 'blockOwnerDeletion': False}
    world.patch('configmaps', 'held', {'metadata': {'ownerReferences': [reference]}})
    assert world.find('configmaps', 'owner') is None


@pytest.mark.parametrize('wrong', [{'name': 'other'}, {'kind': 'Secret'}])
def test_an_owner_by_another_name_is_none(world, wrong):
    """TestConflictingData: 'good parent -> bad child'."""
    owner = world.create('configmaps', config('owner'))
    dependent = child('lost', owner)
    dependent['metadata']['ownerReferences'][0].update(wrong)
    world.create('configmaps', dependent)
    assert world.find('configmaps', 'lost') is None
    assert world.find('configmaps', 'owner') is not None


def test_a_circle_of_owners_does_not_wait_for_itself(world):
    """TestUnblockOwnerReference, and the circle of attemptToDeleteItem."""
    first = world.create('configmaps', config('first'))
    second = world.create('configmaps', child('second', first, blockOwnerDeletion=True))
    world.patch('configmaps', 'first', {'metadata': {'ownerReferences': [
        {'apiVersion': 'v1', 'kind': 'ConfigMap', 'name': 'second', 'uid': second['metadata']['uid'],
         'blockOwnerDeletion': True}]}})
    world.delete('configmaps', 'first', policy='Foreground')
    assert (world.find('configmaps', 'first'), world.find('configmaps', 'second')) == (None, None)


def test_a_namespace_is_emptied_and_goes(world, make):
    world.admin.create('namespaces', {'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': 'team'}})
    world.run()
    assert world.find('serviceaccounts', 'default', 'team') is not None
    root = world.get('configmaps', 'kube-root-ca.crt', 'team')
    assert root['data']['ca.crt'].startswith('-----BEGIN CERTIFICATE-----')
    deployment = make.deployment('web', 1)
    deployment['metadata']['namespace'] = 'team'
    world.create('deployments.apps', deployment)
    world.admin.delete('namespaces', 'team')
    world.run(2)
    assert world.get('namespaces', 'team', '')['status']['phase'] == 'Terminating'
    world.run(10)
    assert world.admin.find('namespaces', 'team') is None


def test_a_namespace_tells_what_holds_it(world):
    world.admin.create('namespaces', {'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': 'team'}})
    world.admin.create('configmaps', {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {
        'name': 'held', 'namespace': 'team', 'finalizers': ['example.com/hold']}})
    world.run()
    world.admin.delete('namespaces', 'team')
    world.run(8)
    conditions = {c['type']: c for c in world.get('namespaces', 'team', '')['status']['conditions']}
    assert conditions['NamespaceContentRemaining']['message'] == (
        'Some resources are remaining: configmaps. has 1 resource instances')
    assert conditions['NamespaceFinalizersRemaining']['message'] == (
        'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances')
    world.patch('configmaps', 'held', {'metadata': {'finalizers': None}}, 30, 'team')
    assert world.admin.find('namespaces', 'team') is None


def test_a_deleted_default_account_comes_back(world):
    world.delete('serviceaccounts', 'default')
    assert world.find('serviceaccounts', 'default') is not None


def test_a_changed_root_certificate_is_put_right(world):
    world.run()
    before = world.get('configmaps', 'kube-root-ca.crt')['data']
    world.patch('configmaps', 'kube-root-ca.crt', {'data': {'ca.crt': 'mine'}})
    assert world.get('configmaps', 'kube-root-ca.crt')['data'] == before


def test_a_token_secret_is_filled_and_goes_with_its_account(world):
    world.create('serviceaccounts', {'apiVersion': 'v1', 'kind': 'ServiceAccount', 'metadata': {'name': 'robot'}})
    world.create('secrets', {
        'apiVersion': 'v1', 'kind': 'Secret', 'type': 'kubernetes.io/service-account-token',
        'metadata': {'name': 'token', 'annotations': {'kubernetes.io/service-account.name': 'robot'}}})
    assert sorted(world.get('secrets', 'token')['data']) == ['ca.crt', 'namespace', 'token']
    world.delete('serviceaccounts', 'robot')
    assert world.find('secrets', 'token') is None


def test_an_owner_of_another_namespace_is_none(world):
    world.admin.create('namespaces', {'apiVersion': 'v1', 'kind': 'Namespace', 'metadata': {'name': 'far'}})
    owner = world.create('configmaps', {'apiVersion': 'v1', 'kind': 'ConfigMap',
                                        'metadata': {'name': 'owner', 'namespace': 'far'}})
    uid = owner['metadata']['uid']
    world.create('configmaps', {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {
        'name': 'child', 'ownerReferences': [{'apiVersion': 'v1', 'kind': 'ConfigMap', 'name': 'owner', 'uid': uid}]}})
    assert world.find('configmaps', 'child') is None
    assert world.messages('OwnerRefInvalidNamespace') == [
        f'ownerRef [v1/ConfigMap, namespace: default, name: owner, uid: {uid}] does not exist in namespace "default"']


def test_a_policy_is_told_of_fields_that_there_are_not(world):
    policies = 'validatingadmissionpolicies.admissionregistration.k8s.io'
    rule = {'apiGroups': ['apps'], 'apiVersions': ['v1'], 'operations': ['CREATE'], 'resources': ['deployments']}
    checks = ['object.spec.replicas < 5', "object.replicas > 1 && 'object.no' != ''"]
    world.admin.create(policies, {
        'apiVersion': 'admissionregistration.k8s.io/v1', 'kind': 'ValidatingAdmissionPolicy', 'metadata': {'name': 'p'},
        'spec': {'matchConstraints': {'resourceRules': [rule]}, 'validations': [{'expression': it} for it in checks]}})
    world.run()
    assert world.admin.get(policies, 'p')['status'] == {'observedGeneration': 1, 'typeChecking': {
        'expressionWarnings': [{'fieldRef': 'spec.validations[1].expression', 'warning': (
            "apps/v1, Kind=Deployment: ERROR: <input>:1:7: undefined field 'replicas'\n"
            f' | {checks[1]}\n | ......^')}]}}
