"""What admission makes of pods, and of what is done to them."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.client.transport import User

PODS = '/api/v1/namespaces/default/pods'
ACCOUNTS = '/api/v1/namespaces/default/serviceaccounts'
QUOTAS = '/api/v1/namespaces/default/resourcequotas'


def pod(name: str = 'p', meta: dict[str, Any] | None = None, **spec: Any) -> dict[str, Any]:
    return {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': name, **(meta or {})},
            'spec': {'containers': [{'name': 'c', 'image': 'nginx'}], **spec}}


@pytest.fixture(autouse=True)
def account(api) -> None:
    if api.ask('GET', f'{ACCOUNTS}/default').status == 404:
        api.make(ACCOUNTS, {'metadata': {'name': 'default'}})


@pytest.mark.parametrize(('spec', 'problem'), [
    ({'serviceAccountName': 'x'}, 'error looking up service account default/x: serviceaccount "x" not found'),
    ({'priorityClassName': 'x'}, 'no PriorityClass with name x was found'),
    ({'runtimeClassName': 'x'}, 'pod rejected: RuntimeClass "x" not found')])
def test_what_has_no_name_yet_is_called_as_it_begins(api, spec, problem):
    assert api.message('POST', PODS, pod(meta={'name': '', 'generateName': 'web-'}, **spec)) == (
        f'pods "web-" is forbidden: {problem}')


def variable(secret: str) -> list[dict[str, Any]]:
    return [{'name': 'A', 'valueFrom': {'secretKeyRef': {'name': secret, 'key': 'k'}}}]


NOT_ITS = 'is not allowed because service account default does not reference that'


class TestMountableSecrets:
    @pytest.fixture(autouse=True)
    def strict(self, api) -> None:
        api.ask('PATCH', f'{ACCOUNTS}/default', {
            'metadata': {'annotations': {'kubernetes.io/enforce-mountable-secrets': 'true'}},
            'secrets': [{'name': 'mine'}], 'imagePullSecrets': [{'name': 'pull'}]}, patch='merge')

    @pytest.mark.parametrize(('spec', 'words'), [
        ({'volumes': [{'name': 'v', 'secret': {'secretName': 'x'}}]},
         f'volume with secret.secretName="x" {NOT_ITS} secret'),
        ({'initContainers': [{'name': 'i', 'image': 'i', 'env': variable('x')}]},
         f'init container i with envVar A referencing secret.secretName="x" {NOT_ITS} secret'),
        ({'containers': [{'name': 'c', 'image': 'i', 'env': variable('x')}]},
         f'container c with envVar A referencing secret.secretName="x" {NOT_ITS} secret'),
        ({'imagePullSecrets': [{'name': 'pull'}, {'name': 'x'}]},
         f'imagePullSecrets[1].name="x" {NOT_ITS} imagePullSecret'),
    ])
    def test_pods_name_only_the_secrets_of_their_account(self, api, spec, words):
        assert api.message('POST', PODS, pod(**spec)) == f'pods "p" is forbidden: {words}'

    def test_they_may_name_those(self, api):
        api.make(PODS, pod(volumes=[{'name': 'v', 'secret': {'secretName': 'mine'}}],
                           containers=[{'name': 'c', 'image': 'i', 'env': variable('mine')}]))

    def test_nor_do_containers_that_come_later(self, api):
        api.make(PODS, pod())
        more = {'spec': {'ephemeralContainers': [{'name': 'e', 'image': 'i', 'env': variable('x')}]}}
        assert api.message('PATCH', f'{PODS}/p/ephemeralcontainers', more, patch='strategic') == (
            f'pods "p" is forbidden: ephemeral container e with envVar A referencing secret.secretName="x" {NOT_ITS} '
            'secret')


def limits(api, **limit: Any) -> None:
    api.make('/api/v1/namespaces/default/limitranges', {'metadata': {'name': 'l'}, 'spec': {
        'limits': [{'type': 'Container', **limit}]}})


def test_defaults_are_told_of_container_by_container(api):
    limits(api, default={'cpu': '2', 'memory': '2Gi'}, defaultRequest={'cpu': '1'})
    made = api.make(PODS, pod(containers=[{'name': 'a', 'image': 'i'}, {'name': 'b', 'image': 'i'}]))
    assert made['metadata']['annotations']['kubernetes.io/limit-ranger'] == (
        'LimitRanger plugin set: cpu, memory request for container a; cpu, memory limit for container a; cpu, memory '
        'request for container b; cpu, memory limit for container b')


def asking(cpu: str, *names: str) -> dict[str, Any]:
    return {'containers': [{'name': name, 'image': 'i', 'resources': {'requests': {'cpu': cpu}, 'limits': {'cpu': cpu}}}
                           for name in names]}


def test_what_is_wrong_with_several_containers_is_said_once(api):
    limits(api, min={'cpu': '1'})
    assert api.message('POST', PODS, pod(**asking('500m', 'a', 'b'))) == (
        'pods "p" is forbidden: minimum cpu usage per Container is 1, but request is 500m')


def test_bounds_and_quotas_hold_for_pods_that_are_resized(api):
    api.make(PODS, pod(**asking('1', 'c')))
    limits(api, max={'cpu': '3'})
    assert api.message('PATCH', f'{PODS}/p/resize', {'spec': asking('4', 'c')}, patch='strategic') == (
        'pods "p" is forbidden: maximum cpu usage per Container is 3, but limit is 4')
    api.make(QUOTAS, {'metadata': {'name': 'q'}, 'spec': {'hard': {'requests.cpu': '2'}}})
    api.ask('PATCH', f'{QUOTAS}/q/status', {'status': {'hard': {'requests.cpu': '2'}, 'used': {'requests.cpu': '1'}}},
            patch='merge')
    assert api.message('PATCH', f'{PODS}/p/resize', {'spec': asking('3', 'c')}, patch='strategic') == (
        'pods "p" is forbidden: exceeded quota: q, requested: requests.cpu=2, used: requests.cpu=1, limited: '
        'requests.cpu=2')


def test_no_pod_is_evicted_from_a_namespace_that_is_going(api):
    api.make('/api/v1/namespaces', {'metadata': {'name': 'old'}})
    api.simulation.advance(1)
    if api.ask('GET', '/api/v1/namespaces/old/serviceaccounts/default').status == 404:
        api.make('/api/v1/namespaces/old/serviceaccounts', {'metadata': {'name': 'default'}})
    api.make('/api/v1/namespaces/old/pods', pod())
    api.ask('DELETE', '/api/v1/namespaces/old')
    asked = {'apiVersion': 'policy/v1', 'kind': 'Eviction', 'metadata': {'name': 'p', 'namespace': 'old'}}
    assert api.message('POST', '/api/v1/namespaces/old/pods/p/eviction', asked) == (
        'pods "p" is forbidden: unable to create new content in namespace old because it is being terminated')


def test_a_kubelet_asks_for_tokens_for_whom_its_pods_have_them(api):
    api.make('/api/v1/nodes', {'metadata': {'name': 'node01'}})
    api.make('/apis/storage.k8s.io/v1/csidrivers', {
        'metadata': {'name': 'd.io'}, 'spec': {'tokenRequests': [{'audience': 'store'}]}})
    made = api.make(PODS, pod(nodeName='node01', volumes=[
        {'name': 'a', 'projected': {'sources': [{'serviceAccountToken': {'path': 't', 'audience': 'vault'}}]}},
        {'name': 'b', 'csi': {'driver': 'd.io'}}]))
    kubelet = User('system:node:node01', ('system:nodes', 'system:authenticated'))

    def told(*audiences: str) -> str:
        asked = {'apiVersion': 'authentication.k8s.io/v1', 'kind': 'TokenRequest', 'metadata': {}, 'spec': {
            'audiences': list(audiences), 'boundObjectRef': {
                'apiVersion': 'v1', 'kind': 'Pod', 'name': 'p', 'uid': made['metadata']['uid']}}}
        answer = api.ask('POST', f'{ACCOUNTS}/default/token', asked, user=kubelet)
        return 'given' if answer.status == 201 else answer.body['message'].partition(' is forbidden: ')[2]
    assert [told(), told('vault'), told('store')] == ['given'] * 3
    assert told('vault', 'store') == 'node may only request 0 or 1 audiences'
    assert told('other') == ('audience "other" not found in pod spec volume, system:node:node01 is not authorized to '
                             'request tokens for this audience')
    api.make('/apis/rbac.authorization.k8s.io/v1/clusterroles', {'metadata': {'name': 'r'}, 'rules': [
        {'apiGroups': [''], 'resources': ['other'], 'verbs': ['request-serviceaccounts-token-audience']}]})
    api.make('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
        'metadata': {'name': 'r'}, 'roleRef': {'kind': 'ClusterRole', 'name': 'r'},
        'subjects': [{'kind': 'Group', 'name': 'system:nodes'}]})
    assert told('other') == 'given'


ROOT = {'runAsUser': 0, 'allowPrivilegeEscalation': False, 'capabilities': {'drop': ['ALL']},
        'seccompProfile': {'type': 'RuntimeDefault'}}
UNMASKED = 'procMount (container "c" must not set securityContext.procMount to "Unmasked")'
NO_ROOT = ('runAsNonRoot != true (pod or container "c" must set securityContext.runAsNonRoot=true), runAsUser=0 '
           '(container "c" must not set runAsUser=0)')


@pytest.mark.parametrize(('level', 'context', 'spec', 'words'), [
    ('restricted:latest', ROOT, {'hostUsers': False}, ''),
    ('restricted:v1.30', ROOT, {'hostUsers': False}, ''),
    ('restricted:latest', ROOT, {'hostUsers': True}, NO_ROOT),
    ('baseline:latest', {'procMount': 'Unmasked'}, {'hostUsers': False}, ''),
    ('baseline:v1.34', {'procMount': 'Unmasked'}, {'hostUsers': False}, UNMASKED),
    ('restricted:latest', {**ROOT, 'procMount': 'Unmasked'}, {'hostUsers': False}, UNMASKED),
])
def test_root_in_a_user_namespace_is_less_than_root(api, level, context, spec, words):
    name, _, version = level.partition(':')
    api.ask('PATCH', '/api/v1/namespaces/default', {'metadata': {'labels': {
        'pod-security.kubernetes.io/enforce': name, 'pod-security.kubernetes.io/enforce-version': version}}},
        patch='merge')
    made = pod(containers=[{'name': 'c', 'image': 'i', 'securityContext': context}], **spec)
    if words:
        assert api.message('POST', PODS, made) == f'pods "p" is forbidden: violates PodSecurity "{level}": {words}'
    else:
        api.make(PODS, made)
