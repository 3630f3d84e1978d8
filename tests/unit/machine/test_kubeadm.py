"""kubeadm: making a cluster, joining it, its tokens and certificates."""

from __future__ import annotations

import base64
import hmac
from dataclasses import replace

import pytest

from tests.unit.machine.conftest import Desk
from tutor.cluster.config import DEFAULT_NODES, ClusterConfig, read

JOINED = """
This node has joined the cluster:
* Certificate signing request was sent to apiserver and a response was received.
"""


@pytest.fixture
def bare() -> Desk:
    """Two machines that have packages, and no cluster."""
    nodes = tuple(replace(node, joined=False) for node in DEFAULT_NODES[:2])
    return Desk(ClusterConfig(nodes=nodes, addons=('control-plane', 'dns', 'proxy')))


def test_pods_have_addresses_of_the_network_that_was_asked_for(bare: Desk) -> None:
    shown = bare.out('sudo kubeadm init --pod-network-cidr 192.168.0.0/16')
    bare.out('mkdir -p ~/.kube; sudo cp /etc/kubernetes/admin.conf ~/.kube/config; sudo chown 1000 ~/.kube/config')
    join = shown[shown.index('kubeadm join'):].replace('\\\n\t', '').strip()
    bare.out(f'ssh root@node01 "{join}"')
    bare.wait(10)
    assert bare.out('kubectl get nodes -o custom-columns=N:.spec.podCIDR --no-headers') == (
        '192.168.0.0/24\n192.168.1.0/24\n')
    bare.out('kubectl create deployment web --image=nginx; kubectl expose deployment web --port=80')
    bare.wait(10)
    assert bare.out("kubectl get pods -o jsonpath='{.items[0].status.podIP}'") == '192.168.1.2'
    service = "$(kubectl get svc web -o jsonpath='{.spec.clusterIP}')"
    assert '<title>Welcome to nginx!</title>' in bare.out(f'curl -s {service}')
    assert '! -s 192.168.0.0/16' in bare.out('sudo iptables-save | grep "default/web cluster IP"')
    assert '192.168.1.0/24 via 172.30.2.2 dev eth0' in bare.out('ip route')


def test_a_cluster_is_made_from_bare_machines(bare: Desk) -> None:
    assert bare.out('kubectl get nodes').endswith('did you specify the right host or port?\n')
    assert 'activating (auto-restart)' in bare.out('systemctl status kubelet')
    shown = bare.out('sudo kubeadm init --pod-network-cidr 10.244.0.0/16')
    assert bare.code == 0
    for line in ('[init] Using Kubernetes version: v1.36.1\n[preflight] Running pre-flight checks\n',
                 '[certs] apiserver serving cert is signed for DNS names [controlplane kubernetes kubernetes.default '
                 'kubernetes.default.svc kubernetes.default.svc.cluster.local] and IPs [10.96.0.1 172.30.1.2]\n',
                 '\nYour Kubernetes control-plane has initialized successfully!\n'):
        assert line in shown
    bare.out('mkdir -p ~/.kube; sudo cp -i /etc/kubernetes/admin.conf ~/.kube/config; '
             'sudo chown $(id -u):$(id -g) ~/.kube/config')
    bare.wait(10)
    assert bare.out('kubectl get nodes -o name') == 'node/controlplane\n'
    join = shown[shown.index('kubeadm join'):].replace('\\\n\t', '').strip()
    assert JOINED in bare.out(f'ssh root@node01 "{join}"')
    bare.wait(40)
    assert bare.out('kubectl get nodes').count(' Ready ') == 2
    bare.out('kubectl create deployment web --image=nginx')
    bare.wait(20)
    assert 'Running' in bare.out('kubectl get pods')


