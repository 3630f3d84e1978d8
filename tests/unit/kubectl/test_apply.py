"""kubectl apply: what is pruned, and how objects go over to server-side apply."""

from __future__ import annotations

import json

import pytest

MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\ndata: {a: b}\n'
PARENT_TYPE = """\
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: sets.example.com, labels: {applyset.kubernetes.io/is-parent-type: "true"}}
spec:
  group: example.com
  scope: Cluster
  names: {kind: Set, plural: sets, singular: set}
  versions: [{name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}]
"""


@pytest.fixture
def apply(kubectl):
    kubectl.ctx.env['KUBECTL_APPLYSET'] = 'true'

    def run(flags: str, *names: str, more: str = ''):
        return kubectl(f'apply -f - --prune {flags}', '---\n'.join(MAP % name for name in names) + more)
    return run


def test_what_cannot_be_made_again_is_told_with_all_of_it(kubectl):
    kubectl('create cm a')
    said = kubectl('apply --force -f -', (MAP % 'a').replace('a: b', 'a: true')).err
    assert 'Error from server (BadRequest): error when applying patch:\n{"apiVersion":"v1","data":{"a":true},' in said
    assert said.endswith(
        '\n\nto:\nResource: "/v1, Resource=configmaps", GroupVersionKind: "/v1, Kind=ConfigMap"\nName: "a", Namespace: '
        '"default"\nfor: "STDIN": ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal '
        'bool into Go struct field ConfigMap.data of type string\n')


@pytest.mark.parametrize('kind', ['cm', 'sets.example.com'])
def test_what_was_applied_last_may_be_no_json(kubectl, kind):
    kubectl('create -f -', PARENT_TYPE)
    text = MAP % 'a' if kind == 'cm' else 'apiVersion: example.com/v1\nkind: Set\nmetadata: {name: a}\n'
    kubectl('create -f -', text)
    kubectl(f"annotate {kind} a kubectl.kubernetes.io/last-applied-configuration='{{bad'")
    answer = kubectl('apply -f -', text)
    assert 'creating patch with:\noriginal:\n{bad\nmodified:\n{"apiVersion"' in answer.err
    assert answer.err.endswith('\nfor:: invalid JSON document\n') and answer.code == 1
    assert kubectl(f'apply view-last-applied {kind} a').err == (
        "error: invalid character 'b' looking for beginning of object key string\n")
    assert kubectl(f'apply edit-last-applied {kind} a').err == (
        'error: error parsing edited-file: error converting YAML to JSON: yaml: line 1: did not find expected '
        "',' or '}'\n")


def test_a_set_deletes_what_it_holds_no_more(kubectl, apply):
    assert apply('-n default --applyset=site', 'a', 'b').out == 'configmap/a created\nconfigmap/b created\n'
    kubectl('create cm other')
    assert apply('-n default --applyset=site', 'a').out == 'configmap/a unchanged\nconfigmap/b pruned\n'
    assert kubectl('get cm other -o name').code == 0
    parent = json.loads(kubectl('get secret site -o json').out)['metadata']
    member = kubectl("get cm a -o jsonpath='{.metadata.labels}'").out
    assert parent['annotations'] == {
        'applyset.kubernetes.io/additional-namespaces': '', 'applyset.kubernetes.io/contains-group-kinds': 'ConfigMap',
        'applyset.kubernetes.io/tooling': 'kubectl/v1.36.1'}
    assert json.loads(member) == {'applyset.kubernetes.io/part-of': parent['labels']['applyset.kubernetes.io/id']}


def test_the_id_of_a_set_is_a_hash_of_its_parents_name(kubectl, apply):
    apply('-n default --applyset=configmaps/taken', 'a')
    label = kubectl("get cm taken -o jsonpath='{.metadata.labels.applyset\\.kubernetes\\.io/id}'").out
    assert label == 'applyset-EWqQVbyqf3RtnLR-xT780DPbvzO_TDQbbjLvQ8KSvEc-v1'


