"""The cluster's certificate authority. Keys are Ed25519 and made from names, so that a cluster is the same each time.

`cryptography` is imported only when something is issued; what every cluster needs is issued when the package is built.
"""

from __future__ import annotations

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


@lru_cache(maxsize=1)
def issue_authority() -> KeyPair:
    from cryptography import x509
    key = _key(AUTHORITY)
    name = _name(AUTHORITY, ())
    builder = _builder(name, name, key.public_key(), AUTHORITY, authority=True)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    return _pair(builder.sign(key, None), key)


def issue_client(name: str, groups: tuple[str, ...]) -> KeyPair:
    """A client certificate for a user and its groups."""
    key = _key(name)
    builder = _builder(_name(name, groups), _name(AUTHORITY, ()), key.public_key(), name, authority=False)
    return _pair(builder.sign(_key(AUTHORITY), None), key)


def _key(name: str):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(f'simulated {name}'.encode()).digest())


def _name(common: str, groups: tuple[str, ...]):
    from cryptography import x509
    from cryptography.x509.oid import NameOID
    return x509.Name([*(x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups),
                      x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _builder(subject, issuer, public_key, serial_of: str, authority: bool):
    from cryptography import x509
    serial = int.from_bytes(hashlib.sha256(serial_of.encode()).digest()[:8], 'big') >> 1
    until = NOT_BEFORE + timedelta(days=365 * YEARS[authority])
    return x509.CertificateBuilder(subject_name=subject, issuer_name=issuer, public_key=public_key,
                                   serial_number=serial, not_valid_before=NOT_BEFORE, not_valid_after=until)


def _pair(certificate, key) -> KeyPair:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    pem = certificate.public_bytes(Encoding.PEM).decode()
    return KeyPair(pem, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())
