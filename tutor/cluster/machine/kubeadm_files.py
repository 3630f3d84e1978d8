"""What kubeadm writes onto a node: the kubelet's configuration, kubeconfigs, certificates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from tutor.cluster import pki
from tutor.cluster.pki import KeyPair, Keys
from tutor.shell.vfs import FileSystem

MANIFESTS = '/etc/kubernetes/manifests'
PKI = '/etc/kubernetes/pki'
SERVER = 'https://172.30.1.2:6443'
"""Where the API server of a cluster listens, as its kubeconfigs say."""
KUBELET_CONFIG_PATH = '/var/lib/kubelet/config.yaml'
KUBELET_PEM = '/var/lib/kubelet/pki/kubelet-client-current.pem'
CLUSTER = 'kubernetes'
KUBELET_FLAGS = 'KUBELET_KUBEADM_ARGS=""\n'
INSTANCE_CONFIG = """\
apiVersion: kubelet.config.k8s.io/v1beta1
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
kind: KubeletConfiguration
"""
KUBELET_CONFIG = """\
apiVersion: kubelet.config.k8s.io/v1beta1
authentication:
  anonymous:
    enabled: false
  webhook:
    cacheTTL: 0s
    enabled: true
  x509:
    clientCAFile: /etc/kubernetes/pki/ca.crt
authorization:
  mode: Webhook
  webhook:
    cacheAuthorizedTTL: 0s
    cacheUnauthorizedTTL: 0s
cgroupDriver: systemd
clusterDNS:
- 10.96.0.10
clusterDomain: cluster.local
containerRuntimeEndpoint: unix:///run/containerd/containerd.sock
cpuManagerReconcilePeriod: 0s
crashLoopBackOff: {}
evictionPressureTransitionPeriod: 0s
fileCheckFrequency: 0s
healthzBindAddress: 127.0.0.1
healthzPort: 10248
httpCheckFrequency: 0s
imageMaximumGCAge: 0s
imageMinimumGCAge: 0s
kind: KubeletConfiguration
logging:
  flushFrequency: 0
  options:
    json:
      infoBufferSize: "0"
    text:
      infoBufferSize: "0"
  verbosity: 0
memorySwap: {}
nodeStatusReportFrequency: 0s
nodeStatusUpdateFrequency: 0s
rotateCertificates: true
runtimeRequestTimeout: 0s
shutdownGracePeriod: 0s
shutdownGracePeriodCriticalPods: 0s
staticPodPath: /etc/kubernetes/manifests
streamingConnectionIdleTimeout: 0s
syncFrequency: 0s
volumeStatsAggPeriod: 0s
"""
KUBECONFIG = """\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {ca}
    server: {server}
  name: {cluster}
contexts:
- context:
    cluster: {cluster}
    user: {user}
  name: {user}@{cluster}
current-context: {user}@{cluster}
kind: Config
users:
- name: {user}
  user:
{credentials}"""
DATA = '    client-certificate-data: {certificate}\n    client-key-data: {key}\n'
FILES = '    client-certificate: {pem}\n    client-key: {pem}\n'
CLIENT_CERTIFICATES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    'admin.conf': (pki.ADMIN, pki.ADMIN, (pki.CLUSTER_ADMINS,)),
    'super-admin.conf': ('kubernetes-super-admin', 'kubernetes-super-admin', (pki.MASTERS,)),
    'controller-manager.conf': ('system:kube-controller-manager', 'system:kube-controller-manager', ()),
    'scheduler.conf': ('system:kube-scheduler', 'system:kube-scheduler', ()),
}
"""Kubeconfigs of a control plane: the user's name in it, and the subject of its certificate."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate below /etc/kubernetes/pki: by which authority, for whom, and for which names as a server."""

    path: str
    common_name: str
    authority: str = 'ca'
    groups: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    purposes: str = pki.CLIENT


AUTHORITIES = {'ca': pki.AUTHORITY, 'etcd/ca': 'etcd-ca', 'front-proxy-ca': pki.FRONT_PROXY}
"""Certificate authorities: path and common name."""


def certificates(name: str, address: str, also: tuple[str, ...] = ()) -> list[Certificate]:
    """The certificates of a control-plane node, in the order kubeadm lists them. `also`: further names and addresses
    of the API server."""
    local = (name, 'localhost', address, '127.0.0.1', '::1')
    return [
        Certificate('apiserver', 'kube-apiserver', purposes=pki.SERVER, names=(
            name, 'kubernetes', 'kubernetes.default', 'kubernetes.default.svc', 'kubernetes.default.svc.cluster.local',
            '10.96.0.1', address, *also)),
        Certificate('apiserver-etcd-client', 'kube-apiserver-etcd-client', 'etcd/ca'),
        Certificate('apiserver-kubelet-client', 'kube-apiserver-kubelet-client', groups=(pki.CLUSTER_ADMINS,)),
        Certificate('etcd/healthcheck-client', 'kube-etcd-healthcheck-client', 'etcd/ca'),
        Certificate('etcd/peer', name, 'etcd/ca', purposes=pki.BOTH, names=local),
        Certificate('etcd/server', name, 'etcd/ca', purposes=pki.BOTH, names=local),
        Certificate('front-proxy-client', 'front-proxy-client', 'front-proxy-ca'),
    ]


def write_node(files: FileSystem, name: str, keys: Keys, certificate: str = '', server: str = SERVER) -> None:
    """What `kubeadm join` leaves behind: the kubelet's configuration, credentials (with `certificate`, if one was
    signed for it) and the authority it trusts."""
    write_kubelet(files)
    write_kubelet_certificates(files, name, keys, certificate)
    write_kubelet_kubeconfig(files, name, keys, server)
    write_authority_certificate(files, keys)


