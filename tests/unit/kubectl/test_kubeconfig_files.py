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
