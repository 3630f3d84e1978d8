"""Rarer command lines, each held against what kubectl prints for it."""

from __future__ import annotations

import pytest

LABELS = 'jsonpath={.metadata.labels}'
ENV = 'jsonpath={.spec.template.spec.containers[0].env}'


@pytest.fixture
def web(kubectl):
    assert kubectl('create deployment web --image=nginx:1.27 --replicas=2').code == 0
    return kubectl


def answer(kubectl, line: str, stdin: str = '') -> tuple[int, str, str]:
    got = kubectl(line, stdin)
    return got.code, got.out, got.err


def test_selectors_are_quoted_as_go_does(shared):
    assert shared(r"get pods --field-selector 'metadata.name=a\x'").err == (
        r'Error from server (BadRequest): Unable to find "/v1, Resource=pods" that match label selector "", field '
        r'selector "metadata.name=a\\x": invalid field selector: invalid escape sequence: \x' '\n')


def test_columns_are_checked_one_by_one_and_parsed_under_their_headers(web):
    assert answer(web, "get deploy -o custom-columns='A:.x,B'") == (
        1, '', "error: unexpected custom-columns spec: B, expected <header>:<json-path-expr>\n")
    assert answer(web, "get deploy -o custom-columns='A:{.x}y,B'") == (
        1, '', "error: unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or "
        "'{.name1.name2}'\n")
    assert answer(web, "get deploy -o custom-columns='A:{.items[abc]},B:.kind'") == (
        1, 'A     B\n', 'error: invalid array index abc\n')


@pytest.mark.parametrize(('line', 'err'), [
    ("create pdb a --max-unavailable=2 --selector='a in (b),d!=e'", '"!=" is not a valid label selector operator'),
    ("create pdb a --max-unavailable=2 --selector='a>1'", '"gt" isn\'t supported in label selectors'),
    ("create pdb a --max-unavailable=2 --selector='a in'",
     'couldn\'t parse the selector string "a in": unable to parse requirement: found \'\' expected: \'(\''),
    ('create rolebinding a --clusterrole=y --serviceaccount=:c', 'serviceaccount must be <namespace>:<name>'),
    ('set env deploy/web C=d A', 'all resources must be specified before environment changes: deploy/web C=d A'),
])
def test_what_is_refused_before_the_server_is_asked(shared, line, err):
    assert answer(shared, line) == (1, '', f'error: {err}\n')


def test_files_of_a_folder_go_by_their_clean_names(kubectl):
    kubectl.put('sub/x.json', '{"a": 1}')
    for folder in ('./sub', 'sub/', 'sub/../sub'):
        assert kubectl(f'create -f {folder}').err.startswith('error: error validating "sub/x.json": ')


def test_an_image_without_a_name_is_none(web):
    assert web('set image deploy/web nginx= --dry-run=client -o jsonpath={.spec.template.spec.containers[*].image}'
               ).out == ''


def test_the_first_of_a_variable_counts(web):
    web('create cm conf --from-literal=a=1')
    got = web(f"set env deploy/web A=b Q=1 Q=3 --from=cm/conf --dry-run=client -o '{ENV}'")
    assert got.out == '[{"name":"A","value":"b"},{"name":"Q","value":"1"}]'


@pytest.mark.parametrize(('operation', 'err'), [
    ('{op: add, path: /spec/template/spec/containers/5, value: {}}',
     "error in add for path: '/spec/template/spec/containers/5': Unable to access invalid index: 5: invalid index "
     'referenced'),
    ('{op: add, value: 3}', 'add operation failed to decode path: missing value'),
    ('{op: copy, from: /spec/none/x, path: /spec/y}',
     'copy operation does not apply: doc is missing from path: /spec/none/x: missing value'),
])
def test_a_json_patch_in_yaml_is_worked_on_in_the_words_of_its_library(web, operation, err):
    got = answer(web, f"patch deploy web --dry-run=client --type=json -p '- {operation}'")
    assert got == (1, '', f'error: {err}\n')


