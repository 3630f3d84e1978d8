"""kubectl port-forward: ports of this machine that lead into a pod, until it is interrupted."""

from __future__ import annotations

import errno
import os
from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.field import go_quote
from tutor.client.transport import ExecSession
from tutor.cluster.simulation import BrokenPipe, Future, Reader, Writer
from tutor.kubectl.cmd.exec import PodOptions, pod_running_timeout
from tutor.kubectl.command import Command
from tutor.kubectl.errors import KubectlError, UsageError
from tutor.kubectl.forwarding import addresses, for_pod, for_service, local_and_remote, no_udp
from tutor.kubectl.klog import log_line
from tutor.shell.pflag import Flag

CHUNK = 64 * 1024


class PortForwardOptions(PodOptions):
    def complete(self) -> None:
        if len(self.args) < 2:
            raise UsageError('TYPE/NAME and list of ports are required for port-forward')
        if self.flags['pod-running-timeout'] <= 0:
            raise UsageError('--pod-running-timeout must be higher than zero')

    async def run(self) -> None:
        namespace, pod_ports = self.factory.namespace(), self.args[1:]
        result = await self.factory.builder().namespace(namespace).resource_names('pods', self.args[0]).do()
        obj = result.infos()[0].object
        self.pod = await self.pod_for(obj, namespace)
        no_udp(obj, pod_ports)
        mapped = for_service(obj, self.pod, pod_ports) if obj.get('kind') == 'Service' else for_pod(self.pod, pod_ports)
        self.pod = self.factory.client.get('pods', self.pod['metadata']['name'], namespace)
        phase = (self.pod.get('status') or {}).get('phase', '')
        if phase != 'Running':
            raise KubectlError(f'unable to forward port because pod is not running. Current status={phase}')
        await self._forward([local_and_remote(port) for port in mapped], addresses(self.flags['address']))

    async def _forward(self, ports: list[tuple[int, int]], places: list[tuple[str, str]]) -> None:
        """Listen, and serve until an interrupt or a failed connection."""
        self.over: Future[str] = Future(self.factory.ctx.simulation)
        self.factory.ctx.signals['INT'] = lambda: self._stop('')
        self.listeners: list[Any] = []
        try:
            if not [port for port in ports if self._listen(*port, places)]:
                listed = ' '.join(f'{{{local} {remote}}}' for local, remote in ports)
                raise KubectlError(f'unable to listen on any of the requested ports: [{listed}]')
            problem = await self.over
        finally:
            self.factory.ctx.signals.pop('INT', None)
            for listener in self.listeners:
                listener.close()
        if problem:
            raise KubectlError(problem)

    def _stop(self, problem: str) -> None:
        if not self.over.done:
            self.over.resolve(problem)

    def _listen(self, local: int, remote: int, places: list[tuple[str, str]]) -> bool:
        """listenOnPort: one port on all addresses; of those that localhost stands for, one is enough."""
        failed: dict[str, list[str]] = {}
        worked: set[str] = set()
        for address, mode in places:
            try:
                local = self._listen_on(address, local, remote)
                worked.add(mode)
            except OSError as error:
                protocol = 'tcp6' if ':' in address else 'tcp4'
                failed.setdefault(mode, []).append('unable to create listener: Error listen '
                                                   f'{protocol} {shown(address)}:{local}: bind: {_text(error)}')
        if all(mode in worked for mode in failed):
            return True
        texts = ' '.join(text for group in failed.values() for text in group)
        self.err(f'Unable to listen on port {local}: Listeners failed to create with the following errors: [{texts}]\n')
        return False

    def _listen_on(self, address: str, local: int, remote: int) -> int:
        """Listen on one address, and give the port there, which was chosen now if it was 0."""
        network = self.factory.ctx.host.network
        if network is None:
            raise OSError(errno.EADDRNOTAVAIL, '')

        async def serve(connection: Any) -> None:
            await self._serve(connection, connection.local[1], remote)

        listener = network.listen(local, serve, address)
        self.listeners.append(listener)
        self.out(f'Forwarding from {shown(address)}:{listener.port} -> {remote}\n')
        return listener.port

    async def _serve(self, connection: Any, local: int, remote: int) -> None:
        """handleConnection: a stream of its own for each connection; a failure there ends them all."""
        self.out(f'Handling connection for {local}\n')
        client, meta = self.factory.client, self.pod['metadata']
        try:
            session = client.connect(client.path('pods', meta['namespace'], meta['name'], 'portforward'), ports=remote)
        except (StatusError, ConnectionError) as error:
            self._failed(f'error creating error stream for port {local} -> {remote}: {error}')
            return
        problem = await self._pump(connection, session)
        connection.close()
        if problem:
            self._failed(f'an error occurred forwarding {local} -> {remote}: {problem}')

    async def _pump(self, connection: Any, session: ExecSession) -> str:
        """Copy both ways until the pod's side has ended; what that side complains of."""
        assert session.stdin is not None
        simulation = self.factory.ctx.simulation
        up = simulation.spawn(_copy(connection.reader, session.stdin), 'port-forward up')
        try:
            await _copy(session.stdout, connection.writer)
            return (await session.stderr.read()).decode('utf-8', 'replace') if session.stderr else ''
        finally:
            up.cancel()
            session.close()

    def _failed(self, text: str) -> None:
        """runtime.HandleError, as klog writes it, and the end of the forwarding."""
        log_line(self.factory, 'E', 'portforward.go:424', f'"Unhandled Error" err={go_quote(text)}')
        self._stop('lost connection to pod')


