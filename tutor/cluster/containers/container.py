"""One container: what it was asked to be, its processes, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from tutor.cluster.containers.confinement import UNRESTRICTED, Confinement
from tutor.cluster.containers.console import Console
from tutor.cluster.containers.image import Manifest
from tutor.cluster.containers.logs import ContainerLog, LogWriter
from tutor.cluster.containers.usage import Memory, Meter, Processor
from tutor.cluster.simulation import Pipe, Simulation
from tutor.shell import capabilities
from tutor.shell.process import IO, Context, Host, Main, Network, Process
from tutor.shell.vfs import FileSystem

CREATED = 'created'
RUNNING = 'running'
EXITED = 'exited'
PER_PROCESS = 0.0008
PER_CONNECTION = 0.0003
"""CPU seconds of starting a program, and of serving one connection."""


class ContainerNetwork(Network, Protocol):
    """The network as one container sees it, which can be closed."""

    on_accept: Callable[[], None] | None
    """Called for each connection that something in the container accepts."""

    def close(self) -> None: ...


@dataclass(slots=True)
class ContainerMount:
    """Something shown in a container's file system. `source` gives it, when the container's files are first used."""

    path: str
    source: Callable[[], tuple[FileSystem, str]]
    read_only: bool = False
    kind: str = 'ext4'
    device: str = '/dev/vda1'
    origin: str = ''
    """Where the machine has it."""
    folder: bool = True


@dataclass(slots=True)
class ContainerConfig:
    """What the kubelet asks for (runtimeapi.ContainerConfig)."""

    name: str
    manifest: Manifest
    image: str = ''
    image_id: str = ''
    requested: str = ''
    init: bool = False
    command: list[str] = field(default_factory=list)
    args: list[str] = field(default_factory=list)
    env: dict[str, str] = field(default_factory=dict)
    working_dir: str = ''
    mounts: list[ContainerMount] = field(default_factory=list)
    uid: int = 0
    gid: int = 0
    groups: tuple[int, ...] = ()
    user: str = 'root'
    read_only_root: bool = False
    privileged: bool = False
    capabilities: int = 0xA80425FB
    no_new_privileges: bool = False
    filtered: bool = False
    confinement: Confinement = UNRESTRICTED
    sysctls: Mapping[str, str] = field(default_factory=dict)
    """The kernel parameters that its pod has otherwise."""
    machine_processes: Mapping[int, Process] | None = None
    """The process table of its machine, if it is to see that (hostPID)."""
    kernel: FileSystem | None = None
    """The machine's files, of whose kernel a privileged container changes the parameters."""
    own_users: bool = False
    """Whether its pod has users of its own (hostUsers: false)."""
    tty: bool = False
    stdin: bool = False
    stdin_once: bool = False
    resources: dict[str, Any] = field(default_factory=dict)
    """The requests and limits behind the three that follow, as the pod's spec has them."""
    oom_score: int = 0
    """oom_score_adj of its processes."""
    memory_limit: int = 0
    cpu_limit: float = 0.0
    cpu_weight: float = 2.0
    """Its share of a busy machine: the CPU shares of its request."""
    termination: str = ''
    fallback_to_logs: bool = False
    attempt: int = 0
    target: str = ''
    """The container whose processes this one sees (an ephemeral container's target)."""
    annotations: dict[str, str] = field(default_factory=dict)
    extras: Mapping[str, Any] = field(default_factory=dict)

    def argv(self) -> list[str]:
        """Command over entrypoint, args over command: as the runtime puts them together."""
        config = self.manifest.config
        if self.command:
            return [*self.command, *self.args]
        if self.args:
            return [*config.entrypoint, *self.args]
        return [*config.entrypoint, *config.command]


FIRST_BESIDE_MACHINE = 40_000
"""The number of the first process in a container that sees its machine's: no machine has so many."""


class PidNamespace:
    """A process table, and the number of the next process. With `machine`, all processes of that are seen (hostPID)."""

    __slots__ = ('next', 'processes')

    def __init__(self, machine: Mapping[int, Process] | None = None) -> None:
        self.processes: dict[int, Process] = {} if machine is None else _MachineView(machine)
        self.next = 1 if machine is None else FIRST_BESIDE_MACHINE

    def own(self) -> Iterable[Process]:
        """Those that were started here."""
        return dict.values(self.processes)


