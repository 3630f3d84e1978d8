"""How an encrypted value looks in etcd: its seal, and bytes of which nothing can be read. They are no ciphertext: the
store keeps the objects themselves."""

from __future__ import annotations

import hashlib

BLOCK = 16
NONCES = {'aescbc': 16, 'aesgcm': 12, 'secretbox': 24}
TAG = 16


def sealed(seal: str, plain: bytes, where: str) -> bytes:
    """A value as it would lie in etcd, as long as the encrypted one. `where` tells values apart."""
    kind = seal.split(':')[2]
    padded = len(plain) + BLOCK - len(plain) % BLOCK if kind == 'aescbc' else len(plain) + TAG
    return seal.encode() + _noise(f'{seal}{where}', NONCES[kind] + padded)


def _noise(start: str, size: int) -> bytes:
    found = bytearray()
    while len(found) < size:
        found += hashlib.sha256(f'{start}#{len(found)}'.encode()).digest()
    return bytes(found[:size])
