"""req: requests, and certificates that sign themselves."""

from __future__ import annotations

from typing import Any

from tutor.shell.process import IO, Context
from tutor.shell.programs.openssl.files import (
    Given,
    Refused,
    key_pem,
    load_key,
    load_request,
    pem,
    public_pem,
    read,
    write,
)
from tutor.shell.programs.openssl.keys import new_key
from tutor.shell.programs.openssl.names import parse_extension, parse_subject, shown_name
from tutor.shell.programs.openssl.signing import hash_for, issue
from tutor.shell.programs.openssl.text import certificate_text, request_text

VALUES = ('in', 'out', 'key', 'newkey', 'keyout', 'subj', 'days', 'addext', 'config', 'extensions', 'reqexts',
          'passout',
          'passin', 'set_serial', 'pkeyopt', 'inform', 'outform', 'nameopt')
FLAGS = ('new', 'nodes', 'noenc', 'x509', 'text', 'noout', 'subject', 'verify', 'pubkey', 'sha256', 'sha384',
         'sha512', 'batch',
         'utf8', 'verbose')


async def req(words: list[str], io: IO, ctx: Context) -> int:
    """req [-new] [-key FILE | -newkey rsa:2048 -keyout FILE] -subj NAME [-x509 -days N] [-addext E] [-out FILE]"""
    given = Given(words, VALUES, FLAGS)
    if 'new' not in given and 'newkey' not in given and 'x509' not in given:
        return await _look(given, io, ctx)
    settings = await _settings(given, io, ctx)
    if 'subj' not in given and 'subject' not in settings:
        raise Refused('openssl: error: questions are not asked here: give the name with -subj, such as '
                      '-subj "/CN=jane/O=dev"')
    subject = parse_subject(given.get('subj')) if 'subj' in given else settings['subject']
    key = await _key(given, io, ctx)
    extensions = [*settings.get('extensions', ()), *(
        found for name, value in given.all if name == 'addext'
        if (found := parse_extension(*_assigned(value))) is not None)]
    if 'x509' in given:
        made = issue(key, subject, subject, key.public_key(), given, ctx, extensions, authority=True)
    else:
        made = _request(key, subject, extensions, given)
    if 'text' in given:
        io.stdout.write(certificate_text(made) if 'x509' in given else request_text(made))
    if 'noout' not in given:
        write(pem(made), given.get('out'), io, ctx)
    return 0


def _assigned(text: str) -> tuple[str, str]:
    name, _, value = text.partition('=')
    return name.strip(), value.strip()


async def _key(given: Given, io: IO, ctx: Context) -> Any:
    if 'key' in given:
        return await load_key(given.get('key'), io, ctx)
    key = new_key(given.get('newkey', 'rsa:2048'), ctx.simulation.random)
    if 'nodes' not in given and 'noenc' not in given:
        raise Refused('openssl: error: no pass phrase is asked for here: add -nodes, which leaves the key unencrypted')
    io.stderr.write('-----\n')
    write(key_pem(key), given.get('keyout', 'privkey.pem'), io, ctx, True)
    return key


def _request(key: Any, subject: Any, extensions: list[tuple[Any, bool]], given: Given) -> Any:
    from cryptography.x509 import CertificateSigningRequestBuilder
    builder = CertificateSigningRequestBuilder(subject)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    algorithm, options = hash_for(key, given)
    return builder.sign(key, algorithm, **options)


async def _settings(given: Given, io: IO, ctx: Context) -> dict[str, Any]:
    """Subject and extensions of a configuration file."""
    if 'config' not in given:
        return {}
    from tutor.shell.programs.openssl.configuration import sections
    found = sections((await read(given.get('config'), 'config', io, ctx)).decode('utf-8', 'replace'))
    main = found.get('req', {})
    wanted = given.get('extensions') or given.get('reqexts') or main.get(
        'x509_extensions' if 'x509' in given else 'req_extensions', '')
    settings: dict[str, Any] = {'extensions': [
        extension for name, value in found.get(wanted, {}).items()
        if (extension := parse_extension(name, resolved(value, found))) is not None]}
    if main.get('prompt') == 'no' and main.get('distinguished_name') in found:
        parts = found[main['distinguished_name']].items()
        settings['subject'] = parse_subject(''.join(f'/{name.partition(".")[2] or name}={value}' for name,
                                                    value in parts))
    return settings


def resolved(value: str, found: dict[str, dict[str, str]]) -> str:
    """@section: its lines as one list, `DNS.1 = a` as DNS:a."""
    if not value.startswith('@'):
        return value
    return ','.join(f'{name.partition(".")[0]}:{text}' for name, text in found.get(value[1:], {}).items())


async def _look(given: Given, io: IO, ctx: Context) -> int:
    request = await load_request(given.get('in'), io, ctx)
    if 'verify' in given:
        if not request.is_signature_valid:
            raise Refused('Certificate request self-signature verify failure')
        io.stderr.write('Certificate request self-signature verify OK\n')
    if 'text' in given:
        io.stdout.write(request_text(request))
    if 'subject' in given:
        io.stdout.write(f'subject={shown_name(request.subject, given.get("nameopt") == "RFC2253")}\n')
    if 'pubkey' in given:
        write(public_pem(request.public_key()), given.get('out'), io, ctx)
    if 'noout' not in given:
        write(pem(request), given.get('out'), io, ctx)
    return 0
