"""Admission webhooks: who is asked, what is done with the answer, and what is said when there is none."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from typing import Any

import pytest

from tutor.cluster.containers.http import HttpRequest, HttpResponse

CONFIGURATIONS = '/apis/admissionregistration.k8s.io/v1'
MAPS = '/api/v1/namespaces/default/configmaps'
ALL_MAPS = [{'operations': ['*'], 'apiGroups': [''], 'apiVersions': ['v1'], 'resources': ['configmaps']}]

Answer = Callable[[dict[str, Any]], dict[str, Any]]


class Webhooks:
    """Servers behind the Services of a cluster, each answering AdmissionReviews; what they were asked."""

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, Any]]] = []
        self.targets: list[str] = []

    def request(self, namespace: str, name: str, port: int, request: HttpRequest) -> HttpResponse:
        if name not in self.answers:
            raise OSError(f'service "{name}" not found')
        review = json.loads(request.body)
        self.asked.append((name, review['request']))
        self.targets.append(f'{namespace}/{name}:{port}{request.target}')
        response = {'uid': review['request']['uid'], 'allowed': True, **self.answers[name](review['request'])}
        return HttpResponse(200, {}, json.dumps({**review, 'request': None, 'response': response}).encode())

    def request_address(self, address: str, port: int, request: HttpRequest) -> HttpResponse:
        raise OSError(f'dial tcp {address}:{port}: connect: connection refused')


@pytest.fixture
def webhooks(api) -> Webhooks:
    found = Webhooks()
    api.server.services = found
    return found


def configure(api, kind: str, name: str, **hook: Any) -> None:
    default = {'name': f'{name}.example.com', 'rules': ALL_MAPS, 'sideEffects': 'None',
               'admissionReviewVersions': ['v1'],
               'clientConfig': {'service': {'namespace': 'default', 'name': name, 'path': '/check'}}}
    api.make(f'{CONFIGURATIONS}/{kind.lower()}webhookconfigurations', {'metadata': {'name': name},
                                                                      'webhooks': [default | hook]})


def config_map(name: str = 'a', **data: str) -> dict[str, Any]:
    return {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': name}, 'data': data}


def refuse(message: str = '', **status: Any) -> Answer:
    return lambda request: {'allowed': False, 'status': {**({'message': message} if message else {}), **status}}


def patch(*operations: dict[str, Any]) -> Answer:
    encoded = base64.b64encode(json.dumps(operations).encode()).decode()
    return lambda request: {'patchType': 'JSONPatch', 'patch': encoded}


def test_a_refusal_is_the_webhooks_own_status(api, webhooks):
    webhooks.answers['guard'] = refuse('no colours here', code=403, reason='Forbidden')
    configure(api, 'Validating', 'guard')
    response = api.ask('POST', MAPS, config_map(color='red'))
    assert (response.status, response.body['reason']) == (403, 'Forbidden')
    assert response.body['message'] == 'admission webhook "guard.example.com" denied the request: no colours here'
    assert webhooks.targets == ['default/guard:443/check?timeout=10s']


def test_a_refusal_without_words_says_so(api, webhooks):
    webhooks.answers['guard'] = refuse()
    configure(api, 'Validating', 'guard')
    response = api.ask('POST', MAPS, config_map())
    assert response.status == 400
    assert response.body['message'] == 'admission webhook "guard.example.com" denied the request without explanation'


def test_what_a_webhook_is_told(api, webhooks):
    webhooks.answers['guard'] = lambda request: {}
    configure(api, 'Validating', 'guard')
    api.make(MAPS, config_map(color='red'))
    api.ask('PATCH', f'{MAPS}/a', {'data': {'color': 'blue'}}, patch='merge')
    api.ask('DELETE', f'{MAPS}/a')
    create, update, delete = (request for _, request in webhooks.asked)
    assert create['operation'] == 'CREATE'
    assert create['kind'] == {'group': '', 'version': 'v1', 'kind': 'ConfigMap'}
    assert create['resource'] == {'group': '', 'version': 'v1', 'resource': 'configmaps'}
    assert (create['name'], create['namespace'], create['dryRun']) == ('a', 'default', False)
    assert create['userInfo']['username'] == 'kubernetes-admin'
    assert create['object']['data'] == {'color': 'red'} and create['oldObject'] is None
    assert update['object']['data'], update['oldObject']['data'] == ({'color': 'blue'}, {'color': 'red'})
    assert delete['object'] is None and delete['oldObject']['data'] == {'color': 'blue'}


def test_a_patch_changes_the_object_and_is_validated(api, webhooks):
    webhooks.answers['stamp'] = patch({'op': 'add', 'path': '/metadata/labels', 'value': {'stamped': 'yes'}})
    configure(api, 'Mutating', 'stamp')
    assert api.make(MAPS, config_map())['metadata']['labels'] == {'stamped': 'yes'}
    webhooks.answers['stamp'] = patch({'op': 'add', 'path': '/metadata/labels', 'value': {'bad key!': 'x'}})
    assert 'metadata.labels: Invalid value: "bad key!"' in api.message('POST', MAPS, config_map('b'))


def test_a_later_change_is_shown_again_to_those_who_want_it(api, webhooks):
    webhooks.answers['early'] = lambda request: {}
    webhooks.answers['late'] = patch({'op': 'add', 'path': '/data', 'value': {'late': 'yes'}})
    configure(api, 'Mutating', 'early', reinvocationPolicy='IfNeeded')
    configure(api, 'Mutating', 'late')
    api.make(MAPS, config_map())
    assert [(name, (request['object'].get('data') or {}).get('late')) for name, request in webhooks.asked] == [
        ('early', None), ('late', None), ('early', 'yes')]


def test_a_webhook_that_cannot_be_reached_fails_the_request_or_is_ignored(api, webhooks):
    configure(api, 'Validating', 'gone')
    assert api.message('POST', MAPS, config_map()) == (
        'Internal error occurred: failed calling webhook "gone.example.com": failed to call webhook: '
        'Post "https://gone.default.svc:443/check?timeout=10s": service "gone" not found')
    api.ask('PATCH', f'{CONFIGURATIONS}/validatingwebhookconfigurations/gone',
            [{'op': 'replace', 'path': '/webhooks/0/failurePolicy', 'value': 'Ignore'}], patch='json')
    api.make(MAPS, config_map())


@pytest.mark.parametrize(('answer', 'problem'), [
    ({'uid': 'other'}, 'expected response.uid="'),
    ({'patch': 'W10='}, 'validating webhook may not return response.patch'),
])
def test_an_answer_that_cannot_be_used_counts_as_none(api, webhooks, answer, problem):
    webhooks.answers['odd'] = lambda request: answer
    configure(api, 'Validating', 'odd')
    message = api.message('POST', MAPS, config_map())
    assert message.startswith('Internal error occurred: failed calling webhook "odd.example.com": received invalid '
                              'webhook response: ')
    assert problem in message


def test_a_dry_run_is_only_shown_to_webhooks_without_side_effects(api, webhooks):
    webhooks.answers['quiet'] = lambda request: {}
    configure(api, 'Validating', 'quiet', sideEffects='NoneOnDryRun')
    assert api.ask('POST', MAPS, config_map(), dryRun='All').status == 201
    assert webhooks.asked[0][1]['dryRun'] is True


def test_selectors_and_conditions_say_who_is_asked(api, webhooks):
    webhooks.answers['picky'] = refuse('caught')
    configure(api, 'Validating', 'picky', objectSelector={'matchLabels': {'check': 'me'}}, matchConditions=[
        {'name': 'not-red', 'expression': 'object.data.color != "red"'}])
    api.make(MAPS, config_map('plain'))
    marked = config_map('red', color='red')
    marked['metadata']['labels'] = {'check': 'me'}
    api.make(MAPS, marked)
    marked = config_map('blue', color='blue')
    marked['metadata']['labels'] = {'check': 'me'}
    assert 'caught' in api.message('POST', MAPS, marked)


def test_warnings_reach_the_client(api, webhooks):
    webhooks.answers['kind'] = lambda request: {'warnings': ['colours are going out of fashion']}
    configure(api, 'Validating', 'kind')
    assert api.ask('POST', MAPS, config_map()).warnings == ('colours are going out of fashion',)


def test_webhooks_are_never_asked_about_webhooks(api, webhooks):
    every = [{'operations': ['*'], 'apiGroups': ['*'], 'apiVersions': ['*'], 'resources': ['*']}]
    configure(api, 'Validating', 'jealous', rules=every)
    assert 'failed calling webhook' in api.message('POST', MAPS, config_map())
    assert api.ask('DELETE', f'{CONFIGURATIONS}/validatingwebhookconfigurations/jealous').status == 200
    api.make(MAPS, config_map())


def test_an_exec_can_be_refused(api, webhooks):
    from tutor.apimachinery.errors import StatusError
    from tutor.client.transport import Request
    webhooks.answers['shut'] = refuse('no shells')
    configure(api, 'Validating', 'shut', rules=[
        {'operations': ['CONNECT'], 'apiGroups': [''], 'apiVersions': ['v1'], 'resources': ['pods/exec']}])
    with pytest.raises(StatusError, match='denied the request: no shells'):
        api.server.connect(Request('POST', '/api/v1/namespaces/default/pods/p/exec', {'command': 'sh'}))
    assert webhooks.asked[0][1]['kind'] == {'group': '', 'version': 'v1', 'kind': 'PodExecOptions'}
