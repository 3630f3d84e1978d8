"""What kube-controller-manager is told by its flags."""

from __future__ import annotations

from dataclasses import dataclass, field

from tutor.cluster.jwt import Signer
from tutor.cluster.pki import SIMULATED


@dataclass(frozen=True, slots=True)
class Settings:
    """`root_ca` is the PEM text of --root-ca-file, `ca_key` that of --cluster-signing-key-file: without it no
    certificate is signed; `tokens` signs with that of --service-account-private-key-file."""

    root_ca: str = ''
    ca_key: str = ''
    tokens: Signer = field(default_factory=lambda: SIMULATED.tokens)
