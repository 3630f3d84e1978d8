"""CertificateSigningRequests; the cases are those of upstream's sarapprove_test.go, signer_test.go, cleaner_test.go."""

from __future__ import annotations

import base64
import ipaddress
from functools import cache

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

RESOURCE = 'certificatesigningrequests.certificates.k8s.io'
CLIENT = 'kubernetes.io/kube-apiserver-client'
KUBELET = 'kubernetes.io/kube-apiserver-client-kubelet'
SERVING = 'kubernetes.io/kubelet-serving'
BOTH = ['digital signature', 'key encipherment']


@cache
def pem(name: str = 'system:node:n', group: str = 'system:nodes', san: str = '') -> str:
    subject = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, group),
                         x509.NameAttribute(NameOID.COMMON_NAME, name)])
    built = x509.CertificateSigningRequestBuilder().subject_name(subject)
    kinds = {'dns': lambda: x509.DNSName('n'), 'ip': lambda: x509.IPAddress(ipaddress.ip_address('10.0.0.1')),
             'email': lambda: x509.RFC822Name('n@example.com'),
             'uri': lambda: x509.UniformResourceIdentifier('spiffe://n')}
    if san:
        built = built.add_extension(x509.SubjectAlternativeName([kinds[kind]() for kind in san.split()]), False)
    signed = built.sign(ec.derive_private_key(7, ec.SECP256R1()), hashes.SHA256())
    return base64.b64encode(signed.public_bytes(serialization.Encoding.PEM)).decode()


def request(signer: str, usages: list[str], text: str, **spec) -> dict:
    return {'apiVersion': 'certificates.k8s.io/v1', 'kind': 'CertificateSigningRequest', 'metadata': {'name': 'r'},
            'spec': {'signerName': signer, 'usages': usages, 'request': text, **spec}}


def approve(world) -> None:
    csr = world.get(RESOURCE, 'r', '')
    world.admin.update(RESOURCE, {**csr, 'status': {'conditions': [
        {'type': 'Approved', 'status': 'True', 'reason': 'KubectlApprove', 'message': 'by hand'}]}}, 'approval')
    world.run(1)


def submit(world, made: dict) -> list[dict]:
    world.admin.create(RESOURCE, made)
    world.run(1)
    return world.get(RESOURCE, 'r', '').get('status', {}).get('conditions') or []


@pytest.mark.parametrize(('made', 'message'), [
    pytest.param(request(KUBELET, [*BOTH, 'client auth'], pem()),
                 'Auto approving kubelet client certificate after SubjectAccessReview.', id='nodeclient'),
    pytest.param(request(KUBELET, ['digital signature', 'client auth'], pem()),
                 'Auto approving kubelet client certificate after SubjectAccessReview.', id='no key encipherment'),
    pytest.param(request(KUBELET, [*BOTH, 'client auth'], pem(name='jane')), '', id='not a node'),
    pytest.param(request(KUBELET, [*BOTH, 'client auth'], pem(san='dns')), '', id='with a name'),
    pytest.param(request(KUBELET, [*BOTH, 'client auth', 'server auth'], pem()), '', id='other usages'),
    pytest.param(request(CLIENT, [*BOTH, 'client auth'], pem()), '', id='other signer'),
])
def test_auto_approval(world, made, message):
    conditions = submit(world, made)
    assert [entry['message'] for entry in conditions] == ([message] if message else [])
    assert bool(world.get(RESOURCE, 'r', '').get('status', {}).get('certificate')) == bool(message)


@pytest.mark.parametrize(('signer', 'usages', 'text', 'problem'), [
    (CLIENT, ['server auth'], pem('jane', 'dev'), 'invalid usage for client certificate: server auth'),
    (CLIENT, ['digital signature'], pem('jane', 'dev'), 'missing required usage for client certificate: client auth'),
    (SERVING, [*BOTH, 'server auth'], pem(group='dev', san='dns'), 'subject organization is not system:nodes'),
    (SERVING, [*BOTH, 'server auth'], pem(name='jane', san='dns'),
     'subject common name does not begin with system:node:'),
    (SERVING, [*BOTH, 'server auth'], pem(), 'DNS or IP subjectAltName is required'),
    (SERVING, [*BOTH, 'server auth'], pem(san='ip email'), 'Email subjectAltNames are not allowed'),
    (SERVING, [*BOTH, 'server auth'], pem(san='ip uri'), 'URI subjectAltNames are not allowed'),
    (SERVING, [*BOTH, 'client auth'], pem(san='ip'),
     'usages did not match [digital signature key encipherment server auth]'),
])
def test_what_a_signer_does_not_sign(world, signer, usages, text, problem):
    submit(world, request(signer, usages, text))
    approve(world)
    status = world.get(RESOURCE, 'r', '')['status']
    failed = next(entry for entry in status['conditions'] if entry['type'] == 'Failed')
    assert (failed['reason'], failed['message']) == ('SignerValidationFailure', problem)
    assert 'certificate' not in status


@pytest.mark.parametrize(('asked', 'seconds'), [
    (None, 365 * 86400 - 300), (10 * 365 * 86400, 365 * 86400 - 300), (600, 600), (3600, 3600), (86400, 86400 - 300),
])
def test_a_certificate_is_valid_as_long_as_asked(world, asked, seconds):
    submit(world, request(CLIENT, [*BOTH, 'client auth'], pem('jane', 'dev'),
                          **({'expirationSeconds': asked} if asked else {})))
    approve(world)
    made = x509.load_pem_x509_certificate(base64.b64decode(world.get(RESOURCE, 'r', '')['status']['certificate']))
    signed = world.simulation.wall().replace(microsecond=0).timestamp()
    assert signed - made.not_valid_before_utc.timestamp() - 300 <= 2
    assert abs(made.not_valid_after_utc.timestamp() - signed - seconds) <= 2
    assert [type(extension.value).__name__ for extension in made.extensions][:3] == [
        'KeyUsage', 'ExtendedKeyUsage', 'BasicConstraints']


@pytest.mark.parametrize(('signer', 'approved', 'hours'), [
    pytest.param(CLIENT, False, 24, id='24h old, pending'),
    pytest.param(CLIENT, True, 1, id='1h old, issued'),
    pytest.param('example.com/own', True, None, id='approved, but nobody has signed it'),
])
def test_cleaner(world, signer, approved, hours):
    submit(world, request(signer, ['client auth'], pem('jane', 'dev')))
    if approved:
        approve(world)
    if hours is None:
        world.run(30 * 3600)
        assert world.find(RESOURCE, 'r', '') is not None
        return
    world.run(hours * 3600 - 60)
    assert world.find(RESOURCE, 'r', '') is not None
    world.run(120)
    assert world.find(RESOURCE, 'r', '') is None
