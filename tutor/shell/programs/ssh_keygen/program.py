"""What ssh-keygen is asked: to make a key, to show one's fingerprint, or its public half."""

from __future__ import annotations

from typing import Any

from tutor.shell.access import own
from tutor.shell.privatekeys import ed25519_key
from tutor.shell.process import IO, Context
from tutor.shell.programs.complaint import Complaint, reason
from tutor.shell.programs.inputs import open_reader
from tutor.shell.programs.openssl.files import Refused
from tutor.shell.programs.openssl.keys import ec_key, rsa_key
from tutor.shell.programs.options import Options, parse
from tutor.shell.programs.outputs import write_file
from tutor.shell.programs.ssh_keygen.art import randomart
from tutor.shell.programs.ssh_keygen.keys import NoKey, public_of, read_private, read_public, write_private
from tutor.shell.tty import mode
from tutor.shell.vfs import normalize

CURVES = {'256': 'P-256', '384': 'P-384', '521': 'P-521'}
FILES = {'rsa': 'id_rsa', 'ed25519': 'id_ed25519', 'ecdsa': 'id_ecdsa'}
SMALLEST, USUAL = 1024, 3072
ELSEWHERE = 'ADFHIKLMPQRYZcegikprsu'
"""Options for certificates, known_hosts, revocation lists, tokens, passphrases: all not simulated."""


async def main(argv: list[str], io: IO, ctx: Context) -> int:
    """ssh-keygen [-q] [-t rsa|ecdsa|ed25519] [-b BITS] [-C COMMENT] [-f FILE] [-N ''] | -l [-v] -f FILE | -y -f FILE"""
    options = parse(argv, ctx, 'qt:b:C:f:N:m:lvE:ya:O:' + ELSEWHERE)
    absent = next((letter for letter in ELSEWHERE if letter in options), '')
    if absent:
        raise Complaint(f'ssh-keygen: error: -{absent} is not simulated here', bare=True)
    if 'l' in options:
        return await _show(options, io, ctx)
    if 'y' in options:
        return await _public(options, io, ctx)
    return await _make(options, io, ctx)


# -- making a key -----------------------------------------------------------------------------------------------------

async def _make(options: Options, io: IO, ctx: Context) -> int:
    kind = options.get('t', 'rsa')
    if kind not in FILES:
        raise Complaint(f'unknown key type {kind}', 255, bare=True)
    bits = _bits(kind, options.get('b', ''))
    if 'q' not in options:
        io.stdout.write(f'Generating public/private {kind} key pair.\n')
    path = options.get('f') or await _ask_path(kind, io, ctx)
    if ctx.files.exists(normalize(path, ctx.cwd)):
        io.stdout.write(f'{path} already exists.\n')
        if (await _ask('Overwrite (y/n)? ', io)).strip().lower()[:1] != 'y':
            return 1
    await _no_passphrase(options, io, ctx)
    key = _key(kind, bits, ctx)
    comment = options.get('C') if 'C' in options else f'{ctx.user}@{ctx.host.hostname}'
    _write(path, _private(key, comment, options, ctx), 0o600, io, ctx)
    _write(f'{path}.pub', f'{public_of(key, comment).line}\n', 0o644, io, ctx)
    if 'q' not in options:
        _tell(path, key, comment, io)
    return 0


def _bits(kind: str, given: str) -> int:
    if kind == 'ecdsa' and given not in ('', *CURVES):
        raise Complaint('Invalid ECDSA key length: valid lengths are 256, 384 or 521 bits', 255, bare=True)
    if kind == 'rsa' and given and int(given) < SMALLEST:
        raise Complaint(f'Invalid RSA key length: minimum is {SMALLEST} bits', 255, bare=True)
    return int(given or (USUAL if kind == 'rsa' else 256))


def _key(kind: str, bits: int, ctx: Context) -> Any:
    source = ctx.simulation.random
    try:
        if kind == 'rsa':
            return rsa_key(bits, source)
        return ec_key(CURVES[str(bits)], source) if kind == 'ecdsa' else ed25519_key(source)
    except Refused as refused:
        raise Complaint(str(refused).replace('openssl: ', 'ssh-keygen: '), bare=True) from None


