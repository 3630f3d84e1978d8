"""Who is let in, and who may do what, as an API server's flags and their files say."""

from __future__ import annotations

import pytest

from tests.unit.cluster.flags import Flagged

URL = 'https://172.30.1.2:6443'
KUBELET = 'sudo kubectl --kubeconfig /etc/kubernetes/kubelet.conf'
OF_NODE = 'User "system:node:controlplane" cannot'


class Bench(Flagged):
    def log(self) -> str:
        return self.out('sudo crictl logs $(sudo crictl ps -aq --name kube-apiserver | head -1)')


@pytest.fixture
def bench() -> Bench:
    return Bench('kube-apiserver')


@pytest.fixture(scope='module')
def shared() -> Bench:
    bench = Bench('kube-apiserver')
    bench.run('kubectl create secret generic used --from-literal=a=b')
    bench.run('kubectl create secret generic other --from-literal=a=b')
    bench.run("""kubectl apply -f - <<EOF
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  nodeName: controlplane
  containers:
  - {name: web, image: nginx, envFrom: [{secretRef: {name: used}}]}
EOF""")
    bench.simulation.advance(20)
    return bench


# -- the Node authorizer ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(('asked', 'refusal'), [
    ('get secret other', f'secrets "other" is forbidden: {OF_NODE} get resource "secrets" in API group "" in the '
                         "namespace \"default\": no relationship found between node 'controlplane' and this object"),
    ('get secrets', f'secrets is forbidden: {OF_NODE} list resource "secrets" in API group "" in the namespace '
                    '"default": No Object name found'),
    ('get nodes', f'nodes is forbidden: {OF_NODE} list resource "nodes" in API group "" at the cluster scope: node '
                  "'controlplane' cannot read all nodes, only its own Node object"),
    ('get pods', f'pods is forbidden: {OF_NODE} list resource "pods" in API group "" in the namespace "default": can '
                 'only list/watch pods with spec.nodeName field selector'),
    ('get pv', f'persistentvolumes is forbidden: {OF_NODE} list resource "persistentvolumes" in API group "" at the '
               'cluster scope: can only get individual resources of this type'),
])
def test_a_kubelet_reads_only_what_pods_of_its_node_name(shared: Bench, asked: str, refusal: str) -> None:
    assert shared.out(f'{KUBELET} {asked}') == f'Error from server (Forbidden): {refusal}\n'


@pytest.mark.parametrize('asked', [
    'get secret used', 'get pod web', 'get node controlplane', 'get pods --field-selector spec.nodeName=controlplane',
    'get secret --field-selector metadata.name=used', 'get lease controlplane -n kube-node-lease'])
def test_a_kubelet_reads_what_is_its_own(shared: Bench, asked: str) -> None:
    assert 'NAME' in shared.out(f'{KUBELET} {asked}')


def test_what_a_kubelet_may_do_cannot_be_listed(shared: Bench) -> None:
    assert shared.out(f'{KUBELET} auth can-i --list').endswith(
        'Warning: the list may be incomplete: node authorizer does not support user rule resolution\n')


# -- RBAC -------------------------------------------------------------------------------------------------------------


def test_a_refusal_tells_of_roles_that_are_not_there(shared: Bench) -> None:
    shared.run('kubectl create rolebinding gone --role=gone --user=jane')
    shared.run('kubectl create clusterrolebinding gone --clusterrole=lost --user=jane')
    why = ('RBAC: [clusterrole.rbac.authorization.k8s.io "lost" not found, role.rbac.authorization.k8s.io "gone" not '
           'found]')
    assert shared.out('kubectl get pods --as jane') == (
        'Error from server (Forbidden): pods is forbidden: User "jane" cannot list resource "pods" in API group "" in '
        f'the namespace "default": {why}\n')
    assert shared.out('kubectl auth can-i list pods --as jane') == f'no - {why}\n'


def test_a_field_selector_may_name_the_one_object_that_a_rule_allows(shared: Bench) -> None:
    shared.run('kubectl create role one --verb=list --resource=secrets --resource-name=used')
    shared.run('kubectl create rolebinding one --role=one --user=lisa')
    assert 'used' in shared.out('kubectl get secrets --field-selector metadata.name=used --as lisa')
    assert 'forbidden' in shared.out('kubectl get secrets --as lisa')


# -- flags ------------------------------------------------------------------------------------------------------------


