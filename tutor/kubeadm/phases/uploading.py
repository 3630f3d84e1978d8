"""[upload-config], [upload-certs]: what nodes that join read from the cluster (phases/uploadconfig, phases/copycerts).
"""

from __future__ import annotations

import base64

from tutor.apimachinery.bootstrap_tokens import PREFIX
from tutor.apimachinery.objects import Object
from tutor.apimachinery.printing import to_yaml
from tutor.cluster.addons import kubeadm as cluster_objects
from tutor.cluster.machine.kubeadm_files import PKI
from tutor.cluster.simulation import Simulation
from tutor.kubeadm import publishing, tokens
from tutor.kubeadm.data import InitData
from tutor.kubeadm.errors import KubeadmError
from tutor.kubeadm.phases import kubelet
from tutor.kubeadm.workflow import Phase

SECRET, NAMESPACE = 'kubeadm-certs', 'kube-system'
SHARED = ('ca.crt', 'ca.key', 'sa.pub', 'sa.key', 'front-proxy-ca.crt', 'front-proxy-ca.key', 'etcd/ca.crt',
          'etcd/ca.key')
"""What every machine of a control plane has to have."""
LIFETIME = 2 * 3600.0
KEY_SIZE, NONCE_SIZE = 32, 12


async def configuration(data: InitData) -> None:
    """runUploadKubeadmConfig."""
    data.environment.say('[upload-config] Storing the configuration used in ConfigMap "kubeadm-config" in the '
                         '"kube-system" Namespace')
    publishing.publish(data.client(), cluster_objects.configuration(to_yaml(data.cluster)))


async def kubelet_configuration(data: InitData) -> None:
    """runUploadKubeletConfig."""
    data.environment.say('[kubelet] Creating a ConfigMap "kubelet-config" in namespace kube-system with the '
                         'configuration for the kubelets in the cluster')
    publishing.publish(data.client(), cluster_objects.kubelet_configuration(kubelet.config(data.kubelet)))


async def certificates(data: InitData) -> None:
    """runUploadCerts. Raises KubeadmError."""
    environment = data.environment
    if not environment.flags.get('upload-certs'):
        environment.say('[upload-certs] Skipping phase. Please see --upload-certs')
        return
    key = data.init.get('certificateKey') or new_key(environment.ctx.simulation)
    data.certificate_key = key
    environment.say(f'[upload-certs] Storing the certificates in Secret "{SECRET}" in the "{NAMESPACE}" Namespace')
    client, owner = data.client(), _owner(data)
    publishing.publish(client, [_secret(data, key, owner), *cluster_objects.readers_of_certificates(SECRET)])
    if not environment.flags.get('skip-certificate-key-print'):
        environment.say('[upload-certs] Using certificate key:', key)


def new_key(simulation: Simulation) -> str:
    """CreateCertificateKey: 32 bytes in hexadecimal."""
    return f'{simulation.random.getrandbits(8 * KEY_SIZE):0{2 * KEY_SIZE}x}'


def _owner(data: InitData) -> Object:
    """createShortLivedBootstrapToken: the Secret goes away with a token that lives two hours."""
    token = tokens.create(data.environment, data.client(), tokens.Wanted(
        ttl=LIFETIME, usages=(), groups=(), description='Proxy for managing TTL for the kubeadm-certs secret'))
    secret = data.client().get('secrets', f'{PREFIX}{token.partition(".")[0]}', NAMESPACE)
    return {'apiVersion': 'v1', 'kind': 'Secret', 'name': secret['metadata']['name'], 'uid': secret['metadata']['uid'],
            'blockOwnerDeletion': True, 'controller': True}


def _secret(data: InitData, key: str, owner: Object) -> Object:
    """getDataFromDisk: each file encrypted with AES-GCM. Raises KubeadmError."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM
    files, random = data.environment.files, data.environment.ctx.simulation.random
    try:
        cipher = AESGCM(bytes.fromhex(key))
    except ValueError:
        raise KubeadmError(f'error uploading certs: error decoding certificate key: {key}: it must be '
                           f'{KEY_SIZE} bytes in hexadecimal') from None
    found: dict[str, str] = {}
    for name in SHARED:
        if not files.exists(f'{PKI}/{name}'):
            raise KubeadmError(f'error uploading certs: open {PKI}/{name}: no such file or directory')
        nonce = random.getrandbits(8 * NONCE_SIZE).to_bytes(NONCE_SIZE, 'big')
        sealed = nonce + cipher.encrypt(nonce, files.read(f'{PKI}/{name}'), None)
        found[name.replace('/', '-')] = base64.b64encode(sealed).decode()
    return {'apiVersion': 'v1', 'kind': 'Secret', 'data': found,
            'metadata': {'name': SECRET, 'namespace': NAMESPACE, 'ownerReferences': [owner]}}


CONFIG: Phase[InitData] = Phase('upload-config', 'Upload the kubeadm and kubelet configuration to a ConfigMap', phases=(
    Phase('kubeadm', 'Upload the kubeadm ClusterConfiguration to a ConfigMap', configuration),
    Phase('kubelet', 'Upload the kubelet component config to a ConfigMap', kubelet_configuration)))
CERTIFICATES: Phase[InitData] = Phase('upload-certs', 'Upload certificates to kubeadm-certs', certificates)
