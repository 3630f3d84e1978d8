"""The kubelet's own API, which the API server calls: logs, exec, attach, port-forward (pkg/kubelet/server)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tutor.apimachinery import errors
from tutor.apimachinery.gotime import parse_time
from tutor.apimachinery.http.requestinfo import is_true
from tutor.apimachinery.objects import Object
from tutor.client.transport import ByteStream, ExecSession, UpgradeRefused
from tutor.cluster.containers.container import Container
from tutor.cluster.containers.http import HttpResponse
from tutor.cluster.containers.logs import LogOptions, copy_log
from tutor.cluster.containers.runtime import Execution, RuntimeFailure
from tutor.cluster.kubelet import pods
from tutor.cluster.simulation import BrokenPipe, Future, Pipe, Reader, Task
from tutor.shell.streams import pour

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet
    from tutor.cluster.kubelet.worker import PodWorker

EXEC_SETUP = 0.1
"""How long it takes at least from a request to exec until its process runs: streams, the runtime, runc."""
SUCCESS = {'metadata': {}, 'status': 'Success'}
WAITING = {
    'ErrImagePull': "image can't be pulled",
    'ImagePullBackOff': 'trying and failing to pull image',
}


class LogStream:
    """A running `logs`."""

    def __init__(self, reader: Pipe, task: Task[None] | None = None) -> None:
        self.reader: Reader = reader
        self._pipe = reader
        self._task = task

    def close(self) -> None:
        self._pipe.close_read()
        if self._task is not None:
            self._task.cancel()


class KubeletApi:
    """Answers for the pods of one kubelet. Raises StatusError, or OSError where a stream cannot be opened."""

    def __init__(self, kubelet: Kubelet) -> None:
        self._kubelet = kubelet

    # -- logs ---------------------------------------------------------------------------------------------------

    def logs(self, pod: Object, container: str, options: dict[str, Any]) -> ByteStream:
        """GetKubeletContainerLogs."""
        kubelet, simulation = self._kubelet, self._kubelet.simulation
        worker = kubelet.find(pods.uid(pod))
        status = worker.status if worker is not None else pod.get('status') or {}
        identity = log_source(pod['metadata']['name'], status, container, is_true(options.get('previous')))
        out = Pipe(simulation)
        found = kubelet.runtime.containers.get(identity.partition('://')[2])
        if found is None:
            out.write(f'unable to retrieve container logs for {identity}')
            out.close()
            return LogStream(out)
        task = simulation.spawn(copy_log(simulation, found.log, self._options(options), out))
        return LogStream(out, task)

    def _options(self, options: dict[str, Any]) -> LogOptions:
        simulation = self._kubelet.simulation
        since: float | None = None
        if options.get('sinceSeconds'):
            since = simulation.now - int(options['sinceSeconds'])
        elif options.get('sinceTime') not in (None, '', 'null'):
            since = (parse_time(str(options['sinceTime'])) - simulation.epoch).total_seconds()
        return LogOptions(
            is_true(options.get('follow')), is_true(options.get('timestamps')), _number(options.get('tailLines')),
            _number(options.get('limitBytes')), since, {'Stdout': 'stdout', 'Stderr': 'stderr'}.get(
                options.get('stream', ''), ''))

    def read(self, path: str) -> HttpResponse:
        """What the kubelet's HTTP endpoint gives to the API server: /stats/summary, /metrics/resource …"""
        return self._kubelet.endpoint.read(path)

    # -- exec and attach ----------------------------------------------------------------------------------------

    def exec(self, pod: Object, container: str, options: dict[str, Any]) -> ExecSession:
        """ServeExec."""
        found = self._running(pod, container)
        simulation, runtime = self._kubelet.simulation, self._kubelet.runtime
        command = options.get('command') or []
        command = [command] if isinstance(command, str) else list(command)
        terminal = is_true(options.get('tty'))
        status: Future[dict[str, Any]] = simulation.future()
        try:
            execution = runtime.exec(found, command, is_true(options.get('stdin')), terminal, EXEC_SETUP)
        except RuntimeFailure as failure:
            return _failed(simulation, status, str(failure))
        execution.exit.on_done(lambda task: status.resolve(exit_status(command, _exit_code(task))))
        return RunningExec(execution, status, terminal)

    def attach(self, pod: Object, container: str, options: dict[str, Any]) -> ExecSession:
        """ServeAttach: the streams of the main process."""
        full_name = f'{pod["metadata"]["name"]}_{pod["metadata"]["namespace"]}'
        found = self._running(pod, container, f'container {container} not found in pod {full_name}')
        simulation = self._kubelet.simulation
        status: Future[dict[str, Any]] = simulation.future()
        out = Pipe(simulation)
        err = None if found.config.tty else Pipe(simulation)
        found.stdout.attach(out)
        found.stderr.attach(err or out)
        stdin = AttachedInput(found) if is_true(options.get('stdin')) and found.stdin is not None else None
        found.ended.on_done(lambda _: status.resolve(SUCCESS))
        return ExecSession(stdin, out, err, status,
                           resize=found.console.resize if found.console is not None else None, console=found.console)

    def _running(self, pod: Object, name: str, missing: str = '') -> Container:
        """The container's running instance. Raises UpgradeRefused; `missing` is what GetAttach says then."""
        worker = self._kubelet.find(pods.uid(pod))
        history = worker.histories.get(name) if worker is not None else None
        if not history or not history[0].running:
            text = missing or f'container not found ("{name}")'
            raise UpgradeRefused(f'unable to upgrade connection: {text}')
        if self._kubelet.idle:
            raise errors.internal_error('error executing command in container: this node runs no containers')
        return history[0]

    # -- port-forward -------------------------------------------------------------------------------------------

    def port_forward(self, pod: Object, port: int | None) -> ExecSession:
        """PortForward: one connection to a port inside the pod; without a port, the upgraded connection on which no
        stream has begun."""
        simulation = self._kubelet.simulation
        worker = self._kubelet.find(pods.uid(pod))
        if worker is None or worker.attachment is None:
            raise UpgradeRefused(f'unable to upgrade connection: pod not found ("{pods.key(pod)}")')
        status: Future[dict[str, Any]] = simulation.future()
        up, down, problems = Pipe(simulation), Pipe(simulation), Pipe(simulation)
        if port is not None:
            simulation.spawn(_forward(worker, port, (up, down, problems), status))
        return ExecSession(up, down, problems, status)


