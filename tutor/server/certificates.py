"""The certificates of a served cluster, signed by the cluster's own CA when it starts."""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from tutor.cluster import pki

LIFETIME = timedelta(days=365)
EARLIER = timedelta(hours=1)
"""Clocks of clients may be behind."""


@dataclass(frozen=True, slots=True)
class Certificates:
    """What a server and its kubeconfig need, as PEM text."""

    authority: str
    server: pki.KeyPair
    client: pki.KeyPair


def issue(now: datetime, addresses: Iterable[str]) -> Certificates:
    """Certificates for a server at these addresses and for an administrator."""
    from cryptography.hazmat.primitives.serialization import load_pem_private_key
    authority_key: Any = load_pem_private_key(pki.authority().key.encode(), None)
    issuer = Issuer(authority_key, now)
    return Certificates(issuer.authority(), issuer.server(list(addresses)),
                        issuer.client('kubernetes-admin', ('system:masters',)))


class Issuer:
    """Signs with the key of the cluster's CA. The CA's certificate is issued anew with all the extensions that strict
    clients (Python 3.13 and later) ask for; name and key are the same, so it vouches for what the CA signed before."""

    def __init__(self, key: Any, now: datetime) -> None:
        self._key = key
        self._now = now

    def authority(self) -> str:
        from cryptography import x509
        name, public = _name(pki.AUTHORITY, ()), self._key.public_key()
        builder = self._builder(name, public).add_extension(x509.BasicConstraints(True, None), True)
        builder = builder.add_extension(_key_usage(authority=True), True)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
        return _pem(builder.sign(self._key, None))

    def server(self, addresses: list[str]) -> pki.KeyPair:
        from cryptography import x509
        from cryptography.x509.oid import ExtendedKeyUsageOID
        names = x509.SubjectAlternativeName([_general_name(address) for address in addresses])
        return self._leaf(_name('kube-apiserver', ()), ExtendedKeyUsageOID.SERVER_AUTH, names)

    def client(self, user: str, groups: tuple[str, ...]) -> pki.KeyPair:
        from cryptography.x509.oid import ExtendedKeyUsageOID
        return self._leaf(_name(user, groups), ExtendedKeyUsageOID.CLIENT_AUTH, None)

    def _leaf(self, subject: Any, usage: Any, names: Any) -> pki.KeyPair:
        from cryptography import x509
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
        key = Ed25519PrivateKey.generate()
        builder = self._builder(subject, key.public_key()).add_extension(x509.BasicConstraints(False, None), True)
        builder = builder.add_extension(_key_usage(authority=False), True)
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), False)
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key())
        builder = builder.add_extension(identifier, False)
        if names is not None:
            builder = builder.add_extension(names, False)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
        return pki.KeyPair(_pem(builder.sign(self._key, None)), private)

    def _builder(self, subject: Any, public: Any) -> Any:
        from cryptography import x509
        return x509.CertificateBuilder(
            subject_name=subject, issuer_name=_name(pki.AUTHORITY, ()), public_key=public,
            serial_number=x509.random_serial_number(), not_valid_before=self._now - EARLIER,
            not_valid_after=self._now + LIFETIME)


def tls_context(certificates: Certificates) -> ssl.SSLContext:
    """TLS for the server; a client may show a certificate of the cluster's CA."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(cadata=certificates.authority)
    with tempfile.TemporaryDirectory() as folder:  # mode 0700; the ssl module reads keys from files only
        chain, key = Path(folder, 'server.crt'), Path(folder, 'server.key')
        chain.write_text(certificates.server.certificate)
        key.write_text(certificates.server.key)
        context.load_cert_chain(chain, key)
    return context


def _name(common: str, groups: tuple[str, ...]) -> Any:
    from cryptography import x509
    from cryptography.x509.oid import NameOID
    return x509.Name([*(x509.NameAttribute(NameOID.ORGANIZATION_NAME, group) for group in groups),
                      x509.NameAttribute(NameOID.COMMON_NAME, common)])


def _general_name(address: str) -> Any:
    from cryptography import x509
    try:
        return x509.IPAddress(ipaddress.ip_address(address))
    except ValueError:
        return x509.DNSName(address)


def _key_usage(authority: bool) -> Any:
    from cryptography import x509
    return x509.KeyUsage(
        digital_signature=True, content_commitment=False, key_encipherment=False, data_encipherment=False,
        key_agreement=False, key_cert_sign=authority, crl_sign=authority, encipher_only=False, decipher_only=False)


def _pem(certificate: Any) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding
    return certificate.public_bytes(Encoding.PEM).decode()
