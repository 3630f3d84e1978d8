"""Whether a certificate and a private key belong together, as crypto/tls checks it."""

from __future__ import annotations


def mismatch(certificate: bytes, key: bytes) -> str:
    """What is wrong with a pair of PEM files, '' for a good one. Without the cryptography package nothing is said."""
    try:
        from cryptography import x509
        from cryptography.hazmat.primitives import serialization
    except ModuleNotFoundError:
        return ''
    try:
        public = x509.load_pem_x509_certificate(certificate).public_key()
    except ValueError as error:
        return f'failed to parse certificate: {error}'
    try:
        private = serialization.load_pem_private_key(key, None)
    except (ValueError, TypeError):
        return 'failed to parse private key'
    form = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    if public.public_bytes(*form) != private.public_key().public_bytes(*form):
        return 'private key does not match public key'
    return ''
