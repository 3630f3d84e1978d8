"""The keys of a served cluster, made anew for each run, and TLS with them."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from cryptography.hazmat.primitives.asymmetric import rsa

from tutor.cluster.pki import SERVER, KeyPair, Keys
from tutor.server.tls import Context
from tutor.shell.privatekeys import EXPONENT

EARLIER = timedelta(hours=1)
"""Clocks of clients may be behind."""
YEAR = timedelta(days=365)


def fresh_keys(now: datetime) -> Keys:
    """Keys that nobody else has: over the network, they are what keeps others out."""
    return Keys(secrets.token_hex(32), now.replace(microsecond=0) - EARLIER, lambda bits, _: rsa.generate_private_key(
        EXPONENT, bits))


def server_pair(keys: Keys, addresses: Iterable[str], until: datetime | None = None) -> KeyPair:
    """What a server at these addresses presents: valid now, or only until some moment."""
    since = until.replace(microsecond=0) - YEAR if until is not None else None
    return keys.issue('kube-apiserver', names=tuple(addresses), purposes=SERVER, since=since)


def tls_context(keys: Keys, addresses: Iterable[str]) -> Context:
    """TLS for a server at these addresses."""
    return Context(keys.authority(), server_pair(keys, addresses))
