"""Secrets with tokens of service accounts, and what tokens claim; the cases are those of upstream's
tokens_controller_test.go, claims_test.go and legacy_test.go."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from tutor.apimachinery.errors import StatusError

ISSUER = 'https://kubernetes.default.svc.cluster.local'


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def claimed(token: str) -> dict[str, Any]:
    part = token.split('.')[1]
    return json.loads(base64.urlsafe_b64decode(part + '=' * (-len(part) % 4)))


@pytest.fixture
def robot(world):
    """A world with an account."""
    world.create('serviceaccounts', {'apiVersion': 'v1', 'kind': 'ServiceAccount', 'metadata': {'name': 'robot'}})
    return world


def secret(world, name: str = 'token', **data: str) -> dict:
    world.create('secrets', {
        'apiVersion': 'v1', 'kind': 'Secret', 'type': 'kubernetes.io/service-account-token', 'data': data,
        'metadata': {'name': name, 'annotations': {'kubernetes.io/service-account.name': 'robot'}}})
    return world.get('secrets', name)['data']


def kept_token(world) -> str:
    return base64.b64decode(world.get('secrets', 'token')['data']['token']).decode()


def request(world, account: str = 'robot', **spec) -> dict:
    return world.admin.create('serviceaccounts', {
        'apiVersion': 'authentication.k8s.io/v1', 'kind': 'TokenRequest', 'spec': spec}, 'default', account, 'token')


@pytest.mark.parametrize('name', ['/', '..', 'a/b'])
def test_an_account_that_no_path_can_name_is_not_asked_for(world, name):
    """rest.Request.Name fails, and so the secret stays as it is."""
    world.create('secrets', {
        'apiVersion': 'v1', 'kind': 'Secret', 'type': 'kubernetes.io/service-account-token',
        'metadata': {'name': 'token', 'annotations': {'kubernetes.io/service-account.name': name}}})
    world.run()
    assert 'data' not in world.get('secrets', 'token')
    assert world.simulation.failures == []


def review(world, token: str, *audiences: str) -> dict:
    return world.admin.create('tokenreviews.authentication.k8s.io', {
        'apiVersion': 'authentication.k8s.io/v1', 'kind': 'TokenReview', 'metadata': {},
        'spec': {'token': token, **({'audiences': list(audiences)} if audiences else {})}})['status']


def problem(world, token: str, *audiences: str) -> str:
    status = review(world, token, *audiences)
    assert 'authenticated' not in status
    return status['error']


@pytest.mark.parametrize(('given', 'changed'), [
    pytest.param({}, {'token', 'ca.crt', 'namespace'}, id='added token secret without data'),
    pytest.param({'token': 'ABC', 'namespace': 'default'}, {'ca.crt'}, id='added token secret without ca data'),
    pytest.param({'token': 'ABC', 'namespace': 'default', 'ca.crt': 'other'}, {'ca.crt'},
                 id='added token secret with mismatched ca data'),
    pytest.param({'token': 'ABC'}, {'ca.crt', 'namespace'}, id='added token secret without namespace data'),
    pytest.param({'namespace': 'custom'}, {'token', 'ca.crt'}, id='added token secret with custom namespace data'),
])
def test_token_secrets_are_filled(robot, given, changed):
    """TestTokenCreation."""
    found = secret(robot, **{name: encoded(text) for name, text in given.items()})
    assert set(found) == {'token', 'ca.crt', 'namespace'}
    assert {name for name in found if found[name] != encoded(given.get(name, ''))} == changed


def test_a_deleted_secret_is_no_longer_named_by_its_account(robot):
    """TestTokenCreation: 'deleted secret with serviceaccount with reference'."""
    secret(robot)
    robot.patch('serviceaccounts', 'robot', {'secrets': [{'name': 'token'}, {'name': 'other'}]})
    robot.delete('secrets', 'token')
    assert robot.get('serviceaccounts', 'robot')['secrets'] == [{'name': 'other'}]


def test_an_account_s_secrets_go_with_it(robot):
    """TestTokenCreation: 'deleted serviceaccount with token secrets'."""
    secret(robot)
    robot.delete('serviceaccounts', 'robot')
    assert robot.find('secrets', 'token') is None


def test_a_token_in_a_secret_lives_as_long_as_that(robot):
    """TestTokenGenerateAndValidate, the cases of the legacy validator."""
    secret(robot)
    token = kept_token(robot)
    uid = robot.get('serviceaccounts', 'robot')['metadata']['uid']
    assert claimed(token) == {
        'iss': 'kubernetes/serviceaccount', 'kubernetes.io/serviceaccount/namespace': 'default',
        'kubernetes.io/serviceaccount/secret.name': 'token',
        'kubernetes.io/serviceaccount/service-account.name': 'robot',
        'kubernetes.io/serviceaccount/service-account.uid': uid, 'sub': 'system:serviceaccount:default:robot'}
    assert review(robot, token) == {'authenticated': True, 'audiences': [ISSUER], 'user': {
        'username': 'system:serviceaccount:default:robot', 'uid': uid,
        'groups': ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated']}}
    today = robot.simulation.timestamp()[:10]
    assert robot.get('secrets', 'token')['metadata']['labels'] == {'kubernetes.io/legacy-token-last-used': today}
    robot.patch('secrets', 'token', {'metadata': {'labels': {'kubernetes.io/legacy-token-invalid-since': today}}})
    assert 'has been marked invalid' in problem(robot, token)
    robot.delete('secrets', 'token')
    assert problem(robot, token) == '[invalid bearer token, service account token has been invalidated]'


def test_a_token_ends(robot):
    """TestValidatePrivateClaims and Claims' expiry."""
    answer = request(robot, expirationSeconds=600)
    token = answer['status']['token']
    assert claimed(token)['exp'] - claimed(token)['iat'] == 600
    assert review(robot, token)['user']['extra'] == {
        'authentication.kubernetes.io/credential-id': [f'JTI={claimed(token)["jti"]}']}
    robot.run(601)
    assert problem(robot, token) == '[invalid bearer token, service account token has expired]'


