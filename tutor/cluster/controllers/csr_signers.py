"""What each of the cluster's signers demands of a request (pkg/controller/certificates/signer)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.x509 import CertificateSigningRequest

CLIENT = 'kubernetes.io/kube-apiserver-client'
KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet'
SERVING = 'kubernetes.io/kubelet-serving'
LEGACY = 'kubernetes.io/legacy-unknown'
SIGNERS = (CLIENT, KUBELET, SERVING, LEGACY)
_OPTIONAL = ('digital signature', 'key encipherment')


def problem(signer: str, request: CertificateSigningRequest, usages: list[str]) -> str:
    """Why the signer refuses a request, '' when it does not."""
    if signer == CLIENT:
        return _client_usages(usages)
    if signer == KUBELET:
        return _nodes_only(request) or _kubelet_client(request) or _common_name(request) or _exactly(
            usages, 'client auth')
    if signer == SERVING:
        return (_nodes_only(request) or _kubelet_serving(request) or _exactly(usages, 'server auth')
                or _common_name(request))
    return ''


def _client_usages(usages: list[str]) -> str:
    """validAPIServerClientUsages."""
    for usage in usages:
        if usage not in (*_OPTIONAL, 'client auth'):
            return f'invalid usage for client certificate: {usage}'
    return '' if 'client auth' in usages else 'missing required usage for client certificate: client auth'


def _nodes_only(request: CertificateSigningRequest) -> str:
    from cryptography.x509.oid import NameOID
    names = [item.value for item in request.subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)]
    return '' if names == ['system:nodes'] else 'subject organization is not system:nodes'


def _common_name(request: CertificateSigningRequest) -> str:
    from cryptography.x509.oid import NameOID
    names = [str(item.value) for item in request.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return '' if names and names[-1].startswith('system:node:') else (
        'subject common name does not begin with system:node:')


def _alternatives(request: CertificateSigningRequest) -> dict[str, bool]:
    """Which kinds of subjectAltNames the request has."""
    from cryptography import x509
    try:
        names = request.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return {'DNS': False, 'IP': False, 'Email': False, 'URI': False}
    kinds = {'DNS': x509.DNSName, 'Email': x509.RFC822Name, 'IP': x509.IPAddress, 'URI': x509.UniformResourceIdentifier}
    return {kind: any(isinstance(name, wanted) for name in names) for kind, wanted in kinds.items()}


def _kubelet_client(request: CertificateSigningRequest) -> str:
    """ValidateKubeletClientCSR."""
    found = _alternatives(request)
    return next((f'{kind} subjectAltNames are not allowed' for kind in ('DNS', 'Email', 'IP', 'URI') if found[kind]),
                '')


def _kubelet_serving(request: CertificateSigningRequest) -> str:
    """ValidateKubeletServingCSR."""
    found = _alternatives(request)
    if not found['DNS'] and not found['IP']:
        return 'DNS or IP subjectAltName is required'
    return next((f'{kind} subjectAltNames are not allowed' for kind in ('Email', 'URI') if found[kind]), '')


def _exactly(usages: list[str], purpose: str) -> str:
    """The usages of a kubelet's certificate; a key that is not RSA's needs no encipherment."""
    wanted = {'digital signature', 'key encipherment', purpose}
    if set(usages) in (wanted, wanted - {'key encipherment'}):
        return ''
    return f'usages did not match [{" ".join(sorted(wanted))}]'
