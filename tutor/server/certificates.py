"""The keys of a served cluster, made anew for each run, and TLS with them."""

from __future__ import annotations

import secrets
import ssl
import tempfile
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

from tutor.cluster.pki import Keys

EARLIER = timedelta(hours=1)
"""Clocks of clients may be behind."""
ADMIN = 'kubernetes-admin'


def fresh_keys(now: datetime) -> Keys:
    """Keys that nobody else has: over the network, they are what keeps others out."""
    return Keys(secrets.token_hex(32), now.replace(microsecond=0) - EARLIER)


def tls_context(keys: Keys, addresses: Iterable[str]) -> ssl.SSLContext:
    """TLS for a server at these addresses; a client may show a certificate of the cluster's CA."""
    server = keys.issue('kube-apiserver', names=tuple(addresses), server=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_OPTIONAL
    context.load_verify_locations(cadata=keys.authority().certificate)
    with tempfile.TemporaryDirectory() as folder:  # mode 0700; the ssl module reads keys from files only
        chain, key = Path(folder, 'server.crt'), Path(folder, 'server.key')
        chain.write_text(server.certificate)
        key.write_text(server.key)
        context.load_cert_chain(chain, key)
    return context
