"""Keys in OpenSSH's own formats. The file of a private key is put together here and not by `cryptography`, which takes
the numbers in it from this machine's randomness: a session that is lived through again has to write the same bytes."""

from __future__ import annotations

import base64
import hashlib
import struct
from dataclasses import dataclass
from typing import Any

MAGIC = b'openssh-key-v1\0'
BEGIN, END = '-----BEGIN OPENSSH PRIVATE KEY-----', '-----END OPENSSH PRIVATE KEY-----'
COLUMNS, BLOCK = 70, 8
NAMES = {'ssh-rsa': 'RSA', 'ssh-ed25519': 'ED25519', 'ecdsa-sha2-nistp256': 'ECDSA', 'ecdsa-sha2-nistp384': 'ECDSA',
         'ecdsa-sha2-nistp521': 'ECDSA'}


class NoKey(ValueError):
    """A text that is no key."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """`blob` is what its line has in Base64, `bits` its size."""

    kind: str
    blob: bytes
    bits: int
    comment: str = ''

    @property
    def line(self) -> str:
        return f'{self.kind} {base64.b64encode(self.blob).decode()} {self.comment}'.rstrip()

    @property
    def title(self) -> str:
        """`ED25519 256`, as its picture has it."""
        return f'{NAMES.get(self.kind, self.kind)} {self.bits}'

    def fingerprint(self, hash_name: str) -> tuple[bytes, str]:
        """The digest, and how it is written; `hash_name` is sha256 or md5."""
        digest = hashlib.new(hash_name, self.blob).digest()
        if hash_name == 'md5':
            return digest, f'MD5:{digest.hex(":")}'
        return digest, f'{hash_name.upper()}:{base64.b64encode(digest).decode().rstrip("=")}'


def public_of(key: Any, comment: str = '') -> PublicKey:
    """The public half of a key of `cryptography`."""
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    kind, encoded = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode().split()[:2]
    return PublicKey(kind, base64.b64decode(encoded), getattr(key, 'key_size', 256), comment)


def read_public(text: str) -> PublicKey:
    """The first key of a .pub file; raises NoKey."""
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key
    for line in text.splitlines():
        parts = line.split(None, 2)
        if len(parts) > 1 and parts[0] in NAMES:
            try:
                key: Any = load_ssh_public_key(f'{parts[0]} {parts[1]}'.encode())
                return PublicKey(parts[0], base64.b64decode(parts[1]), getattr(key, 'key_size', 256),
                                 parts[2] if len(parts) > 2 else 'no comment')
            except ValueError:
                break
    raise NoKey


def read_private(text: str) -> tuple[Any, str]:
    """A private key and its comment; raises NoKey."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key
    try:
        if BEGIN not in text:
            return load_pem_private_key(text.encode(), None), ''
        return load_ssh_private_key(text.encode(), None), _comment(text)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise NoKey from None


def write_private(key: Any, comment: str, check: int) -> str:
    """The file of a private key without a passphrase (PROTOCOL.key); `check` is a number of 32 bits."""
    public = public_of(key)
    secret = struct.pack('>II', check, check) + _string(public.kind.encode()) + _fields(key) + _string(comment.encode())
    secret += bytes(range(1, -len(secret) % BLOCK + 1))
    blob = (MAGIC + _string(b'none') + _string(b'none') + _string(b'') + struct.pack('>I', 1) + _string(public.blob)
            + _string(secret))
    encoded = base64.b64encode(blob).decode()
    rows = [encoded[start:start + COLUMNS] for start in range(0, len(encoded), COLUMNS)]
    return '\n'.join([BEGIN, *rows, END, ''])


def _fields(key: Any) -> bytes:
    """What of a key is secret, after the name of its kind."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    if isinstance(key, rsa.RSAPrivateKey):
        numbers = key.private_numbers()
        public = numbers.public_numbers
        return b''.join(map(_number, (public.n, public.e, numbers.d, numbers.iqmp, numbers.p, numbers.q)))
    if isinstance(key, ec.EllipticCurvePrivateKey):
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        return (_string(f'nistp{key.key_size}'.encode()) + _string(point)
                + _number(key.private_numbers().private_value))
    point = key.public_key().public_bytes_raw()
    return _string(point) + _string(key.private_bytes_raw() + point)


def _comment(text: str) -> str:
    """What stands last in a private key's file, before the padding."""
    blob = base64.b64decode(''.join(text.partition(BEGIN)[2].partition(END)[0].split()))
    end = blob.rstrip(bytes(range(1, BLOCK)))
    for start in range(len(end) - 4, max(len(end) - 1024, 0), -1):
        size = struct.unpack('>I', end[start:start + 4])[0]
        if size == len(end) - start - 4:
            return end[start + 4:].decode('utf-8', 'replace')
    return ''


def _string(data: bytes) -> bytes:
    return struct.pack('>I', len(data)) + data


def _number(value: int) -> bytes:
    return _string(value.to_bytes(value.bit_length() // 8 + 1, 'big'))
