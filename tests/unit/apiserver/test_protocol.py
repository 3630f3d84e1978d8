"""Options, discovery, versions of one resource, and the paths that are no resources."""

from __future__ import annotations

import pytest

from tutor.apimachinery.errors import StatusError
from tutor.client.transport import Request

CONFIGMAPS = '/api/v1/namespaces/default/configmaps'
HPAS = '/apis/autoscaling/v{}/namespaces/default/horizontalpodautoscalers'
V2 = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json'


@pytest.mark.parametrize('query, words', [
    ({'limit': 'x'}, 'strconv.ParseInt: parsing "x": invalid syntax'),
    ({'timeoutSeconds': 'x'}, 'strconv.ParseInt: parsing "x": invalid syntax'),
    ({'resourceVersionMatch': 'Exact'}, 'resourceVersionMatch is forbidden unless resourceVersion is provided'),
    ({'resourceVersionMatch': 'Odd', 'resourceVersion': '1'}, 'Unsupported value: "Odd"'),
    ({'resourceVersion': '999999'}, 'Timeout: Too large resource version: 999999'),
    ({'resourceVersion': 'abc'}, 'strconv.ParseUint: parsing "abc": invalid syntax'),
])
def test_list_options(api, query, words):
    assert words in api.message('GET', '/api/v1/pods', **query)


@pytest.mark.parametrize(('value', 'yes'), [('', True), ('foo', True), ('1', True), ('False', False), ('0', False)])
def test_parameters_that_say_yes_or_no(api, value, yes):
    api.make(CONFIGMAPS, {'metadata': {'name': 'c'}})
    assert api.ask('GET', CONFIGMAPS, watch=value).status == (405 if yes else 200)


@pytest.mark.parametrize(('version', 'code', 'words'), [
    ('abc', 500, 'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax'),
    ('-1', 500, 'resourceVersion: Invalid value: "-1": strconv.ParseUint: parsing "-1": invalid syntax'),
    ('\u0663', 500, 'resourceVersion: Invalid value: "\u0663": strconv.ParseUint: parsing "\u0663": invalid syntax'),
    ('99999999999999999999', 500, 'resourceVersion: Invalid value: "99999999999999999999": strconv.ParseUint: parsing '
     '"99999999999999999999": value out of range'),
    ('999999', 504, 'Timeout: Too large resource version: 999999, current: ')])
@pytest.mark.parametrize('path', ['namespaces', 'namespaces/default', 'watch'])
def test_a_version_that_cannot_be(api, path, version, code, words):
    if path == 'watch':
        with pytest.raises(StatusError) as raised:
            api.server.watch(Request('GET', '/api/v1/namespaces', {'resourceVersion': version}))
        status = raised.value.status
    else:
        status = api.ask('GET', f'/api/v1/{path}', resourceVersion=version).body
    assert status['code'] == code and status['message'].startswith(words)


@pytest.mark.parametrize('options, words', [
    ({'gracePeriodSeconds': 'x'}, 'cannot unmarshal string'),
    ({'propagationPolicy': 'Odd'}, 'must be one of "Foreground", "Background", "Orphan"'),
    ({'propagationPolicy': 'Orphan', 'orphanDependents': True}, 'cannot be both set'),
    ({'preconditions': {'uid': 'other'}}, 'Precondition failed: UID in precondition: other'),
])
def test_delete_options(api, options, words):
    api.make('/api/v1/namespaces/default/configmaps', {'metadata': {'name': 'c'}})
    assert words in api.message('DELETE', '/api/v1/namespaces/default/configmaps/c', options)
    api.get('/api/v1/namespaces/default/configmaps/c')


def test_autoscalers_in_both_versions(api):
    api.make(HPAS.format(1), {'apiVersion': 'autoscaling/v1', 'metadata': {'name': 'h'}, 'spec': {
        'maxReplicas': 3, 'targetCPUUtilizationPercentage': 60,
        'scaleTargetRef': {'apiVersion': 'apps/v1', 'kind': 'Deployment', 'name': 'web'}}})
    assert api.get(f'{HPAS.format(2)}/h')['spec']['metrics'] == [{'type': 'Resource', 'resource': {
        'name': 'cpu', 'target': {'type': 'Utilization', 'averageUtilization': 60}}}]
    old = api.ask('PATCH', f'{HPAS.format(1)}/h', {'spec': {'targetCPUUtilizationPercentage': 70}}, patch='merge').body
    assert (old['apiVersion'], old['spec']['targetCPUUtilizationPercentage']) == ('autoscaling/v1', 70)
    assert [item['apiVersion'] for item in api.get(HPAS.format(2))['items']] == ['autoscaling/v2']


