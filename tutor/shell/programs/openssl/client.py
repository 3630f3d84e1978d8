"""s_client: speak TLS with a server, and show its certificates and whether they are believed."""

from __future__ import annotations

from typing import Any

from tutor.cluster.simulation import BrokenPipe
from tutor.shell import tls
from tutor.shell.process import IO, Connection, Context, NameNotFound
from tutor.shell.programs.openssl.files import Given, Refused, load_certificate, load_key, pem, public_pem, read
from tutor.shell.programs.openssl.names import shown_name
from tutor.shell.programs.openssl.text import moment
from tutor.shell.streams import pour

VALUES = ('connect', 'servername', 'CAfile', 'CApath', 'cert', 'key', 'verify', 'alpn', 'starttls', 'host', 'port',
          'verify_hostname', 'certform', 'keyform', 'cipher', 'ciphersuites')
FLAGS = ('showcerts', 'brief', 'quiet', 'noservername', 'tls1_2', 'tls1_3', 'verify_return_error', 'no_ign_eof',
         'ign_eof', 'crlf', '4', '6', 'verify_quiet', 'state', 'prexit')
THREAD = '4007A2D1B57F0000'
"""The number of the thread that begins OpenSSL's errors."""
HANDSHAKE = 376
"""What a server's side of a handshake is longer than its certificates."""
NUMBERS = {'': 0, tls.NOT_YET: 9, tls.EXPIRED: 10, tls.SELF_SIGNED: 18, tls.UNKNOWN_ISSUER: 20}
IN_CHAIN, FIRST, NAME = (19, 'self-signed certificate in certificate chain'), (
    21, 'unable to verify the first certificate'), (62, 'hostname mismatch')


async def s_client(words: list[str], io: IO, ctx: Context) -> int:
    """s_client [-connect HOST:PORT] [-servername NAME] [-CAfile FILE] [-cert FILE -key FILE] [-showcerts] [-brief]
    [-quiet]"""
    given = Given(words, VALUES, FLAGS, most=1)
    if 'starttls' in given:
        raise Refused('s_client: error: -starttls is not simulated')
    host, port = _target(given)
    trusted = (await read(given.get('CAfile'), 'CA file', io, ctx)).decode('utf-8', 'replace') \
        if 'CAfile' in given else ''
    own = await _own(given, io, ctx)
    connection = await _connect(host, port, ctx)
    try:
        if connection.tls is None:
            io.stdout.write('CONNECTED(00000003)\n')
            raise Refused(f'{THREAD}:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:'
                          '../ssl/record/ssl3_record.c:354:')
        name = given.get('servername') or ('' if 'noservername' in given or host.replace('.', '').isdigit() else host)
        chain = connection.handshake(name, own)
        return await _talk(Peer(chain, trusted, given.get('verify_hostname'), ctx), connection, given, io, ctx)
    finally:
        connection.close()


def _target(given: Given) -> tuple[str, int]:
    text = given.get('connect') or (given.words[0] if given.words else
                                    f'{given.get("host", "localhost")}:{given.get("port", "4433")}')
    host, colon, port = text.rpartition(':')
    if not colon:
        host, port = text, '4433'
    if not port.isdigit():
        raise Refused(f'{THREAD}:error:10080002:BIO routines:BIO_lookup_ex:system lib:../crypto/bio/bio_addr.c:746:'
                      'Servname not supported for ai_socktype\nconnect:errno=22')
    return host.strip('[]'), int(port)


async def _own(given: Given, io: IO, ctx: Context) -> str:
    """The client's certificate, if its key is there, too. Raises Refused."""
    if 'cert' not in given:
        return ''
    certificate = await load_certificate(given.get('cert'), io, ctx)
    key = await load_key(given.get('key') or given.get('cert'), io, ctx)
    if public_pem(key.public_key()) != public_pem(certificate.public_key()):
        raise Refused('error setting private key')
    return pem(certificate).decode()


