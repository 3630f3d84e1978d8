"""The container runtime of one node (containerd): images, sandboxes, containers, exec. The kubelet drives it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tutor.cluster.containers import handlers, system
from tutor.cluster.containers.console import Console
from tutor.cluster.containers.container import (
    CREATED,
    EXITED,
    RUNNING,
    Container,
    ContainerConfig,
    ContainerHost,
    ContainerNetwork,
    PidNamespace,
    PodMemory,
)
from tutor.cluster.containers.executables import StartFailure, find
from tutor.cluster.containers.nodeimages import NodeImages
from tutor.cluster.containers.usage import Memory, Processor
from tutor.cluster.simulation import Future, Pipe, Simulation, Task
from tutor.shell.disk import Disk
from tutor.shell.process import IO, PATH, SIGNALS, Context, Host, Main, Process
from tutor.shell.streams import pour
from tutor.shell.tty import joined
from tutor.shell.vfs import FileSystem, normalize

RUNC_CREATE = ('failed to create containerd task: failed to create shim task: OCI runtime create failed: '
               'runc create failed: unable to start container process: ')
RUNC_EXEC = 'OCI runtime exec failed: exec failed: unable to start container process: '
EXECVE = 'execve'
START_ERROR = 'StartError'
START_ERROR_CODE = 128
LOST_CODE = 255
MAX_MESSAGE = 4096
INIT_TIME = 0.04
NOBODY = 65535
"""The user and the group of the pause image."""
SMALL_PROCESS = 512 * 1024
"""What a shell or sleep keeps in memory."""


class RuntimeFailure(Exception):
    """What the runtime answers when it cannot do something."""


OpenNetwork = Callable[[Callable[[], FileSystem]], ContainerNetwork]
"""Opens a container's view of its pod's network, given how to get at the container's files."""


@dataclass(slots=True)
class Sandbox:
    """A pod's shared surroundings: its name and network. `open_network` gives the view of one container's files."""

    id: str
    pod: str
    hostname: str
    addresses: list[str]
    open_network: OpenNetwork
    created_at: float
    attempt: int = 0
    ready: bool = True
    pids: PidNamespace | None = None
    """The process table that all containers share, if they do."""
    memory: PodMemory = field(default_factory=PodMemory)
    containers: list[str] = field(default_factory=list)
    metadata: Mapping[str, Any] = field(default_factory=dict)
    """The pod's own: uid, labels, annotations."""
    cgroup: str = ''
    """The one that its containers' are in."""
    user: int = NOBODY
    group: int = NOBODY
    """Whom the pause process runs as."""

    def pause(self, host: Host, pid: int = 0) -> Process:
        """What holds the namespaces, as a process of a host."""
        process = Process(pid, ['/pause'], Context(host, pid=pid, uid=self.user, gid=self.group, user=str(self.user)))
        process.started = self.created_at
        return process


@dataclass(slots=True)
class Execution:
    """A process started in a running container: its streams and the Future of its exit status."""

    process: Process
    stdin: Pipe | None
    stdout: Pipe
    stderr: Pipe
    console: Console | None = None
    """Its terminal, if it has one."""

    @property
    def exit(self) -> Future[int]:
        return self.process.exit


