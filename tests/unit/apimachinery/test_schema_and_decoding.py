import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tutor.apimachinery import conversion, decode, resources, schema

POD = resources.by_kind('', 'v1', 'Pod')
DEPLOYMENT = resources.by_kind('apps', 'v1', 'Deployment')
assert POD and DEPLOYMENT


def pod(**container: Any) -> dict[str, Any]:
    return {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'x'},
            'spec': {'containers': [{'name': 'c', 'image': 'nginx', **container}]}}


def test_every_definition_can_be_read_and_every_resource_has_one() -> None:
    for name in schema.names():
        found = schema.definition(name)
        assert found is not None
        for field in found.fields.values():
            assert field.element is None or field.element.name
    assert [item.plural for item in resources.RESOURCES if schema.for_resource(item) is None] == []


def test_lists_say_how_they_merge() -> None:
    found = schema.lookup('', 'v1', 'Pod')
    assert found is not None
    ports = schema.field_at(found, 'spec', 'containers', 'ports')
    assert ports is not None and ports.merge_key == 'containerPort' and ports.map_keys == ('containerPort', 'protocol')


def test_unknown_fields_are_dropped_and_said() -> None:
    obj = pod(prots=[{'containerPort': 80}])
    assert conversion.check(obj, POD) == ['unknown field "spec.containers[0].prots"']
    assert 'prots' not in obj['spec']['containers'][0]


@pytest.mark.parametrize(('obj', 'text'), [
    (pod(command='sleep 10'), 'json: cannot unmarshal string into Go struct field Container.spec.containers.command '
                              'of type []string'),
    (pod(env=[{'name': 'P', 'value': 8080}]), 'json: cannot unmarshal number into Go struct field '
                                              'EnvVar.spec.containers.env.value of type string'),
    (pod(resources={'requests': {'cpu': 'lots'}}), "quantities must match the regular expression "
                                                   "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"),
    (pod(stdin='yes'), 'json: cannot unmarshal string into Go struct field Container.spec.containers.stdin of type '
                       'bool'),
])
def test_wrong_types_are_refused_as_go_does(obj: dict[str, Any], text: str) -> None:
    with pytest.raises(conversion.DecodeError) as raised:
        conversion.check(obj, POD)
    assert str(raised.value) == text


def test_what_go_would_not_write_back_is_dropped() -> None:
    obj = pod(stdin=False, args=[], workingDir='', ports=None, resources={'limits': {'cpu': 0.5, 'memory': '1024Mi'}})
    assert conversion.check(obj, POD) == []
    assert obj['spec']['containers'] == [{'name': 'c', 'image': 'nginx',
                                          'resources': {'limits': {'cpu': '500m', 'memory': '1Gi'}}}]
    deployment = {'spec': {'replicas': 0, 'paused': False}}
    conversion.check(deployment, DEPLOYMENT)
    assert deployment == {'spec': {'replicas': 0}}


def test_what_go_writes_though_nobody_set_it_is_there() -> None:
    deployment = {'status': {'conditions': [{'type': 'Odd'}]}}
    assert conversion.check(deployment, DEPLOYMENT) == []
    assert deployment == {'status': {'conditions': [{'type': 'Odd', 'status': ''}]}}


def test_metadata_alone_can_be_checked() -> None:
    assert conversion.metadata_error({'metadata': {'name': 123}}) == (
        'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string')


@pytest.mark.parametrize(('text', 'error'), [
    ('apiVersion: v1\nkind: Pod\nmetadata:\n  name: web\n spec:\n  containers: []\n',
     'line 4: did not find expected key'),
    ('apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: tabs\n',
     'line 4: found character that cannot start any token'),
    ('apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x\ndata: {}\n', "line 3: did not find expected ',' or '}'"),
    ('a: b: c', 'mapping values are not allowed in this context'),
    ('a: *x', "unknown anchor 'x' referenced"),
    ('apiVersion v1\nkind: Pod\n', 'line 2: mapping values are not allowed in this context'),
    ('[' * 100_000, 'exceeded max depth of 10000'),
])
def test_yaml_errors_are_go_yamls(text: str, error: str) -> None:
    with pytest.raises(decode.DecodeError) as raised:
        decode.one(text)
    assert str(raised.value) == f'error converting YAML to JSON: yaml: {error}'


