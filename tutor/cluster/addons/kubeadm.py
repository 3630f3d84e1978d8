"""What `kubeadm init` leaves in the API besides the add-ons: its configuration, and what joining nodes need."""

from __future__ import annotations

import hashlib

from tutor.apimachinery.objects import Object
from tutor.cluster.machine.kubeadm_files import KUBELET_CONFIG, SERVER
from tutor.cluster.pki import KeyPair, encoded

SYSTEM, PUBLIC = 'kube-system', 'kube-public'
BOOTSTRAPPERS = 'system:bootstrappers:kubeadm:default-node-token'
CLUSTER_CONFIGURATION = """\
apiServer: {{}}
apiVersion: kubeadm.k8s.io/v1beta4
caCertificateValidityPeriod: 87600h0m0s
certificateValidityPeriod: 8760h0m0s
certificatesDir: /etc/kubernetes/pki
clusterName: kubernetes
controllerManager: {{}}
dns: {{}}
encryptionAlgorithm: RSA-2048
etcd:
  local:
    dataDir: /var/lib/etcd
imageRepository: registry.k8s.io
kind: ClusterConfiguration
kubernetesVersion: {version}
networking:
  dnsDomain: cluster.local
  podSubnet: 10.244.0.0/16
  serviceSubnet: 10.96.0.0/16
proxy: {{}}
scheduler: {{}}
"""
CLUSTER_INFO = """\
apiVersion: v1
clusters:
- cluster:
    certificate-authority-data: {ca}
    server: {server}
  name: ""
contexts: null
current-context: ""
kind: Config
users: null
"""
RBAC = 'rbac.authorization.k8s.io'


def objects(authority: KeyPair, version: str) -> list[Object]:
    """All of them, in the order in which kubeadm makes them."""
    return [
        *configuration(CLUSTER_CONFIGURATION.format(version=version)), *kubelet_configuration(KUBELET_CONFIG),
        *bootstrap_rules(), *cluster_info(authority, SERVER), administrators()]


def configuration(text: str) -> list[Object]:
    """[upload-config/kubeadm]: the ClusterConfiguration, and who may read it."""
    return [_config_map(SYSTEM, 'kubeadm-config', ClusterConfiguration=text),
            *_role(SYSTEM, 'kubeadm:nodes-kubeadm-config', 'kubeadm-config', [BOOTSTRAPPERS, 'system:nodes'])]


def kubelet_configuration(text: str) -> list[Object]:
    """[upload-config/kubelet]: the KubeletConfiguration, which says nothing of one node's socket."""
    shared = text.replace('containerRuntimeEndpoint: unix:///run/containerd/containerd.sock',
                          'containerRuntimeEndpoint: ""')
    return [_config_map(SYSTEM, 'kubelet-config', kubelet=shared),
            *_role(SYSTEM, 'kubeadm:kubelet-config', 'kubelet-config', ['system:nodes', BOOTSTRAPPERS])]


def bootstrap_rules() -> list[Object]:
    """[bootstrap-token]: what those may do that join with a token."""
    return [
        {'apiVersion': f'{RBAC}/v1', 'kind': 'ClusterRole', 'metadata': {'name': 'kubeadm:get-nodes'},
         'rules': [{'apiGroups': [''], 'resources': ['nodes'], 'verbs': ['get']}]},
        _cluster_binding('kubeadm:get-nodes', 'kubeadm:get-nodes', BOOTSTRAPPERS),
        _cluster_binding('kubeadm:kubelet-bootstrap', 'system:node-bootstrapper', BOOTSTRAPPERS),
        _cluster_binding('kubeadm:node-autoapprove-bootstrap',
                         'system:certificates.k8s.io:certificatesigningrequests:nodeclient', BOOTSTRAPPERS),
        _cluster_binding('kubeadm:node-autoapprove-certificate-rotation',
                         'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient', 'system:nodes')]


def cluster_info(authority: KeyPair, server: str) -> list[Object]:
    """[bootstrap-token]: by what a joining node knows the cluster, for everybody to read."""
    text = CLUSTER_INFO.format(ca=encoded(authority.certificate), server=server)
    return [_config_map(PUBLIC, 'cluster-info', kubeconfig=text),
            *_role(PUBLIC, 'kubeadm:bootstrap-signer-clusterinfo', 'cluster-info', [], ['system:anonymous'])]


def readers_of_certificates(secret: str) -> list[Object]:
    """[upload-certs]: those who join may read the Secret (copycerts.createRBAC)."""
    return _role(SYSTEM, 'kubeadm:kubeadm-certs', secret, [BOOTSTRAPPERS], resource='secrets')


def administrators() -> Object:
    """Lets admin.conf do everything (EnsureAdminClusterRoleBinding)."""
    return _cluster_binding('kubeadm:cluster-admins', 'cluster-admin', 'kubeadm:cluster-admins')


def _config_map(namespace: str, name: str, **data: str) -> Object:
    return {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': name, 'namespace': namespace}, 'data': data}


def _role(namespace: str, name: str, read: str, groups: list[str], users: list[str] | None = None,
          resource: str = 'configmaps') -> list[Object]:
    """Who may read one object."""
    meta = {'name': name, 'namespace': namespace}
    subjects = [*({'apiGroup': RBAC, 'kind': 'Group', 'name': group} for group in groups),
                *({'apiGroup': RBAC, 'kind': 'User', 'name': user} for user in users or ())]
    return [{'apiVersion': f'{RBAC}/v1', 'kind': 'Role', 'metadata': dict(meta), 'rules': [
                {'apiGroups': [''], 'resourceNames': [read], 'resources': [resource], 'verbs': ['get']}]},
            {'apiVersion': f'{RBAC}/v1', 'kind': 'RoleBinding', 'metadata': dict(meta), 'subjects': subjects,
             'roleRef': {'apiGroup': RBAC, 'kind': 'Role', 'name': name}}]


def _cluster_binding(name: str, role: str, group: str) -> Object:
    return {'apiVersion': f'{RBAC}/v1', 'kind': 'ClusterRoleBinding', 'metadata': {'name': name},
            'roleRef': {'apiGroup': RBAC, 'kind': 'ClusterRole', 'name': role},
            'subjects': [{'apiGroup': RBAC, 'kind': 'Group', 'name': group}]}


def public_key_hash(certificate: str) -> str:
    """The hash of an authority's public key, by which joining nodes know it (pubkeypin.Hash)."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    key = x509.load_pem_x509_certificate(certificate.encode()).public_key()
    return 'sha256:' + hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()
