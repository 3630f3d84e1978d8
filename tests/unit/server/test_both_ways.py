"""One body of tests, two ways to the same cluster: what the API answers in process, it answers over HTTP."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import yaml

from tutor.client.live.credentials import Credentials, Fixed
from tutor.client.live.inbox import Inbox
from tutor.client.live.transport import HttpTransport
from tutor.client.rest_config import RestConfig
from tutor.client.transport import APPLY_PATCH, JSON_PATCH, MERGE_PATCH, STRATEGIC_PATCH, TABLE, Request, Response
from tutor.cluster.simulation import Simulation

NUMBER = itertools.count()


class Way:
    """Asks for things in a namespace of its own."""

    def __init__(self, send: Callable[[Request], Response]) -> None:
        self._send = send
        self.space = f'way{next(NUMBER)}'
        self.core = f'/api/v1/namespaces/{self.space}'
        self.apps = f'/apis/apps/v1/namespaces/{self.space}'
        assert self.ask('POST', '/api/v1/namespaces', {'metadata': {'name': self.space}}).status == 201

    def ask(self, method: str, path: str, body: Any = None, patch: str = '', accept: str = '',
            **query: Any) -> Response:
        request = Request(method, path, query, body, user_agent='test/1')
        request.content_type, request.accept = patch or request.content_type, accept or request.accept
        return self._send(request)

    def said(self, method: str, path: str, body: Any = None, **more: Any) -> tuple[int, str, str]:
        """Code, reason and message of a refusal."""
        answer = self.ask(method, path, body, **more)
        assert answer.body['kind'] == 'Status' and answer.body['code'] == answer.status
        return answer.status, answer.body['reason'], answer.body['message'].replace(self.space, 'SPACE')

    def map(self, name: str, **more: Any) -> Any:
        answer = self.ask('POST', f'{self.core}/configmaps', {'metadata': {'name': name, **more}, 'data': {'a': '1'}})
        assert answer.status == 201, answer.body
        return answer.body

    def deployment(self, **spec: Any) -> Response:
        template = {'metadata': {'labels': {'a': 'b'}}, 'spec': {'containers': [{'name': 'c', 'image': 'nginx'}]}}
        return self.ask('POST', f'{self.apps}/deployments', {'metadata': {'name': 'web'}, 'spec': {
            'replicas': 0, 'selector': {'matchLabels': {'a': 'b'}}, 'template': template, **spec}})


@pytest.fixture(scope='session')
def senders(served) -> dict[str, Callable[[Request], Response]]:
    config = yaml.safe_load(served.kubeconfig.read_text())
    cluster, user = config['clusters'][0]['cluster'], config['users'][0]['user']
    authority = base64.b64decode(cluster['certificate-authority-data']).decode()
    transport = HttpTransport(RestConfig(cluster['server'], ca_data=authority), Fixed(Credentials(user['token'])),
                              Inbox(Simulation(0)))
    return {'in process': lambda request: served.call(lambda: served.cluster.api.send(request)),
            'over HTTP': transport.send}


@pytest.fixture(params=['in process', 'over HTTP'])
def way(request, senders) -> Iterator[Way]:
    found = Way(senders[request.param])
    yield found
    found.ask('DELETE', f'/api/v1/namespaces/{found.space}')


def test_what_is_made_is_found(way: Way) -> None:
    made = way.map('one', labels={'x': 'y'})
    found = way.ask('GET', f'{way.core}/configmaps/one').body
    assert (found['kind'], found['apiVersion'], found['data']) == ('ConfigMap', 'v1', {'a': '1'})
    assert found['metadata']['uid'] == made['metadata']['uid'] and found['metadata']['namespace'] == way.space
    assert found['metadata']['managedFields'][0]['manager'] == 'test'


def test_names_are_made_up(way: Way) -> None:
    answer = way.ask('POST', f'{way.core}/configmaps', {'metadata': {'generateName': 'some-'}})
    assert answer.status == 201 and len(answer.body['metadata']['name']) == len('some-') + 5


@pytest.mark.parametrize(('method', 'path', 'body', 'said'), [
    ('GET', '/configmaps/none', None, (404, 'NotFound', 'configmaps "none" not found')),
    ('DELETE', '/configmaps/none', None, (404, 'NotFound', 'configmaps "none" not found')),
    ('PATCH', '/configmaps/none', {}, (404, 'NotFound', 'configmaps "none" not found')),
    ('POST', '/configmaps', {'metadata': {'name': 'one'}}, (409, 'AlreadyExists', 'configmaps "one" already exists')),
    ('GET', '/nonsense', None, (404, 'NotFound', 'the server could not find the requested resource')),
    ('PUT', '/configmaps/one', {'metadata': {'name': 'two'}}, (
        400, 'BadRequest', 'the name of the object (two) does not match the name on the URL (one)')),
    ('POST', '/configmaps', {'metadata': {'name': 'x', 'namespace': 'other'}}, (
        400, 'BadRequest', 'the namespace of the provided object does not match the namespace sent on the request')),
    ('POST', '/configmaps', {'kind': 'Secret', 'apiVersion': 'v1', 'metadata': {'name': 'x'}}, None),
    ('POST', '/configmaps/one', {'metadata': {'name': 'one'}}, (
        405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource')),
])
def test_refusals(way: Way, method: str, path: str, body: Any, said: Any) -> None:
    way.map('one')
    found = way.said(method, way.core + path, body, patch=MERGE_PATCH if method == 'PATCH' else '')
    assert found == said or (said is None and found[0] == 400)


def test_an_invalid_object_names_each_cause(way: Way) -> None:
    template = {'metadata': {'labels': {'x': 'y'}}, 'spec': {'containers': [{'name': 'c'}]}}
    answer = way.deployment(template=template)
    assert (answer.status, answer.body['reason']) == (422, 'Invalid')
    causes = {cause['field']: cause['reason'] for cause in answer.body['details']['causes']}
    assert causes == {'spec.template.metadata.labels': 'FieldValueInvalid',
                      'spec.template.spec.containers[0].image': 'FieldValueRequired'}


def test_an_old_version_is_a_conflict(way: Way) -> None:
    old = way.map('one')
    way.ask('PATCH', f'{way.core}/configmaps/one', {'data': {'b': '2'}}, patch=MERGE_PATCH)
    code, reason, message = way.said('PUT', f'{way.core}/configmaps/one', old)
    assert (code, reason) == (409, 'Conflict') and 'the object has been modified' in message


@pytest.mark.parametrize(('kind', 'patch', 'data'), [
    (MERGE_PATCH, {'data': {'a': None, 'b': '2'}}, {'b': '2'}),
    (STRATEGIC_PATCH, {'data': {'b': '2'}}, {'a': '1', 'b': '2'}),
    (JSON_PATCH, [{'op': 'replace', 'path': '/data/a', 'value': '3'}], {'a': '3'}),
    (APPLY_PATCH, {'apiVersion': 'v1', 'kind': 'ConfigMap', 'data': {'c': '4'}}, {'a': '1', 'c': '4'}),
])
def test_patches(way: Way, kind: str, patch: Any, data: dict[str, str]) -> None:
    way.map('one')
    query = {'fieldManager': 'm'} if kind == APPLY_PATCH else {}
    assert way.ask('PATCH', f'{way.core}/configmaps/one', patch, patch=kind, **query).body['data'] == data


def test_appliers_conflict_until_one_forces(way: Way) -> None:
    def apply(manager: str, value: str, **query: str) -> Response:
        body = {'apiVersion': 'v1', 'kind': 'ConfigMap', 'data': {'a': value}}
        return way.ask('PATCH', f'{way.core}/configmaps/shared', body, patch=APPLY_PATCH, fieldManager=manager, **query)

    assert apply('one', '1').status == 201
    refused = apply('two', '2')
    assert (refused.status, refused.body['details']['causes'][0]['reason']) == (409, 'FieldManagerConflict')
    assert apply('two', '2', force='true').body['data'] == {'a': '2'}


def test_a_dry_run_leaves_nothing(way: Way) -> None:
    answer = way.ask('POST', f'{way.core}/configmaps', {'metadata': {'name': 'dry'}}, dryRun='All')
    assert answer.status == 201 and answer.body['metadata']['uid']
    assert way.said('GET', f'{way.core}/configmaps/dry')[0] == 404


def test_unknown_fields_are_refused_warned_of_or_ignored(way: Way) -> None:
    def make(name: str, validation: str) -> Response:
        return way.ask('POST', f'{way.core}/configmaps', {'metadata': {'name': name}, 'colour': 'blue'},
                       fieldValidation=validation)

    assert way.said('POST', f'{way.core}/configmaps', {'metadata': {'name': 's'}, 'colour': 'x'},
                    fieldValidation='Strict')[2] == (
        'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "colour"')
    assert make('warned', 'Warn').warnings == ('unknown field "colour"',)
    assert make('ignored', 'Ignore').warnings == ()


def test_lists_select_and_come_in_pages(way: Way) -> None:
    for name in 'abcde':
        way.map(name, labels={'odd': 'yes' if name in 'ace' else 'no'})
    path = f'{way.core}/configmaps'
    assert [item['metadata']['name'] for item in way.ask('GET', path, labelSelector='odd=yes').body['items']] == [
        'a', 'c', 'e']
    assert len(way.ask('GET', path, fieldSelector='metadata.name=b').body['items']) == 1
    page = way.ask('GET', path, labelSelector='odd', limit='3').body
    rest = way.ask('GET', path, labelSelector='odd', limit='3', **{'continue': page['metadata']['continue']}).body
    assert [item['metadata']['name'] for item in page['items'] + rest['items']] == list('abcde')


def test_tables_have_the_columns_of_a_kind(way: Way) -> None:
    way.map('one')
    table = way.ask('GET', f'{way.core}/configmaps/one', accept=TABLE).body
    assert table['kind'] == 'Table'
    assert [column['name'] for column in table['columnDefinitions']] == ['Name', 'Data', 'Age']
    assert table['rows'][0]['cells'][:2] == ['one', 1]


def test_status_and_scale_are_apart(way: Way) -> None:
    way.deployment()
    path = f'{way.apps}/deployments/web'
    assert way.ask('GET', f'{path}/scale').body['kind'] == 'Scale'
    scale = {'apiVersion': 'autoscaling/v1', 'kind': 'Scale', 'metadata': {'name': 'web', 'namespace': way.space},
             'spec': {'replicas': 0}}
    assert way.ask('PUT', f'{path}/scale', scale).status == 200
    answer = way.ask('PATCH', f'{path}/status', {'spec': {'replicas': 5}, 'status': {'collisionCount': 3}},
                     patch=MERGE_PATCH)
    assert (answer.body['spec']['replicas'], answer.body['status']['collisionCount']) == (0, 3)


def test_finalizers_hold_an_object(way: Way) -> None:
    way.map('held', finalizers=['example.com/hold'])
    path = f'{way.core}/configmaps/held'
    assert 'deletionTimestamp' in way.ask('DELETE', path).body['metadata']
    assert way.ask('GET', path).status == 200
    way.ask('PATCH', path, {'metadata': {'finalizers': None}}, patch=MERGE_PATCH)
    assert way.said('GET', path)[0] == 404


def test_preconditions_and_collections_of_deletes(way: Way) -> None:
    way.map('one', labels={'x': 'y'})
    way.map('two')
    path = f'{way.core}/configmaps'
    assert way.said('DELETE', f'{path}/one', {'preconditions': {'uid': 'other'}})[:2] == (409, 'Conflict')
    assert way.ask('DELETE', path, labelSelector='x=y').status == 200
    names = [item['metadata']['name'] for item in way.ask('GET', path).body['items']]
    assert 'two' in names and 'one' not in names


def test_reviews_and_tokens(way: Way) -> None:
    review = {'spec': {'resourceAttributes': {'verb': 'delete', 'resource': 'nodes'}}}
    answer = way.ask('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', review)
    assert answer.body['status']['allowed'] is True
    way.ask('POST', f'{way.core}/serviceaccounts', {'metadata': {'name': 'me'}})
    token = way.ask('POST', f'{way.core}/serviceaccounts/me/token', {'spec': {}}).body['status']['token']
    assert len(token.split('.')) == 3


def test_what_there_is_can_be_discovered(way: Way) -> None:
    assert way.ask('GET', '/version').body['gitVersion'] == 'v1.36.1'
    assert 'apps' in [group['name'] for group in way.ask('GET', '/apis').body['groups']]
    assert 'pods/log' in [resource['name'] for resource in way.ask('GET', '/api/v1').body['resources']]
    assert 'apis/apps/v1' in way.ask('GET', '/openapi/v3').body['paths']
    assert way.ask('GET', '/readyz').body in ('ok', b'ok')
