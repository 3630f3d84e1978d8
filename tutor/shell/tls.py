"""TLS as far as it shows: which certificate a server presents, and whether a client believes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.x509 import Certificate, Name

Certificates = Callable[[str], str]
"""Gives the PEM chain that a server presents to who asks for a name."""

SELF_SIGNED = 'self-signed certificate'
UNKNOWN_ISSUER = 'unable to get local issuer certificate'
EXPIRED = 'certificate has expired'
NOT_YET = 'certificate is not yet valid'
WRONG_NAME = 'name'


def load(text: str) -> list[Certificate]:
    """The certificates of a PEM text; what is none is passed over."""
    from cryptography import x509
    try:
        return x509.load_pem_x509_certificates(text.encode())
    except ValueError:
        return []


def problem(chain: str, host: str, trusted: Iterable[str], now: datetime) -> str:
    """Why a client that trusts some authorities does not believe a chain for a host; '' when it does. The words are
    OpenSSL's, and WRONG_NAME."""
    certificates = load(chain)
    if not certificates:
        return UNKNOWN_ISSUER
    leaf = certificates[0]
    anchors = [anchor for text in trusted for anchor in load(text)]
    if not _leads_to(leaf, certificates[1:], anchors):
        return SELF_SIGNED if leaf.issuer == leaf.subject else UNKNOWN_ISSUER
    if now > leaf.not_valid_after_utc:
        return EXPIRED
    if now < leaf.not_valid_before_utc:
        return NOT_YET
    return '' if matches(leaf, host) else WRONG_NAME


def _leads_to(leaf: Certificate, between: list[Certificate], anchors: list[Certificate]) -> bool:
    if any(leaf == anchor or _issued(leaf, anchor) for anchor in anchors):
        return True
    return any(_issued(leaf, middle) and _leads_to(middle, [item for item in between if item is not middle], anchors)
               for middle in between)


def _issued(child: Certificate, parent: Certificate) -> bool:
    from cryptography.exceptions import InvalidSignature
    try:
        child.verify_directly_issued_by(parent)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def names(certificate: Certificate) -> list[str]:
    """The subject alternative names, or the common name where there are none."""
    from cryptography import x509
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return [str(item.value) for item in certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)]
    return [*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress))]


def matches(certificate: Certificate, host: str) -> bool:
    """Whether a certificate is for a host: a name, a wildcard of one label, or an address."""
    host = host.lower().rstrip('.')
    return any(name.lower() == host or (name.startswith('*.') and host.partition('.')[2] == name[2:].lower())
               for name in names(certificate))


def written(name: Name) -> str:
    """A subject or issuer as curl prints it: 'C=…; O=…; CN=…'."""
    short = {'commonName': 'CN', 'organizationName': 'O', 'organizationalUnitName': 'OU', 'countryName': 'C',
             'localityName': 'L', 'stateOrProvinceName': 'ST'}
    return '; '.join(f'{short.get(part.oid._name, part.oid._name)}={part.value}' for part in name)


def generated(host: str, since: datetime, seed: bytes) -> str:
    """What a program of Kubernetes serves with when it was given no certificate (GenerateSelfSignedCertKey); PEM."""
    return self_signed(f'{host}@1777884900', '', [host], since, seed)


def self_signed(common: str, organization: str, hosts: Iterable[str], since: datetime, seed: bytes) -> str:
    """A certificate that a server makes for itself, the same for the same seed; PEM."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding
    key = Ed25519PrivateKey.from_private_bytes(seed[:32].ljust(32, b'.'))
    name = x509.Name([*([x509.NameAttribute(x509.NameOID.ORGANIZATION_NAME, organization)] if organization else ()),
                      x509.NameAttribute(x509.NameOID.COMMON_NAME, common)])
    alternatives = [_general(host) for host in hosts]
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(int.from_bytes(seed[:8].ljust(8, b'1'), 'big') >> 1)
    builder = builder.not_valid_before(since).not_valid_after(since + timedelta(days=365))
    if alternatives:
        builder = builder.add_extension(x509.SubjectAlternativeName(alternatives), False)
    return builder.sign(key, None).public_bytes(Encoding.PEM).decode()


def _general(host: str):
    from cryptography import x509
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def stamp(moment: datetime) -> str:
    """A date as OpenSSL prints it: 'May  4 08:55:00 2026 GMT'."""
    moment = moment.astimezone(UTC)
    return f'{moment:%b} {moment.day:2d} {moment:%H:%M:%S %Y} GMT'
