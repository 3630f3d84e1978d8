"""crl2pkcs7 and pkcs7: several certificates in one structure, as they are often looked at."""

from __future__ import annotations

from tutor.shell.process import IO, Context
from tutor.shell.programs.openssl.files import Given, Refused, pem, read, write
from tutor.shell.programs.openssl.names import shown_name
from tutor.shell.programs.openssl.text import certificate_text


async def crl2pkcs7(words: list[str], io: IO, ctx: Context) -> int:
    """crl2pkcs7 -nocrl -certfile FILE…: certificates as one PKCS #7 structure."""
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
    from cryptography.x509 import load_pem_x509_certificates
    given = Given(words, ('certfile', 'in', 'out', 'outform', 'inform'), ('nocrl',))
    if 'nocrl' not in given:
        raise Refused('crl2pkcs7: error: revocation lists are not simulated; use -nocrl')
    found = []
    for option, path in given.all:
        if option == 'certfile':
            try:
                found += load_pem_x509_certificates(await read(path, 'certificates', io, ctx))
            except ValueError:
                raise Refused(f'error loading certificates from {path}') from None
    write(pkcs7.serialize_certificates(found, Encoding.PEM), given.get('out'), io, ctx)
    return 0


async def pkcs7(words: list[str], io: IO, ctx: Context) -> int:
    """pkcs7 [-print_certs] [-noout] [-text] [-in FILE]"""
    from cryptography.hazmat.primitives.serialization import pkcs7 as structure
    given = Given(words, ('in', 'out', 'inform', 'outform'), ('print_certs', 'noout', 'text', 'print'))
    data = await read(given.get('in'), 'PKCS7', io, ctx)
    try:
        certificates = structure.load_pem_pkcs7_certificates(data)
    except ValueError:
        raise Refused('unable to load PKCS7 object') from None
    if 'print_certs' not in given:
        if 'noout' not in given:
            write(data, given.get('out'), io, ctx)
        return 0
    text = ''
    for each in certificates:
        text += certificate_text(each) if 'text' in given else \
            f'subject={shown_name(each.subject)}\nissuer={shown_name(each.issuer)}\n'
        text += ('' if 'noout' in given else pem(each).decode()) + '\n'
    write(text, given.get('out'), io, ctx)
    return 0