def test_a_node_that_was_reset_joins_again(desk: Desk) -> None:
    desk.out('kubectl drain node01 --ignore-daemonsets --delete-emptydir-data; kubectl delete node node01')
    assert '[reset] Stopping the kubelet service\n' in desk.out('ssh root@node01 kubeadm reset -f')
    assert desk.out('ssh node01 systemctl is-active kubelet; ssh root@node01 crictl ps -q') == 'inactive\n'
    assert JOINED in desk.out('ssh root@node01 "$(sudo kubeadm token create --print-join-command)"')
    desk.wait(10)
    assert 'node01         Ready' in desk.out('kubectl get nodes')
    _, signer, requestor, _, condition = desk.out('kubectl get csr --no-headers').split()[1:]
    assert (signer, condition) == ('kubernetes.io/kube-apiserver-client-kubelet', 'Approved,Issued')
    assert requestor.startswith('system:bootstrap:')
    assert 'subject=O = system:nodes, CN = system:node:node01' in desk.out(
        'ssh root@node01 openssl x509 -in /var/lib/kubelet/pki/kubelet-client-current.pem -noout -subject -issuer')


def test_a_node_does_not_join_while_nobody_signs(desk: Desk) -> None:
    desk.out('kubectl delete node node01; ssh root@node01 kubeadm reset -f')
    join = desk.out('sudo kubeadm token create --print-join-command').strip()
    desk.out('sudo mv /etc/kubernetes/manifests/kube-controller-manager.yaml /root; sleep 5')
    assert 'timed out waiting for the kubelet to perform the TLS Bootstrap' in desk.out(f'ssh root@node01 "{join}"')
    assert desk.out('kubectl get csr --no-headers').split()[-1] == 'Pending'


def test_tokens_are_secrets(desk: Desk) -> None:
    assert desk.out('sudo kubeadm token create abcdef.0123456789abcdef --ttl 2h --description mine') == (
        'abcdef.0123456789abcdef\n')
    lines = desk.out('sudo kubeadm token list').splitlines()
    assert lines[0].split() == ['TOKEN', 'TTL', 'EXPIRES', 'USAGES', 'DESCRIPTION', 'EXTRA', 'GROUPS']
    assert lines[1].split()[4:] == ['mine', 'system:bootstrappers:kubeadm:default-node-token']
    assert 'bootstrap.kubernetes.io/token' in desk.out('kubectl get secret -n kube-system bootstrap-token-abcdef')
    assert desk.out('kubectl --token abcdef.0123456789abcdef auth whoami --kubeconfig=/dev/null -s '
                    'https://172.30.1.2:6443 -o jsonpath={.status.userInfo.username}') == 'system:bootstrap:abcdef'
    assert desk.out('sudo kubeadm token delete abcdef') == 'bootstrap token "abcdef" deleted\n'
    assert desk.out('sudo kubeadm token list') == ''


@pytest.mark.parametrize(('command', 'said'), [
    ('kubeadm init', '[ERROR IsPrivilegedUser]: user is not running as root'),
    ('sudo kubeadm init', '[ERROR FileAvailable--etc-kubernetes-manifests-etcd.yaml]: '
     '/etc/kubernetes/manifests/etcd.yaml already exists'),
    ('sudo kubeadm join 172.30.1.2:6443', 'error: discovery: Invalid value: "": bootstrapToken or file must be set\n'),
    ('sudo kubeadm token create fedcba.0123456789abcdef; sleep 1; sudo kubeadm join 172.30.1.2:6443 '
     '--token fedcba.0123456789abcdef --discovery-token-ca-cert-hash sha256:0 '
     '--ignore-preflight-errors all', 'none of the public keys "sha256:'),
    ('sudo kubeadm join 172.30.1.2:6443 --token abcdef.0123456789abcdef --discovery-token-unsafe-skip-ca-verification '
     '--ignore-preflight-errors all',
     'could not find a JWS signature in the cluster-info ConfigMap for token ID "abcdef"'),
    ('sudo kubeadm token create short', 'the bootstrap token "short" was not of the form'),
    ('sudo kubeadm token create --ttl zz', 'invalid argument "zz" for "--ttl" flag: time: invalid duration "zz"\n'),
    ('kubeadm frobnicate', 'error: unknown command "frobnicate" for "kubeadm"\n'),
    ('kubeadm init --frobnicate', 'unknown flag: --frobnicate\n'),
])
def test_what_is_wrong_is_said_in_kubeadm_s_words(shared: Desk, command: str, said: str) -> None:
    assert said in shared.out(command)
    assert shared.code != 0


