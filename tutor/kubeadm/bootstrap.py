"""TLS bootstrapping: the certificate with which a kubelet is known, asked for with a token
(pkg/kubelet/certificate/bootstrap)."""

from __future__ import annotations

import base64

from tutor.apimachinery.objects import Object
from tutor.client.client import Client
from tutor.kubeadm.environment import Environment
from tutor.kubeadm.errors import KubeadmError
from tutor.shell.privatekeys import signing

RESOURCE = 'certificatesigningrequests.certificates.k8s.io'
SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet'


async def certificate(environment: Environment, client: Client, name: str, limit: float) -> str:
    """The kubelet's certificate as PEM text, once the controller manager has approved and signed the request that
    whoever has the token makes for a node. Raises KubeadmError after `limit` seconds."""
    created = client.create(RESOURCE, {
        'apiVersion': 'certificates.k8s.io/v1', 'kind': 'CertificateSigningRequest',
        'metadata': {'generateName': 'csr-'},
        'spec': {'request': base64.b64encode(_request(environment, name)).decode(), 'signerName': SIGNER,
                 'usages': ['digital signature', 'client auth']}})
    found: list[str] = []

    def signed() -> bool:
        csr: Object = client.get(RESOURCE, created['metadata']['name'])
        found[:] = [text for text in (csr.get('status', {}).get('certificate'),) if text]
        return bool(found)

    if await environment.until(signed, limit) is None:
        raise KubeadmError('timed out waiting for the kubelet to perform the TLS Bootstrap: context deadline exceeded')
    return base64.b64decode(found[0]).decode()


def _request(environment: Environment, name: str) -> bytes:
    """The signing request for the node's key."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
    from cryptography.x509.oid import NameOID
    user = f'system:node:{name}'
    key = load_pem_private_key(environment.keys.issue(user, ('system:nodes',)).key.encode(), None)
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, 'system:nodes'),
                         x509.NameAttribute(NameOID.COMMON_NAME, user)])
    builder = x509.CertificateSigningRequestBuilder(subject)
    algorithm, options = signing(key)
    return builder.sign(key, algorithm, **options).public_bytes(Encoding.PEM)  # type: ignore[arg-type]
