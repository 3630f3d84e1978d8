"""JSON Web Tokens, as the cluster signs them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from typing import Any


def sign(key: bytes, claims: dict[str, Any]) -> str:
    """A token that makes these claims."""
    head = encode(json.dumps({'alg': 'HS256', 'typ': 'JWT'}).encode())
    body = encode(json.dumps(claims, separators=(',', ':')).encode())
    return f'{head}.{body}.{_signature(key, head, body)}'


def verified(token: str, key: bytes) -> dict[str, Any] | None:
    """The claims of a token that was signed with this key, or None."""
    parts = token.split('.')
    if len(parts) != 3 or not hmac.compare_digest(_signature(key, parts[0], parts[1]), parts[2]):
        return None
    try:
        return json.loads(base64.urlsafe_b64decode(parts[1] + '=='))
    except ValueError:
        return None


def identifier(key: bytes, *about: object) -> str:
    """A UUID for a token, from what it is about."""
    digits = hmac.new(key, repr(about).encode(), hashlib.sha256).hexdigest()
    return f'{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}'


def encode(data: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(data).decode().rstrip('=')


def _signature(key: bytes, head: str, body: str) -> str:
    return encode(hmac.new(key, f'{head}.{body}'.encode(), hashlib.sha256).digest())
