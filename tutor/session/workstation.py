"""The machine at whose prompt the learner sits: the control plane node, with kubectl and a home folder."""

from __future__ import annotations

from functools import partial

from tutor.cluster.cluster import Cluster
from tutor.cluster.containers.userlands import ELF
from tutor.cluster.machine.disk import HOME, RESOLV_CONF, UID, base
from tutor.shell.process import IO, Context, Host, Main
from tutor.shell.programs.catalog import Lazy, programs
from tutor.shell.vfs import FileSystem

KUBECTL_TIME = 0.04
"""Virtual seconds that kubectl takes to start and find its server: meanwhile controllers have seen the last change."""


async def _kubectl(argv: list[str], io: IO, ctx: Context) -> int:
    from tutor.kubectl.main import main
    await ctx.simulation.sleep(KUBECTL_TIME)
    return await main(argv, io, ctx)


async def _kubeadm(cluster: Cluster, argv: list[str], io: IO, ctx: Context) -> int:
    from tutor.kubeadm.program import main
    return await main(argv, io, ctx, cluster.keys)


TOOLS: dict[str, Main] = {
    'kubectl': _kubectl, **{name: Lazy(f'tutor.session.{place}') for name, place in {
        'clock': 'clock:clock', 'chaos': 'chaos:chaos', 'raft': 'raft:raft', 'why': 'why.program:why'}.items()}}


def workstation(cluster: Cluster) -> Host:
    """The machine at whose prompt the learner sits: the control plane's, or one of its own beside a cluster that has
    none. It has an administrator's kubeconfig, once there is a cluster."""
    cluster.nodes.equip({**TOOLS, 'kubeadm': partial(_kubeadm, cluster)})
    seat = cluster.nodes.control_plane
    if seat is not None:
        seat.attended = True
    host: Host = seat or _outside(cluster)
    files = host.files
    for name in TOOLS:
        if not files.exists(f'/usr/bin/{name}'):
            files.put(f'/usr/bin/{name}', ELF, 0o755, name)
    for home, uid in ((HOME, UID), ('/root', 0)) if cluster.initialised else ():
        files.put(f'{home}/.kube/config', cluster.kubeconfig(), 0o600)
        for path in (home, f'{home}/.kube', f'{home}/.kube/config'):
            files.chown(path, uid, uid)
    return host


def _outside(cluster: Cluster) -> Host:
    """A machine that is no node."""
    simulation = cluster.simulation
    files = FileSystem(lambda: simulation.now, lower=base(programs()))
    files.put('/etc/hostname', 'controlplane\n')
    files.put('/etc/hosts', '127.0.0.1\tlocalhost\n172.30.1.2\tcontrolplane\n')
    files.put('/etc/resolv.conf', RESOLV_CONF)
    host = Host(simulation, 'controlplane', files, cluster.nodes.first_network(files), {**programs(), **TOOLS})
    host.next_pid = 1000
    return host