def test_an_event_has_two_names_for_everything(api):
    api.make('/apis/events.k8s.io/v1/namespaces/default/events', {
        'metadata': {'name': 'e'}, 'regarding': {'kind': 'Pod', 'name': 'p', 'namespace': 'default'}, 'note': 'hello',
        'reason': 'Said', 'type': 'Normal', 'action': 'Saying', 'reportingController': 'example.com/me',
        'reportingInstance': 'me-1', 'eventTime': '2026-05-04T09:00:00.000000Z'})
    found = api.get('/api/v1/events', fieldSelector='involvedObject.name=p')['items']
    assert [(item['message'], item['involvedObject']['name']) for item in found] == [('hello', 'p')]
    assert len(api.get('/apis/events.k8s.io/v1/events', fieldSelector='regarding.name=p')['items']) == 1


def test_what_is_written_to_a_status_has_defaults_too(api):
    services = '/api/v1/namespaces/default/services'
    api.make(services, {'metadata': {'name': 's'}, 'spec': {'type': 'LoadBalancer', 'ports': [{'port': 80}]}})
    told = {'status': {'loadBalancer': {'ingress': [{'ip': '203.0.113.7'}]}}}
    answer = api.ask('PATCH', f'{services}/s/status', told, patch='merge')
    assert answer.body['status'] == {'loadBalancer': {'ingress': [{'ip': '203.0.113.7', 'ipMode': 'VIP'}]}}


@pytest.mark.parametrize(('path', 'name', 'expected'), [
    ('/apis/apps/v1', 'deployments', '8aSe+NMegvE='), ('/api/v1', 'pods', 'xPOwRZ+Yhw8='),
    ('/apis/events.k8s.io/v1', 'events', 'r2yiGXH7wu8='), ('/api/v1', 'pods/status', None),
    ('/apis/autoscaling/v1', 'horizontalpodautoscalers', 'qwQve8ut294='), ('/api/v1', 'componentstatuses', None)])
def test_discovery_tells_by_a_hash_how_objects_are_stored(api, path, name, expected):
    entry, = [entry for entry in api.get(path)['resources'] if entry['name'] == name]
    assert entry.get('storageVersionHash') == expected


def test_aggregated_discovery(api):
    groups = {item['metadata'].get('name', ''): item for item in api.get('/apis', accept=V2)['items']}
    deployments = next(item for item in groups['apps']['versions'][0]['resources'] if item['resource'] == 'deployments')
    assert deployments['shortNames'] == ['deploy']
    assert [item['subresource'] for item in deployments['subresources']] == ['scale', 'status']
    assert api.get('/apis')['kind'] == 'APIGroupList'


def test_open_api(api):
    swagger = api.get('/openapi/v2')
    assert swagger['definitions']['io.k8s.api.core.v1.Pod']['properties']['spec']['$ref'] == \
        '#/definitions/io.k8s.api.core.v1.PodSpec'
    assert 'apis/apps/v1' in api.get('/openapi/v3')['paths']


def test_health_and_metrics(api):
    assert api.get('/readyz') == 'ok'
    assert api.get('/readyz', verbose='').endswith('[+]shutdown ok\nreadyz check passed\n')
    assert api.get('/livez/ping') == 'ok'
    assert api.ask('GET', '/livez/nothing').status == 404
    assert '[+]loopback-serving-certificate ok\n[+]etcd ok\n' in api.get('/livez', verbose='')
    assert 'kubernetes_healthcheck{name="etcd",type="livez"} 1\n' in api.get('/metrics/slis')


def test_every_path_of_the_index_answers(api):
    for path in api.get('/')['paths']:
        assert api.ask('GET', path).status == 200, path


@pytest.mark.parametrize(('path', 'own'), [
    ('/nosuch', False), ('/apis/nosuch', False), ('/apis/nosuch/v1', False), ('/apis/nosuch/v1/foos', False),
    ('/healthz/nosuch', False), ('/openapi/nosuch', False), ('/api/v9', True), ('/apis/apps/v9', True),
    ('/apis/apps/v1/foos', True), ('/version/nosuch', True)])
