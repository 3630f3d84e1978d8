"""What kube-controller-manager is told by its flags."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Settings:
    """`root_ca` is the PEM text of --root-ca-file; `identity` the name its leader election uses."""

    root_ca: str = ''
    identity: str = 'controlplane'