class RunningExec(ExecSession):
    """An exec whose process is hung up on when the session is closed."""

    def __init__(self, execution: Execution, status: Future[dict[str, Any]], terminal: bool) -> None:
        super().__init__(execution.stdin, execution.stdout, None if terminal else execution.stderr, status,
                         resize=execution.console.resize if execution.console is not None else None,
                         console=execution.console)
        self._execution = execution

    def close(self) -> None:
        super().close()
        if not self._execution.exit.done:
            self._execution.process.signal('HUP')


class AttachedInput:
    """The standard input of a container, for one who is attached."""

    isatty = False

    def __init__(self, container: Container) -> None:
        self._container = container

    def write(self, data: str | bytes) -> None:
        stdin = self._container.stdin
        if stdin is None or not self._container.running:
            raise BrokenPipe
        stdin.write(data)

    async def drain(self) -> None:
        if self._container.stdin is not None:
            await self._container.stdin.drain()

    def close(self) -> None:
        """The end of this input; with stdinOnce, of the container's for good."""
        stdin = self._container.stdin
        if stdin is not None and self._container.config.stdin_once and not stdin.closed:
            stdin.close()


def log_source(pod: str, status: Object, name: str, previous: bool) -> str:
    """validateContainerLogStatus: the id of the container whose log is meant. Raises StatusError BadRequest."""
    entry = _status_of(status, name)
    if entry is None:
        raise errors.bad_request(f'container "{name}" in pod "{pod}" is not available')
    last = (entry.get('lastState') or {}).get('terminated') or {}
    state = entry.get('state') or {}
    if previous:
        if not last.get('containerID'):
            raise errors.bad_request(f'previous terminated container "{name}" in pod "{pod}" not found')
        return last['containerID']
    if 'running' in state:
        return entry['containerID']
    found = (state.get('terminated') or {}).get('containerID') or last.get('containerID')
    if found:
        return found
    if 'terminated' in state or last:
        raise errors.bad_request(f'container "{name}" in pod "{pod}" is terminated')
    reason = (state.get('waiting') or {}).get('reason', '')
    raise errors.bad_request(f'container "{name}" in pod "{pod}" is waiting to start: {WAITING.get(reason, reason)}')


def _status_of(status: Object, name: str) -> Object | None:
    fields: Iterable[str] = ('containerStatuses', 'initContainerStatuses', 'ephemeralContainerStatuses')
    return next((entry for field in fields for entry in status.get(field) or () if entry['name'] == name), None)


def exit_status(command: list[str], code: int) -> dict[str, Any]:
    """The metav1.Status that ends an exec."""
    if not code:
        return SUCCESS
    return {'metadata': {}, 'status': 'Failure', 'reason': 'NonZeroExitCode',
            'message': 'command terminated with non-zero exit code: error executing command '
                       f'[{" ".join(command)}], exit code {code}',
            'details': {'causes': [{'reason': 'ExitCode', 'message': str(code)}]}}


def _failed(simulation: Any, status: Future[dict[str, Any]], text: str) -> ExecSession:
    """A session that ends before it began: the command could not be started."""
    out, err = Pipe(simulation), Pipe(simulation)
    out.close()
    err.close()
    message = f'Internal error occurred: Internal error occurred: error executing command in container: {text}'
    status.resolve({'metadata': {}, 'status': 'Failure', 'message': message, 'reason': 'InternalError',
                    'details': {'causes': [{'message': text}]}, 'code': 500})
    return ExecSession(Pipe(simulation), out, err, status)


def _exit_code(task: Future[int]) -> int:
    return 139 if task.exception() is not None else task.result()


async def _forward(worker: PodWorker, port: int, pipes: tuple[Pipe, Pipe, Pipe],
                   status: Future[dict[str, Any]]) -> None:
    up, down, problems = pipes
    assert worker.attachment is not None
    network: Any = worker.attachment.open(lambda: worker.kubelet.machine.files)
    try:
        connection = await network.connect('127.0.0.1', port)
    except OSError:
        namespace = f'/var/run/netns/cni-{worker.uid}'
        problems.write(
            f'error forwarding port {port} to pod {worker.sandbox.id if worker.sandbox else ""}, uid : failed to '
            f'execute portforward in network namespace "{namespace}": failed to connect to localhost:{port} inside '
            f'namespace "{namespace}", IPv4: dial tcp4 127.0.0.1:{port}: connect: connection refused IPv6 dial tcp6 '
            f'[::1]:{port}: connect: connection refused ')
        problems.close()
        down.close()
        status.resolve(SUCCESS)
        return
    simulation = worker.simulation
    back = simulation.spawn(pour(connection.reader, down, close=True))
    await pour(up, connection.writer, close=True)
    await back
    connection.close()
    problems.close()
    status.resolve(SUCCESS)


def _number(value: Any) -> int:
    return int(value) if value not in (None, '') else -1
