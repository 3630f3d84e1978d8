"""x509 and verify."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tutor.shell.process import IO, Context
from tutor.shell.programs.openssl.files import (
    Given,
    Refused,
    load_certificate,
    load_key,
    load_request,
    pem,
    public_pem,
    read,
    write,
)
from tutor.shell.programs.openssl.names import parse_extension, shown_name
from tutor.shell.programs.openssl.signing import issue
from tutor.shell.programs.openssl.text import certificate_text, extension_text, modulus, moment, serial_text
from tutor.shell.vfs import normalize

VALUES = ('in', 'out', 'CA', 'CAkey', 'days', 'extfile', 'extensions', 'set_serial', 'CAserial', 'signkey', 'key',
          'checkend',
          'ext', 'nameopt', 'checkhost', 'inform', 'outform', 'copy_extensions', 'passin')
FLAGS = ('req', 'CAcreateserial', 'text', 'noout', 'subject', 'issuer', 'dates', 'startdate', 'enddate', 'serial',
         'fingerprint', 'modulus', 'pubkey', 'sha256', 'sha1', 'sha384', 'sha512', 'hash', 'email', 'purpose', 'alias')


async def x509(words: list[str], io: IO, ctx: Context) -> int:
    """x509 [-req -in CSR -CA CERT -CAkey KEY -CAcreateserial -days N] | -in CERT [-text] [-noout] [-subject] …"""
    given = Given(words, VALUES, FLAGS)
    if 'req' in given:
        certificate = await _signed(given, io, ctx)
    else:
        certificate = await load_certificate(given.get('in'), io, ctx)
    if 'checkend' in given:
        return _check_end(certificate, given.number('checkend', 0), io, ctx)
    for option, value in given.all:
        io.stdout.write(_shown(option, value, certificate, given))
    if 'noout' not in given:
        write(pem(certificate), given.get('out'), io, ctx)
    return 0


async def _signed(given: Given, io: IO, ctx: Context) -> Any:
    """A certificate for a request, by an authority or by its own key."""
    request = await load_request(given.get('in'), io, ctx)
    own = given.get('signkey') or given.get('key')
    if not own and not ('CA' in given and ('CAkey' in given)):
        raise Refused('We need a private key to sign with, use -key or -CAkey or -CA with private key')
    io.stderr.write(f'Certificate request self-signature ok\nsubject={shown_name(request.subject)}\n')
    extensions = await _extensions(given, request, io, ctx)
    if own:
        return issue(await load_key(own, io, ctx), request.subject, request.subject, request.public_key(), given, ctx,
                     extensions)
    authority = await load_certificate(given.get('CA'), io, ctx)
    signer = await load_key(given.get('CAkey'), io, ctx)
    if public_pem(signer.public_key()) != public_pem(authority.public_key()):
        raise Refused('CA certificate and CA private key do not match')
    serial = await _serial(given, io, ctx)
    return issue(signer, authority.subject, request.subject, request.public_key(), given, ctx, extensions,
                 serial=serial)


async def _serial(given: Given, io: IO, ctx: Context) -> int | None:
    """The number after the one in the serial file, which is made if need be; None for a random one or -set_serial."""
    if 'set_serial' in given:
        return None
    path = given.get('CAserial') or given.get('CA').rpartition('.')[0] + '.srl'
    if ctx.files.exists(normalize(path, ctx.cwd)):
        number = int((await read(path, 'serial', io, ctx)).decode().strip() or '0', 16) + 1
    elif 'CAcreateserial' in given or 'CAserial' not in given:
        number = ctx.simulation.random.getrandbits(159) | 1 << 150
    else:
        raise Refused(f'{path}: No such file or directory')
    write(serial_text(number) + '\n', path, io, ctx)
    return number


async def _extensions(given: Given, request: Any, io: IO, ctx: Context) -> list[tuple[Any, bool]]:
    if given.get('copy_extensions') in ('copy', 'copyall'):
        return [(each.value, each.critical) for each in request.extensions]
    if 'extfile' not in given:
        return []
    from tutor.shell.programs.openssl.configuration import sections
    from tutor.shell.programs.openssl.requests import resolved
    found = sections((await read(given.get('extfile'), 'extensions', io, ctx)).decode('utf-8', 'replace'))
    wanted = given.get('extensions') or found[''].get('extensions', '')
    if wanted and wanted not in found:
        raise Refused(f'Error checking extension section {wanted}')
    return [extension for name, value in found[wanted].items() if name != 'extensions'
            if (extension := parse_extension(name, resolved(value, found))) is not None]


def _check_end(certificate: Any, seconds: int, io: IO, ctx: Context) -> int:
    """-checkend: 1 if it will have expired by then."""
    expires = certificate.not_valid_after_utc < ctx.simulation.wall() + timedelta(seconds=seconds)
    io.stdout.write(f'Certificate will {"" if expires else "not "}expire\n')
    return int(expires)


def _shown(option: str, value: str, certificate: Any, given: Given) -> str:
    """What one option prints."""
    rfc2253 = given.get('nameopt') == 'RFC2253'
    match option:
        case 'text':
            return certificate_text(certificate)
        case 'subject':
            return f'subject={shown_name(certificate.subject, rfc2253)}\n'
        case 'issuer':
            return f'issuer={shown_name(certificate.issuer, rfc2253)}\n'
        case 'startdate':
            return f'notBefore={moment(certificate.not_valid_before_utc)}\n'
        case 'enddate':
            return f'notAfter={moment(certificate.not_valid_after_utc)}\n'
        case 'dates':
            return _shown('startdate', '', certificate, given) + _shown('enddate', '', certificate, given)
        case 'serial':
            return f'serial={serial_text(certificate.serial_number)}\n'
        case 'modulus':
            return f'Modulus={modulus(certificate.public_key())}\n'
        case 'pubkey':
            return public_pem(certificate.public_key()).decode()
        case 'fingerprint':
            return _fingerprint(certificate, given)
        case 'ext':
            wanted = {'subjectAltName': 'Subject Alternative Name', 'keyUsage': 'Key Usage',
                      'extendedKeyUsage': 'Extended Key Usage', 'basicConstraints': 'Basic Constraints'}
            titles = {wanted.get(name, name) for name in value.split(',')}
            texts = [extension_text(each, '') for each in certificate.extensions]
            shown = [text for text in texts if text.partition(': ')[0].removeprefix('X509v3 ') in titles]
            return ''.join(shown) or 'No extensions in certificate\n'
    return ''


def _fingerprint(certificate: Any, given: Given) -> str:
    from cryptography.hazmat.primitives import hashes
    name = next((name for name in ('sha256', 'sha384', 'sha512') if name in given), 'sha1')
    digest = certificate.fingerprint(getattr(hashes, name.upper())())
    return f'{name if name != "sha1" else "SHA1"} Fingerprint={digest.hex(":").upper()}\n'


async def verify(words: list[str], io: IO, ctx: Context) -> int:
    """verify [-CAfile FILE] [-untrusted FILE] CERT…"""
    given = Given(words, ('CAfile', 'untrusted', 'CApath', 'purpose'), ('verbose', 'show_chain', 'no-CAfile'), most=100)
    authorities = [await load_certificate(given.get(option), io, ctx) for option in ('CAfile', 'untrusted')
                   if option in given]
    status = 0
    for path in given.words:
        certificate = await load_certificate(path, io, ctx)
        problem = _problem(certificate, authorities, ctx)
        if problem:
            io.stderr.write(f'{shown_name(certificate.subject)}\nerror {problem}\nerror {path}: verification failed\n')
            status = 2
        else:
            io.stdout.write(f'{path}: OK\n')
    return status


def _problem(certificate: Any, authorities: list[Any], ctx: Context) -> str:
    """Why a certificate is not trusted, '' if it is."""
    from cryptography.exceptions import InvalidSignature
    issuer = next((each for each in authorities if each.subject == certificate.issuer), None)
    if issuer is None:
        return '18 at 0 depth lookup: self-signed certificate' if certificate.issuer == certificate.subject else \
            '20 at 0 depth lookup: unable to get local issuer certificate'
    try:
        certificate.verify_directly_issued_by(issuer)
    except (InvalidSignature, ValueError, TypeError):
        return '7 at 0 depth lookup: certificate signature failure'
    now = ctx.simulation.wall()
    for each, depth in ((certificate, 0), (issuer, 1)):
        if each.not_valid_after_utc < now:
            return f'10 at {depth} depth lookup: certificate has expired'
        if each.not_valid_before_utc > now:
            return f'9 at {depth} depth lookup: certificate is not yet valid'
    return ''
