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
class Scaling:
    """The flags --horizontal-pod-autoscaler-…, in seconds."""

    period: float = 15.0
    downscale_stabilization: float = 300.0
    tolerance: float = 0.1
    cpu_initialization: float = 300.0
    readiness_delay: float = 30.0


OFF_UNLESS_NAMED = frozenset(('bootstrap-signer-controller', 'token-cleaner-controller'))
"""ControllersDisabledByDefault."""
USUAL_SCALING = Scaling()


@dataclass(frozen=True, slots=True)
class NodeMonitoring:
    """The flags about nodes that are silent: --node-monitor-… and --node-startup-grace-period, in seconds; nodes a
    second that are given up in a zone that is well, or wholly lost, and in a large one that has lost too many; from
    which share on those are too many, and how many nodes make a zone large."""

    period: float = 5.0
    grace: float = 50.0
    startup_grace: float = 60.0
    rate: float = 0.1
    secondary_rate: float = 0.01
    unhealthy: float = 0.55
    large: int = 50


USUAL_MONITORING = NodeMonitoring()


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
    scaling: Scaling = USUAL_SCALING
    monitoring: NodeMonitoring = USUAL_MONITORING
    signing_duration: float = 365 * 86400.0
    """--cluster-signing-duration, in seconds."""
    terminated_pods: int = 12500
    """--terminated-pod-gc-threshold: so many pods may lie about that have ended; 0 is any number."""
    switched_off: frozenset[str] = OFF_UNLESS_NAMED
    """The controllers that --controllers leaves out."""