def test_below_a_group_of_the_server_the_router_says_not_found_and_elsewhere_nobody_does(api, path, own):
    answer = api.ask('GET', path)
    assert answer.status == 404
    assert (answer.body['message'] if own else answer.body) == (
        'the server could not find the requested resource' if own else '404 page not found\n')
    assert 'apiserver_storage_objects{resource="namespaces"} 4' in api.get('/metrics')


def test_proxies_say_when_nobody_is_behind(api):
    api.make('/api/v1/nodes', {'metadata': {'name': 'n'}})
    assert api.message('GET', '/api/v1/nodes/n/proxy/metrics') == (
        'error trying to reach service: dial tcp :10250: connect: connection refused')
    api.make('/api/v1/namespaces/default/services', {'metadata': {'name': 'web'}, 'spec': {'ports': [{'port': 80}]}})
    path = '/api/v1/namespaces/default/services/{}/proxy/'
    assert api.message('GET', path.format('web')) == 'no endpoints available for service "web"'
    assert api.message('GET', path.format('web:81')) == 'no service port "81" found for service "web"'


@pytest.mark.parametrize('path', ['serviceaccounts/default/token', 'pods/x/eviction', 'pods/x/binding', 'bindings'])
@pytest.mark.parametrize('body', [
    '{', '[', {'spec': {'expirationSeconds': 'x'}}, {'deleteOptions': []}, {'target': []},
])
def test_subresources_answer_any_body(api, path, body):
    answer = api.ask('POST', f'/api/v1/namespaces/default/{path}', body)
    assert answer.status in (201, 400, 404, 422)
    assert answer.status == 201 or answer.body['kind'] == 'Status'


def test_a_list_in_pieces_shows_one_moment(api):
    for name in 'abcd':
        api.make(CONFIGMAPS, {'metadata': {'name': name}})
    first = api.get(CONFIGMAPS, limit='2')
    assert [item['metadata']['name'] for item in first['items']] == ['a', 'b']
    assert first['metadata']['remainingItemCount'] == 2
    api.ask('DELETE', f'{CONFIGMAPS}/c')
    api.make(CONFIGMAPS, {'metadata': {'name': 'bb'}})
    token = first['metadata']['continue']
    rest = api.get(CONFIGMAPS, **{'continue': token})
    assert [item['metadata']['name'] for item in rest['items']] == ['c', 'd']
    assert rest['metadata']['resourceVersion'] == first['metadata']['resourceVersion']
    exact = {'resourceVersion': first['metadata']['resourceVersion'], 'resourceVersionMatch': 'Exact'}
    assert len(api.get(CONFIGMAPS, **exact)['items']) == 4
    api.server.store.compact(api.server.store.revision)
    assert api.message('GET', CONFIGMAPS, **exact) == 'The resourceVersion for the provided list is too old.'
    expired = api.ask('GET', CONFIGMAPS, **{'continue': token})
    assert (expired.status, expired.body['reason']) == (410, 'Expired')
    inconsistent = api.get(CONFIGMAPS, **{'continue': expired.body['metadata']['continue']})
    assert [item['metadata']['name'] for item in inconsistent['items']] == ['bb', 'd']


@pytest.mark.parametrize(('query', 'message'), [
    ({'continue': 'abc'}, "invalid continue token: continue key is not valid: invalid character 'i' looking for "
                          'beginning of value'),
    ({'continue': 'a.c'}, 'invalid continue token: continue key is not valid: illegal base64 data at input byte 1'),
    ({'continue': 'e30'}, 'invalid continue token: continue key is not valid: server does not recognize this encoded '
                          'version ""'),
    ({'resourceVersion': 'x'}, 'resourceVersion: Invalid value: "x": strconv.ParseUint: parsing "x": invalid syntax'),
])
def test_wrong_list_options(api, query, message):
    assert api.message('GET', CONFIGMAPS, **query) == message


@pytest.mark.parametrize('body', [{'kind': 'Secret'}, {'apiVersion': 'v2'}, {'kind': None}])
def test_a_strategic_merge_patch_cannot_change_what_an_object_is(api, body):
    made = api.make(CONFIGMAPS, {'metadata': {'name': 'c'}})
    found = api.ask('PATCH', f'{CONFIGMAPS}/c', body, patch='strategic')
    assert found.status == 200
    assert [found.body[name] for name in ('apiVersion', 'kind')] == ['v1', 'ConfigMap']
    assert found.body['metadata']['resourceVersion'] == made['metadata']['resourceVersion']


