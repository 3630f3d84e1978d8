"""kubeadm's phases, its configuration files, and what it refuses because it is not simulated."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.unit.machine.conftest import Desk
from tutor.cluster.config import DEFAULT_NODES, ClusterConfig

KUBECTL = 'sudo kubectl --kubeconfig /etc/kubernetes/admin.conf'
CONFIG = """\
apiVersion: kubeadm.k8s.io/v1beta4
kind: ClusterConfiguration
kubernetesVersion: v1.36.0
clusterName: mine
controlPlaneEndpoint: controlplane:6443
apiServer:
  certSANs: [example.com]
  extraArgs:
  - {name: enable-admission-plugins, value: "NodeRestriction,PodSecurity"}
proxy: {disabled: true}
networking: {podSubnet: 10.244.0.0/16, foo: bar}
---
apiVersion: kubeadm.k8s.io/v1beta4
kind: InitConfiguration
nodeRegistration: {taints: []}
bootstrapTokens:
- {token: abcdef.0123456789abcdef, ttl: 1h}
---
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
evictionPressureTransitionPeriod: 30s
"""


def bare() -> Desk:
    """Two machines that have packages, and no cluster."""
    nodes = tuple(replace(node, joined=False) for node in DEFAULT_NODES[:2])
    return Desk(ClusterConfig(nodes=nodes, addons=('control-plane', 'dns', 'proxy')))


@pytest.fixture(scope='module')
def made() -> Desk:
    """A cluster by a configuration file, with its certificates in a Secret."""
    desk = bare()
    desk.out(f"cat > c.yaml <<'X'\n{CONFIG}X")
    desk.shown = desk.out('sudo kubeadm init --config c.yaml --upload-certs')  # type: ignore[attr-defined]
    assert desk.code == 0
    return desk


def test_a_configuration_file_decides(made: Desk) -> None:
    shown = made.shown  # type: ignore[attr-defined]
    assert '[init] Using Kubernetes version: v1.36.0\n' in shown
    assert 'strict decoding error: unknown field "networking.foo"' in shown
    assert 'DNS names [controlplane example.com kubernetes ' in shown
    assert '[addons] Applied essential addon: CoreDNS\n' in shown
    assert 'kubeadm join controlplane:6443 --token abcdef.0123456789abcdef' in shown
    assert '--control-plane --certificate-key ' in shown
    manifest = made.out('sudo cat /etc/kubernetes/manifests/kube-apiserver.yaml')
    assert '- --enable-admission-plugins=NodeRestriction,PodSecurity\n' in manifest
    assert 'image: registry.k8s.io/kube-apiserver:v1.36.0\n' in manifest
    assert 'evictionPressureTransitionPeriod: 30s\n' in made.out('sudo cat /var/lib/kubelet/config.yaml')
    assert 'name: mine\n' in made.out('sudo cat /etc/kubernetes/admin.conf')
    assert made.out(f"{KUBECTL} get node controlplane -o jsonpath='{{.spec.taints}}'") == ''
    assert 'foo' not in made.out(f'{KUBECTL} get cm kubeadm-config -n kube-system -o yaml')
    assert made.out(f'{KUBECTL} get ds -n kube-system').startswith('No resources found')


def test_uploaded_certificates_are_encrypted_with_the_key(made: Desk) -> None:
    shown = made.shown  # type: ignore[attr-defined]
    key = shown.partition('[upload-certs] Using certificate key:\n')[2][:64]
    secret = json.loads(made.out(f'{KUBECTL} get secret kubeadm-certs -n kube-system -o json'))
    sealed = base64.b64decode(secret['data']['etcd-ca.crt'])
    assert AESGCM(bytes.fromhex(key)).decrypt(sealed[:12], sealed[12:], None).decode() == made.out(
        'sudo cat /etc/kubernetes/pki/etcd/ca.crt')
    assert secret['metadata']['ownerReferences'][0]['name'].startswith('bootstrap-token-')


def test_phases_run_again_by_themselves(made: Desk) -> None:
    for phase, said in (('upload-certs --upload-certs', 'in Secret "kubeadm-certs"'),
                        ('addon coredns', '[addons] Applied essential addon: CoreDNS\n'),
                        ('bootstrap-token', 'Creating the "cluster-info" ConfigMap'),
                        ('upload-config all', 'Creating a ConfigMap "kubelet-config"'),
                        ('mark-control-plane', 'adding the taints [node-role.kubernetes.io/control-plane:NoSchedule]'),
                        ('kubelet-finalize all', 'to point to a rotatable kubelet client certificate')):
        assert said in made.out(f'sudo kubeadm init phase {phase}')
        assert made.code == 0


def test_a_cluster_is_made_phase_by_phase() -> None:
    desk = bare()
    assert "couldn't load CA certificate ca" in desk.out('sudo kubeadm init phase certs apiserver')
    desk.out('sudo kubeadm init phase certs ca')
    assert '[certs] Using existing ca certificate authority\n' in desk.out('sudo kubeadm init phase certs all')
    for phase in ('kubeconfig all', 'etcd local', 'control-plane all', 'kubelet-start', 'wait-control-plane'):
        desk.out(f'sudo kubeadm init phase {phase}')
        assert desk.code == 0
    assert desk.out(f'{KUBECTL} get ns kube-system -o name').startswith('Error from server (Forbidden)')
    super_admin = KUBECTL.replace('admin.conf', 'super-admin.conf')
    assert desk.out(f'{super_admin} get ns kube-system -o name') == 'namespace/kube-system\n'
    assert desk.out(f'{super_admin} get cm kubeadm-config -n kube-system').startswith('Error from server (NotFound)')
    desk.out('sudo kubeadm init phase upload-config all')
    assert desk.out(f'{KUBECTL} get ns kube-system -o name') == 'namespace/kube-system\n'
    assert '[kubeadm:cluster-admins system:authenticated]' in desk.out(f'{KUBECTL} auth whoami')


def test_skipped_phases_are_not_run() -> None:
    desk = bare()
    shown = desk.out('sudo kubeadm init --skip-phases addon/kube-proxy,mark-control-plane,show-join-command')
    assert '[addons] Applied essential addon: CoreDNS\n' in shown
    for missing in ('kube-proxy\n[', '[mark-control-plane]', 'initialized successfully'):
        assert missing not in shown
    assert desk.out(f'{KUBECTL} get ds -n kube-system').startswith('No resources found')


@pytest.mark.parametrize(('command', 'said'), [
    ('sudo kubeadm init --dry-run', 'kubeadm init --dry-run is not simulated'),
    ('sudo kubeadm init --pod-network-cidr fd00::/48', 'is not simulated: for IPv6 and for several networks'),
    ('sudo kubeadm init --pod-network-cidr foo', 'networking.podSubnet: Invalid value: "foo"'),
    ('sudo kubeadm init --pod-network-cidr 10.0.0.0/30',
     'mask 30 is smaller than the size of node subnet with mask 24'),
    ('sudo kubeadm init --cert-dir /etc/pki', 'kubeadm init --cert-dir is not simulated'),
    ('sudo kubeadm init --feature-gates A=true', 'kubeadm init --feature-gates is not simulated'),
    ('sudo kubeadm init --cri-socket unix:///run/crio.sock', 'the CRI socket unix:///run/crio.sock is not simulated'),
    ('sudo kubeadm init --skip-phases nope', 'error: invalid phase name: nope\n'),
    ('sudo kubeadm init --kubernetes-version v1.30.0', 'control plane version >= 1.35.0. Current version: v1.30.0'),
    ('sudo kubeadm init --kubernetes-version v1.37.0', '[ERROR KubernetesVersion]: Kubernetes version is greater than'),
    ('sudo kubeadm init --conf x', 'error: unknown flag: --conf\n'),
    ('sudo kubeadm init --config /no', 'unable to read config from "/no"'),
    ('sudo kubeadm init --config c --token x', "can not mix '--config' with arguments [token]"),
    ('sudo kubeadm join 172.30.1.2:6443 --patches x --token abcdef.0123456789abcdef',
     'kubeadm join --patches is not simulated'),
    ('sudo kubeadm upgrade apply v1.36.1 --dry-run', 'kubeadm upgrade --dry-run is not simulated'),
    ('kubeadm token create --usages foo', 'invalid bootstrap token usage string: foo'),
])
def test_what_changes_nothing_is_refused(shared: Desk, command: str, said: str) -> None:
    assert said in shared.out(command)
    assert shared.code != 0


def test_old_configurations_are_refused(shared: Desk) -> None:
    shared.out('printf "apiVersion: kubeadm.k8s.io/v1beta3\\nkind: ClusterConfiguration\\n" > old.yaml')
    assert 'your configuration file uses an old API spec: "kubeadm.k8s.io/v1beta3"' in shared.out(
        'kubeadm config validate --config old.yaml')
    assert shared.code == 1


def test_help_lists_the_phases_and_the_flags(shared: Desk) -> None:
    shown = shared.out('kubeadm init --help')
    assert '\nkubelet-start                 Write kubelet settings and (re)start the kubelet\n' in shown
    assert '\n  /etcd-server                  Generate the certificate for serving etcd\n' in shown
    assert '      --token-ttl duration                   ' in shown
    assert shared.code == 0


def test_reset_tells_first_what_it_would_do(desk: Desk) -> None:
    shown = desk.out('sudo kubeadm reset --dry-run')
    assert '[reset] Would stop the kubelet service\n' in shown
    assert desk.out('systemctl is-active kubelet; kubectl get node controlplane -o name') == (
        'active\nnode/controlplane\n')
    assert '[reset] No etcd config found. Assuming external etcd\n' in desk.out('ssh root@node01 kubeadm reset -f')


def test_certificates_are_not_renewed_without_the_key_of_their_authority(desk: Desk) -> None:
    desk.out('sudo rm /etc/kubernetes/pki/ca.key')
    assert "Detected external ca, certificate for serving the Kubernetes API can't be renewed\n" in desk.out(
        'sudo kubeadm certs renew apiserver')
    assert 'etcd-ca                 no' in desk.out('sudo kubeadm certs check-expiration')
    desk.out('sudo cp /etc/kubernetes/pki/etcd/ca.crt /etc/kubernetes/pki/ca.crt; '
             'sudo cp /etc/kubernetes/pki/etcd/ca.key /etc/kubernetes/pki/ca.key')
    assert 'an authority of one\'s own in /etc/kubernetes/pki/ca.crt is not simulated' in desk.out(
        'sudo kubeadm certs renew apiserver')


def test_a_worker_takes_the_cluster_s_configuration_when_it_is_upgraded(desk: Desk) -> None:
    desk.out('kubectl get cm kubelet-config -n kube-system -o yaml | sed "s/evictionPressureTransitionPeriod: 0s/'
             'evictionPressureTransitionPeriod: 40s/" | kubectl apply -f -')
    shown = desk.out('ssh root@node01 kubeadm upgrade node')
    assert '[upgrade/control-plane] Skipping phase. Not a control plane node.\n' in shown
    assert 'evictionPressureTransitionPeriod: 40s' in desk.out('ssh root@node01 cat /var/lib/kubelet/config.yaml')


def test_a_kubelet_says_of_its_node_what_its_configuration_says(desk: Desk) -> None:
    shown = "kubectl get node node01 -o jsonpath='{.status.allocatable.memory} {.status.allocatable.pods}'"
    assert desk.out(shown) == '3996Mi 110'
    desk.out('ssh root@node01 \'printf "maxPods: 12\\nsystemReserved: {memory: 500Mi}\\n" >> '
             "/var/lib/kubelet/config.yaml; systemctl restart kubelet'")
    desk.wait(5)
    assert desk.out(shown) == '3496Mi 12'
    desk.out('kubectl delete node node02; ssh root@node02 \'echo KUBELET_EXTRA_ARGS=\\"--node-labels=disk=ssd '
             '--register-with-taints=a=b:NoSchedule\\" > /etc/default/kubelet; systemctl restart kubelet\'')
    desk.wait(5)
    assert desk.out("kubectl get node node02 -o jsonpath='{.metadata.labels.disk} {.spec.taints[0].key}'") == 'ssd a'