class Runtime:
    """All sandboxes and containers of a node. `on_change` is called with a container that started or ended."""

    def __init__(self, simulation: Simulation, images: NodeImages, scheme: str = 'containerd',
                 cores: float = 2.0, disk: Disk | None = None) -> None:
        self.simulation = simulation
        self.images = images
        self.scheme = scheme
        self.processor = Processor(cores)
        self.memory = Memory()
        self.disk = disk or Disk()
        """Where containers keep what they write."""
        self.used = 0.0
        """CPU seconds of the containers that were removed."""
        self.sandboxes: dict[str, Sandbox] = {}
        self.containers: dict[str, Container] = {}
        self.on_change: Callable[[Container], None] = lambda container: None
        self.available = True
        """Whether containerd runs, so that others can ask it."""
        self.on_availability: Callable[[], None] = lambda: None
        self.on_memory: Callable[[ContainerHost], None] = lambda host: None
        """Called when a process in a container has taken memory."""
        self.on_kill: Callable[[Container, Sandbox, Process, int], None] = lambda *_: None
        """Called before the kernel kills a process that has so many bytes."""
        self._tell_of_kill = self._killed  # one for all hosts: there are many
        self.handlers: Mapping[str, str] = handlers.DEFAULT
        """The types of low-level runtimes that pods can be made with."""
        self._lost: list[Container] = []
        """Containers that ended when the machine lost its power."""
        self._back = simulation.condition()

    def serve(self, available: bool) -> None:
        """containerd has started, or ended. Containers run on either way."""
        self.available = available
        self._back.notify()
        self.on_availability()

    async def until_available(self) -> None:
        while not self.available:
            await self._back.wait()

    def new_id(self) -> str:
        return f'{self.simulation.random.getrandbits(256):064x}'

    # -- sandboxes ----------------------------------------------------------------------------------------------

    def run_sandbox(self, pod: str, hostname: str, addresses: list[str],
                    open_network: OpenNetwork, attempt: int = 0, metadata: Mapping[str, Any] | None = None,
                    cgroup: str = '', memory_limit: int = 0, user: int | None = None,
                    group: int | None = None) -> Sandbox:
        """RunPodSandbox; its containers together have at most `memory_limit` bytes, if that is not 0. Without a user
        and a group its pause process has those of its image."""
        sandbox = Sandbox(self.new_id(), pod, hostname, addresses, open_network, self.simulation.now, attempt,
                          metadata=metadata or {}, cgroup=cgroup, memory=PodMemory(memory_limit),
                          user=NOBODY if user is None else user,
                          group=group if group is not None else 0 if user is not None else NOBODY)
        self.sandboxes[sandbox.id] = sandbox
        return sandbox

    def share_processes(self, sandbox: Sandbox) -> None:
        """All containers of the sandbox see each other's processes; its pause process is the first."""
        sandbox.pids = PidNamespace()
        files = FileSystem(lambda: sandbox.created_at, read_only=True)
        files.put('/pause', b'', 0o755)
        sandbox.pids.processes[1] = sandbox.pause(Host(self.simulation, sandbox.hostname, files), 1)
        sandbox.pids.next = 2

    def stop_sandbox(self, sandbox: Sandbox) -> None:
        """StopPodSandbox: what still runs in it is killed."""
        sandbox.ready = False
        for identity in sandbox.containers:
            container = self.containers.get(identity)
            if container is not None and container.running:
                self.kill(container)

    def remove_sandbox(self, sandbox: Sandbox) -> None:
        """RemovePodSandbox, with its containers."""
        for identity in list(sandbox.containers):
            self.remove(identity)
        self.sandboxes.pop(sandbox.id, None)

    def power_off(self) -> None:
        """The machine loses its power."""
        for sandbox in self.sandboxes.values():
            sandbox.ready = False
        self._lost = [container for container in self.containers.values() if container.state != EXITED]
        for container in self._lost:
            self._end(container, LOST_CODE, 'Unknown')

    def power_on(self) -> None:
        """containerd is back, and finds no task of the containers that ran: they have ended by now (255, Unknown)."""
        for container in self._lost:
            container.finished_at = self.simulation.now
        self._lost = []

    # -- containers ---------------------------------------------------------------------------------------------

    def create(self, sandbox: Sandbox, config: ContainerConfig) -> Container:
        """CreateContainer. Raises RuntimeFailure when there is nothing to run (oci.WithProcessArgs)."""
        identity = self.new_id()
        if not config.argv():
            raise RuntimeFailure(f'failed to generate container "{identity}" spec: failed to generate spec: '
                                 'no command specified')
        container = Container(identity, config, sandbox.id, self.simulation)
        self.containers[container.id] = container
        sandbox.containers.append(container.id)
        return container

    def start(self, container: Container) -> None:
        """StartContainer. Raises RuntimeFailure when its command cannot be run; it has then ended (128)."""
        config, sandbox = container.config, self.sandboxes[container.sandbox]
        host = ContainerHost(self.simulation, sandbox.hostname, lambda: system.build(container, self.disk), config,
                             self.processor, self.memory, self._pid_namespace(container), sandbox.memory)
        host.on_memory = self.on_memory
        host.on_kill = self._tell_of_kill
        container.host = host
        try:
            if EXECVE in config.confinement.refused:
                raise StartFailure('error during container init: operation not permitted')
            _mountable(config)
            _enterable(config)
            main, arguments = self._find(container, config.argv())
        except StartFailure as failure:
            text = RUNC_CREATE + str(failure)
            self._end(container, START_ERROR_CODE, START_ERROR, text)
            container.started_at = None
            raise RuntimeFailure(text) from None
        container.network = sandbox.open_network(lambda: host.files)
        host.network = container.network
        if config.stdin:
            container.stdin = (system.TerminalPipe if config.tty else Pipe)(self.simulation)
        if config.tty:
            container.console = Console(container.stdin, container.stdout)
        container.state = RUNNING
        container.started_at = self.simulation.now
        stdin = container.stdin or system.EMPTY
        container.main = host.start(_prepared(main), arguments, container.io(stdin),
                                    container.context(container.console))
        if container.console is not None:
            container.console.process = container.main
        container.main.exit.on_done(lambda task: self._main_ended(container, task))
        image, own = config.manifest.image, config.manifest.is_own(main) or not (config.command or config.args)
        share = 0.9 + int(container.id[:4], 16) / 0xffff / 5
        host.settle(container.main.pid, *(
            (int(image.memory * share), image.cpu * share) if own else (SMALL_PROCESS, 0.0)))
        container.network.on_accept = host.serve
        self.on_change(container)

    def _pid_namespace(self, container: Container) -> PidNamespace | None:
        """The process table of the container or pod that this one is to share, None for one of its own."""
        sandbox = self.sandboxes[container.sandbox]
        target = container.config.target
        if target:
            for identity in reversed(sandbox.containers):
                other = self.containers[identity]
                if other.config.name == target and other.running and other.host is not None:
                    return other.host.pids
        seen = container.config.machine_processes
        return PidNamespace(seen) if seen is not None else sandbox.pids

    def _find(self, container: Container, argv: list[str]) -> tuple[Main, list[str]]:
        """The program to run. Most are in the image, unhidden by a mount: those are looked up once for all."""
        config = container.config
        assert container.host is not None
        main = config.manifest.main(argv[0], config.env.get('PATH', PATH), [m.path for m in config.mounts])
        if main is not None:
            return main, argv
        return find(container.host, argv, config.env, config.working_dir or '/')

    def _killed(self, process: Process, size: int) -> None:
        host = process.context.host
        container = next(found for found in self.containers.values() if found.host is host)
        self.on_kill(container, self.sandboxes[container.sandbox], process, size)

    def _main_ended(self, container: Container, task: Future[int]) -> None:
        error = task.exception()
        code = task.result() if error is None else 139
        if error is not None:
            self.simulation.failures.append((f'container {container.config.name}', error))  # type: ignore[arg-type]
        assert container.host is not None
        reason = 'OOMKilled' if container.host.oom_killed else 'Completed' if code == 0 else 'Error'
        self._end(container, code, reason)

    def _end(self, container: Container, code: int, reason: str, message: str = '') -> None:
        if container.state == EXITED:
            return
        container.state = EXITED
        container.finished_at = self.simulation.now
        container.exit_code, container.reason = code, reason
        container.message = message or termination_message(container, code)
        if container.host is not None:
            for process in container.host.own_processes():
                process.kill()
            container.host.halt()
        if container.network is not None:
            container.network.close()
        container.log.end()
        container.ended.resolve(code)
        for writer in (container.stdout, container.stderr):
            writer.end()
        self.on_change(container)

    def kill(self, container: Container) -> None:
        """SIGKILL, now."""
        if container.main is not None and container.running:
            container.main.kill()

    async def stop(self, container: Container, grace: float) -> None:
        """StopContainer: the stop signal, and SIGKILL when the grace period is over."""
        if not container.running or container.main is None:
            return
        if grace > 0:
            container.main.signal(container.stop_signal)
            if await self.simulation.within(grace, container.ended):
                return
        self.kill(container)
        await container.ended

    def remove(self, identity: str) -> None:
        """RemoveContainer."""
        container = self.containers.pop(identity, None)
        if container is None:
            return
        if container.running:
            self.kill(container)
        if container.host is not None:
            self.used += container.host.meter.at(self.simulation.now)
        sandbox = self.sandboxes.get(container.sandbox)
        if sandbox is not None and identity in sandbox.containers:
            sandbox.containers.remove(identity)

    # -- exec ---------------------------------------------------------------------------------------------------

    def exec(self, container: Container, argv: list[str], stdin: bool = False, tty: bool = False,
             setup: float = 0.0) -> Execution:
        """Exec: start a process in a running container, `setup` seconds from now. With a terminal, all its output is
        one stream. Raises RuntimeFailure."""
        host = container.host
        if host is None or not container.running:
            raise RuntimeFailure(f'container {container.id} is not running')
        try:
            main, arguments = find(host, argv, container.config.env, container.config.working_dir or '/')
        except StartFailure as failure:
            raise RuntimeFailure(f'failed to exec in container: failed to start exec "{self.new_id()}": '
                                 f'{RUNC_EXEC}{failure}') from None
        kind = system.TerminalPipe if tty else Pipe
        source = kind(self.simulation) if stdin else None
        out = kind(self.simulation)
        err = out if tty else Pipe(self.simulation)
        console = Console(source, out) if tty else None
        process = host.start(_prepared(main, setup) if setup else main, arguments,
                             IO(source or system.EMPTY, out, err), _with_terminal(container.context(console)))
        process.exit.on_done(lambda _: _close(out, err))
        if console is not None:
            console.process = process
        return Execution(process, source, out, err, console)

    async def communicate(self, execution: Execution, io: IO) -> int:
        """Connect a client to an execution until that ends; its exit status. A client that goes away ends it."""
        simulation, console = self.simulation, execution.console
        terminal = None
        if console is not None:
            console.resize(*getattr(io.stdout, 'window', system.UNKNOWN))
            terminal = getattr(io.stdin, 'terminal', None) if execution.stdin is not None else None
        copies = [simulation.spawn(pour(execution.stdout, io.stdout))]
        if execution.stderr is not execution.stdout:
            copies.append(simulation.spawn(pour(execution.stderr, io.stderr)))
        stdin = execution.stdin
        feeding = simulation.spawn(pour(io.stdin, stdin, close=True)) if stdin is not None else None
        with joined(terminal, console, console.resize if console is not None else _ignored):
            try:
                status = await execution.exit
                for copy in copies:
                    await copy
            finally:
                if feeding is not None:
                    feeding.cancel()
                execution.process.kill()
        return status

    async def exec_sync(self, container: Container, argv: list[str], timeout: float) -> tuple[int, str, str]:
        """ExecSync: exit status, output and errors. Raises RuntimeFailure, TimeoutError (the process is killed)."""
        execution = self.exec(container, argv)
        pipes = (execution.stdout, execution.stderr)
        readers: list[Task[bytes]] = [self.simulation.spawn(pipe.read()) for pipe in pipes]
        if not await self.simulation.within(timeout, execution.exit):
            execution.process.kill()
            raise TimeoutError
        code = await execution.exit
        output, errors = [(await reader).decode('utf-8', 'replace') for reader in readers]
        return code, output, errors