def test_nobody_comes_in_without_credentials_when_the_flag_says_so(bench: Bench) -> None:
    bench.flags('anonymous-auth=false')
    assert '"message": "Unauthorized"' in bench.out(f'curl -sk {URL}/version')
    assert 'HTTP probe failed with statuscode: 401' in bench.out('kubectl get events -n kube-system')
    assert 'controlplane' in bench.out('kubectl get nodes')


def test_a_file_names_the_paths_for_anybody(bench: Bench) -> None:
    bench.run("""sudo tee /etc/kubernetes/pki/authn.yaml <<EOF
apiVersion: apiserver.config.k8s.io/v1
kind: AuthenticationConfiguration
anonymous: {enabled: true, conditions: [{path: /livez}, {path: /readyz}]}
EOF""")
    bench.flags('authentication-config=/etc/kubernetes/pki/authn.yaml')
    assert bench.out(f'curl -sk {URL}/livez') == 'ok'
    assert '"Unauthorized"' in bench.out(f'curl -sk {URL}/version')


def test_users_of_a_token_file(bench: Bench) -> None:
    bench.run("""sudo tee /etc/kubernetes/pki/tokens.csv <<EOF
secret-1,ann,1001,"dev,qa"
EOF""")
    bench.flags('token-auth-file=/etc/kubernetes/pki/tokens.csv')
    told = bench.out('kubectl --kubeconfig /dev/null --server https://172.30.1.2:6443 --insecure-skip-tls-verify '
                     '--token secret-1 auth whoami')
    assert [line.split(maxsplit=1)[1] for line in told.splitlines()[1:4]] == [
        'ann', '1001', '[dev qa system:authenticated]']


def test_without_an_authorization_mode_everybody_may_do_everything(bench: Bench) -> None:
    bench.flags(without='authorization-mode')
    assert bench.out('kubectl auth can-i delete pods --as jane') == 'yes\n'
    assert '"Unauthorized"' in bench.out(f'curl -sk {URL}/version')
    assert 'AnonymousAuth is not allowed with the AlwaysAllow authorizer' in bench.log()


def test_policies_of_a_file(bench: Bench) -> None:
    bench.run("""sudo tee /etc/kubernetes/pki/abac.jsonl <<'EOF'
# who may look
{"apiVersion": "abac.authorization.kubernetes.io/v1beta1", "kind": "Policy", "spec": {"user": "bob", "namespace": \
"default", "resource": "pods", "apiGroup": "", "readonly": true}}
EOF""")
    bench.flags('authorization-mode=ABAC,Node,RBAC', 'authorization-policy-file=/etc/kubernetes/pki/abac.jsonl',
                without='authorization-mode')
    assert bench.out('kubectl auth can-i list pods --as bob') == 'yes\n'
    assert bench.out('kubectl auth can-i delete pods --as bob') == 'no - No policy matched.\n'


@pytest.mark.parametrize(('mode', 'problem'), [
    ('RBAC,Foo', r'err="authorization-mode \"Foo\" is not a valid mode"'),
    ('RBAC,RBAC', r'err="authorization-mode [\"RBAC\" \"RBAC\"] has mode specified more than once"'),
    ('ABAC', '''err="authorization-mode ABAC's authorization policy file not passed"'''),
])
def test_modes_that_an_api_server_does_not_start_with(bench: Bench, mode: str, problem: str) -> None:
    bench.flags(f'authorization-mode={mode}', without='authorization-mode')
    assert problem in bench.log()
    assert 'was refused' in bench.out('kubectl get nodes')


def test_a_file_of_authorizers_is_checked(bench: Bench) -> None:
    bench.run("""sudo tee /etc/kubernetes/pki/authz.yaml <<EOF
apiVersion: apiserver.config.k8s.io/v1
kind: AuthorizationConfiguration
authorizers: [{type: RBAC, name: rbac}, {type: Rbac, name: x}]
EOF""")
    bench.flags('authorization-config=/etc/kubernetes/pki/authz.yaml', without='authorization-mode')
    assert r'authorizers[1].type: Unsupported value: \"Rbac\": supported values: \"ABAC\"' in bench.log()
    bench.run("sudo sed -i 's/, {type: Rbac, name: x}/, {type: AlwaysDeny, name: alwaysdeny}/' "
              '/etc/kubernetes/pki/authz.yaml')
    bench.simulation.advance(60)
    assert bench.out('kubectl auth can-i get pods --as jane') == 'no - Everything is forbidden.\n'