@pytest.mark.parametrize(('patch', 'body', 'message'), [
    ('merge', [1], 'error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}'),
    ('merge', {'kind': 'Secret'}, 'converting (v1.Secret) to (core.ConfigMap): unknown conversion'),
    ('merge', {'apiVersion': 'v2'}, 'no kind "ConfigMap" is registered for version "v2" in scheme '
                                    '"pkg/api/legacyscheme/scheme.go:30"'),
    ('merge', {'data': {'x': 1}}, 'json: cannot unmarshal number into Go struct field ConfigMap.data of type string'),
    ('merge', {'metadata': {'resourceVersion': 'x'}}, 'strconv.ParseUint: parsing "x": invalid syntax'),
    ('merge', {'metadata': {'deletionTimestamp': '2020-01-01T00:00:00Z'}},
     'ConfigMap "c" is invalid: metadata.deletionTimestamp: Invalid value: "2020-01-01T00:00:00Z": field is immutable'),
    ('json', [{'op': 'add', 'path': '/data', 'value': {'x': 1}}],
     'json: cannot unmarshal number into Go struct field ConfigMap.data of type string'),
])
def test_patches_that_come_to_nothing_good(api, patch, body, message):
    api.make(CONFIGMAPS, {'metadata': {'name': 'c'}})
    found = api.message('PATCH', f'{CONFIGMAPS}/c', body, patch=patch)
    assert found.endswith(message)
    assert found == message or ' is invalid: ' in found


def test_what_must_agree_with_the_url(api):
    pod = '/api/v1/namespaces/default/pods/p'
    api.make('/api/v1/namespaces/default/pods', {'metadata': {'name': 'p'}, 'spec': {
        'containers': [{'name': 'c', 'image': 'i'}]}})
    other = {'metadata': {'name': 'other'}}
    assert api.message('POST', f'{pod}/eviction', other) == 'name in URL does not match name in Eviction object'
    assert api.message('POST', f'{pod}/binding', other) == 'name in URL does not match name in Binding object'
    assert api.message('POST', f'{pod}/binding', {'metadata': {'name': 'p'}, 'target': {'kind': 'Pod'}}) == (
        'Binding "p" is invalid: [target.kind: Unsupported value: "Pod": supported values: "Node", "<empty>", '
        'target.name: Required value]')
    assert api.message('GET', f'{pod}/exec') == 'Upgrade request required'


@pytest.mark.parametrize(('method', 'meta', 'message'), [
    ('PUT', {}, 'the name of the object (based on URL) was undeterminable: name must be provided'),
    ('PATCH', {'name': None}, 'the name of the object (based on URL) was undeterminable: name must be provided'),
    ('PATCH', {'name': 'd'}, 'the name of the object (d) does not match the name on the URL (c)'),
    ('PATCH', {'name': 'd', 'namespace': 'other'},
     'the namespace of the provided object does not match the namespace sent on the request')])
def test_an_update_is_about_the_object_of_the_url(api, method, meta, message):
    api.make(CONFIGMAPS, {'metadata': {'name': 'c'}})
    assert api.message(method, f'{CONFIGMAPS}/c', {'metadata': meta}, patch='merge' if method == 'PATCH' else '') == (
        message)


def test_a_patch_that_takes_the_namespace_away_leaves_it(api):
    api.make(CONFIGMAPS, {'metadata': {'name': 'c'}})
    found = api.ask('PATCH', f'{CONFIGMAPS}/c', {'metadata': {'namespace': None}}, patch='merge').body
    assert found['metadata']['namespace'] == 'default'


