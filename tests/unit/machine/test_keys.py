"""Keys are of the kinds that kubeadm, kubelets and the API server make; the published one proves tokens."""

from __future__ import annotations

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256

from tests.unit.machine.conftest import Desk

KINDS = 'sudo openssl x509 -noout -text -in {} | grep -A1 -E "Public Key Algorithm|Extended" | sed "s/^ *//"'


@pytest.mark.parametrize(('file', 'algorithm', 'purposes'), [
    ('/etc/kubernetes/pki/apiserver.crt', 'rsaEncryption\nPublic-Key: (2048 bit)', 'TLS Web Server Authentication'),
    ('/etc/kubernetes/pki/etcd/server.crt', 'rsaEncryption\nPublic-Key: (2048 bit)',
     'TLS Web Server Authentication, TLS Web Client Authentication'),
    ('/var/lib/kubelet/pki/kubelet-client-current.pem', 'id-ecPublicKey\nPublic-Key: (256 bit)',
     'TLS Web Client Authentication'),
])
def test_keys_and_purposes_of_certificates(shared: Desk, file: str, algorithm: str, purposes: str) -> None:
    assert shared.out(KINDS.format(file)) == (
        f'Public Key Algorithm: {algorithm}\n--\nX509v3 Extended Key Usage: \n{purposes}\n')


def test_private_keys_are_in_the_forms_of_go(shared: Desk) -> None:
    shown = shared.out('cd /etc/kubernetes/pki; sudo grep -h BEGIN ca.key sa.key sa.pub; '
                       'sudo grep -h "BEGIN.*PRIV" /var/lib/kubelet/pki/kubelet-client-current.pem')
    assert [line.strip('- ') for line in shown.splitlines()] == [
        'BEGIN RSA PRIVATE KEY', 'BEGIN RSA PRIVATE KEY', 'BEGIN PUBLIC KEY', 'BEGIN EC PRIVATE KEY']


def test_a_token_is_proven_by_the_published_key(shared: Desk) -> None:
    head, body, signature = shared.out('kubectl create token default').strip().split('.')
    known = json.loads(shared.out('kubectl get --raw /openid/v1/jwks'))['keys'][0]
    assert json.loads(_bytes(head)) == {'alg': 'RS256', 'kid': known['kid']}
    numbers = RSAPublicNumbers(*(int.from_bytes(_bytes(known[name]), 'big') for name in ('e', 'n')))
    numbers.public_key().verify(_bytes(signature), f'{head}.{body}'.encode(), PKCS1v15(), SHA256())
    issuer = json.loads(shared.out('kubectl get --raw /.well-known/openid-configuration'))
    assert issuer['issuer'] == json.loads(_bytes(body))['iss']


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + '=' * (-len(part) % 4))