def _private(key: Any, comment: str, options: Options, ctx: Context) -> str:
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    form = options.get('m', 'RFC4716').upper()
    if form not in ('PEM', 'PKCS8') or not hasattr(key, 'key_size'):
        return write_private(key, comment, ctx.simulation.random.getrandbits(32))
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL if form == 'PEM' else PrivateFormat.PKCS8,
                             NoEncryption()).decode()


def _write(path: str, text: str, permissions: int, io: IO, ctx: Context) -> None:
    try:
        write_file(path, text.encode(), io, ctx, permissions)
    except OSError as problem:
        raise Complaint(f'Saving key "{path}" failed: {reason(problem)}', bare=True) from None


def _tell(path: str, key: Any, comment: str, io: IO) -> None:
    public = public_of(key, comment)
    digest, fingerprint = public.fingerprint('sha256')
    io.stdout.write(f'Your identification has been saved in {path}\nYour public key has been saved in {path}.pub\n'
                    f'The key fingerprint is:\n{fingerprint} {comment}\nThe key\'s randomart image is:\n'
                    f'{randomart(digest, public.title, "SHA256")}')


# -- asking -----------------------------------------------------------------------------------------------------------

async def _ask_path(kind: str, io: IO, ctx: Context) -> str:
    usual = f'{ctx.env.get("HOME", "/root")}/.ssh/{FILES[kind]}'
    path = (await _ask(f'Enter file in which to save the key ({usual}): ', io)).strip() or usual
    if path == usual and not ctx.files.exists(folder := usual.rpartition('/')[0]):
        ctx.files.mkdir(folder, 0o700)
        own(folder, ctx)
        io.stdout.write(f"Created directory '{folder}'.\n")
    return path


async def _no_passphrase(options: Options, io: IO, ctx: Context) -> None:
    """Nothing but an empty one: what would be encrypted with it cannot be made twice the same."""
    if 'N' in options:
        given = options.get('N')
    elif io.stdin.isatty and ctx.terminal is not None:
        with mode(ctx.terminal, echo=False):
            given = (await _ask('Enter passphrase (empty for no passphrase): ', io)).strip('\r\n')
            io.stdout.write('\n')
            await _ask('Enter same passphrase again: ', io)
            io.stdout.write('\n')
    else:
        given = (await _ask('Enter passphrase (empty for no passphrase): ', io)).strip('\r\n')
        await _ask('Enter same passphrase again: ', io)
    if given:
        raise Complaint("ssh-keygen: error: passphrases are not simulated here; leave it empty (-N '')", bare=True)


async def _ask(question: str, io: IO) -> str:
    io.stdout.write(question)
    return (await io.stdin.readline()).decode('utf-8', 'replace')


# -- showing one ------------------------------------------------------------------------------------------------------

async def _text(path: str, io: IO, ctx: Context, failing: str = 'ssh-keygen: ') -> str:
    try:
        return (await open_reader(path, io, ctx).read()).decode('utf-8', 'replace')
    except OSError as problem:
        raise Complaint(f'{failing}{path}: {reason(problem)}', 255, bare=True) from None


async def _show(options: Options, io: IO, ctx: Context) -> int:
    """-l: the fingerprint of a public key, or of the public half of a private one."""
    path = options.get('f') or await _ask_path('rsa', io, ctx)
    text = await _text(path, io, ctx)
    try:
        public = public_of(*read_private(text)) if 'PRIVATE KEY' in text else read_public(text)
    except NoKey:
        raise Complaint(f'{path} is not a public key file.', 255, bare=True) from None
    name = options.get('E', 'sha256').lower()
    if name not in ('md5', 'sha1', 'sha256', 'sha384', 'sha512'):
        raise Complaint(f'Invalid hash algorithm "{name}"', 255, bare=True)
    digest, fingerprint = public.fingerprint(name)
    kind, bits = public.title.split()
    io.stdout.write(f'{bits} {fingerprint} {public.comment or "no comment"} ({kind})\n')
    if 'v' in options:
        io.stdout.write(randomart(digest, public.title, name.upper()))
    return 0


async def _public(options: Options, io: IO, ctx: Context) -> int:
    """-y: the public half of a private key."""
    path = options.get('f') or await _ask_path('rsa', io, ctx)
    text = await _text(path, io, ctx, '')
    try:
        key, comment = read_private(text)
    except NoKey:
        raise Complaint(f'Load key "{path}": invalid format', 255, bare=True) from None
    io.stdout.write(f'{public_of(key, comment).line}\n')
    return 0
