"""What every kubeadm command works with: its machine, its flags, and a client to the API server."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tutor.apimachinery import decode
from tutor.apimachinery.errors import StatusError
from tutor.client.client import Client
from tutor.client.rest_config import RestConfig
from tutor.client.transport import User
from tutor.cluster.pki import Keys
from tutor.kubeadm.errors import KubeadmError
from tutor.shell.cri import ContainerRuntime
from tutor.shell.klog import Klog
from tutor.shell.machine import Machine
from tutor.shell.pflag import FlagSet
from tutor.shell.process import IO, Context
from tutor.shell.programs.packages import kubernetes
from tutor.shell.vfs import FileSystem

ADMIN_CONF = '/etc/kubernetes/admin.conf'
SUPER_ADMIN_CONF = '/etc/kubernetes/super-admin.conf'
RUNTIME_SOCKET = '/run/containerd/containerd.sock'


@dataclass(slots=True)
class Environment:
    """One call of kubeadm. `keys` make what kubeadm makes with OpenSSL's randomness."""

    machine: Machine
    flags: FlagSet
    io: IO
    ctx: Context
    keys: Keys

    @property
    def files(self) -> FileSystem:
        return self.machine.host.files

    @property
    def hostname(self) -> str:
        return self.machine.host.hostname

    @property
    def version(self) -> str:
        """kubeadm's own, 'v1.36.1'."""
        return kubernetes.release(self.files, 'kubeadm')

    @property
    def address(self) -> str:
        network = self.machine.host.network
        return network.addresses[0] if network is not None else ''

    @property
    def runtime(self) -> ContainerRuntime | None:
        return self.machine.sockets.get(RUNTIME_SOCKET)

    @property
    def log(self) -> Klog:
        return Klog(self.ctx.simulation, self.io.stderr.write, self.ctx.pid)

    def say(self, *lines: str) -> None:
        self.io.stdout.write(''.join(line + '\n' for line in lines))

    async def agreed(self, question: str) -> bool:
        """Whether the person answers yes."""
        self.io.stdout.write(f'{question} [y/N]: ')
        return (await self.io.stdin.readline()).decode().strip().lower() in ('y', 'yes')

    def admin(self, path: str = '') -> Client:
        """The client of a file, by default of --kubeconfig or admin.conf. Raises KubeadmError."""
        path = path or self.flags.get('kubeconfig') or ADMIN_CONF
        try:
            text = self.files.read_text(path)
        except OSError:
            raise KubeadmError(f'failed to load admin kubeconfig: open {path}: no such file or directory') from None
        config = decode.one(text) or {}
        cluster, user = config['clusters'][0]['cluster'], config['users'][0]['user']
        return self.client(RestConfig(cluster['server'], client_certificate_data=_pem(user, 'client-certificate-data'),
                                      client_key_data=_pem(user, 'client-key-data'), token=user.get('token', ''),
                                      user_agent='kubeadm'))

    def client(self, config: RestConfig) -> Client:
        """A client for a server and a user. Raises KubeadmError when nobody answers there."""
        connect: Callable[[RestConfig], Any] = self.ctx.extras['connect']
        try:
            return Client(connect(config), User(), 'kubeadm')
        except OSError as problem:
            raise KubeadmError(str(problem)) from None

    async def until(self, works: Callable[[], bool], limit: float, every: float = 0.5) -> float | None:
        """Wait until something works; how long it took, None when it never did."""
        simulation = self.ctx.simulation
        begun = simulation.now
        while simulation.now - begun < limit:
            try:
                if works():
                    return simulation.now - begun
            except (StatusError, OSError, KubeadmError):
                pass
            await simulation.sleep(every)
        return None


def _pem(user: dict[str, Any], name: str) -> str:
    return base64.b64decode(user.get(name, '')).decode()
