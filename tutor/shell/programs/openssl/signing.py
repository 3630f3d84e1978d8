"""Signing certificates."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tutor.shell.privatekeys import signing
from tutor.shell.process import Context
from tutor.shell.programs.openssl.files import Given

DAYS = 30


def hash_for(key: Any, given: Given) -> tuple[Any, dict[str, Any]]:
    """The digest that a kind of key signs with, and what makes its signature the same each time."""
    return signing(key, next((name.upper() for name in ('sha384', 'sha512') if name in given), 'SHA256'))


def issue(signer: Any, issuer: Any, subject: Any, public: Any, given: Given, ctx: Context,
          extensions: list[tuple[Any, bool]], authority: bool = False, serial: int | None = None,
          issuer_key: Any = None) -> Any:
    """A certificate from now on for -days. One of an authority, or with extensions, also has the key identifiers."""
    from cryptography import x509
    now = ctx.simulation.wall().replace(microsecond=0)
    if serial is None:
        serial = ctx.simulation.random.getrandbits(159) | 1
    if 'set_serial' in given:
        serial = int(given.get('set_serial'), 0)
    end = now + timedelta(days=given.number('days', DAYS))
    builder = x509.CertificateBuilder(issuer, subject, public, serial, now, end)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    if authority or extensions:
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(public), False)
        builder = builder.add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key or signer.public_key()), False)
    if authority and not any(isinstance(each, x509.BasicConstraints) for each, _ in extensions):
        builder = builder.add_extension(x509.BasicConstraints(True, None), True)
    algorithm, options = hash_for(signer, given)
    return builder.sign(signer, algorithm, **options)
