"""The keys of a cluster: authorities, certificates and what signs tokens, all made from one secret, so that a cluster
is the same each time.

`cryptography` is imported only when something is issued; the keys and certificates that every simulated cluster needs
are made when the package is built.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random  # noqa: TID251 - each key has a seed of its own
from typing import Any, TypeVar

from tutor.cluster.jwt import Signer
from tutor.shell import privatekeys

T = TypeVar('T')
COMPILED = Path(__file__).parents[1] / '_data' / 'keys.json'
PUBLIC = 'simulated'
"""The secret of clusters that nobody but the learner can reach: it is none."""
NOT_BEFORE = datetime(2026, 5, 4, 8, 55, 0, tzinfo=UTC)
AUTHORITY = 'kubernetes'
FRONT_PROXY = 'front-proxy-ca'
SERVICE_ACCOUNTS = 'service accounts'
CLIENT, SERVER, BOTH = 'CLIENT_AUTH', 'SERVER_AUTH', 'SERVER_AUTH CLIENT_AUTH'
YEARS = {True: 10, False: 1}
BITS = 2048
NODE = 'system:node:'
"""What begins the names of kubelets: their keys are on a curve (certificate_manager.go: generateCSR)."""

ADMIN = 'kubernetes-admin'
MASTERS, CLUSTER_ADMINS = 'system:masters', 'kubeadm:cluster-admins'
"""The groups in which an administrator may be: one to which the API server allows everything, and one to which
kubeadm binds the role for it."""
STANDARD_KEYS = (
    AUTHORITY, FRONT_PROXY, 'etcd-ca', SERVICE_ACCOUNTS, ADMIN, 'kubernetes-super-admin',
    'system:kube-controller-manager', 'system:kube-scheduler', 'apiserver kube-apiserver',
    'apiserver-etcd-client kube-apiserver-etcd-client', 'apiserver-kubelet-client kube-apiserver-kubelet-client',
    'etcd/healthcheck-client kube-etcd-healthcheck-client', 'etcd/peer controlplane', 'etcd/server controlplane',
    'front-proxy-client front-proxy-client',
)
"""The keys that `kubeadm init` leaves on a first node."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its private key, as PEM text."""

    certificate: str
    key: str


class Keys:
    """The keys of one cluster: the same for the same secret and the same moment from which certificates are valid, if
    `generate`, which makes an RSA key of some bits, draws only from the source that it is given."""

    def __init__(self, secret: str, since: datetime = NOT_BEFORE,
                 generate: Callable[[int, Random], Any] = privatekeys.rsa_key) -> None:
        self._secret = secret
        self._since = since
        self._generate = generate
        self._made: dict[Any, Any] = {}

    def authority(self, common: str = AUTHORITY) -> KeyPair:
        """A certificate authority that signs itself; by default the cluster's CA."""
        return self._known(common) or self._once(('authority', common), lambda: self._issue_authority(common))

    def administrator(self, group: str) -> KeyPair:
        """The certificate of the administrator whom a new cluster has, MASTERS or CLUSTER_ADMINS."""
        return self._known(f'{group} {ADMIN}') or self.issue(ADMIN, (group,))

    def issue(self, common: str, groups: tuple[str, ...] = (), authority: str = AUTHORITY, names: tuple[str, ...] = (),
              purposes: str = CLIENT, key_of: str = '', since: datetime | None = None) -> KeyPair:
        """A certificate by one of the authorities, for a client, a server under some names and addresses, or BOTH."""
        asked = (common, groups, authority, names, purposes, key_of, since)
        return self._once(asked, lambda: self._issue(*asked))

    def request(self, common: str, groups: tuple[str, ...], names: tuple[str, ...], key_of: str) -> KeyPair:
        """A signing request in the place of a certificate, and the key it is for."""
        from cryptography import x509
        key = self._key(key_of)
        builder = x509.CertificateSigningRequestBuilder(_name(common, groups))
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), False)
        return _pair(_signed(builder, key), key)

    def service_accounts(self) -> tuple[str, str]:
        """The key pair that kubeadm makes to sign service accounts' tokens, as PEM: private and public."""
        key = self._key(SERVICE_ACCOUNTS)
        return _private_pem(key), public_pem(key.public_key())

    @property
    def tokens(self) -> Signer:
        """What signs the tokens of service accounts, and knows them again."""
        return self._once('tokens', lambda: Signer(lambda: self.service_accounts()[0]))

    # -- making them --------------------------------------------------------------------------------------------

    def _known(self, name: str) -> KeyPair | None:
        """What the build has issued already."""
        return _compiled()[0].get(name) if (self._secret, self._since) == (PUBLIC, NOT_BEFORE) else None

    def _once(self, asked: Any, make: Callable[[], T]) -> T:
        if asked not in self._made:
            self._made[asked] = make()
        return self._made[asked]

    def _digest(self, name: str) -> bytes:
        return hashlib.sha256(f'{self._secret} {name}'.encode()).digest()

    def _key(self, name: str) -> Any:
        return self._once(('key', name), lambda: self._made_key(name))

    def _made_key(self, name: str) -> Any:
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
        compiled = _compiled()[1].get(name) if self._secret == PUBLIC else None
        if compiled is not None:
            return load_pem_private_key(compiled.encode(), None, unsafe_skip_rsa_key_validation=True)
        source = Random(self._digest(name))
        return privatekeys.ec_key('SECP256R1', source) if name.startswith(NODE) else self._generate(BITS, source)

    def _issue_authority(self, common: str) -> KeyPair:
        from cryptography import x509
        key, name = self._key(common), _name(common, ())
        builder = self._builder(name, name, key.public_key(), f'authority {common}', self._since, authority=True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(common)]), critical=False)
        return _pair(_signed(builder, key), key)

    def _issue(self, common: str, groups: tuple[str, ...], authority: str, names: tuple[str, ...], purposes: str,
               key_of: str, since: datetime | None) -> KeyPair:
        from cryptography import x509
        from cryptography.x509.oid import ExtendedKeyUsageOID as Usage
        key, signer, since = self._key(key_of or common), self._key(authority), since or self._since
        builder = self._builder(_name(common, groups), _name(authority, ()), key.public_key(),
                                f'{key_of or common} {since}', since)
        usages = [getattr(Usage, purpose) for purpose in purposes.split()]
        builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key())
        builder = builder.add_extension(identifier, critical=False)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), False)
        return _pair(_signed(builder, signer), key)

    def _builder(self, subject: Any, issuer: Any, public: Any, serial_of: str, since: datetime,
                 authority: bool = False) -> Any:
        from cryptography import x509
        builder = x509.CertificateBuilder(
            subject_name=subject, issuer_name=issuer, public_key=public,
            serial_number=int.from_bytes(self._digest(serial_of)[:8], 'big') >> 1, not_valid_before=since,
            not_valid_after=since + timedelta(days=365 * YEARS[authority]))
        usage = x509.KeyUsage(
            digital_signature=True, content_commitment=False, key_encipherment=True, data_encipherment=False,
            key_agreement=False, key_cert_sign=authority, crl_sign=False, encipher_only=False, decipher_only=False)
        return builder.add_extension(usage, critical=True).add_extension(
            x509.BasicConstraints(ca=authority, path_length=None), critical=True)


