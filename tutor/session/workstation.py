"""The machine at whose prompt the learner sits: the control plane node, with kubectl and a home folder."""

from __future__ import annotations

from tutor.cluster.cluster import Cluster
from tutor.shell.process import IO, Context, Host, Main
from tutor.shell.programs.catalog import programs
from tutor.shell.vfs import FileSystem

USER = 'learner'
HOME = '/home/learner'
PROGRAM = b'\x7fELF\x02\x01\x01\0'


KUBECTL_TIME = 0.04
"""Virtual seconds that kubectl takes to start and find its server: meanwhile controllers have seen the last change."""


async def _kubectl(argv: list[str], io: IO, ctx: Context) -> int:
    from tutor.kubectl.main import main
    await ctx.simulation.sleep(KUBECTL_TIME)
    return await main(argv, io, ctx)


async def _clock(argv, io, ctx) -> int:
    from tutor.session.clock import clock
    return await clock(argv, io, ctx)


def workstation(cluster: Cluster) -> Host:
    """A new machine beside a cluster, with an administrator's kubeconfig."""
    simulation = cluster.simulation
    files = FileSystem(lambda: simulation.now)
    installed: dict[str, Main] = {**programs(), 'kubectl': _kubectl, 'clock': _clock}
    for name in installed:
        files.put(f'/usr/bin/{name}', PROGRAM, 0o755, name)
    files.symlink('/usr/bin', '/bin')
    for folder in ('/tmp', '/etc', '/var/log', '/root', HOME, '/dev/fd'):
        files.make_dirs(folder)
    for device in ('null', 'zero', 'stdin', 'stdout', 'stderr', 'tty', 'random', 'urandom'):
        files.device(f'/dev/{device}', device)
    files.put('/etc/hostname', 'controlplane\n')
    files.put('/etc/passwd', f'root:x:0:0:root:/root:/bin/bash\n{USER}:x:1000:1000::{HOME}:/bin/bash\n')
    files.put('/etc/group', f'root:x:0:\n{USER}:x:1000:\n')
    files.put('/etc/hosts', '127.0.0.1\tlocalhost\n172.30.1.2\tcontrolplane\n')
    files.put('/etc/os-release', 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nID=debian\n')
    files.put(f'{HOME}/.kube/config', cluster.kubeconfig(), 0o600)
    for path in (HOME, f'{HOME}/.kube', f'{HOME}/.kube/config'):
        files.chown(path, 1000, 1000)
    files.chmod('/tmp', 0o1777)
    files.put('/etc/resolv.conf', 'nameserver 127.0.0.53\n')
    host = Host(simulation, 'controlplane', files, cluster.nodes.network_for(files), installed)
    host.next_pid = 1000
    return host