def test_what_is_not_there_may_be_replaced(web):
    patch = '[{"op":"replace","path":"/metadata/labels/new","value":"x"}]'
    assert web(f"patch deploy web --dry-run=client --type=json -p '{patch}' -o '{LABELS}'").out == (
        '{"app":"web","new":"x"}')
    assert web(f"patch deploy web --type=json -p '{patch}'").out == 'deployment.apps/web patched\n'
    assert web(f"get deploy web -o '{LABELS}'").out == '{"app":"web","new":"x"}'


def test_a_scale_is_patched_locally_too(web):
    got = web("patch deploy web --subresource=scale --dry-run=client -p '{\"spec\":{\"replicas\":3}}' "
              '-o jsonpath={.kind}{.spec}')
    assert got.out == 'Scale{"replicas":3}'


def test_an_unknown_directive_is_told_with_its_map(web):
    got = web("patch deploy web --dry-run=client -p '{\"spec\":{\"$patch\":\"foo\"}}'")
    assert got.err == 'error: unknown patch type: foo in map: map[$patch:foo]\n'


def test_the_items_of_a_list_that_the_server_lacks_are_not_recognized(kubectl):
    kubectl.put('l.yaml', 'apiVersion: v1\nkind: List\nitems: [{apiVersion: v1, kind: Foo, metadata: {name: q}}]\n')
    assert kubectl('create -f l.yaml').err == 'unable to recognize no matches for kind "Foo" in version "v1"\n'


@pytest.mark.parametrize('command', ['get', 'describe'])
def test_what_cannot_be_read_stands_by_itself_where_errors_are_gathered(kubectl, command):
    kubectl.put('x.yaml', 'foo: bar\n')
    kubectl.put('k/kustomization.yaml', 'labels: [{pairs: {z: y}}]\n')
    assert kubectl(f'{command} -f x.yaml').err == (
        'unable to decode "x.yaml": Object \'Kind\' is missing in \'{"foo":"bar"}\'\n')
    assert kubectl(f'{command} -k k').err == (
        'invalid Kustomization: json: cannot unmarshal bool into Go struct field Label.labels.pairs of type string\n')


def test_a_file_without_a_name_cannot_be_deleted(kubectl):
    kubectl.put('x.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: gen-}\n')
    assert kubectl('delete -f x.yaml').err == (
        'error: error when deleting "x.yaml": resource name may not be empty\n')


def test_replacing_by_force_deletes_what_can_be_read(kubectl):
    kubectl('create cm zz')
    kubectl.put('x.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: zz}\n---\n'
                'apiVersion: v1\nkind: Foo\nmetadata: {name: x}\n')
    got = kubectl('replace --force -f x.yaml')
    assert got.out == 'configmap "zz" deleted from default namespace\n'
    assert 'no matches for kind "Foo"' in got.err
    assert kubectl('get cm zz').code == 1


def test_a_status_is_replaced_whatever_its_version(web):
    web.put('x.yaml', web('create deployment web --image=nginx --dry-run=client -o yaml').out)
    assert web('replace --subresource=status -f x.yaml').out == 'deployment.apps/web replaced\n'


def test_an_edited_file_without_an_object_is_no_valid_one(kubectl):
    kubectl('create cm conf')
    kubectl.ctx.env['EDITOR'] = 'sed -i s/.*//'
    err = kubectl('edit cm conf').err.splitlines()
    assert (err[0], err[-1]) == ('error: configmaps "conf" is invalid',
                                 'error: Edit cancelled, no valid changes were saved.')


def test_a_scale_cannot_be_edited(web):
    web.ctx.env['EDITOR'] = 'sed -i s/replicas:.2/replicas:3/'
    err = web('edit deploy web --subresource=scale').err.splitlines()
    assert err[0].startswith('A copy of your changes has been stored to "')
    assert err[1:] == ['error: Edit cancelled, no valid changes were saved.']


