"""What kube-controller-manager is told by its flags, and what it knows besides."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from tutor.apimachinery.objects import Object
from tutor.cluster.jwt import Signer
from tutor.cluster.pki import SIMULATED


class Heartbeats(Protocol):
    """What is known of renewals of nodes' Leases that nobody has read. `last` is when the last one was, in virtual
    seconds, None for a node without a kubelet; `shown_by` is whether a Lease tells of that one."""

    def last(self, name: str) -> float | None: ...
    def shown_by(self, lease: Object) -> bool: ...


class NoHeartbeats:
    """Whatever is renewed is also written."""

    def last(self, name: str) -> float | None:
        return None

    def shown_by(self, lease: Object) -> bool:
        return False


@dataclass(frozen=True, slots=True)
class PodRange:
    """--cluster-cidr and --node-cidr-mask-size."""

    cidr: str = '10.244.0.0/16'
    node_mask: int = 24


@dataclass(frozen=True, slots=True)
class Settings:
    """`root_ca` is the PEM text of --root-ca-file, `ca_key` that of --cluster-signing-key-file: without it no
    certificate is signed; `tokens` signs with that of --service-account-private-key-file; `pods` is None without
    --allocate-node-cidrs."""

    root_ca: str = ''
    ca_key: str = ''
    tokens: Signer = field(default_factory=lambda: SIMULATED.tokens)
    heartbeats: Heartbeats = field(default_factory=NoHeartbeats)
    pods: PodRange | None = None