def write_authority_certificate(files: FileSystem, keys: Keys) -> None:
    """What a node knows the API server and the other parts of its cluster by."""
    files.put(f'{PKI}/ca.crt', lambda: keys.authority().certificate.encode())


def write_kubelet(files: FileSystem, config: str = KUBELET_CONFIG, flags: str = KUBELET_FLAGS) -> None:
    """[kubelet-start]."""
    files.put(KUBELET_CONFIG_PATH, config)
    files.put('/var/lib/kubelet/kubeadm-flags.env', flags)
    files.put('/var/lib/kubelet/instance-config.yaml', INSTANCE_CONFIG)


def write_kubelet_certificates(files: FileSystem, name: str, keys: Keys, certificate: str = '') -> None:
    """What a kubelet keeps of its own: the certificate it is known by, and the one it serves with."""
    stamped = 'kubelet-client-2026-05-04-08-55-00.pem'
    user = f'system:node:{name}'

    def both() -> bytes:
        pair = keys.issue(user, ('system:nodes',))
        return ((certificate or pair.certificate) + pair.key).encode()
    files.put(f'/var/lib/kubelet/pki/{stamped}', both, 0o600)
    if not files.exists(KUBELET_PEM, follow=False):
        files.symlink(f'/var/lib/kubelet/pki/{stamped}', KUBELET_PEM)
    files.put('/var/lib/kubelet/pki/kubelet.crt', lambda: keys.issue(f'{name}-ca').certificate.encode())
    files.put('/var/lib/kubelet/pki/kubelet.key', lambda: keys.issue(f'{name}-ca').key.encode(), 0o600)


def write_kubelet_kubeconfig(files: FileSystem, name: str, keys: Keys, server: str = SERVER,
                             cluster: str = CLUSTER) -> None:
    """kubelet.conf, which names the certificate that is renewed."""
    text = partial(kubeconfig, keys, f'system:node:{name}', FILES.format(pem=KUBELET_PEM), server, cluster)
    files.put('/etc/kubernetes/kubelet.conf', lambda: text().encode(), 0o600)


def write_control_plane(files: FileSystem, name: str, address: str, keys: Keys, administrators: str) -> None:
    """What `kubeadm init` leaves behind besides: kubeconfigs, authorities, certificates. `administrators` is the group
    of admin.conf."""
    for file in CLIENT_CERTIFICATES:
        write_kubeconfig(files, file, keys, administrators=administrators)
    for path in AUTHORITIES:
        write_authority(files, path, keys)
    for certificate in certificates(name, address):
        write_certificate(files, certificate, keys)
    write_service_account_keys(files, keys)
    files.make_dirs('/var/lib/etcd')
    files.chmod('/var/lib/etcd', 0o700)


def write_kubeconfig(files: FileSystem, file: str, keys: Keys, server: str = SERVER, cluster: str = CLUSTER,
                     administrators: str = pki.CLUSTER_ADMINS) -> None:
    """One of the kubeconfigs of a control plane: admin.conf, scheduler.conf …"""
    user, common, groups = CLIENT_CERTIFICATES[file]

    def client() -> KeyPair:
        return keys.administrator(administrators) if common == pki.ADMIN else keys.issue(common, groups)
    files.put(f'/etc/kubernetes/{file}', lambda: kubeconfig(
        keys, user, embedded(client()), server, cluster).encode(), 0o600)


def write_authority(files: FileSystem, path: str, keys: Keys) -> None:
    """A certificate authority: 'ca', 'etcd/ca', 'front-proxy-ca'."""
    write_pair(files, path, lambda: keys.authority(AUTHORITIES[path]))


def write_certificate(files: FileSystem, certificate: Certificate, keys: Keys) -> None:
    """A certificate that an authority has signed, and its key."""
    write_pair(files, certificate.path, lambda: issue(certificate, keys))


def write_service_account_keys(files: FileSystem, keys: Keys) -> None:
    """What signs the tokens of service accounts, and what proves them."""
    files.put(f'{PKI}/sa.key', lambda: keys.service_accounts()[0].encode(), 0o600)
    files.put(f'{PKI}/sa.pub', lambda: keys.service_accounts()[1].encode(), 0o600)


def embedded(pair: KeyPair) -> str:
    """A user's credentials in the kubeconfig itself."""
    return DATA.format(certificate=pki.encoded(pair.certificate), key=pki.encoded(pair.key))


def kubeconfig(keys: Keys, user: str, credentials: str, server: str = SERVER, cluster: str = CLUSTER) -> str:
    """A kubeconfig with one user, whose credentials are given as its indented YAML."""
    return KUBECONFIG.format(ca=pki.encoded(keys.authority().certificate), server=server, cluster=cluster, user=user,
                             credentials=credentials)


def write_pair(files: FileSystem, path: str, pair: Callable[[], KeyPair]) -> None:
    """A certificate and its key; they are issued when somebody reads them."""
    files.put(f'{PKI}/{path}.crt', lambda: pair().certificate.encode())
    files.put(f'{PKI}/{path}.key', lambda: pair().key.encode(), 0o600)


def issue(certificate: Certificate, keys: Keys) -> KeyPair:
    return keys.issue(certificate.common_name, certificate.groups, AUTHORITIES[certificate.authority],
                      certificate.names, certificate.purposes, key_of=f'{certificate.path} {certificate.common_name}')
