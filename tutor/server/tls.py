"""TLS that asks each client for a certificate and leaves it to authentication what that proves, as kube-apiserver does
(tls.RequestClientCert). Python's own `ssl` ends the handshake of a client whose certificate another CA has signed.

A `Context` stands where asyncio takes an `ssl.SSLContext`: it makes `Session`s, which do what an `ssl.SSLObject` does.
"""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any, TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL

from tutor.cluster.pki import KeyPair

T = TypeVar('T')
RECORD = 16 * 1024


class Context:
    """A server's side: what it presents, and the CA whose certificates clients are asked for."""

    def __init__(self, authority: KeyPair, server: KeyPair) -> None:
        self._authority = authority
        self._context = self._presenting(server)

    def present(self, server: KeyPair) -> None:
        """Show this certificate to the clients that come from now on."""
        self._context = self._presenting(server)

    def _presenting(self, server: KeyPair) -> SSL.Context:
        context = SSL.Context(SSL.TLS_SERVER_METHOD)
        context.set_min_proto_version(SSL.TLS1_2_VERSION)
        context.set_verify(SSL.VERIFY_PEER, lambda *_: True)
        context.set_session_id(b'tutor')
        context.add_client_ca(x509.load_pem_x509_certificate(self._authority.certificate.encode()))
        context.use_certificate(x509.load_pem_x509_certificate(server.certificate.encode()))
        context.use_privatekey(load_pem_private_key(server.key.encode(), None))  # type: ignore[arg-type]
        return context

    def wrap_bio(self, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO, **_: Any) -> Session:
        """The TLS of one connection, whose bytes go through these two buffers."""
        connection = SSL.Connection(self._context, None)
        connection.set_accept_state()
        return Session(connection, incoming, outgoing)


class Session:
    """One connection; raises `ssl`'s exceptions."""

    def __init__(self, connection: SSL.Connection, incoming: ssl.MemoryBIO, outgoing: ssl.MemoryBIO) -> None:
        self._connection = connection
        self._incoming = incoming
        self._outgoing = outgoing

    def do_handshake(self) -> None:
        self._step(self._connection.do_handshake)

    def read(self, size: int = RECORD, buffer: Any = None) -> Any:
        """Bytes, or how many were put into the buffer; none at the end."""
        try:
            if buffer is None:
                return self._step(lambda: self._connection.recv(size))
            return self._step(lambda: self._connection.recv_into(buffer, size))
        except ssl.SSLZeroReturnError:
            return b'' if buffer is None else 0

    def write(self, data: Any) -> int:
        return self._step(lambda: self._connection.send(data))

    def unwrap(self) -> None:
        """Say that nothing more comes; raises SSLWantReadError until the client has said so, too."""
        if not self._step(self._connection.shutdown):
            raise ssl.SSLWantReadError

    def getpeercert(self, binary_form: bool = False) -> bytes | None:
        """What the client has shown, which may be anybody's. It is given in binary form only."""
        shown = self._connection.get_peer_certificate(as_cryptography=True) if binary_form else None
        if shown is None:
            return None
        from cryptography.hazmat.primitives.serialization import Encoding
        return shown.public_bytes(Encoding.DER)

    def cipher(self) -> tuple[str | None, str | None, int | None]:
        connection = self._connection
        return connection.get_cipher_name(), connection.get_cipher_version(), connection.get_cipher_bits()

    def compression(self) -> None:
        return None

    def _step(self, act: Callable[[], T]) -> T:
        """Let OpenSSL see what has come, act, and take out what it wants to send."""
        if self._incoming.pending:
            self._connection.bio_write(self._incoming.read())
        try:
            return act()
        except SSL.WantReadError:
            raise ssl.SSLWantReadError from None
        except SSL.ZeroReturnError:
            raise ssl.SSLZeroReturnError from None
        except SSL.Error as problem:
            raise ssl.SSLError(str(problem)) from None
        finally:
            self._flush()

    def _flush(self) -> None:
        try:
            while True:
                self._outgoing.write(self._connection.bio_read(RECORD))
        except SSL.Error:  # nothing is left
            return
