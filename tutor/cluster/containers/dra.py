"""How drivers of devices, which run in containers, and the kubelet of their node meet (k8s.io/kubelet/pkg/apis/dra)."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from tutor.apimachinery.objects import Object

DRIVERS = 'DRA drivers'
"""Where a program finds the kubelet that it can register with."""


class Prepared(NamedTuple):
    """A device that is ready: the request it is for, and what CDI adds to the environment of its containers."""

    request: str
    env: dict[str, str]


class Driver(Protocol):
    """What a kubelet asks of a driver."""

    def prepare(self, claim: Object) -> list[Prepared]: ...


class Registrar(Protocol):
    """The kubelet's side: drivers come and go."""

    def register(self, name: str, driver: Driver) -> None: ...
    def unregister(self, name: str, driver: Driver) -> None: ...