async def _connect(host: str, port: int, ctx: Context) -> Connection:
    network = ctx.host.network
    try:
        if network is None:
            raise NameNotFound
        addresses = await network.resolve(host)
    except NameNotFound:
        raise Refused(f'{THREAD}:error:10080002:BIO routines:BIO_lookup_ex:system lib:../crypto/bio/bio_addr.c:746:'
                      'Name or service not known\nconnect:errno=22') from None
    try:
        return await network.connect(addresses[0], port)
    except OSError as problem:
        number = problem.errno or 110
        raise Refused(f'{THREAD}:error:{0x80000000 | number:08X}:system library:BIO_connect:{problem.strerror}:'
                      '../crypto/bio/bio_sock2.c:117:calling connect()\n'
                      f'{THREAD}:error:10000067:BIO routines:BIO_connect:connect error:../crypto/bio/bio_sock2.c:119:\n'
                      f'connect:errno={number}') from None


class Peer:
    """The server's certificates, and what a verification of them comes to."""

    def __init__(self, chain: str, trusted: str, host: str, ctx: Context) -> None:
        self.chain = tls.load(chain)
        now, leaf = ctx.simulation.wall(), self.chain[0]
        self.anchors = tls.load(trusted)
        found = tls.problem(chain, '', [trusted] if trusted else [], now)
        found = '' if found == tls.WRONG_NAME else found
        self.complaints = [(NUMBERS[found], found)] if found else []
        if found == tls.UNKNOWN_ISSUER and self.chain[-1].issuer == self.chain[-1].subject and len(self.chain) > 1:
            self.complaints = [IN_CHAIN]
        elif found == tls.UNKNOWN_ISSUER:
            self.complaints.append(FIRST)
        elif not found and host and not tls.matches(leaf, host):
            self.complaints = [NAME]
        self.code, self.words = self.complaints[-1] if self.complaints else (0, 'ok')

    def depths(self) -> str:
        """What is said while the chain is verified (verify_callback)."""
        chain = list(self.chain)
        if not self.complaints or self.code in (9, 10):
            chain += [anchor for anchor in self.anchors if anchor.subject == chain[-1].issuer and anchor not in chain]
        lines = []
        deepest = len(chain) - 1
        for number, words in self.complaints:
            at = deepest if number == IN_CHAIN[0] else 0
            lines += [f'depth={at} {shown_name(chain[at].subject)}', f'verify error:num={number}:{words}']
            if number == NUMBERS[tls.EXPIRED]:
                lines.append(f'notAfter={moment(chain[at].not_valid_after_utc)}')
            lines.append('verify return:1')
        shown = range(deepest, -1, -1) if self.code in (0, IN_CHAIN[0], 9, 10, NAME[0]) else (0,)
        for at in shown:
            lines += [f'depth={at} {shown_name(chain[at].subject)}', 'verify return:1']
        return '\n'.join(lines) + '\n'


def _kind(key: Any) -> tuple[str, int, str, str]:
    """How a public key is called, its size, and the digest and type of its signatures."""
    name = type(key).__name__
    if 'RSA' in name:
        return 'rsaEncryption', key.key_size, 'SHA256', 'RSA-PSS'
    if 'EllipticCurve' in name:
        return 'id-ecPublicKey', key.key_size, 'SHA256', 'ECDSA'
    return 'ED25519', 256, '', 'Ed25519'


def _signature(certificate: Any) -> str:
    name = str(certificate.signature_algorithm_oid._name)
    return {'sha256WithRSAEncryption': 'RSA-SHA256', 'ed25519': 'ED25519'}.get(name, name)


