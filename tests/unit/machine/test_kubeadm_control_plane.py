"""kubeadm join --control-plane: several machines lead the cluster, and etcd's members come and go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.unit.machine.conftest import Desk
from tutor.cluster.config import DEFAULT_NODES, ClusterConfig

PKI = '/etc/kubernetes/pki/etcd'
ETCDCTL = f'sudo etcdctl --cacert {PKI}/ca.crt --cert {PKI}/server.crt --key {PKI}/server.key'
NAME = 'k8s-endpoint'


def bare() -> Desk:
    """Three machines with a name for the cluster to come."""
    nodes = tuple(replace(node, joined=False) for node in DEFAULT_NODES)
    desk = Desk(ClusterConfig(nodes=nodes, addons=('control-plane', 'dns', 'proxy')))
    for where in ('sudo sh -c', 'ssh root@node01', 'ssh root@node02'):
        desk.out(f'{where} "echo 172.30.1.2 {NAME} >> /etc/hosts"')
    return desk


def command(shown: str) -> str:
    """The first command for joining that init has told."""
    start = shown.index('kubeadm join')
    return f'{shown}\n\n'[start:].partition('\n\n')[0].replace('\\\n\t', '').strip()


def begun(desk: Desk, options: str = f'--control-plane-endpoint {NAME}:6443 --upload-certs') -> str:
    shown = desk.out(f'sudo kubeadm init --pod-network-cidr 10.244.0.0/16 {options}')
    desk.out('mkdir -p ~/.kube; sudo cp /etc/kubernetes/admin.conf ~/.kube/config; sudo chown 1000 ~/.kube/config')
    return command(shown)


@pytest.fixture(scope='module')
def three() -> Desk:
    """Three machines that lead."""
    desk = bare()
    join = begun(desk)
    desk.shown = [desk.out(f'ssh root@{node} "{join}"') for node in ('node01', 'node02')]  # type: ignore[attr-defined]
    desk.wait(20)
    return desk


def test_a_machine_leads_after_it_has_joined(three: Desk) -> None:
    for line in ('[preflight] Running pre-flight checks before initializing the new control plane instance\n',
                 '[download-certs] Saving the certificates to the folder: "/etc/kubernetes/pki"\n',
                 '[certs] etcd/server serving cert is signed for DNS names [localhost node01] and IPs [172.30.2.2 '
                 '127.0.0.1 ::1]\n', '[check-etcd] Checking that the etcd cluster is healthy\n',
                 '[etcd] Announced new etcd member joining to the existing etcd cluster\n',
                 'This node has joined the cluster and a new control plane instance was created:\n'):
        assert line in three.shown[0]  # type: ignore[attr-defined]
    assert three.out('kubectl get nodes --no-headers | tr -s " " | cut -d" " -f1-3') == (
        'controlplane Ready control-plane\nnode01 Ready control-plane\nnode02 Ready control-plane\n')
    assert three.out('ssh root@node01 "kubectl --kubeconfig /etc/kubernetes/admin.conf get pods -n kube-system '
                     '--field-selector spec.nodeName=node01 -o name"') == (
        'pod/etcd-node01\npod/kube-apiserver-node01\npod/kube-controller-manager-node01\npod/kube-proxy-sw5dj\n'
        'pod/kube-scheduler-node01\n').replace('sw5dj', three.out(
            'kubectl get pods -n kube-system --field-selector spec.nodeName=node01 -l k8s-app=kube-proxy -o name'
        ).strip()[-5:])


def test_every_api_server_answers(three: Desk) -> None:
    assert three.out('kubectl --server https://172.30.2.2:6443 get node node02 -o name; '
                     'kubectl --server https://node02:6443 get node node01 -o name') == 'node/node02\nnode/node01\n'


def test_the_service_of_the_api_has_all_api_servers(three: Desk) -> None:
    addresses = "kubectl get endpointslice kubernetes -o jsonpath='{.endpoints[*].addresses[0]}'"
    assert three.out(addresses) == '172.30.1.2 172.30.2.2 172.30.3.2'
    three.out('ssh root@node02 mv /etc/kubernetes/manifests/kube-apiserver.yaml /root/')
    three.wait(40)
    assert three.out(addresses) == '172.30.1.2 172.30.2.2'
    three.out('ssh root@node02 mv /root/kube-apiserver.yaml /etc/kubernetes/manifests/')
    three.wait(40)
    assert three.out(addresses) == '172.30.1.2 172.30.2.2 172.30.3.2'


def test_etcd_has_three_members(three: Desk) -> None:
    assert three.out(f'{ETCDCTL} member list | cut -d, -f2,3,6') == (
        ' started, controlplane, false\n started, node01, false\n started, node02, false\n')
    assert three.out(f'{ETCDCTL} endpoint status --cluster | cut -d, -f1,5,6,7') == (
        'https://172.30.1.2:2379, true, false, 2\nhttps://172.30.2.2:2379, false, false, 2\n'
        'https://172.30.3.2:2379, false, false, 2\n')
    assert '--initial-cluster=controlplane=https://172.30.1.2:2380,node01=https://172.30.2.2:2380\n' in three.out(
        'ssh root@node01 cat /etc/kubernetes/manifests/etcd.yaml')


def test_a_quorum_can_be_lost_and_found() -> None:
    desk = bare()
    desk.out(f'ssh root@node01 "{begun(desk)}"')
    desk.wait(20)
    desk.out('ssh root@node01 "systemctl stop kubelet; crictl rm -f \\$(crictl ps -q --name etcd)"')
    desk.wait(5)
    assert desk.out('kubectl create namespace x') == 'Error from server: etcdserver: request timed out\n'
    assert desk.out(f'{ETCDCTL} endpoint health').endswith(
        'is unhealthy: failed to commit proposal: context deadline exceeded\nError: unhealthy cluster\n')
    desk.out('ssh root@node01 systemctl start kubelet')
    desk.wait(40)
    assert desk.out('kubectl create namespace x') == 'namespace/x created\n'
    desk.out('ssh root@node01 kubeadm reset -f')
    desk.wait(5)
    assert desk.out(f'{ETCDCTL} member list | cut -d, -f2,3') == ' started, controlplane\n'
    assert desk.out('kubectl create namespace y') == 'namespace/y created\n'


def test_members_are_changed_by_hand() -> None:
    desk = Desk(ClusterConfig(nodes=DEFAULT_NODES[:1], addons=('control-plane',)))
    assert desk.out(f'{ETCDCTL} member remove 8e9e05c52164694d') == (
        'Error: etcdserver: re-configuration failed due to not enough started members\n')
    assert desk.out(f'{ETCDCTL} member promote zz').startswith('Error: bad member ID arg (strconv.ParseUint')
    shown = desk.out(f'{ETCDCTL} member add node01 --learner --peer-urls=https://172.30.2.2:2380')
    assert shown.startswith(
        'Member 8c31cfd3c0563b6c added as learner to cluster cdf818194e3a8c32\n\nETCD_NAME="node01"\n')
    assert desk.out(f'{ETCDCTL} member promote 8c31cfd3c0563b6c') == (
        'Error: etcdserver: can only promote a learner member which is in sync with leader\n')
    assert desk.out('kubectl create namespace a') == 'namespace/a created\n'
    desk.out(f'{ETCDCTL} member remove 8c31cfd3c0563b6c; {ETCDCTL} member add x --peer-urls=https://172.30.2.2:2380')
    desk.wait(3)
    assert desk.out('kubectl create namespace b') == 'Error from server: etcdserver: request timed out\n'


@pytest.mark.parametrize(('init', 'join', 'problem'), [
    ('', ' --control-plane', "unable to add a new control plane instance to a cluster that doesn't have a stable "
                             'controlPlaneEndpoint address\n'),
    (f'--control-plane-endpoint {NAME}', '', "failure loading certificate for CA: couldn't load the certificate file "
     '/etc/kubernetes/pki/ca.crt: open /etc/kubernetes/pki/ca.crt: no such file or directory\n'),
    (f'--control-plane-endpoint {NAME}', f' --certificate-key {"ab" * 32}', 'secrets "kubeadm-certs" is forbidden: '),
    (f'--control-plane-endpoint {NAME} --upload-certs', f' --certificate-key {"ab" * 32}',
     'error decoding secret data with provided key: cipher: message authentication failed\n'),
])
def test_what_is_missing_is_said(init: str, join: str, problem: str) -> None:
    desk = bare()
    told = begun(desk, init).partition(' --certificate-key')[0]
    assert problem in desk.out(f'ssh root@node01 "{told}{join}"') and desk.code == 1
