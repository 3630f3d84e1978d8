"""Base 64 with an alphabet for URLs and without padding (RawURLEncoding), as tokens are written."""

from __future__ import annotations

import base64


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip('=')
