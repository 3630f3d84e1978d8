"""What kube-controller-manager is told by its flags."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """`root_ca` is the PEM text of --root-ca-file, `ca_key` that of --cluster-signing-key-file: without it no
    certificate is signed; `token_key` is that of --service-account-private-key-file."""

    root_ca: str = ''
    ca_key: str = ''
    token_key: bytes = b''
