"""NodePorts: a host port is used by one pod of a node."""

from __future__ import annotations

from collections.abc import Iterable

from tutor.apimachinery.objects import Object
from tutor.cluster.scheduler.framework import SKIP, Cycle, Hint, Plugin, PreFilter, Rejection
from tutor.cluster.scheduler.hints import added, is_placed
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo, host_ports

_REJECTED = Rejection('NodePorts', ("node(s) didn't have free ports for the requested pod ports",))
_ANY = '0.0.0.0'


class NodePorts(Plugin):
    name = 'NodePorts'

    def pre_filter(self, cycle: Cycle) -> PreFilter:
        return None if cycle.pod.ports else SKIP

    def filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        passed = []
        for node in nodes:
            if any(conflicts(node.ports, *port) for port in cycle.pod.ports):
                cycle.failed[node.name] = _REJECTED
            else:
                passed.append(node)
        return passed

    def hints(self) -> dict[str, Hint]:
        return {'nodes': added, 'pods': _frees_port}


def conflicts(ports: Iterable[tuple[str, str, int]], ip: str, protocol: str, port: int) -> bool:
    """HostPortInfo.CheckConflict: the address of all interfaces conflicts with every other."""
    return any(number == port and used == protocol and (ip in (_ANY, address) or address == _ANY)
               for address, used, number in ports)


def _frees_port(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """A pod went that had, or was to have, a port that the waiting one asks for."""
    if new is not None or old is None or not (is_placed(old) or old.get('status', {}).get('nominatedNodeName')):
        return False
    freed = host_ports(old['spec'])
    return any(conflicts(freed, *port) for port in pod.ports)
