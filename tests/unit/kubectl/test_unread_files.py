"""What files hold that cannot be had, as each command words it: alone, together, and inside a list."""

from __future__ import annotations

import json

import pytest

UNKNOWN = 'apiVersion: v1\nkind: Foo\nmetadata: {name: x}\n'
SYNTAX = 'a: b\n c: d'
LIST = """\
apiVersion: v1
kind: List
items:
- {apiVersion: v1, kind: Foo, metadata: {name: a}}
- {apiVersion: v1, kind: ConfigMap, metadata: {name: kept}}
- {apiVersion: foo/v1, kind: Bar, metadata: {name: b}}
"""
TYPED_LIST = """\
apiVersion: v1
kind: ConfigMapList
items:
- metadata: {name: one}
- metadata: {name: two}
  data: {a: b}
"""
BAD_SYNTAX = ('error parsing STDIN: error converting YAML to JSON: yaml: line 2: mapping values are not allowed in '
              'this context\n')
NO_FOO, NO_BAR = 'no matches for kind "Foo" in version "v1"', 'no matches for kind "Bar" in version "foo/v1"'


@pytest.mark.parametrize(('line', 'prefix'), [
    ('get -f -', ''), ('describe -f -', ''), ('rollout restart -f -', ''), ('get -f - -o name', 'error: '),
    ('delete -f -', 'error: '), ('replace -f -', 'error: '), ('label -f - a=b', 'error: '), ('diff -f -', 'error: '),
    ('apply -f - --validate=false', 'error: '), ('wait -f - --for=delete', 'error: ')])
def test_one_file_that_cannot_be_read_is_told_with_or_without_error_before_it(shared, line, prefix):
    assert shared(line, SYNTAX).err == prefix + BAD_SYNTAX


@pytest.mark.parametrize(('line', 'first'), [
    ('get -k none', 'must'), ('describe -k none', 'must'), ('get -k none -o yaml', 'error: must'),
    ('delete -k none', 'error: must')])
def test_a_kustomization_that_cannot_be_built_is_told_likewise(shared, line, first):
    answer = shared(line)
    assert answer.out == '' and answer.err.startswith(f'{first} build at directory: not a valid directory')


def test_what_a_list_holds_of_unknown_kinds_does_not_keep_the_rest_from_being_made(shared):
    answer = shared('create -f -', LIST)
    assert answer.out == 'configmap/kept created\n'
    assert answer.err == f'unable to recognize {NO_FOO}\nunable to recognize {NO_BAR}\n'


def test_get_tells_them_all_on_one_line(shared):
    assert shared('get -f -', LIST.replace('kept', 'gone')).err == (
        f'[unable to recognize {NO_FOO}, configmaps "gone" not found, unable to recognize {NO_BAR}]\n')


def test_what_is_read_anew_fails_in_its_place_among_the_files(shared):
    shared.put('unknown.yaml', UNKNOWN + '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: absent}\n')
    assert shared('get -f unknown.yaml -f -', SYNTAX).err.splitlines() == [
        f'resource mapping not found for name: "x" namespace: "" from "unknown.yaml": {NO_FOO}',
        'ensure CRDs are installed first', 'Error from server (NotFound): configmaps "absent" not found',
        BAD_SYNTAX.rstrip()]


def test_diff_ends_at_the_first_that_fails(shared):
    assert shared('diff -f -', f'{UNKNOWN}---\n{SYNTAX}').err == (
        f'error: resource mapping not found for name: "x" namespace: "" from "STDIN": {NO_FOO}\n'
        'ensure CRDs are installed first\n')


def test_a_list_of_one_kind_is_made_item_by_item(shared):
    assert shared('apply -f -', TYPED_LIST).out == 'configmap/one created\nconfigmap/two created\n'
    assert shared('get -f - -o name', TYPED_LIST).out == 'configmap/one\nconfigmap/two\n'
    shown = shared('apply -f - -o json', TYPED_LIST).out
    assert list(json.loads(shown)) == ['kind', 'apiVersion', 'metadata', 'items']
    assert list(json.loads(shown)['items'][1]) == ['apiVersion', 'data', 'kind', 'metadata']
    assert shared('delete -f -', TYPED_LIST).out == (
        'configmap "one" deleted from default namespace\nconfigmap "two" deleted from default namespace\n')
    assert 'no matches for kind "FooList"' in shared('apply -f - --validate=false', TYPED_LIST.replace(
        'ConfigMap', 'Foo')).err


