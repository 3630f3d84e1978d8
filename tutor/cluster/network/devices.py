"""The devices, routes and neighbours of a machine or a pod, as a bridge plug-in (cni0) leaves them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from tutor.shell.netview import Device, Neighbour, Route, mac_of

if TYPE_CHECKING:
    from tutor.cluster.network.fabric import Fabric
    from tutor.cluster.network.stack import Stack

BRIDGE = 'cni0'
FIRST_VETH = 4
"""lo, eth0 and the bridge come before."""


def gateway(address: str) -> str:
    """The first address of a /24."""
    return address.rpartition('.')[0] + '.1'


def _veth(stack: Stack) -> str:
    """A name as the kernel gives: it stays with the pod."""
    return 'veth' + ''.join(f'{int(part):02x}' for part in stack.address.split('.'))


def devices(fabric: Fabric, stack: Stack) -> list[Device]:
    """Those beside the loopback device, in the order of their numbers."""
    pods = fabric.pods_on(stack.node)
    if stack.pod:
        own = pods.index(stack) + FIRST_VETH if stack in pods else 0
        return [Device(2, 'eth0', mac_of(stack.address), stack.address, peer=own)]
    found = [Device(2, 'eth0', mac_of(stack.address), stack.address)]
    if pods:
        bridge = gateway(pods[0].address)
        found.append(Device(3, BRIDGE, mac_of(bridge), bridge))
        found += [Device(number, _veth(pod), mac_of(pod.address), peer=2, master=BRIDGE)
                  for number, pod in enumerate(pods, FIRST_VETH)]
    return found


def dummy_mac(address: str) -> str:
    """The hardware address that the kernel gives to a device without wires."""
    digest = hashlib.sha256(address.encode()).digest()
    return ':'.join(f'{byte:02x}' for byte in (digest[0] & 0xfc | 0x02, *digest[1:6]))


def routes(fabric: Fabric, stack: Stack) -> list[Route]:
    """The routing table: a machine's knows where the pods of the others are."""
    own = stack.address
    found = [Route('default', 'eth0', gateway(own))]
    if not stack.pod:
        for name, cidr in fabric.pod_cidrs.items():
            if name != stack.node:
                found.append(Route(cidr, 'eth0', fabric.node(name).address))
            elif fabric.pods_on(name):
                found.append(Route(cidr, BRIDGE, source=gateway(cidr.partition('/')[0])))
    found.append(Route(f'{own.rpartition(".")[0]}.0/24', 'eth0', source=own))
    return found


def neighbours(fabric: Fabric, stack: Stack) -> list[Neighbour]:
    """The gateway, and for a machine the others and its own pods."""
    if stack.pod:
        return [Neighbour(gateway(stack.address), mac_of(gateway(stack.address)), 'eth0')]
    wired = [gateway(stack.address), *(fabric.node(name).address for name in fabric.pod_cidrs if name != stack.node)]
    return [*(Neighbour(address, mac_of(address), 'eth0') for address in wired),
            *(Neighbour(pod.address, mac_of(pod.address), BRIDGE) for pod in fabric.pods_on(stack.node))]