SIMULATED = Keys(PUBLIC)
"""The keys of every cluster that is not served."""


@lru_cache(maxsize=1)
def _compiled() -> tuple[dict[str, KeyPair], dict[str, str]]:
    """Certificates and private keys (PEM) by name."""
    if not COMPILED.is_file():
        return {}, {}
    found = json.loads(COMPILED.read_text())
    return {name: KeyPair(**pair) for name, pair in found['certificates'].items()}, found['keys']


def compile_standard() -> dict[str, Any]:
    """What the build keeps in _data/keys.json."""
    keys = Keys(PUBLIC)
    pairs = {**{name: keys._issue_authority(name) for name in (AUTHORITY, FRONT_PROXY)},
             **{f'{group} {ADMIN}': keys.issue(ADMIN, (group,)) for group in (MASTERS, CLUSTER_ADMINS)}}
    return {'certificates': {name: {'certificate': pair.certificate, 'key': pair.key} for name, pair in pairs.items()},
            'keys': {name: _private_pem(keys._key(name)) for name in STANDARD_KEYS}}


def signed_by(authority: str, certificate: str) -> bool:
    """Whether a certificate was issued by an authority, both as PEM text."""
    if not authority or not certificate:
        return False
    from cryptography import x509
    from cryptography.exceptions import InvalidSignature
    try:
        issuer, subject = (x509.load_pem_x509_certificate(text.encode()) for text in (authority, certificate))
        subject.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def encoded(text: str) -> str:
    """Base64, as kubeconfigs hold certificates and keys."""
    return base64.b64encode(text.encode()).decode()


def _name(common: str, groups: tuple[str, ...]) -> Any:
    from cryptography import x509
    from cryptography.x509.oid import NameOID
    return x509.Name([*(x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups),
                      x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general_name(name: str) -> Any:
    from ipaddress import ip_address

    from cryptography import x509
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def public_pem(key: Any) -> str:
    """A public key as PEM text."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def _private_pem(key: Any) -> str:
    """A key as Go's keyutil writes it: each kind in its own form, and not in PKCS #8."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()


def _signed(builder: Any, key: Any) -> Any:
    algorithm, options = privatekeys.signing(key)
    return builder.sign(key, algorithm, **options)


def _pair(certificate: Any, key: Any) -> KeyPair:
    from cryptography.hazmat.primitives.serialization import Encoding
    return KeyPair(certificate.public_bytes(Encoding.PEM).decode(), _private_pem(key))