class _MachineView(dict[int, Process]):
    """Processes of one's own, of whom one sees only what the machine's table shows."""

    def __init__(self, machine: Mapping[int, Process]) -> None:
        super().__init__()
        self._machine = machine

    def __missing__(self, pid: int) -> Process:
        return self._machine[pid]

    def get(self, pid: int, default: Any = None) -> Any:
        return super().get(pid) or self._machine.get(pid, default)

    def __iter__(self):
        return iter(self._machine)

    def keys(self):
        return self._machine.keys()

    def values(self):
        return self._machine.values()

    def items(self):
        return self._machine.items()


class PodMemory:
    """The memory cgroup of a pod. Its containers together have at most `limit` bytes, if it is not 0."""

    __slots__ = ('hosts', 'limit')

    def __init__(self, limit: int = 0) -> None:
        self.limit = limit
        self.hosts: list[ContainerHost] = []

    def enforce(self) -> None:
        """The process that has most is killed while there is too much."""
        while self.limit and sum(host.resident for host in self.hosts) > self.limit:
            held = [(size, host, pid) for host in self.hosts for pid, size in host.memory.items()]
            _, host, pid = max(held, key=lambda each: each[0])
            host.kill(pid)


class ContainerHost(Host):
    """The machine as the processes of a container see it. Its files are put together when they are first used.
    `pids` may be another container's: they then see each other's processes."""

    endless = True
    open_files = 1048576
    """What containerd's service sets: LimitNOFILE."""

    def __init__(self, simulation: Simulation, hostname: str, build: Callable[[], FileSystem],
                 config: ContainerConfig, processor: Processor, machine: Memory,
                 pids: PidNamespace | None = None, pod: PodMemory | None = None) -> None:
        manifest = config.manifest
        self.pids = pids or PidNamespace()
        super().__init__(simulation, hostname, None, None, manifest.programs, manifest.userland)  # type: ignore[arg-type]
        self.processes = self.pids.processes
        self.busybox = manifest.busybox
        self._files: FileSystem | None = None
        self.on_touch: Callable[[], None] = lambda: None
        """Called when somebody has used the files for the first time."""
        self._build = build
        self._image = manifest.root
        self._mounts = ['/'] if config.read_only_root else [mount.path for mount in config.mounts]
        self.memory_limit = config.memory_limit
        self.memory: dict[int, int] = {}
        """What each process has in use."""
        self._machine = machine
        self._pod = pod or PodMemory()
        self._pod.hosts.append(self)
        self.oom_killed = False
        self.on_kill: Callable[[Process, int], None] = lambda process, size: None
        """Called before the kernel kills a process that has so many bytes."""
        self.on_memory: Callable[[ContainerHost], None] = lambda host: None
        """Called when a process has taken memory."""
        self.meter = Meter(simulation.now, 0.0, config.cpu_limit)
        self._processor = processor
        self._weight = config.cpu_weight
        self.oom_score = config.oom_score
        self.capabilities = capabilities.ALL if config.privileged else config.capabilities
        self._load: dict[int, float] = {}
        self._idle = 0.0

    @property
    def next_pid(self) -> int:
        return self.pids.next

    @next_pid.setter
    def next_pid(self, number: int) -> None:
        if number > self.pids.next:
            self.pids.next = number

    def own_processes(self) -> list[Process]:
        """Those that run in this container, whoever else is in the table."""
        return [process for process in self.pids.own() if process.context.host is self]

    @property
    def files(self) -> FileSystem:
        if self._files is None:
            self._files = self._build()
            self.on_touch()
        return self._files

    @files.setter
    def files(self, files: FileSystem | None) -> None:
        self._files = files

    @property
    def touched(self) -> bool:
        """Whether anybody has used the files yet."""
        return self._files is not None

    def peek(self, path: str) -> FileSystem:
        """A file system to read below a path from: the image's own, shared by all, as long as nothing differs there."""
        if self._files is None and not any(path.startswith(mount) or mount.startswith(path) for mount in self._mounts):
            return self._image
        return self.files

    def allocate(self, pid: int, size: int) -> bool:
        """A process's memory becomes so large; False when the limit killed it (SIGKILL, OOMKilled)."""
        self._hold(pid, size)
        if self.memory_limit and self.resident > self.memory_limit:
            self.kill(pid)
            return False
        self._pod.enforce()
        if size and pid not in self.memory:
            return False
        self.on_memory(self)
        return True

    @property
    def resident(self) -> int:
        """What all its processes have in use."""
        return sum(self.memory.values())

    def kill(self, pid: int) -> None:
        """The kernel kills a process to have its memory back."""
        self.oom_killed = True
        process = self.processes.get(pid)
        if process is not None:
            self.on_kill(process, self.memory.get(pid, 0))
        self._hold(pid, 0)
        if process is not None:
            process.kill()

    def _hold(self, pid: int, size: int) -> None:
        self._machine.used += size - self.memory.pop(pid, 0)
        if size:
            self.memory[pid] = size

    def resize(self, config: ContainerConfig) -> None:
        """What runs is given the resources that the config says now."""
        self.memory_limit, self.meter.limit, self._weight = config.memory_limit, config.cpu_limit, config.cpu_weight
        if self._load:
            self._processor.set(self.simulation.now, self.meter, sum(self._load.values()), self._weight, self._idle)

    def settle(self, pid: int, memory: int, cores: float) -> None:
        """What the main process keeps in use, and what it computes while nobody asks anything of it."""
        self._idle = cores
        self.meter.turn(self.simulation.now, cores)
        self.allocate(pid, memory)

    def burn(self, pid: int, cores: float) -> None:
        """A process computes on so many cores from now on (0: it waits)."""
        if cores:
            self._load[pid] = cores
        elif self._load.pop(pid, None) is None:
            return
        self._processor.set(self.simulation.now, self.meter, sum(self._load.values()), self._weight, self._idle)

    def halt(self) -> None:
        """The container has ended."""
        self._idle = 0.0
        self._pod.hosts.remove(self)
        self._load.clear()
        for pid in list(self.memory):
            self._hold(pid, 0)
        self._processor.set(self.simulation.now, self.meter, 0.0, self._weight, 0.0)

    def spend(self, seconds: float) -> None:
        self.meter.spend(self.simulation.now, seconds)

    def serve(self) -> None:
        """A connection was accepted."""
        self.spend(PER_CONNECTION)

    def start(self, main: Main, argv: list[str], io: IO, context: Context) -> Process:
        self.spend(PER_PROCESS)
        return super().start(main, argv, io, context)

    async def compute(self, seconds: float) -> None:
        """Use so much CPU time; it takes longer where the limit is lower."""
        delay = self.meter.delay(self.simulation.now, seconds)
        await self.simulation.sleep(delay)
        self.spend(seconds)

    def resident_of(self, process: Process) -> int:
        return self.memory.get(process.pid) or super().resident_of(process)

    def cpu_of(self, process: Process) -> tuple[float, float]:
        """The container's time is that of the processes that compute, and of its first one while none does."""
        busy = self._load or {min((each.pid for each in self.own_processes()), default=process.pid): 1.0}
        share = busy.get(process.pid, 0.0) / sum(busy.values())
        return share * self.meter.at(self.simulation.now), share * self.meter.rate

    def _ended(self, pid: int) -> None:
        super()._ended(pid)
        self._hold(pid, 0)
        self.burn(pid, 0)


