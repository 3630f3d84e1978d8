"""What kubectl config writes, field by field as client-go's structs have them."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize(('line', 'written'), [
    ('set-context c --namespace=a',
     'contexts:\n- context:\n    cluster: ""\n    namespace: a\n    user: ""\n  name: c\n'),
    ('set-cluster c', 'clusters:\n- cluster:\n    server: ""\n  name: c\n'),
    ('set-credentials u --exec-command=get --exec-api-version=client.authentication.k8s.io/v1',
     '    exec:\n      apiVersion: client.authentication.k8s.io/v1\n      args: null\n      command: get\n'
     '      env: null\n      provideClusterInfo: false\n'),
    ('set-credentials u --exec-command=get --exec-api-version=client.authentication.k8s.io/v1beta1',
     '      interactiveMode: IfAvailable\n'),
    ('set-credentials u --auth-provider=oidc', '    auth-provider:\n      config: {}\n      name: oidc\n'),
])
def test_an_entry_is_written_with_the_fields_that_are_always_there(kubectl, line, written):
    kubectl(f'config --kubeconfig=new {line}')
    assert written in kubectl('config view --kubeconfig=new').out


def test_a_context_may_name_a_cluster_that_is_not_there(kubectl):
    kubectl('config set-context odd --cluster=nosuch --user=kubernetes-admin')
    assert kubectl('get pods --context=odd').err.endswith(
        'The connection to the server localhost:8080 was refused - did you specify the right host or port?\n')
    assert kubectl('get pods --cluster=nosuch').err == 'error: no server found for cluster "nosuch"\n'


def test_who_one_is_has_extras(kubectl):
    assert kubectl('auth whoami --as=bob --as-user-extra=Scopes=a --as-user-extra=scopes=b').out == (
        'ATTRIBUTE       VALUE\nUsername        bob\nGroups          [system:authenticated]\nExtra: scopes   [a b]\n')
    assert 'Extra: authentication.kubernetes.io/credential-id   [X509SHA256=' in kubectl('auth whoami').out


def test_view_shows_paths_as_the_file_has_them(kubectl):
    kubectl.put('certs/c.crt', 'cert\n')
    kubectl.put('sub/k.key', 'key\n')
    kubectl('config --kubeconfig=sub/kc set-cluster a --certificate-authority=certs/c.crt')
    kubectl('config --kubeconfig=sub/kc set-credentials a --client-key=sub/k.key')
    shown = kubectl('config --kubeconfig=sub/kc view').out
    assert 'client-key: k.key\n' in shown
    assert 'certificate-authority: /root/certs/c.crt\n' in shown
    assert 'client-key-data: a2V5Cg==\n' in kubectl('config --kubeconfig=sub/kc view --flatten').out


def test_minify_looks_for_what_the_context_names_alone(kubectl):
    kubectl('config --kubeconfig=new set-context c --cluster=a --user=b')
    kubectl('config --kubeconfig=new use-context c')
    assert kubectl('config --kubeconfig=new view --minify').err == 'error: cannot locate cluster a\n'
    kubectl('config --kubeconfig=new set-cluster a')
    assert kubectl('config --kubeconfig=new view --minify --user=kept').err == 'error: cannot locate user b\n'


@pytest.mark.parametrize(('lines', 'exec_config'), [
    (['--exec-command=x --exec-arg=a,b', '--exec-command=y'], '{"args":null,"command":"y","env":null,'),
    (['--exec-command=x --exec-env=A=1,2'], '{"args":null,"command":"x","env":[{"name":"A","value":"1,2"}],'),
    (['--exec-command=x --exec-env=A=1', '--exec-env=A-'], '{"args":null,"command":"x","env":[],'),
])
def test_a_credential_plugin_is_changed_part_by_part(kubectl, lines, exec_config):
    for line in lines:
        kubectl(f'config --kubeconfig=new set-credentials u {line}')
    assert exec_config in kubectl("config --kubeconfig=new view -o jsonpath='{.users[0].user.exec}'").out


def test_a_variable_without_a_value_is_answered_with_the_help(kubectl):
    answer = kubectl('config set-credentials u --exec-command=x --exec-env=A')
    assert answer.out.startswith('Set a user entry in kubeconfig.\n')
    assert answer.err == 'error: invalid exec-env format: A\n'


def test_preferences_are_written_when_there_are_any(kubectl):
    kubectl('config --kubeconfig=new set preferences.colors true')
    assert 'kind: Config\npreferences:\n  colors: true\nusers' in kubectl('config --kubeconfig=new view').out
    kubectl('config --kubeconfig=new unset preferences.colors')
    assert 'preferences' not in kubectl('config --kubeconfig=new view').out
