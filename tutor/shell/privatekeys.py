"""Private keys from seeded randomness, so that a replay makes the same ones, and how each kind signs.

`cryptography` makes keys only from the system's randomness: the search for primes is our own.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache
from typing import Any, Protocol

EXPONENT = 65537
ROUNDS = 3
SMALL, WINDOW = 20_000, 8192
"""Primes below the first are sieved out of so many candidates at once."""


class Source(Protocol):
    """Seeded randomness."""

    def getrandbits(self, k: int, /) -> int: ...
    def randrange(self, start: int, stop: int) -> int: ...
    def randbytes(self, n: int) -> bytes: ...


def rsa_key(bits: int, source: Source) -> Any:
    """A new RSA key."""
    from cryptography.hazmat.primitives.asymmetric.rsa import (
        RSAPrivateNumbers,
        RSAPublicNumbers,
        rsa_crt_dmp1,
        rsa_crt_dmq1,
        rsa_crt_iqmp,
    )
    while True:
        first, second = _prime(bits - bits // 2, source), _prime(bits // 2, source)
        if first != second and (first * second).bit_length() == bits:
            break
    first, second = max(first, second), min(first, second)
    private = pow(EXPONENT, -1, math.lcm(first - 1, second - 1))
    numbers = RSAPrivateNumbers(first, second, private, rsa_crt_dmp1(private, first), rsa_crt_dmq1(private, second),
                                rsa_crt_iqmp(first, second), RSAPublicNumbers(EXPONENT, first * second))
    return numbers.private_key()


def _prime(bits: int, source: Source) -> int:
    """A prime whose two highest bits are set, by Miller and Rabin."""
    while True:
        number = source.getrandbits(bits) | 3 << bits - 2 | 1
        for offset in _sieved(number):
            candidate = number + offset
            if math.gcd(candidate - 1, EXPONENT) == 1 and pow(2, candidate - 1, candidate) == 1 and \
                    _is_prime(candidate, source):
                return candidate


def _sieved(number: int) -> Iterator[int]:
    """Even distances to numbers above an odd one that no small prime divides."""
    left = bytearray(b'\1') * WINDOW
    for small in _small_primes():
        first = -number * pow(2, -1, small) % small
        left[first::small] = bytes(len(range(first, WINDOW, small)))
    return (2 * place for place in range(WINDOW) if left[place])


@cache
def _small_primes() -> list[int]:
    left = bytearray(b'\1') * SMALL
    for number in range(3, math.isqrt(SMALL) + 1, 2):
        if left[number]:
            left[number * number::number] = bytes(len(range(number * number, SMALL, number)))
    return [number for number in range(3, SMALL, 2) if left[number]]


def _is_prime(number: int, source: Source) -> bool:
    odd, halvings = number - 1, 0
    while not odd & 1:
        odd >>= 1
        halvings += 1
    for _ in range(ROUNDS):
        value = pow(source.randrange(2, number - 2), odd, number)
        if value in (1, number - 1):
            continue
        for _ in range(halvings - 1):
            value = value * value % number
            if value == number - 1:
                break
        else:
            return False
    return True


def ec_key(curve: str, source: Source) -> Any:
    """A new key on a curve, by its name in `cryptography`: SECP256R1."""
    from cryptography.hazmat.primitives.asymmetric import ec
    found = getattr(ec, curve)()
    return ec.derive_private_key(source.getrandbits(found.key_size - 1) | 1, found)


def ed25519_key(source: Source) -> Any:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    return Ed25519PrivateKey.from_private_bytes(source.randbytes(32))


def signing(key: Any, digest: str = 'SHA256') -> tuple[Any, dict[str, Any]]:
    """The digest that a kind of key signs with, and what makes its signature the same each time: the last arguments of
    `sign`."""
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    if isinstance(key, Ed25519PrivateKey):
        return None, {}
    return getattr(hashes, digest)(), {'ecdsa_deterministic': True} if isinstance(key, EllipticCurvePrivateKey) else {}