async def _copy(source: Reader, target: Writer) -> None:
    try:
        while data := await source.read(CHUNK):
            target.write(data)
            await target.drain()
    except BrokenPipe:
        pass
    target.close()


def shown(address: str) -> str:
    return f'[{address}]' if ':' in address else address


def _text(error: OSError) -> str:
    return os.strerror(error.errno or errno.EIO).lower()


COMMAND = Command(
    usage='port-forward TYPE/NAME [options] [LOCAL_PORT:]REMOTE_PORT [...[LOCAL_PORT_N:]REMOTE_PORT_N]',
    long="""
        Forward one or more local ports to a pod.

        Use resource type/name such as deployment/mydeployment to select a pod. Resource type defaults to 'pod' if omitted.

        If there are multiple pods matching the criteria, a pod will be selected automatically. The forwarding session ends when the selected pod terminates, and a rerun of the command is needed to resume forwarding.
        """,  # noqa: E501
    examples="""
        # Listen on ports 5000 and 6000 locally, forwarding data to/from ports 5000 and 6000 in the pod
        kubectl port-forward pod/mypod 5000 6000

        # Listen on ports 5000 and 6000 locally, forwarding data to/from ports 5000 and 6000 in a pod selected by the deployment
        kubectl port-forward deployment/mydeployment 5000 6000

        # Listen on port 8443 locally, forwarding to the targetPort of the service's port named "https" in a pod selected by the service
        kubectl port-forward service/myservice 8443:https

        # Listen on port 8888 locally, forwarding to 5000 in the pod
        kubectl port-forward pod/mypod 8888:5000

        # Listen on port 8888 on all addresses, forwarding to 5000 in the pod
        kubectl port-forward --address 0.0.0.0 pod/mypod 8888:5000

        # Listen on port 8888 on localhost and selected IP, forwarding to 5000 in the pod
        kubectl port-forward --address localhost,10.19.21.23 pod/mypod 8888:5000

        # Listen on a random port locally, forwarding to 5000 in the pod
        kubectl port-forward pod/mypod :5000
        """,  # noqa: E501
    flags=(
        Flag('address', default=('localhost',), help='Addresses to listen on (comma separated). Only '
             'accepts IP addresses or localhost as a value. When localhost is supplied, kubectl will try to bind on '
             'both 127.0.0.1 and ::1 and will fail if neither of these addresses are available to bind.'),
        pod_running_timeout(60.0),
    ),
    options=PortForwardOptions,
)