def test_certificates_end_and_are_renewed(desk: Desk) -> None:
    before = desk.out('sudo kubeadm certs check-expiration')
    assert 'apiserver                  May 04, 2027 08:55 UTC   364d            ca                      no ' in before
    desk.wait(3600)
    assert desk.out('sudo kubeadm certs renew apiserver').endswith(
        'certificate for serving the Kubernetes API renewed\n')
    after = desk.out('sudo kubeadm certs check-expiration')
    assert 'apiserver                  May 04, 2027 10:00 UTC' in after
    assert 'etcd-server                May 04, 2027 08:55 UTC' in after
    assert 'Done renewing certificates.' in desk.out('sudo kubeadm certs renew all')
    assert desk.out('sudo kubectl --kubeconfig /etc/kubernetes/admin.conf get ns default -o name') == (
        'namespace/default\n')


def test_a_kubeconfig_for_one_more_user_proves_that_user(desk: Desk) -> None:
    desk.out('sudo kubeadm kubeconfig user --client-name jane --org dev > jane.conf')
    assert desk.out('kubectl --kubeconfig jane.conf auth whoami -o jsonpath="{.status.userInfo.username}"') == 'jane'


TO_NEXT = "sudo sed -i s/v1.35/v1.36/ /etc/apt/sources.list.d/kubernetes.list && sudo apt-get update >/dev/null && "
INSTALL = 'sudo apt-mark unhold {0} && sudo apt-get install -y {1} && sudo apt-mark hold {0}'


@pytest.fixture
def older() -> Desk:
    """A cluster of the release before, with kubeadm of the next."""
    desk = Desk(ClusterConfig(version='v1.35.4'))
    assert desk.out('kubeadm version -o short; kubelet --version; kubectl version') == (
        'v1.35.4\nKubernetes v1.35.4\nClient Version: v1.35.4\nKustomize Version: v5.8.1\nServer Version: v1.35.4\n')
    assert desk.out('apt-cache madison kubeadm').startswith('   kubeadm | 1.35.4-1.1 | https://pkgs.k8s.io/')
    installed = desk.out(TO_NEXT + INSTALL.format('kubeadm', "kubeadm='1.36.1-*'"))
    assert installed.startswith('Canceled hold on kubeadm.\n')
    assert 'Unpacking kubeadm (1.36.1-1.1) over (1.35.4-1.1) ...\nSetting up kubeadm (1.36.1-1.1) ...\n' in installed
    return desk


def test_a_plan_tells_what_would_change(older: Desk) -> None:
    plan = older.out('sudo kubeadm upgrade plan')
    rows = [line.split() for line in plan.splitlines()]
    for row in (['kubelet', 'node01', 'v1.35.4', 'v1.36.1'], ['kube-apiserver', 'controlplane', 'v1.35.4', 'v1.36.1'],
                ['kube-proxy', '1.35.4', 'v1.36.1'], ['CoreDNS', 'v1.13.1', 'v1.14.2'],
                ['etcd', 'controlplane', '3.6.6-0', '3.6.8-0']):
        assert row in rows
    assert 'Upgrade to the latest stable version:\n' in plan
    assert '\tkubeadm upgrade apply v1.36.1\n' in plan
    assert plan.endswith(
        'API GROUP                 CURRENT VERSION   PREFERRED VERSION   MANUAL UPGRADE REQUIRED\n'
        'kubeproxy.config.k8s.io   v1alpha1          v1alpha1            no\n'
        f'kubelet.config.k8s.io     v1beta1           v1beta1             no\n{"_" * 69}\n\n')
    changes = older.out('sudo kubeadm upgrade diff v1.36.1')
    assert ('--- /etc/kubernetes/manifests/kube-scheduler.yaml\n+++ new manifest\n') in changes
    assert ('-    image: registry.k8s.io/kube-scheduler:v1.35.4\n+    image: registry.k8s.io/kube-scheduler:v1.36.1\n'
            ) in changes
    refused = older.out('sudo kubeadm upgrade apply v1.37.0 -y')
    assert "v1.37.0\" is at least one minor release higher than the kubeadm minor release (37 > 36)" in refused
    assert 'is too high; kubeadm can upgrade only 1 minor version at a time\n' in refused