@pytest.mark.parametrize(('text', 'error'), [
    ('name: {{ .Values.name }}\n',
     'yaml: invalid map key: map[interface {}]interface {}{".Values.name":interface {}(nil)}'),
    ('? [a, {b: 1}]\n: c\n', 'yaml: invalid map key: []interface {}{"a", map[interface {}]interface {}{"b":1}}'),
    ('a: {~: [2.5, true]}\n? {x: w}\n: z\n', 'yaml: invalid map key: map[interface {}]interface {}{"x":"w"}'),
    ('a: {~: [2.5, true]}\n', 'unsupported map key of type: %!s(<nil>), key: <nil>, value: []interface {}{2.5, true}'),
    ('12345678901234567890: y\n', 'unsupported map key of type: uint64, key: 0xab54a98ceb1f0ad2, value: true'),
    ('name: {{ .a }}\nfoo: [bad\n', "yaml: line 2: did not find expected ',' or ']'"),
])
def test_keys_that_are_no_text(text: str, error: str) -> None:
    with pytest.raises(decode.DecodeError) as raised:
        decode.one(text)
    assert str(raised.value) == f'error converting YAML to JSON: {error}'


def test_json_may_have_yaml_in_it_but_must_end() -> None:
    assert decode.one('{"a": 1,}') == {'a': 1}
    with pytest.raises(decode.DecodeError, match='unexpected EOF'):
        decode.one('{"a": 1')
    found = decode.documents('{"a": 1} extra')
    assert next(found) == {'a': 1}
    with pytest.raises(decode.DecodeError) as raised:
        next(found)
    assert str(raised.value) == "json: offset 10: invalid character 'e' looking for beginning of value"


@pytest.mark.parametrize(('text', 'problem'), [
    ('{"a": three}', "invalid character 'h' in literal true (expecting 'r')"),
    ('nope', "invalid character 'o' in literal null (expecting 'u')"),
    ('[fals', 'unexpected end of JSON input'),
    ('{t: 1}', "invalid character 't' looking for beginning of object key string"),
    ('{"a": x}', "invalid character 'x' looking for beginning of value"),
    ('[1 true]', "invalid character 't' after array element")])
def test_what_go_says_of_broken_json(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as raised:
        json.loads(text)
    assert decode.json_problem(text, raised.value) == problem


def test_yaml_1_1_as_go_reads_it() -> None:
    text = 'a: yes\nb: 1e3\nc: 2024-01-01\nd: 0777\ne: 1:30\nf: ~\n1: x\ng: "1"\nh: on\n'
    assert decode.one(text) == {'a': True, 'b': 1000, 'c': '2024-01-01', 'd': 511, 'e': '1:30', 'f': None, '1': 'x',
                                'g': '1', 'h': True}


def test_documents_before_a_broken_one_come_out() -> None:
    found = decode.documents('a: 1\n--- # two\n# nothing\n---\nb: [\n')
    assert next(found) == {'a': 1}
    with pytest.raises(decode.DecodeError):
        next(found)


def test_alias_bombs_end_early() -> None:
    lines = ['a0: &a0 [x,x,x,x,x,x,x,x,x,x]']
    lines += [f'a{n}: &a{n} [{",".join([f"*a{n - 1}"] * 10)}]' for n in range(1, 9)]
    with pytest.raises(decode.DecodeError, match='excessive aliasing'):
        decode.one('\n'.join(lines))


@given(st.one_of(st.binary(max_size=200), st.text(alphabet='{}[]:,-#&*!|>\'"%@` \n\tab01\x00', max_size=60)))
@settings(max_examples=150, deadline=None)
def test_any_input_decodes_or_is_an_error_with_words(data: bytes | str) -> None:
    try:
        list(decode.documents(data))
    except decode.DecodeError as error:
        assert str(error)
