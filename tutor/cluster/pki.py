"""The cluster's certificate authority. Keys are Ed25519 and made from names, so that a cluster is the same each time.

`cryptography` is imported only when something is issued; what every cluster needs is issued when the package is built.
"""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

COMPILED = Path(__file__).parents[1] / '_data' / 'pki.json'
NOT_BEFORE = datetime(2026, 5, 4, 8, 55, 0, tzinfo=UTC)
AUTHORITY = 'kubernetes'
YEARS = {True: 10, False: 1}

STANDARD: dict[str, tuple[str, ...]] = {
    'kubernetes-admin': ('system:masters',),
}
"""The client certificates that a new cluster has: common name and organizations (groups)."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A certificate and its private key, as PEM text."""

    certificate: str
    key: str


def authority() -> KeyPair:
    """The cluster's CA."""
    return _compiled().get(AUTHORITY) or issue_authority()


def client(name: str) -> KeyPair:
    """The certificate of one of the standard users."""
    return _compiled().get(name) or issue_client(name, STANDARD[name])


@lru_cache(maxsize=1)
def _compiled() -> dict[str, KeyPair]:
    if not COMPILED.is_file():
        return {}
    return {name: KeyPair(**pair) for name, pair in json.loads(COMPILED.read_text()).items()}


def compile_standard() -> dict[str, dict[str, str]]:
    """What the build keeps in _data/pki.json."""
    pairs = {AUTHORITY: issue_authority(), **{name: issue_client(name, groups) for name, groups in STANDARD.items()}}
    return {name: {'certificate': pair.certificate, 'key': pair.key} for name, pair in pairs.items()}


@lru_cache(maxsize=4)
def issue_authority(common: str = AUTHORITY) -> KeyPair:
    """A certificate authority that signs itself."""
    from cryptography import x509
    key, name = _key(common), _name(common, ())
    builder = _builder(name, name, key.public_key(), common, NOT_BEFORE, YEARS[True])
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return _pair(builder.sign(key, None), key)


def issue_client(name: str, groups: tuple[str, ...]) -> KeyPair:
    """A client certificate for a user and its groups."""
    return _pair(_builder(_name(name, groups), _name(AUTHORITY, ()), _key(name).public_key(), name, NOT_BEFORE,
                          YEARS[False]).sign(_key(AUTHORITY), None), _key(name))


def issue(common: str, groups: tuple[str, ...] = (), authority: str = AUTHORITY, names: tuple[str, ...] = (),
          server: bool = False, key_of: str = '', since: datetime = NOT_BEFORE) -> KeyPair:
    """A certificate by one of the authorities, for a client, or for a server under some names and addresses."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID as Usage
    key = _key(key_of or common)
    builder = _builder(_name(common, groups), _name(authority, ()), key.public_key(), f'{key_of or common} {since}',
                       since, YEARS[False])
    usages = [Usage.SERVER_AUTH, Usage.CLIENT_AUTH] if server else [Usage.CLIENT_AUTH]
    builder = builder.add_extension(x509.ExtendedKeyUsage(usages), critical=False)
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), False)
    return _pair(builder.sign(_key(authority), None), key)


@lru_cache(maxsize=1)
def service_account_key() -> tuple[str, str]:
    """The key pair that signs service accounts' tokens, as PEM: private and public."""
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
    key = _key('service accounts')
    return (key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
            key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode())


def encoded(text: str) -> str:
    """Base64, as kubeconfigs hold certificates and keys."""
    return base64.b64encode(text.encode()).decode()


def _key(name: str):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f'simulated {name}'.encode()).digest())


def _name(common: str, groups: tuple[str, ...]):
    from cryptography import x509
    from cryptography.x509.oid import NameOID
    return x509.Name([*(x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups),
                      x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general_name(name: str):
    from ipaddress import ip_address

    from cryptography import x509
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _builder(subject, issuer, public_key, serial_of: str, since: datetime, years: int):
    from cryptography import x509
    serial = int.from_bytes(hashlib.sha256(serial_of.encode()).digest()[:8], 'big') >> 1
    return x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=public_key,
                                   serial_number=serial, not_valid_before=since,
                                   not_valid_after=since + timedelta(days=365 * years))


def _pair(certificate, key) -> KeyPair:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    pem = certificate.public_bytes(Encoding.PEM).decode()
    return KeyPair(pem, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
