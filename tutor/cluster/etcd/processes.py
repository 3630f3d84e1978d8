"""Which etcd a process is: the member that keeps the cluster's data, or one that a pod runs for itself."""

from __future__ import annotations

from functools import partial

from tutor.cluster.etcd.leases import Leases
from tutor.cluster.etcd.member import EtcdMember
from tutor.cluster.etcd.raft.group import RaftGroup
from tutor.cluster.etcd.service import delete
from tutor.cluster.network.fabric import Fabric
from tutor.cluster.simulation import Simulation
from tutor.cluster.storage.store import Store
from tutor.shell.process import IO, Context
from tutor.shell.programs.chroot import MACHINE


class EtcdProcesses:
    """Only who listens where machines do is found by the API server; a pod with a network of its own has data of its
    own too, as long as its process runs."""

    def __init__(self, simulation: Simulation, fabric: Fabric, member: EtcdMember) -> None:
        self._simulation = simulation
        self._fabric = fabric
        self._member = member
        self._others: dict[int, EtcdMember] = {}

    def start(self, ctx: Context, io: IO) -> None:
        """Raises CannotStart."""
        if self._listens_where_machines_do(ctx):
            self._member.start(ctx, io)
            return
        other = self._alone()
        other.start(ctx, io)
        self._others[id(ctx)] = other

    def stop(self, ctx: Context) -> None:
        self._others.pop(id(ctx), self._member).stop(ctx)

    @staticmethod
    def _listens_where_machines_do(ctx: Context) -> bool:
        machine, network = ctx.extras.get(MACHINE), ctx.host.network
        return machine is None or network is None or network.addresses == machine.network.addresses

    def _alone(self) -> EtcdMember:
        store = Store()
        return EtcdMember(store, lambda empty: None, True, None,
                          lambda: RaftGroup(self._simulation, self._fabric.links, store),
                          Leases(self._simulation, store, partial(delete, store)))
