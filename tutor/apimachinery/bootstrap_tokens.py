"""Bootstrap tokens: the Secrets by which nodes join (cluster-bootstrap/token/api, token/util)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re

from tutor.apimachinery import base64url
from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.objects import Object

NAMESPACE, PREFIX, TYPE = 'kube-system', 'bootstrap-token-', 'bootstrap.kubernetes.io/token'
USAGE, SIGNATURE = 'usage-bootstrap-', 'jws-kubeconfig-'
PATTERN = re.compile('([a-z0-9]{6})\\.([a-z0-9]{16})')


def read(secret: Object) -> dict[str, str]:
    """The fields of a token's Secret."""
    return {name: base64.b64decode(value or '').decode('utf-8', 'replace')
            for name, value in (secret.get('data') or {}).items()}


def expiration(fields: dict[str, str]) -> float | None:
    """GetExpiration: when a token ends, in seconds since 1970, None for never. One whose end cannot be read has
    ended."""
    text = fields.get('expiration', '')
    try:
        return parse_timestamp(text) if text else None
    except ValueError:
        return 0.0


def is_for(fields: dict[str, str], usage: str) -> bool:
    """Whether a token is for 'signing', or for 'authentication'."""
    return fields.get(USAGE + usage) == 'true'


def signature(content: str, identity: str, secret: str) -> str:
    """jws.ComputeDetachedSignature: a JWS of HS256 without its payload."""
    header = base64url.encode(json.dumps({'alg': 'HS256', 'kid': identity}, separators=(',', ':')).encode())
    signed = f'{header}.{base64url.encode(content.encode())}'.encode()
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return f'{header}..{base64url.encode(digest)}'
