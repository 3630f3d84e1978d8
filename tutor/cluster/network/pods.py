"""Pod networks: what a CNI plug-in does when a pod begins and ends."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tutor.cluster.network.addresses import PodAddresses
from tutor.cluster.network.fabric import Fabric
from tutor.cluster.network.host import HostNetwork
from tutor.cluster.network.stack import Stack
from tutor.shell.vfs import FileSystem


@dataclass(slots=True)
class Attachment:
    """A pod's network: its addresses, and how a container opens its view of it."""

    stack: Stack
    addresses: list[str]

    def open(self, files: Callable[[], FileSystem]) -> HostNetwork:
        return HostNetwork(self.stack, files)


class PodNetwork:
    """The plug-in on one node. Raises AddressesExhausted when its range is used up."""

    def __init__(self, fabric: Fabric, node: str, cidr: str) -> None:
        self._fabric = fabric
        self._node = node
        self.use(cidr)

    def use(self, cidr: str) -> None:
        """Give out addresses of this range from now on."""
        self.cidr = self._fabric.pod_cidrs[self._node] = cidr
        self._addresses = PodAddresses(cidr)

    def attach(self, pod: str, host: bool = False) -> Attachment:
        """Give a pod ('namespace/name') an address; the node's own with `host`."""
        if host:
            stack = self._fabric.node(self._node)
            return Attachment(stack, list(stack.addresses))
        addresses = [self._addresses.allocate()]
        stack = self._fabric.add(Stack(self._fabric, self._node, addresses, pod.rpartition('/')[2], pod))
        return Attachment(stack, addresses)

    def detach(self, attachment: Attachment) -> None:
        """Take the address back."""
        if attachment.stack.pod:
            self._fabric.remove(attachment.stack)
            for address in attachment.addresses:
                self._addresses.free(address)
