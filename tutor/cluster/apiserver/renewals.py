"""Leases that are renewed all the time: brought up to date when somebody reads them, not at each renewal."""

from __future__ import annotations

from typing import Protocol

from tutor.cluster.apiserver.requestinfo import RequestInfo
from tutor.cluster.registry.watch import Watcher

CONTROLLERS = 'system:kube-controller-manager'
"""Watches everything at all times, and does nothing about the Leases of leaders."""
PLACES = ('', 'kube-system')


class Renewals(Protocol):
    """Whose Leases they are. `catch_up` writes what is due; `watch` is for who wants to see each renewal."""

    def catch_up(self) -> None: ...
    def watch(self, watcher: Watcher) -> None: ...


class NoRenewals:
    """Nobody leads anything."""

    def catch_up(self) -> None: ...
    def watch(self, watcher: Watcher) -> None: ...


def is_renewed(info: RequestInfo) -> bool:
    """Whether a request reads Leases of leaders."""
    return info.resource == 'leases' and info.namespace in PLACES and info.verb in ('get', 'list', 'watch')
