"""Short hashes in names: pod-template-hash, controller-revision-hash (pkg/controller.ComputeHash)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from zlib import crc32

from tutor.apimachinery.names import ALPHABET


def safe_encode(text: str) -> str:
    """rand.SafeEncodeString: each byte becomes a letter or digit that spells no words."""
    return ''.join(ALPHABET[byte % len(ALPHABET)] for byte in text.encode())


def compute_hash(template: Mapping[str, Any], collision_count: int | None = None) -> str:
    """A hash that is the same for equal objects whatever the order of their keys, as a name's suffix."""
    data = json.dumps(template, sort_keys=True, separators=(',', ':')).encode()
    number = crc32(data)
    if collision_count is not None:
        number = crc32(collision_count.to_bytes(8, 'little', signed=True), number)
    # One multiplication spreads the bits, so that the decimal digits of near values differ.
    return safe_encode(str((number * 2654435761 + 0x9E3779B9) & 0xFFFFFFFF))