def test_an_older_cluster_is_upgraded_node_by_node(older: Desk) -> None:
    older.out("sudo sed -i 's/--v=/--v=/; s/^    - kube-scheduler$/&\\n    - --v=4/' "
              '/etc/kubernetes/manifests/kube-scheduler.yaml')
    shown = older.out('sudo kubeadm upgrade apply v1.36.1 -y')
    assert '[upgrade] SUCCESS! A control plane node of your cluster was upgraded to "v1.36.1".' in shown
    for name in ('etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler'):
        assert f'[upgrade/staticpods] Component "{name}" upgraded successfully!' in shown
    assert ('[upgrade/staticpods] Renewing scheduler.conf certificate\n[upgrade/staticpods] Moving new manifest to '
            '"/etc/kubernetes/manifests/kube-scheduler.yaml" and backing up old manifest to "/etc/kubernetes/tmp/'
            ) in shown
    assert 'kube-scheduler:v1.35.4' in older.out('sudo cat /etc/kubernetes/tmp/kubeadm-backup-*/kube-scheduler.yaml')
    assert '--v=4' not in older.out('sudo cat /etc/kubernetes/manifests/kube-scheduler.yaml')  # nobody told kubeadm
    assert older.out('kubectl version').endswith('Server Version: v1.36.1\n')
    assert "up-to-date" in older.out('sudo kubeadm upgrade plan')
    versions = 'kubectl get nodes -o custom-columns=V:.status.nodeInfo.kubeletVersion --no-headers'
    assert older.out(versions) == 'v1.35.4\n' * 3
    older.out(INSTALL.format('kubelet kubectl', "kubelet='1.36.1-*' kubectl='1.36.1-*'"))
    assert older.out(versions) == 'v1.35.4\n' * 3
    older.out('sudo systemctl daemon-reload; sudo systemctl restart kubelet; sleep 3')
    assert older.out(versions) == 'v1.36.1\nv1.35.4\nv1.35.4\n'
    node = older.out(f'ssh node01 "{TO_NEXT}{INSTALL.format("kubeadm", "kubeadm")}; sudo kubeadm upgrade node"')
    assert ('[upgrade/preflight] Skipping prepull. Not a control plane node.\n[upgrade/control-plane] Skipping phase. '
            'Not a control plane node.\n[upgrade/kubeconfig] Skipping phase. Not a control plane node.\n') in node
    assert '[upgrade/kubelet-config] The kubelet configuration for this node was successfully upgraded!\n' in node
    assert 'registry.k8s.io/coredns/coredns:v1.14.2' in older.out('kubectl -n kube-system get deploy coredns -o yaml')


def test_the_same_version_again_restarts_etcd_with_its_new_certificates(desk: Desk) -> None:
    before = desk.out('sudo crictl ps -q --name etcd')
    shown = desk.out('sudo kubeadm upgrade apply v1.36.1 -y')
    assert '[upgrade/staticpods] Restarting the etcd static pod and backing up its manifest to "' in shown
    assert desk.out('sudo crictl ps -q --name etcd') not in ('', before)


def test_a_cluster_file_names_machines_that_are_no_nodes_yet() -> None:
    config = read({'nodes': [{'name': 'a', 'joined': False}]})
    assert not config.nodes[0].joined


def test_tokens_sign_cluster_info_until_they_end(shared: Desk) -> None:
    """TestSimpleSign, TestCleanerExpired: the signature is one that RFC 7515 says."""
    token, info = 'aaaaaa.0123456789abcdef', 'kubectl get cm cluster-info -n kube-public -o '
    shared.out(f'sudo kubeadm token create {token} --ttl 2m')
    shared.wait(1)
    header, _, signed = shared.out(f"{info}jsonpath='{{.data.jws-kubeconfig-aaaaaa}}'").split('.')
    assert base64.b64decode(header) == b'{"alg":"HS256","kid":"aaaaaa"}'
    text = shared.out(f"{info}jsonpath='{{.data.kubeconfig}}'").encode()
    payload = base64.urlsafe_b64encode(text).decode().rstrip('=')
    digest = hmac.new(b'0123456789abcdef', f'{header}.{payload}'.encode(), 'sha256').digest()
    assert base64.urlsafe_b64encode(digest).decode().rstrip('=') == signed
    shared.wait(130)
    assert 'bootstrap-token-aaaaaa' not in shared.out('kubectl get secrets -n kube-system')
    assert 'jws-kubeconfig-aaaaaa' not in shared.out(f'{info}yaml')