def test_a_token_is_for_its_audiences(robot):
    """TestTokenGenerateAndValidate: 'audience mismatch'."""
    token = request(robot, audiences=['vault'])['status']['token']
    assert problem(robot, token) == (
        f'[invalid bearer token, token audiences ["vault"] is invalid for the target audiences ["{ISSUER}"]]')
    assert review(robot, token, 'vault')['audiences'] == ['vault']
    assert robot.cluster.api.authenticator.token(token) is None


def test_a_token_of_a_pod_goes_with_the_pod(robot, make):
    """TestValidatePrivateClaims: the pod's name and UID, and a leeway of a minute; Claims' node of the pod, and the
    extended expiration that warns."""
    robot.create('pods', make.pod('p', nodeName='node01', serviceAccountName='robot'))
    pod, node = robot.get('pods', 'p')['metadata'], robot.get('nodes', 'node01', '')['metadata']
    bound = {'apiVersion': 'v1', 'kind': 'Pod', 'name': 'p', 'uid': pod['uid']}
    answer = request(robot, expirationSeconds=3607, boundObjectRef=bound)
    token, found = answer['status']['token'], claimed(answer['status']['token'])
    assert found['exp'] - found['iat'] == 365 * 24 * 3600
    assert found['kubernetes.io'] == {
        'namespace': 'default', 'node': {'name': 'node01', 'uid': node['uid']}, 'pod': {'name': 'p', 'uid': pod['uid']},
        'serviceaccount': {'name': 'robot', 'uid': robot.get('serviceaccounts', 'robot')['metadata']['uid']},
        'warnafter': found['iat'] + 3607}
    assert review(robot, token)['user']['extra'] == {
        'authentication.kubernetes.io/credential-id': [f'JTI={found["jti"]}'],
        'authentication.kubernetes.io/node-name': ['node01'], 'authentication.kubernetes.io/node-uid': [node['uid']],
        'authentication.kubernetes.io/pod-name': ['p'], 'authentication.kubernetes.io/pod-uid': [pod['uid']]}
    robot.admin.delete('pods', 'p', 'default', {'kind': 'DeleteOptions', 'apiVersion': 'v1', 'gracePeriodSeconds': 0})
    assert problem(robot, token) == '[invalid bearer token, service account token has been invalidated]'
    robot.create('pods', make.pod('p', nodeName='node01', serviceAccountName='robot'))
    uid = robot.get('pods', 'p')['metadata']['uid']
    assert problem(robot, token) == (
        f'[invalid bearer token, pod UID ({uid}) does not match service account pod ref claim ({pod["uid"]})]')


@pytest.mark.parametrize(('bound', 'message'), [
    ({'kind': 'Pod', 'name': 'other'},
     'cannot bind token for serviceaccount "robot" to pod running with different serviceaccount name.'),
    ({'kind': 'ConfigMap', 'name': 'x'}, 'cannot bind token for serviceaccount to object of type /v1, Kind=ConfigMap'),
])
def test_what_a_token_cannot_be_bound_to(robot, make, bound, message):
    """TokenREST.Create."""
    robot.create('pods', make.pod('other'))
    with pytest.raises(StatusError, match='cannot bind token') as problem:
        request(robot, boundObjectRef={'apiVersion': 'v1', **bound})
    assert problem.value.message == message
