"""A range of pod addresses for each node (pkg/controller/nodeipam/ipam/range_allocator.go)."""

from __future__ import annotations

from ipaddress import IPv4Network

from tutor.apimachinery.objects import Object
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.client.transport import STRATEGIC_PATCH
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.settings import PodRange
from tutor.cluster.simulation import Simulation

NONE_LEFT = 'CIDRNotAvailable'


class NodeIpamController(Controller):
    """Cuts the cluster's range into nodes' ranges, each next one after the last. Keys are nodes."""

    component = 'cidrAllocator'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers, pods: PodRange) -> None:
        super().__init__(simulation, client, informers)
        network = IPv4Network(pods.cidr)
        self._network = network
        self._prefix = pods.node_mask
        self._count = 2 ** max(pods.node_mask - network.prefixlen, 0)
        self._next = 0
        self._taken: dict[str, str] = {}
        """Ranges and the nodes that have them."""
        self.nodes = self.informer('nodes')
        self.nodes.on_change(self._changed)

    def _changed(self, old: Object | None, new: Object | None) -> None:
        """occupyCIDRs, releaseCIDR."""
        if new is None:
            self._taken.pop(((old or {}).get('spec') or {}).get('podCIDR', ''), None)
            return
        name, cidr = new['metadata']['name'], (new.get('spec') or {}).get('podCIDR', '')
        if cidr:
            self._taken[cidr] = name
        else:
            self.queue.add(name)

    def reconcile(self, key: str) -> None:
        """AllocateOrOccupyCIDR."""
        node = self.nodes.objects.get(key)
        if node is None or (node.get('spec') or {}).get('podCIDR'):
            return
        cidr = next((taken for taken, name in self._taken.items() if name == key), '') or self._free()
        if not cidr:
            reference = {**node, 'metadata': {'name': key, 'uid': key}}
            self.event(reference, 'Normal', NONE_LEFT, f'Node {key} status is now: {NONE_LEFT}')
            return
        self._taken[cidr] = key
        self.client.patch('nodes', key, {'spec': {'podCIDR': cidr, 'podCIDRs': [cidr]}}, content_type=STRATEGIC_PATCH)

    def _free(self) -> str:
        """CidrSet.AllocateNext: '' when all are taken."""
        base = int(self._network.network_address)
        for number in (place % self._count for place in range(self._next, self._next + self._count)):
            cidr = str(IPv4Network((base + number * 2 ** (32 - self._prefix), self._prefix)))
            if cidr not in self._taken:
                self._next = (number + 1) % self._count
                return cidr
        return ''