class Container:
    """A container of the runtime. `changed` is called when it starts running and when it ends."""

    def __init__(self, identity: str, config: ContainerConfig, sandbox: str, simulation: Simulation) -> None:
        self.id = identity
        self.config = config
        self.sandbox = sandbox
        self.state = CREATED
        self.created_at = simulation.now
        self.started_at: float | None = None
        self.finished_at: float | None = None
        self.exit_code = 0
        self.reason = ''
        self.message = ''
        self.log = ContainerLog(simulation)
        self.stdout = LogWriter(self.log, 'stdout')
        self.stderr = LogWriter(self.log, 'stderr')
        self.stdout.isatty = self.stderr.isatty = config.tty
        self.stdin: Pipe | None = None
        self.console: Console | None = None
        """The terminal of its first process, if it has one."""
        self.host: ContainerHost | None = None
        self.network: ContainerNetwork | None = None
        self.main: Process | None = None
        self.ended = simulation.future()
        self.stop_signal = config.manifest.config.stop_signal

    @property
    def running(self) -> bool:
        return self.state == RUNNING

    @property
    def program(self) -> str:
        """The name of the program that its main process runs."""
        return next(iter(self.config.argv()), '').rpartition('/')[2]

    def context(self, terminal: Console | None = None) -> Context:
        """The surroundings of a process in this container, with its controlling terminal."""
        assert self.host is not None
        config = self.config
        env = dict(config.env)
        return Context(self.host, env, config.working_dir or '/', config.uid, config.gid, config.user,
                       terminal=terminal, extras=dict(config.extras))

    def io(self, stdin: Any) -> IO:
        return IO(stdin, self.stdout, self.stderr)
