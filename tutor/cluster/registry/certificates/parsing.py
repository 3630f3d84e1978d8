"""Certificates and requests for them as the API server reads them: PEM, and DER in it."""

from __future__ import annotations

import base64
import binascii
import re
from typing import TYPE_CHECKING

from tutor.apimachinery.field import go_quote

if TYPE_CHECKING:
    from cryptography.x509 import CertificateSigningRequest

_BLOCK = re.compile(r'^-----BEGIN ([^\n]*?)-----[ \t\r]*\n(.*?)^-----END \1-----[ \t\r]*$', re.DOTALL | re.MULTILINE)
_HEADER = re.compile(r'([^\n:]+:[^\n]*\n)+\n')
_SEQUENCE = 16
_INSECURE = {'md5': 'MD5-RSA', 'sha1': 'SHA1-RSA'}
_MISMATCH = (
    "asn1: structure error: tags don't match (16 vs {{class:{} tag:{} length:{} isCompound:{}}}) {{optional:false "
    'explicit:false application:false private:false defaultValue:<nil> tag:<nil> stringType:0 timeType:0 set:false '
    'omitEmpty:false}} certificateRequest @{}')


def blocks(encoded: str) -> list[tuple[str, bool, bytes]]:
    """pem.Decode of base64, over and over: each block's type, whether it has headers, and its bytes."""
    try:
        text = base64.b64decode(encoded, validate=True).decode('latin-1')
    except binascii.Error:
        return []
    found: list[tuple[str, bool, bytes]] = []
    for match in _BLOCK.finditer(text):
        head = _HEADER.match(match[2])
        try:
            body = base64.b64decode(''.join(match[2][head.end() if head else 0:].split()), validate=True)
        except binascii.Error:
            continue
        found.append((match[1], head is not None, body))
    return found


def request_problem(encoded: str) -> str:
    """validateCSR: why a request cannot be read or is not signed by the key in it, '' when it is."""
    return read_problem(encoded) or _signature_problem(_request(encoded))


def read_problem(encoded: str) -> str:
    """ParseCSR."""
    given = blocks(encoded)
    if not given or given[0][0] != 'CERTIFICATE REQUEST':
        return 'PEM block type must be CERTIFICATE REQUEST'
    if problem := _outer_problem(given[0][2]):
        return problem
    try:
        _request(encoded).public_key()
    except ValueError:
        return 'x509: malformed request'
    return ''


def common_name(encoded: str) -> str:
    """The last name of the subject of a request that can be read."""
    from cryptography.x509.oid import NameOID
    names = _request(encoded).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    return str(names[-1].value) if names else ''


def _request(encoded: str) -> CertificateSigningRequest:
    from cryptography.x509 import load_der_x509_csr
    return load_der_x509_csr(blocks(encoded)[0][2])


def _outer_problem(der: bytes) -> str:
    """What encoding/asn1 says of the sequence around it all."""
    if len(der) < 2:
        return 'asn1: syntax error: truncated tag or length' if der else 'asn1: syntax error: sequence truncated'
    start, length = 2, der[1]
    if length & 0x80:
        start += length & 0x7f
        length = int.from_bytes(der[2:start], 'big')
    if der[0] & 0x1f != _SEQUENCE or der[0] >> 6 or not der[0] & 0x20:
        return _MISMATCH.format(der[0] >> 6, der[0] & 0x1f, length, str(bool(der[0] & 0x20)).lower(), start)
    if start + length > len(der):
        return 'asn1: syntax error: data truncated'
    return 'asn1: syntax error: trailing data' if start + length < len(der) else ''


def _signature_problem(request: CertificateSigningRequest) -> str:
    """CertificateRequest.CheckSignature."""
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    algorithm = request.signature_hash_algorithm
    if algorithm is not None and algorithm.name in _INSECURE:
        return f'x509: cannot verify signature: insecure algorithm {_INSECURE[algorithm.name]}'
    if request.is_signature_valid:
        return ''
    key = request.public_key()
    if isinstance(key, RSAPublicKey):
        return 'crypto/rsa: verification error'
    return f'x509: {"ECDSA" if isinstance(key, EllipticCurvePublicKey) else "Ed25519"} verification failure'


def certificate_problem(encoded: str) -> str:
    """validateCertificate: nothing but certificates, and at least one."""
    from cryptography.x509 import load_der_x509_certificate
    given = blocks(encoded)
    for kind, headed, body in given:
        if kind != 'CERTIFICATE':
            return f'only CERTIFICATE PEM blocks are allowed, found {go_quote(kind)}'
        if headed:
            return 'no PEM block headers are permitted'
        try:
            load_der_x509_certificate(body)
        except ValueError:
            return 'x509: malformed certificate'
    return '' if given or not encoded else 'must contain at least one CERTIFICATE PEM block'