def _listed(peer: Peer, with_texts: bool) -> str:
    """The chain, each with its subject, issuer, algorithms and validity."""
    text = 'Certificate chain\n'
    for number, each in enumerate(peer.chain):
        kind, size, _, _ = _kind(each.public_key())
        text += (f' {number} s:{shown_name(each.subject)}\n   i:{shown_name(each.issuer)}\n'
                 f'   a:PKEY: {kind}, {size} (bit); sigalg: {_signature(each)}\n'
                 f'   v:NotBefore: {moment(each.not_valid_before_utc)}; NotAfter: {moment(each.not_valid_after_utc)}\n')
        text += pem(each).decode() if with_texts else ''
    return text


def _report(peer: Peer, given: Given) -> str:
    """print_stuff."""
    leaf = peer.chain[0]
    _, size, digest, signature = _kind(leaf.public_key())
    length = sum(len(_der(each)) for each in peer.chain) + HANDSHAKE
    verified = 'Verification: OK' if not peer.code else f'Verification error: {peer.words}'
    return (f'CONNECTED(00000003)\n---\n{_listed(peer, "showcerts" in given)}---\nServer certificate\n'
            f'{"" if "showcerts" in given else pem(leaf).decode()}'
            f'subject={shown_name(leaf.subject)}\nissuer={shown_name(leaf.issuer)}\n---\n'
            f'No client certificate CA names sent\n{f"Peer signing digest: {digest}{chr(10)}" if digest else ""}'
            f'Peer signature type: {signature}\nServer Temp Key: X25519, 253 bits\n---\n'
            f'SSL handshake has read {length} bytes and written 389 bytes\n{verified}\n---\n'
            f'New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384\nServer public key is {size} bit\n'
            'Secure Renegotiation IS NOT supported\nCompression: NONE\nExpansion: NONE\nNo ALPN negotiated\n'
            f'Early data was not sent\nVerify return code: {peer.code} ({peer.words})\n---\n')


def _brief(peer: Peer) -> str:
    leaf = peer.chain[0]
    _, _, digest, signature = _kind(leaf.public_key())
    verified = 'Verification: OK' if not peer.code else f'Verification error: {peer.words}'
    return ('CONNECTION ESTABLISHED\nProtocol version: TLSv1.3\nCiphersuite: TLS_AES_256_GCM_SHA384\n'
            f'Peer certificate: {shown_name(leaf.subject)}\n{f"Hash used: {digest}{chr(10)}" if digest else ""}'
            f'Signature type: {signature}\n{verified}\nServer Temp Key: X25519, 253 bits\n')


def _der(certificate: Any) -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding
    return certificate.public_bytes(Encoding.DER)


async def _talk(peer: Peer, connection: Connection, given: Given, io: IO, ctx: Context) -> int:
    """The report, and then standard input to the server and its answers back, until one of them ends."""
    stops = bool(peer.code) and 'verify_return_error' in given
    if 'brief' in given:
        io.stderr.write((peer.depths() if peer.code else '') + _brief(peer))
    else:
        io.stderr.write(peer.depths().partition('verify return')[0] if stops else peer.depths())
    if stops:
        io.stderr.write(f'{THREAD}:error:0A000086:SSL routines:tls_post_process_server_certificate:certificate verify '
                        'failed:../ssl/statem/statem_clnt.c:1889:\n')
        return 1
    if 'brief' not in given and 'quiet' not in given:
        io.stdout.write(_report(peer, given))
    answers = ctx.simulation.spawn(pour(connection.reader, io.stdout), 's_client')
    try:
        if await _send(connection, given, io):
            io.stderr.write('DONE\n')
            return 0
        await answers
    finally:
        answers.cancel()
    return 0


async def _send(connection: Connection, given: Given, io: IO) -> bool:
    """Standard input to the server; whether its end ends the connection. A line that begins with Q does, too."""
    waits = ('quiet' in given or 'ign_eof' in given) and 'no_ign_eof' not in given
    try:
        while line := await io.stdin.readline():
            if line.startswith(b'Q') and not waits:
                return True
            connection.writer.write(line.replace(b'\n', b'\r\n') if 'crlf' in given else line)
            await connection.writer.drain()
    except BrokenPipe:
        return False
    return not waits