@pytest.mark.parametrize(('flags', 'error'), [
    ('--applyset=s', 'error: namespace is required to use namespace-scoped ApplySet'),
    ('--applyset=secrets/ -n default', 'error: invalid parent reference "secrets/": name cannot be blank'),
    ('--applyset=nope.io/s', 'error: invalid parent reference "nope.io/s": no matches for io/, Resource=nope'),
    ('--applyset=nodes/s', 'error: resource "/v1, Resource=nodes" is not permitted as an ApplySet parent'),
    ('--applyset=s -n default --all', 'error: --all is incompatible with --applyset'),
    ('--applyset=s -n default -l a=b', 'error: --selector is incompatible with --applyset'),
    ('--applyset=s -n default --prune-allowlist=core/v1/Pod', 'error: --prune-allowlist is incompatible with '
                                                              '--applyset'),
    ('--all --force', 'error: --force cannot be used with --prune'),
    ('--all --server-side', "error: --prune is in alpha and doesn't currently work on objects created by server-side "
                            'apply'),
    ('--all --prune-allowlist=core/v1/Nope', 'error: no matches for kind "Nope" in version "v1"'),
])
def test_what_prune_refuses(apply, flags, error):
    answer = apply(flags, 'a')
    assert (answer.out, answer.err, answer.code) == ('', f'{error}\n', 1)


def test_a_parent_that_another_tool_made_stays_as_it_is(kubectl, apply):
    kubectl('create secret generic s')
    name = 'ApplySet parent object "secrets./s"'
    assert apply('-n default --applyset=s', 'a').err == (
        f'error: {name} already exists and is missing required annotation "applyset.kubernetes.io/tooling"\n')
    kubectl('annotate secret s applyset.kubernetes.io/tooling=helm/v3')
    assert apply('-n default --applyset=s', 'a').err == (
        f'error: {name} already exists and is managed by tooling "helm" instead of "kubectl"\n')
    kubectl('annotate secret s --overwrite applyset.kubernetes.io/tooling=kubectl/v1.27')
    assert apply('-n default --applyset=s', 'a').err == (
        f'error: {name} exists and does not have required label applyset.kubernetes.io/id\n')


def test_a_custom_resource_may_be_a_parent_but_must_be_there(kubectl, apply):
    kubectl('apply -f -', PARENT_TYPE)
    assert apply('--applyset=sets.example.com/s', 'a').err == (
        'error: custom resource ApplySet parents cannot be created automatically\n')


def test_labelled_input_is_no_member_of_another_set(apply):
    more = '---\napiVersion: v1\nkind: Secret\nmetadata: {name: x, labels: {applyset.kubernetes.io/part-of: other}}\n'
    assert apply('-n default --applyset=s', 'a', more=more).err == (
        'error: ApplySet label "applyset.kubernetes.io/part-of" already set in input data\n')


def test_what_was_applied_here_goes_over_to_the_server(kubectl):
    kubectl('apply -f -', MAP.replace('a: b', 'a: b, old: x') % 'm')
    kubectl('apply --server-side -f -', MAP % 'm')
    assert kubectl("get cm m -o jsonpath='{.data} {.metadata.managedFields[*].manager}'").out == (
        '{"a":"b"} kubectl kubectl-last-applied')
    assert '"data":{"a":"b"}' in kubectl("get cm m -o jsonpath='{.metadata.annotations}'").out.replace('\\', '')


def test_another_manager_takes_over_without_the_annotation(kubectl):
    kubectl('apply -f -', MAP % 'm')
    kubectl('apply --server-side --field-manager=robot -f -', MAP % 'm')
    assert kubectl("get cm m -o jsonpath='{.metadata.managedFields[*].manager}{.metadata.annotations}'").out == 'robot'


def test_managed_fields_can_be_cleared(kubectl):
    kubectl('apply --server-side -f -', MAP % 'm')
    kubectl("""patch cm m --type=json -p '[{"op": "replace", "path": "/metadata/managedFields", "value": [{}]}]'""")
    assert 'managedFields' not in kubectl('get cm m -o yaml --show-managed-fields').out


