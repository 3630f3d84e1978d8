"""Commands that read files into kubectl's own types (Builder.WithScheme), and changes that no patch can say."""

from __future__ import annotations

import pytest

DEPLOYMENT = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec: {replicas: x, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}}}
"""
CUSTOM = 'apiVersion: example.com/v1\nkind: Boat\nmetadata: {name: a}\n'
ROLE = 'apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: a}\nrules: %s\n'
STRING = 'error: unable to decode "STDIN": json: cannot unmarshal string into Go struct field '


@pytest.mark.parametrize('line', [
    'expose -f - --port 80', 'set image -f - a=b --local', 'set env -f - A=B', 'rollout restart -f -'])
def test_a_file_that_holds_another_type_is_not_decoded(shared, line):
    error = f'{STRING}DeploymentSpec.spec.replicas of type int32\n'
    assert shared(line, DEPLOYMENT).err == (error.removeprefix('error: ') if 'rollout' in line else error)


def test_a_kind_that_kubectl_does_not_know_has_no_type(shared):
    assert shared('set image -f - a=b --local', CUSTOM).err == (
        'error: unable to decode "STDIN": no kind "Boat" is registered for version "example.com/v1" in scheme '
        '"pkg/scheme/scheme.go:28"\n')


@pytest.mark.parametrize(('rules', 'problem'), [
    ('a', f'{STRING}ClusterRole.rules of type []v1.PolicyRule\n'),
    ('[a]', f'{STRING}ClusterRole.rules of type v1.PolicyRule\n')])
def test_roles_are_reconciled_from_what_they_are(shared, rules, problem):
    assert shared('auth reconcile -f -', ROLE % rules).err == problem


def test_items_of_a_list_are_typed_too(shared):
    items = f'apiVersion: v1\nkind: List\nitems:\n- {ROLE % "a"}'.replace('\n', '\n  ').replace('\n  -', '\n-')
    listed = items.replace('\n  kind: List', '\nkind: List').replace('\n  items', '\nitems')
    assert shared('auth reconcile -f -', listed).err == (
        'json: cannot unmarshal string into Go struct field ClusterRole.rules of type []v1.PolicyRule\n')


CONTAINERS = '{"spec":{"template":{"spec":{"containers":[{"image":"a"}]}}}}'
KEYLESS = 'error: map: map[image:a] does not contain declared merge key: name\n'


@pytest.mark.parametrize('line', ['patch deploy web --dry-run=client', 'patch --local -f web.yaml'])
def test_a_patch_without_a_server_needs_its_merge_keys(kubectl, line):
    kubectl('create deployment web --image nginx')
    kubectl.put('web.yaml', kubectl('get deployment web -o yaml').out)
    assert kubectl(f"{line} -p '{CONTAINERS}'").err == KEYLESS
    assert kubectl(f"patch deploy web -p '{CONTAINERS}'").err == KEYLESS.replace('error', 'Error from server')


def test_an_edit_that_takes_the_merge_key_away_is_kept_in_its_file(kubectl):
    kubectl('create deployment web --image nginx')
    kubectl.ctx.env['KUBE_EDITOR'] = "sed -i 's/ name: nginx/ workingDir: x/'"
    answer = kubectl('edit deployment web')
    assert answer.err.startswith('A copy of your changes has been stored to "/tmp/kubectl-edit-')
    assert answer.err.endswith(' workingDir:x] does not contain declared merge key: name\n')
    assert answer.code == 1