def test_a_status_has_numbers_that_make_sense(api):
    deployments = '/apis/apps/v1/namespaces/default/deployments'
    api.make(deployments, {'metadata': {'name': 'd'}, 'spec': {
        'selector': {'matchLabels': {'a': 'b'}},
        'template': {'metadata': {'labels': {'a': 'b'}}, 'spec': {'containers': [{'name': 'c', 'image': 'i'}]}}}})
    status = {'replicas': 1, 'readyReplicas': -1, 'availableReplicas': 2}
    assert api.message('PATCH', f'{deployments}/d/status', {'status': status}, patch='merge') == (
        'Deployment.apps "d" is invalid: [status.readyReplicas: Invalid value: -1: must be greater than or equal to 0, '
        'status.availableReplicas: Invalid value: 2: cannot be greater than status.replicas, '
        'status.availableReplicas: Invalid value: 2: cannot be greater than readyReplicas]')
    assert api.message('PATCH', f'{deployments}/d/status', {'status': {'replicas': -1}}, patch='merge') == (
        'Deployment.apps "d" is invalid: [status.replicas: Invalid value: -1: must be greater than or equal to 0, '
        'status.updatedReplicas: Invalid value: 0: cannot be greater than status.replicas, '
        'status.readyReplicas: Invalid value: 0: cannot be greater than status.replicas, '
        'status.availableReplicas: Invalid value: 0: cannot be greater than status.replicas]')


@pytest.mark.parametrize(('query', 'words'), [
    ({'tailLines': '-1'}, 'PodLogOptions "p" is invalid: tailLines: Invalid value: -1: must be greater than or equal '
     'to 0'),
    ({'limitBytes': '0'}, 'PodLogOptions "p" is invalid: limitBytes: Invalid value: 0: must be greater than 0'),
    ({'sinceSeconds': '0'}, 'PodLogOptions "p" is invalid: sinceSeconds: Invalid value: 0: must be greater than 0'),
    ({'sinceSeconds': '1', 'sinceTime': '2026-01-01T00:00:00Z'}, 'PodLogOptions "p" is invalid: : Forbidden: at most '
     'one of `sinceTime` or `sinceSeconds` may be specified'),
    ({'sinceTime': 'x'}, 'parsing time "x" as "2006-01-02T15:04:05Z07:00": cannot parse "x" as "2006"'),
    ({'tailLines': 'x'}, 'strconv.ParseInt: parsing "x": invalid syntax'), ({}, 'pods "p" not found')])
def test_what_a_log_may_be_asked_for(api, query, words):
    with pytest.raises(StatusError) as raised:
        api.server.stream(Request('GET', '/api/v1/namespaces/default/pods/p/log', query))
    assert raised.value.message == words


def test_who_is_refused_is_warned_all_the_same(api):
    invalid = api.ask('POST', CONFIGMAPS, {'metadata': {'name': 'X'}, 'more': 1})
    assert (invalid.status, invalid.warnings) == (422, ('unknown field "more"',))
    service = {'metadata': {'name': 's'}, 'spec': {'ports': [{'port': 80}], 'externalName': 'x'}}
    api.make('/api/v1/namespaces/default/services', service)
    again = api.ask('POST', '/api/v1/namespaces/default/services', service)
    assert (again.status, again.warnings) == (
        409, ('spec.externalName is ignored when spec.type is not "ExternalName"',))


@pytest.mark.parametrize('method, path, said', [
    ('DELETE', f'{CONFIGMAPS}/kept', {'query': {'dryRun': 'All'}}),
    ('DELETE', f'{CONFIGMAPS}/kept', {'body': {'dryRun': ['All']}}),
    ('DELETE', CONFIGMAPS, {'body': {'dryRun': ['All']}})])
def test_a_deletion_that_is_only_tried_leaves_no_trace(api, method, path, said):
    api.make(CONFIGMAPS, {'metadata': {'name': 'kept'}, 'data': {'a': 'b'}}, fieldManager='me')
    begin = api.simulation.trace.next_number
    assert api.ask(method, path, said.get('body'), **said.get('query', {})).status == 200
    assert 'f:data' in api.owned(f'{CONFIGMAPS}/kept', 'me')
    assert not api.simulation.trace.since(begin)


def test_requests_are_counted_and_those_of_deprecated_apis_told(api):
    for _ in range(3):
        api.get('/api/v1/namespaces/default/configmaps')
    api.ask('GET', '/api/v1/namespaces/default/configmaps/nosuch')
    api.get('/api/v1/namespaces/default/endpoints')
    text = api.get('/metrics')
    line = ('apiserver_request_total{{code="{}",component="apiserver",dry_run="",group="",resource="configmaps",'
            'scope="{}",subresource="",verb="{}",version="v1"}} {}\n')
    assert line.format(200, 'namespace', 'LIST', 3) in text
    assert line.format(404, 'resource', 'GET', 1) in text
    assert ('apiserver_requested_deprecated_apis{group="",removed_release="",resource="endpoints",subresource="",'
            'version="v1"} 1\n') in text