@pytest.mark.parametrize(('body', 'summary'), [('x', "'x' looking for beginning of value (78)"), (
    'kind: ConfigMap\napiVersion: v1\n',
    "'k' looking for beginning of value (6b696e643a20436f6e6669674d61700a61706956657273696f6e3a207631 ...)")])
def test_raw_sends_what_a_file_holds_and_the_server_takes_json_alone(shared, body, summary):
    assert shared('create --raw /api/v1/namespaces/default/configmaps -f -', body).err == (
        "Error from server (BadRequest): the object provided is unrecognized (must be of type ConfigMap): couldn't get "
        f'version/kind; json parse error: invalid character {summary}\n')


def test_raw_answers_are_indented_when_asked(shared):
    assert shared("get --raw '/apis/apps?pretty=true'").out.startswith('{\n  "kind": "APIGroup",\n')


def test_wait_refuses_names_of_what_only_a_server_knows(shared):
    assert shared('wait --local --for=condition=Ready po x').err.startswith(
        'error: you must specify resources by --filename when --local is set.\n')


VERSIONLESS = 'kind: ConfigMap\nmetadata: {name: a}\n'


@pytest.mark.parametrize(('line', 'err'), [
    ('get -f -', '(get configmaps a)'), ('label -f - a=b', '(get configmaps a)'),
    ('delete -f -', '(delete configmaps a)'), ('create -f - --validate=false', '(post configmaps)'),
    ('apply -f - --validate=false', '(post configmaps)'), ('replace -f - --validate=false', '(put configmaps a)')])
def test_what_has_no_version_is_asked_for_where_nothing_is(shared, line, err):
    answer = shared(line, VERSIONLESS).err
    assert answer.startswith('Error from server (NotFound): ')
    assert answer.endswith(f'the server could not find the requested resource {err}\n')


def test_commands_that_ask_by_the_mapping_do_without_a_version(kubectl):
    kubectl('create cm a')
    assert kubectl("patch -f - -p '{}'", VERSIONLESS).out == 'configmap/a patched\n'
    assert kubectl('describe -f -', VERSIONLESS).out.startswith('Name:         a\n')


def test_only_a_kind_of_the_core_is_found_without_a_version(shared):
    assert shared('get -f -', 'kind: Deployment\nmetadata: {name: a}\n').err == (
        'resource mapping not found for name: "a" namespace: "" from "STDIN": no matches for kind "Deployment" in '
        'version ""\nensure CRDs are installed first\n')


def test_a_version_with_two_slashes_is_none(shared):
    text = 'apiVersion: a/b/c\nkind: ConfigMap\nmetadata: {name: a}\n'
    assert shared('create -f -', text).err == (
        'error: error validating "STDIN": error validating data: unexpected GroupVersion string: a/b/c; if you choose '
        'to ignore these errors, turn validation off with --validate=false\n')
    assert shared('get -f -', text).err.startswith('unable to decode "STDIN": Object \'Kind\' is missing in ')


def test_another_namespace_is_refused_after_the_object_was_had(kubectl):
    text = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: other}\n'
    assert kubectl('get -f - -n default', text).err == 'Error from server (NotFound): namespaces "other" not found\n'
    kubectl('create ns other')
    kubectl('create -f -', text)
    for line in ('get -f -', 'label a=b -f -', 'create -f -'):
        assert kubectl(f'{line} -n default', text).err == (
            'error: the namespace from the provided object "other" does not match the namespace "default". You must '
            "pass '--namespace=other' to perform this operation.\n")


def test_a_list_is_not_validated_with_warnings(kubectl):
    assert kubectl('create -f - --validate=warn', TYPED_LIST).err.endswith(
        '] cannot perform warn validation if server-side field validation is unsupported, skipping validation\n')


@pytest.mark.parametrize(('more', 'problem'), [
    ('creationTimestamp: yesterday', 'parsing time "yesterday" as "2006-01-02T15:04:05Z07:00": cannot parse '
     '"yesterday" as "2006"'),
    ('generation: x', 'json: cannot unmarshal string into Go struct field ObjectMeta.metadata.generation of type '
     'int64'),
    ('ownerReferences: {}', 'json: cannot unmarshal object into Go struct field ObjectMeta.metadata.ownerReferences of '
     'type []v1.OwnerReference'),
    ('labels: {a: 1}', 'json: cannot unmarshal number into Go struct field ObjectMeta.metadata.labels of type string')])
def test_metadata_of_wrong_types_is_told_before_anything_is_sent(shared, more, problem):
    text = f'apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: x, {more}}}\n'
    assert shared('create -f -', text).err == f'error: unable to decode "STDIN": {problem}\n'
