"""The ring: which nodes there are, the tokens of each, and how much of the data it owns."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from itertools import pairwise
from typing import Any

LOWEST, HIGHEST = -2**63, 2**63 - 1
COPIES = 2
"""On how many nodes a row lies: the keyspaces of the system have two copies."""


@dataclass(slots=True)
class Endpoint:
    """One node as all others know it."""

    address: str
    host_id: str
    datacenter: str
    rack: str
    tokens: list[int]
    load: int

    def plain(self) -> dict[str, Any]:
        return asdict(self)


class Ring:
    """All nodes that one knows, by their host ids."""

    def __init__(self) -> None:
        self.endpoints: dict[str, Endpoint] = {}

    def merge(self, found: list[dict[str, Any]]) -> None:
        """Take in what another node knows: a host that has moved is known at its new address only."""
        for plain in found:
            endpoint = Endpoint(**plain)
            self.endpoints[endpoint.host_id] = endpoint

    def plain(self) -> list[dict[str, Any]]:
        return [endpoint.plain() for endpoint in self.endpoints.values()]

    def owned(self) -> dict[str, float]:
        """The share of all rows that lie on each node, by host id (SimpleStrategy's replicas)."""
        order = sorted((token, endpoint.host_id) for endpoint in self.endpoints.values() for token in endpoint.tokens)
        shares = dict.fromkeys(self.endpoints, 0.0)
        bounds = [order[-1][0] - (HIGHEST - LOWEST), *(token for token, _ in order)]
        for place, (before, token) in enumerate(pairwise(bounds)):
            owners: list[str] = []
            for _, host in (*order[place:], *order[:place]):
                if host not in owners:
                    owners.append(host)
                if len(owners) == COPIES:
                    break
            for host in owners:
                shares[host] += (token - before) / (HIGHEST - LOWEST)
        return shares