def _mountable(config: ContainerConfig) -> None:
    """A folder goes onto no file, and a file onto no folder. Raises StartFailure."""
    for mount in config.mounts:
        root = config.manifest.root
        if mount.origin and root.exists(mount.path) and root.is_dir(mount.path) is not mount.folder:
            raise StartFailure(f'error during container init: error mounting "{mount.origin}" to rootfs at '
                               f'"{mount.path}": mount {mount.origin}:{mount.path} (via /proc/self/fd/6), flags: '
                               f'{0x5001 if mount.read_only else 0x5000:#x}: not a directory')


def _enterable(config: ContainerConfig) -> None:
    """prepareRootfs of runc makes the working directory, but not below a file. Raises StartFailure."""
    folder, root = config.working_dir or '/', config.manifest.root
    parts = normalize(folder, '/').strip('/').split('/')
    above = ('/' + '/'.join(parts[:count]) for count in range(1, len(parts) + 1))
    blocked = next((path for path in above if root.exists(path) and not root.is_dir(path)), '')
    if blocked and not any(blocked.startswith(mount.path) for mount in config.mounts):
        raise StartFailure(f'error during container init: mkdir {blocked}: not a directory')


def _with_terminal(context: Context) -> Context:
    """What a terminal makes of the environment (the CRI plugin's execInContainer): runc adds HOME after that."""
    if context.terminal is None:
        return context
    env = {name: value for name, value in context.env.items() if name != 'HOME'}
    home = {'HOME': context.env['HOME']} if 'HOME' in context.env else {}
    return replace(context, env={**env, 'TERM': 'xterm', **home})


def _prepared(main: Main, moment: float = INIT_TIME) -> Main:
    """A program as runc starts it: it takes a moment until its first instruction."""
    async def begin(argv: list[str], io: IO, ctx: Context) -> int:
        simulation = ctx.simulation
        await simulation.sleep(moment * (1 + simulation.random.random()))
        return await main(argv, io, ctx)
    return begin


def termination_message(container: Container, code: int) -> str:
    """What the container left in its termination log, or its last output if it failed and that is asked for."""
    config, host = container.config, container.host
    text = ''
    if host is not None and host.touched and config.termination:
        try:
            text = host.files.read(config.termination)[:MAX_MESSAGE].decode('utf-8', 'replace')
        except OSError:
            text = ''
    if not text and config.fallback_to_logs and code:
        text = container.log.tail_text()
    return text


def _ignored(columns: int, rows: int) -> None:
    """The size of a terminal that is joined to none."""


def _close(*pipes: Pipe) -> None:
    for pipe in pipes:
        if not pipe.closed:
            pipe.close()


__all__ = ['CREATED', 'EXITED', 'RUNNING', 'SIGNALS', 'Execution', 'Runtime', 'RuntimeFailure', 'Sandbox']