def test_no_conflict_is_allowed_over_what_has_changed_since(kubectl):
    kubectl('apply -f -', MAP % 'm')
    kubectl("patch cm m -p '{\"data\":{\"a\":\"c\"}}'")
    assert kubectl('apply --server-side -f -', MAP % 'm').err.startswith(
        'error: Apply failed with 1 conflict: conflict with "kubectl-patch" using v1: .data.a\n')


@pytest.mark.parametrize(('flags', 'manifest', 'error'), [
    ('', MAP.replace('{name: %s}', '{name: m, managedFields: []}'),
     'Error from server (BadRequest): metadata.managedFields must be nil\n'),
    ('', 'apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec: {containers: [{image: a}]}\n',
     'Error from server: failed to create typed patch object (default/p; /v1, Kind=Pod): .spec.containers: element 0: '
     'associative list with keys has an element that omits key field "name" (and doesn\'t have default value)\n'),
    (f'--field-manager={"x" * 129}', MAP % 'm',
     'The PatchOptions "" is invalid: fieldManager: Too long: may not be more than 128 bytes\n'),
])
def test_what_an_apply_on_the_server_refuses(kubectl, flags, manifest, error):
    assert kubectl(f'apply --server-side {flags} -f -', manifest).err == error


def test_an_edited_object_without_its_identity_is_refused(kubectl):
    kubectl('create cm c --from-literal=a=1')
    kubectl.ctx.env['KUBE_EDITOR'] = 'sed -i s/^metadata:/metadatb:/'
    assert kubectl('edit cm c').err.rpartition('error: ')[2].startswith(
        'no original object found for &unstructured.Unstructured{Object:map[string]interface {}{"apiVersion":"v1", '
        '"data":map[string]interface {}{"a":"1"}, "kind":"ConfigMap", "metadata":map[string]interface {}{'
        '"namespace":"default"}, "metadatb":')


def test_an_object_without_metadata_has_no_name_to_ask_for(kubectl):
    answer = kubectl('label -f - a=b', 'apiVersion: v1\nkind: ConfigMap\nmetadata: null\n')
    assert (answer.err, answer.code) == ('error: resource name may not be empty\n', 1)


def test_the_last_applied_configuration_is_set_as_the_file_has_it(kubectl):
    config_map = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n'
    line = 'apply set-last-applied -f -'
    assert kubectl(line, config_map).err == 'Error from server (NotFound): configmaps "c" not found\n'
    kubectl('create -f -', config_map)
    assert kubectl(f'{line} --create-annotation', config_map).out == 'configmap/c configured\n'
    assert kubectl('get cm c -o yaml').out.count('"metadata":{"name":"c","namespace":"default"}}') == 1
    assert kubectl(line, config_map).out == 'set-last-applied c: no changes required.\n'
    assert kubectl('apply view-last-applied cm').err == (
        'error: resource(s) were provided, but no name was specified\n')
    assert kubectl('apply view-last-applied cm -n default').out.startswith('apiVersion: v1\n')


DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [%s]}}}
"""


@pytest.mark.parametrize(('containers', 'problem'), [
    ('{image: nginx}', 'map: map[image:nginx] does not contain declared merge key: name'),
    ('{name: web, image: nginx}, 1', 'list element types are not identical')])
def test_a_list_that_cannot_be_merged(kubectl, containers, problem):
    """As kubectl answered in kubernetes/kubernetes#118715."""
    kubectl('apply -f -', DEPLOYMENT % '{name: web, image: nginx}')
    ran = kubectl('apply -f -', DEPLOYMENT % containers)
    lines = ran.err.splitlines()
    assert ran.code == 1 and lines[:7] == [
        f'warning: error calculating patch from openapi v3 spec: {problem}',
        f'warning: error calculating patch from openapi spec: {problem}',
        'error: error when applying patch:', '', 'to:',
        'Resource: "apps/v1, Resource=deployments", GroupVersionKind: "apps/v1, Kind=Deployment"',
        'Name: "web", Namespace: "default"']
    assert lines[7] == 'for: "STDIN": error when patching "STDIN": creating patch with:'
    assert lines[8] == 'original:' and lines[-1] == f'for:: {problem}'