def test_what_was_applied_is_edited_under_a_header_of_its_own(kubectl):
    kubectl.put('x.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: conf}\n')
    kubectl('apply -f x.yaml')
    kubectl.files.put('/bin/cat', b'', 0o755, 'cat')
    kubectl.ctx.env['EDITOR'] = 'cat'
    assert kubectl('apply edit-last-applied cm conf').out.splitlines()[:4] == [
        "# Please edit the 'last-applied-configuration' annotations below.",
        "# Lines beginning with a '#' will be ignored, and an empty file will abort the edit.", '#', 'apiVersion: v1']


@pytest.mark.parametrize(('item', 'problem'), [
    ('{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: [x], immutable: 1, zz: 1}',
     '[ValidationError(ConfigMap.data): invalid type for io.k8s.api.core.v1.ConfigMap.data: got "array", expected '
     '"map", ValidationError(ConfigMap.immutable): invalid type for io.k8s.api.core.v1.ConfigMap.immutable: got '
     '"integer", expected "boolean", ValidationError(ConfigMap): unknown field "zz" in io.k8s.api.core.v1.ConfigMap]'),
    ('{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {a: 1, c: [x]}}, spec: 5}',
     '[ValidationError(Pod.metadata.labels.c): invalid type for '
     'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta.labels: got "array", expected "string", '
     'ValidationError(Pod.spec): invalid type for io.k8s.api.core.v1.PodSpec: got "integer", expected "map"]'),
    ('{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{image: x, volumeMounts: [5]}]}}',
     '[ValidationError(Pod.spec.containers[0].volumeMounts[0]): invalid type for io.k8s.api.core.v1.VolumeMount: got '
     '"integer", expected "map", ValidationError(Pod.spec.containers[0]): missing required field "name" in '
     'io.k8s.api.core.v1.Container]'),
    ('{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {a: 1, b: null}}',
     'unknown object type "nil" in ConfigMap.data.b'),
    ('{kind: ConfigMap, metadata: {name: a}}', 'apiVersion not set'),
])
def test_a_list_is_held_against_the_schema_by_kubectl_itself(shared, item, problem):
    shared.put('l.yaml', f'apiVersion: v1\nkind: List\nitems: [{item}]\n')
    assert answer(shared, 'create --dry-run=client -f l.yaml') == (
        1, '', f'error: error validating "l.yaml": error validating data: {problem}; if you choose to ignore these '
        'errors, turn validation off with --validate=false\n')


def test_a_list_of_one_kind_is_taken_apart(kubectl):
    kubectl.put('l.yaml', 'apiVersion: v1\nkind: ConfigMapList\n'
                'items: [{metadata: {name: a}}, {metadata: {name: b}}]\n')
    assert kubectl('apply -f l.yaml').out == 'configmap/a created\nconfigmap/b created\n'
    assert kubectl('delete -f l.yaml').code == 0
    kubectl.put('l.yaml', 'apiVersion: v1\nkind: FooList\nitems: []\n')
    assert 'no matches for kind "FooList" in version "v1"' in kubectl('apply -f l.yaml').err


def test_what_was_never_applied_is_told_of_a_file_alone(kubectl):
    kubectl.put('x.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: plain}\n')
    kubectl('create -f x.yaml')
    assert answer(kubectl, 'apply view-last-applied cm/plain') == (0, '', '')
    assert answer(kubectl, 'apply view-last-applied -f x.yaml') == (
        1, '', 'error: error when no last-applied-configuration annotation found on resource: plain\n'
        ' "x.yaml": <nil>\n')


def test_diff_ends_with_the_first_object_that_the_server_lacks(kubectl):
    kubectl.put('x.yaml', ''.join(f'---\napiVersion: v1\nkind: {kind}\nmetadata: {{name: a}}\n'
                                  for kind in ('Foo', 'Bar')))
    got = kubectl('diff -f x.yaml')
    assert (got.code, got.out) == (2, '')
    assert got.err.splitlines() == [
        'error: resource mapping not found for name: "a" namespace: "" from "x.yaml": no matches for kind "Foo" in '
        'version "v1"', 'ensure CRDs are installed first']
