"""JSON Web Tokens, as the cluster signs them (pkg/serviceaccount/jwt.go)."""

from __future__ import annotations

import base64
import hashlib
import json
import uuid
from collections.abc import Callable
from functools import cached_property
from typing import Any

from tutor.apimachinery import base64url

ALGORITHM = 'RS256'


class Signer:
    """Signs tokens with an RSA key and knows its own again. `private`: the key as PEM text, asked for when the first
    token is signed or seen."""

    def __init__(self, private: Callable[[], str]) -> None:
        self._private = private

    def sign(self, claims: dict[str, Any]) -> str:
        """A token that makes these claims."""
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256
        head, body = _part({'alg': ALGORITHM, 'kid': self.key_id}), _part(claims)
        return f'{head}.{body}.{base64url.encode(self._key.sign(f"{head}.{body}".encode(), PKCS1v15(), SHA256()))}'

    def verified(self, token: str) -> dict[str, Any] | None:
        """The claims of a token that was signed with this key, or None."""
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
        from cryptography.hazmat.primitives.hashes import SHA256
        signed, _, signature = token.rpartition('.')
        try:
            if _decoded(signed.partition('.')[0]).get('alg') != ALGORITHM:
                return None
            self._key.public_key().verify(_bytes(signature), signed.encode(), PKCS1v15(), SHA256())
            return _decoded(signed.partition('.')[2])
        except (ValueError, AttributeError, InvalidSignature):
            return None

    @cached_property
    def key_id(self) -> str:
        """The name of the key: the hash of its public half (keyIDFromPublicKey)."""
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
        public = self._key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        return base64url.encode(hashlib.sha256(public).digest())

    def key_set(self) -> dict[str, Any]:
        """The public key as a JSON Web Key Set."""
        numbers = self._key.public_key().public_numbers()
        return {'keys': [{'use': 'sig', 'kty': 'RSA', 'kid': self.key_id, 'alg': ALGORITHM,
                          'n': _number(numbers.n), 'e': _number(numbers.e)}]}

    @cached_property
    def _key(self) -> Any:
        from cryptography.hazmat.primitives.serialization import load_pem_private_key
        return load_pem_private_key(self._private().encode(), None, unsafe_skip_rsa_key_validation=True)


def identifier(*about: object) -> str:
    """A UUID for a token, from what it is about."""
    return str(uuid.UUID(bytes=hashlib.sha256(repr(about).encode()).digest()[:16], version=4))


def _part(value: dict[str, Any]) -> str:
    return base64url.encode(json.dumps(value, separators=(',', ':')).encode())


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + '=' * (-len(part) % 4))


def _decoded(part: str) -> dict[str, Any]:
    return json.loads(_bytes(part))


def _number(value: int) -> str:
    return base64url.encode(value.to_bytes((value.bit_length() + 7) // 8, 'big'))
