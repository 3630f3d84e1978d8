"""CustomResourceDefinitions: what they serve, refuse, prune, default, convert, and take with them."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Any

import pytest

CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
WIDGETS = '/apis/example.com/v1/namespaces/default/widgets'
SCHEMA: dict[str, Any] = {'type': 'object', 'properties': {
    'spec': {'type': 'object', 'required': ['size'], 'properties': {
        'size': {'type': 'integer', 'minimum': 1}, 'color': {'type': 'string', 'default': 'red'},
        'id': {'type': 'string', 'x-kubernetes-validations': [{'rule': 'self == oldSelf', 'message': 'fixed'}]}},
        'x-kubernetes-validations': [{'rule': "!has(self.color) || self.color != 'pink'"}]},
    'status': {'type': 'object', 'x-kubernetes-preserve-unknown-fields': True}}}


def widget(name: str = 'w', **spec: Any) -> dict[str, Any]:
    return {'apiVersion': 'example.com/v1', 'kind': 'Widget', 'metadata': {'name': name}, 'spec': spec}


def test_a_definition_serves_its_resource_at_once(api):
    api.make(CRDS, api.definition(SCHEMA))
    assert api.make(WIDGETS, widget(size=2))['spec'] == {'size': 2, 'color': 'red'}
    api.settle()
    status = api.get(f'{CRDS}/widgets.example.com')['status']
    assert {item['type']: item['status'] for item in status['conditions']} == {
        'NamesAccepted': 'True', 'Established': 'True'}
    assert status['acceptedNames']['shortNames'] == ['wg']
    resource, = api.get('/apis/example.com/v1')['resources']
    assert resource['name'] == 'widgets'
    assert resource['verbs'] == ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch']
    assert resource['storageVersionHash'] == b64encode(sha256(b'example.com/v1/Widget').digest()[:8]).decode()


def test_validation_pruning_and_rules(api):
    api.make(CRDS, api.definition(SCHEMA))
    assert api.message('POST', WIDGETS, widget(size=0)) == (
        'Widget.example.com "w" is invalid: spec.size: Invalid value: 0: spec.size in body should be greater than or '
        'equal to 1')
    assert 'some validation rules were not checked' in api.message('POST', WIDGETS, widget(size='2'))
    assert api.message('POST', WIDGETS, widget(size=1, color='pink')).endswith(
        "spec: Invalid value: failed rule: !has(self.color) || self.color != 'pink'")
    assert 'strict decoding error: unknown field "spec.more"' in api.message(
        'POST', WIDGETS, widget(size=1, more=2), fieldValidation='Strict')
    response = api.ask('POST', WIDGETS, widget(size=1, more=2, id='a'))
    assert response.warnings == ('unknown field "spec.more"',)
    assert 'more' not in response.body['spec']
    assert api.message('PATCH', f'{WIDGETS}/w', {'spec': {'id': 'b'}}, patch='merge').endswith(
        'spec.id: Invalid value: "b": fixed')
    assert api.ask('PATCH', f'{WIDGETS}/w', {'spec': {}}, patch='strategic').status == 415


def test_a_scope_cannot_be_taken_away(api):
    api.make(CRDS, api.definition(SCHEMA))
    api.settle()
    assert api.message('PATCH', f'{CRDS}/widgets.example.com', {'spec': {'scope': None}}, patch='merge').endswith(
        '[spec.scope: Required value, spec.scope: Invalid value: "": field is immutable]')


def test_what_was_wrong_already_may_stay(api):
    crd = api.make(CRDS, api.definition(SCHEMA))
    api.make(WIDGETS, widget(size=2))
    stricter = {**SCHEMA, 'properties': {**SCHEMA['properties'], 'spec': {'type': 'object', 'properties': {
        'size': {'type': 'integer', 'minimum': 5}, 'color': {'type': 'string'}}}}}
    api.settle()
    version = {**crd['spec']['versions'][0], 'schema': {'openAPIV3Schema': stricter}}
    assert api.ask('PATCH', f'{CRDS}/widgets.example.com', {'spec': {'versions': [version]}},
                   patch='merge').status == 200
    assert api.ask('PATCH', f'{WIDGETS}/w', {'spec': {'color': 'blue'}}, patch='merge').status == 200
    assert api.ask('PATCH', f'{WIDGETS}/w', {'spec': {'size': 3}}, patch='merge').status == 422


def test_server_side_apply_knows_keyed_lists_and_sets(api):
    keyed = {'type': 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['name'], 'items': {
        'type': 'object', 'required': ['name'], 'properties': {'name': {'type': 'string'}, 'n': {'type': 'integer'}}}}
    several = {'type': 'array', 'x-kubernetes-list-type': 'set', 'items': {'type': 'string'}}
    api.make(CRDS, api.definition({'type': 'object', 'properties': {'spec': {
        'type': 'object', 'properties': {'keyed': keyed, 'several': several}}}}))

    def apply(manager, **spec):
        response = api.ask('PATCH', f'{WIDGETS}/w', widget(**spec), patch='apply', fieldManager=manager)
        assert response.status in (200, 201), response.body
        return response.body
    apply('one', keyed=[{'name': 'a', 'n': 1}], several=['x'])
    both = apply('two', keyed=[{'name': 'b', 'n': 2}], several=['y'])
    assert both['spec'] == {'keyed': [{'name': 'a', 'n': 1}, {'name': 'b', 'n': 2}], 'several': ['x', 'y']}
    assert api.owned(f'{WIDGETS}/w', 'two') == {'f:spec': {
        'f:keyed': {'k:{"name":"b"}': {'.': {}, 'f:n': {}, 'f:name': {}}}, 'f:several': {'v:"y"': {}}}}
    assert api.message('PATCH', f'{WIDGETS}/w', widget(keyed=[{'name': 'a', 'n': 3}]), patch='apply',
                       fieldManager='two') == (
        'Apply failed with 1 conflict: conflict with "one": .spec.keyed[name="a"].n')
    assert apply('one')['spec'] == {'keyed': [{'name': 'b', 'n': 2}], 'several': ['y']}


def test_subresources_and_generation(api):
    version = {'name': 'v1', 'served': True, 'storage': True, 'schema': {'openAPIV3Schema': SCHEMA}, 'subresources': {
        'status': {}, 'scale': {'specReplicasPath': '.spec.size', 'statusReplicasPath': '.status.seen'}}}
    api.make(CRDS, api.definition(SCHEMA, version))
    api.make(WIDGETS, {**widget(size=2), 'status': {'seen': 1}})
    assert 'status' not in api.get(f'{WIDGETS}/w')
    changed = api.ask('PATCH', f'{WIDGETS}/w/status', {'spec': {'size': 9}, 'status': {'seen': 2}}, patch='merge').body
    assert (changed['spec']['size'], changed['status'], changed['metadata']['generation']) == (2, {'seen': 2}, 1)
    scale = api.ask('PATCH', f'{WIDGETS}/w/scale', {'spec': {'replicas': 4}}, patch='merge').body
    assert (scale['spec'], scale['status']) == ({'replicas': 4}, {'replicas': 2})
    assert api.get(f'{WIDGETS}/w')['metadata']['generation'] == 2


def test_every_version_shows_every_object(api):
    versions = [{'name': name, 'served': True, 'storage': name == 'v1', 'schema': {'openAPIV3Schema': SCHEMA}}
                for name in ('v1beta1', 'v1')]
    api.make(CRDS, api.definition(SCHEMA, *versions))
    beta = WIDGETS.replace('/v1/', '/v1beta1/')
    api.make(beta, {**widget(size=1), 'apiVersion': 'example.com/v1beta1'})
    assert api.get(f'{WIDGETS}/w')['apiVersion'] == 'example.com/v1'
    assert [item['apiVersion'] for item in api.get(beta)['items']] == ['example.com/v1beta1']
    assert api.get('/apis/example.com')['preferredVersion']['version'] == 'v1'


def test_printer_columns(api):
    version = {'name': 'v1', 'served': True, 'storage': True, 'schema': {'openAPIV3Schema': SCHEMA},
               'additionalPrinterColumns': [{'name': 'Size', 'type': 'integer', 'jsonPath': '.spec.size'},
                                            {'name': 'Seen', 'type': 'string', 'jsonPath': '.status.seen',
                                             'priority': 1}]}
    api.make(CRDS, api.definition(SCHEMA, version))
    api.make(WIDGETS, widget(size=3))
    table = api.get(WIDGETS, accept='application/json;as=Table;v=v1;g=meta.k8s.io')
    assert [(item['name'], item['priority']) for item in table['columnDefinitions']] == [
        ('Name', 0), ('Size', 0), ('Seen', 1)]
    assert table['rows'][0]['cells'] == ['w', 3, None]


def test_a_definition_takes_its_objects_with_it(api):
    api.make(CRDS, api.definition(SCHEMA))
    held = widget(size=1)
    held['metadata']['finalizers'] = ['example.com/hold']
    api.make(WIDGETS, held)
    api.settle()
    api.ask('DELETE', f'{CRDS}/widgets.example.com')
    api.settle()
    assert api.get(f'{CRDS}/widgets.example.com')['metadata']['finalizers'] == [
        'customresourcecleanup.apiextensions.k8s.io']
    assert api.ask('POST', WIDGETS, widget('other', size=1)).status == 405
    api.ask('PATCH', f'{WIDGETS}/w', {'metadata': {'finalizers': None}}, patch='merge')
    api.settle()
    assert api.ask('GET', f'{CRDS}/widgets.example.com').status == 404
    assert api.ask('GET', WIDGETS).status == 404


def test_a_schema_that_nobody_can_use_is_refused(api):
    wrong = {'type': 'object', 'properties': {'spec': {'type': 'whole'}, 'rest': {}}}
    text = api.message('POST', CRDS, api.definition(wrong))
    assert 'spec.validation.openAPIV3Schema.properties[spec].type: Unsupported value: "whole"' in text
    assert 'properties[rest].type: Required value: must not be empty for specified object fields' in text


@pytest.mark.parametrize(('part', 'problem'), [
    ({'additionalProperties': 'text'}, 'boolean or JSON schema expected'),
    ({'items': {'type': 7}}, 'json: cannot unmarshal number into Go struct field JSONSchemaProps.type of type string'),
    ({'items': [7]}, 'json: cannot unmarshal number into Go value of type v1.JSONSchemaProps'),
])
def test_parts_of_a_schema_decode_themselves(api, part, problem):
    whole = {'type': 'object', 'properties': {'p': part}}
    assert api.message('POST', CRDS, api.definition(whole)) == (
        f'CustomResourceDefinition in version "v1" cannot be handled as a CustomResourceDefinition: {problem}')


def test_what_a_part_of_a_schema_does_not_know_is_dropped_without_a_word(api):
    part = {'type': 'array', 'items': {'type': 'string', 'colour': 'red'}}
    made = api.make(CRDS, api.definition({'type': 'object', 'properties': {'p': part}}), fieldValidation='Strict')
    schema = made['spec']['versions'][0]['schema']['openAPIV3Schema']
    assert schema['properties']['p']['items'] == {'type': 'string'}


def wrong(api, schema: dict[str, Any], **version: Any) -> list[str]:
    """What is said of a definition with a property `p` of this schema, below the path of that property."""
    whole = {'type': 'object', 'properties': {'p': schema}}
    first = {'name': 'v1', 'served': True, 'storage': True, 'schema': {'openAPIV3Schema': whole}, **version}
    body = api.ask('POST', CRDS, api.definition(whole, first)).body
    return [f'{cause["field"].rpartition("properties[p]")[2]}: {cause["message"]}'
            for cause in (body.get('details') or {}).get('causes') or ()]


@pytest.mark.parametrize(('schema', 'problem'), [
    ({}, '.type: Required value: must not be empty for specified object fields'),
    ({'type': 'array'}, '.items: Required value: must be specified'),
    ({'type': 'array', 'items': 'text'}, '.items: Required value: must be specified'),
    ({'type': 'string', 'oneOf': [{'type': 'string'}]}, '.oneOf[0].type: Forbidden: must be empty to be structural'),
    ({'type': 'object', 'anyOf': [{'required': ['x'], 'properties': {'x': {'minLength': 1}}}]},
     '.properties[x]: Required value: because it is defined in '
     'spec.validation.openAPIV3Schema.properties[p].anyOf[0].properties[x]'),
    ({'type': 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['n'],
      'items': {'type': 'object', 'properties': {'n': {'type': 'string'}}}},
     '.items.properties[n].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a '
     'default or be a required property'),
    ({'type': 'string', 'x-kubernetes-validations': [{'rule': 'true', 'reason': 'Odd'}]},
     '.x-kubernetes-validations[0].reason: Unsupported value: "Odd": supported values: "FieldValueDuplicate", '
     '"FieldValueForbidden", "FieldValueInvalid", "FieldValueRequired"'),
])
def test_schemas_must_be_structural(api, schema, problem):
    assert wrong(api, schema) == [problem]


def test_parts_of_a_version(api):
    text = {'type': 'string'}
    assert wrong(api, text, deprecationWarning='gone', selectableFields=[{'jsonPath': '.p'}, {'jsonPath': '.q'}],
                 additionalPrinterColumns=[{'name': 'P', 'type': 'string', 'jsonPath': 'p'}]) == [
        'spec.versions[0].deprecationWarning: Invalid value: "gone": can only be set for deprecated versions',
        'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "p": must be a simple json path starting with .',
        'spec.selectableFields[1].jsonPath: Invalid value: ".q": is an invalid path: does not refer to a valid field']
    crd = api.definition({'type': 'object'})
    crd['spec'] |= {'group': 'mine.k8s.io', 'conversion': {'strategy': 'Webhook'}}
    crd['metadata']['name'] = 'widgets.mine.k8s.io'
    assert [cause['field'] for cause in api.ask('POST', CRDS, crd).body['details']['causes']] == [
        'spec.conversion.webhookClientConfig', 'spec.conversion.conversionReviewVersions',
        'metadata.annotations[api-approved.kubernetes.io]']


@pytest.mark.parametrize(('more', 'said'), [
    ({}, ()), ({'deprecated': True}, ('example.com/v1alpha1 Widget is deprecated; use example.com/v1 Widget',)),
    ({'deprecated': True, 'deprecationWarning': 'Go on!'}, ('Go on!',))])
def test_requests_for_a_version_that_is_deprecated_are_answered_with_a_warning(api, more, said):
    crd = api.definition(SCHEMA)
    old = {'name': 'v1alpha1', 'served': True, 'storage': False, 'schema': {'openAPIV3Schema': SCHEMA}, **more}
    crd['spec']['versions'].append(old)
    api.make(CRDS, crd)
    assert api.ask('GET', '/apis/example.com/v1alpha1/widgets').warnings == said
    assert api.ask('GET', '/apis/example.com/v1/widgets').warnings == ()


def test_finalizers_without_a_domain_are_warned_of(api):
    api.make(CRDS, api.definition(SCHEMA))
    held = widget(size=2)
    held['metadata']['finalizers'] = ['b', 'a', 'orphan', 'example.com/c']
    text = 'prefer a domain-qualified finalizer name including a path (/) to avoid accidental conflicts with other ' \
           'finalizer writers'
    assert api.ask('POST', WIDGETS, held).warnings == tuple(
        f'metadata.finalizers: "{name}": {text}' for name in 'ab')
    change = {'metadata': {'finalizers': ['a', 'd']}}
    assert api.ask('PATCH', f'{WIDGETS}/w', change, patch='merge').warnings == (
        f'metadata.finalizers: "d": {text}',)
