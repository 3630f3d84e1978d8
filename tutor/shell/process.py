"""What a simulated program gets: its streams and its surroundings."""

from __future__ import annotations

import errno
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Protocol

from tutor.cluster.simulation import BrokenPipe, Cancelled, Future, Gate, Reader, Simulation, Task, Writer
from tutor.shell import capabilities
from tutor.shell.capabilities import Capability
from tutor.shell.inodes import failure

if TYPE_CHECKING:
    from tutor.shell.machine import Machine
    from tutor.shell.netview import Device, Flow, Neighbour, Route, Watcher
    from tutor.shell.tls import Certificates
    from tutor.shell.vfs import FileSystem


@dataclass(slots=True)
class IO:
    """The three standard streams of a process."""

    stdin: Reader
    stdout: Writer
    stderr: Writer


PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'
"""Where programs are looked for when nobody says where."""

Main = Callable[[list[str], IO, 'Context'], Awaitable[int]]
"""`async def main(argv, io, ctx) -> int`: argv[0] is the name as typed; the result is the exit status 0–255."""


class Connection(Protocol):
    """One open TCP connection, seen from one side."""

    @property
    def reader(self) -> Reader: ...
    @property
    def writer(self) -> Writer: ...
    @property
    def local(self) -> tuple[str, int]: ...
    @property
    def peer(self) -> tuple[str, int]: ...
    @property
    def tls(self) -> Certificates | None: ...
    @property
    def server_name(self) -> str | None: ...
    @property
    def client_certificate(self) -> str: ...
    def handshake(self, name: str, certificate: str = '') -> str: ...
    def close(self) -> None: ...


class Network(Protocol):
    """What a program on a machine or in a pod can reach, and what the kernel there knows of it. Names are resolved as
    that place's resolv.conf says.

    Failures are OSError with the errno a real system has (ECONNREFUSED, ETIMEDOUT, EHOSTUNREACH) or
    `NameNotFound` from `resolve`. `lookup` asks DNS alone; `service` is what would serve a connection, for those who
    may ask it without one.
    """

    @property
    def addresses(self) -> list[str]: ...
    @property
    def of_pod(self) -> bool: ...
    async def resolve(self, name: str) -> list[str]: ...
    async def lookup(self, name: str, kind: str = 'A', server: str = '', search: bool = True) -> Any: ...
    async def connect(self, address: str, port: int, timeout: float | None = None) -> Connection: ...
    def listen(self, port: int, serve: Callable[[Connection], Awaitable[None]], address: str = '',
               tls: Certificates | None = None) -> Listener: ...
    def listen_udp(self, port: int, answer: Callable[[Any, str], Awaitable[Any]]) -> Any: ...
    def service(self, address: str, port: int) -> Any | None: ...

    # -- what its kernel shows: ip, ss, conntrack, tcpdump, iptables, nft, ipvsadm --------------------------------

    def devices(self) -> list[Device]: ...
    def routes(self) -> list[Route]: ...
    def neighbours(self) -> list[Neighbour]: ...
    def sockets(self) -> list[tuple[str, str, int, Any]]: ...
    def flows(self) -> list[Flow]: ...
    def watch(self, told: Watcher) -> Callable[[], None]: ...
    def packet_filter(self) -> tuple[Any, Any]: ...
    def rule_set(self) -> tuple[Any, Any]: ...
    def virtual_servers(self) -> list[Any]: ...


SMALL = 3200 * 1024
"""What a process has in use of which nothing else is known, in bytes."""
MEMORY = 4 * 2**30
"""What a machine has that does not say, in bytes."""


class Listener(Protocol):
    @property
    def port(self) -> int: ...
    def close(self) -> None: ...


class NameNotFound(OSError):
    """No such host name."""


class Host:
    """A machine or a container: what all processes there share.

    `programs` maps an absolute path or a bare name to a program; `processes` is its process table, by pid.
    `files` is the root file system. `userland` names the flavour of the common programs: 'gnu' or 'busybox'. `machine`
    is the node that this is; containers, and a shell on a real cluster, have none.
    """

    endless = False
    """Whether what computes without ever waiting goes on for ever here, using a core, as in a container."""
    capabilities = capabilities.ALL
    """What root may here, as bits."""
    busybox = 1, 38
    """The release of the BusyBox that the common programs are where the userland is that."""
    open_files = 1024
    """RLIMIT_NOFILE"""

    def __init__(self, simulation: Simulation, hostname: str, files: FileSystem, network: Network | None = None,
                 programs: dict[str, Main] | None = None, userland: str = 'gnu') -> None:
        self.simulation = simulation
        self.hostname = hostname
        self.files = files
        self.network = network
        self.programs: dict[str, Main] = programs or {}
        self.userland = userland
        self.processes: MutableMapping[int, Process] = {}
        self.next_pid = 1
        self.machine: Machine | None = None

    def start(self, main: Main, argv: list[str], io: IO, context: Context) -> Process:
        """Start a program as a new process; it runs from the next event on."""
        pid = self.next_pid
        self.next_pid += 1
        parent = context.pid if context.host is self else 0
        process = Process(pid, argv, replace(context, pid=pid, signals={}), parent)
        self.processes[pid] = process
        process.task = self.simulation.spawn(process.run(main, io), f'{self.hostname}:{argv[0]}', process.gate)
        process.task.on_done(lambda _: self._ended(pid))
        return process

    def _ended(self, pid: int) -> None:
        self.processes.pop(pid, None)

    # -- what processes use: a container counts it, and holds them back ------------------------------------------

    def allocate(self, pid: int, size: int) -> bool:
        """A process's memory becomes so large; False when that killed it, as the machine has no more."""
        total, used = self.machine.usage('memory') if self.machine is not None else (MEMORY, 0)
        if used + size <= total:
            return True
        if pid in self.processes:
            self.processes[pid].kill()
        return False

    def burn(self, pid: int, cores: float) -> None:
        """A process computes on so many cores from now on; 0: it waits."""

    def spend(self, seconds: float) -> None:
        """So much CPU time was just used."""

    async def compute(self, seconds: float) -> None:
        """Use so much CPU time."""
        await self.simulation.sleep(seconds)

    def resident_of(self, process: Process) -> int:
        """The bytes of memory that a process has in use."""
        return SMALL

    def cpu_of(self, process: Process) -> tuple[float, float]:
        """The CPU seconds that a process has used, and the cores on which it computes now."""
        return 0.0, 0.0


@dataclass(slots=True)
class Context:
    """The surroundings of one process; a child gets a copy (`dataclasses.replace`) with its own `env` and `cwd`."""

    host: Host
    env: dict[str, str] = field(default_factory=dict)
    cwd: str = '/'
    uid: int = 0
    gid: int = 0
    user: str = 'root'
    pid: int = 0
    umask: int = 0o022
    signals: dict[str, Callable[[], None]] = field(default_factory=dict)
    """Handlers of the process: 'TERM', 'INT', 'HUP', 'USR1', … A signal without a handler ends it."""
    gate: Gate | None = None
    """What holds the process back while it, or the job that it belongs to, is stopped."""
    terminal: Any = None
    """The controlling terminal (`tutor.shell.terminal.Terminal`), or None."""
    extras: dict[str, Any] = field(default_factory=dict)
    """What the outer program hands in for particular programs by key, such as 'kubectl': its configuration."""

    @property
    def simulation(self) -> Simulation:
        return self.host.simulation

    @property
    def files(self) -> FileSystem:
        return self.host.files

    def may(self, *wanted: Capability) -> bool:
        """Whether the process has capabilities: root's, as far as its host grants them."""
        return not self.uid and all(self.host.capabilities >> each & 1 for each in wanted)

    @property
    def network(self) -> Network:
        """Raises OSError where there is none."""
        if self.host.network is None:
            raise failure(errno.ENETUNREACH, '')
        return self.host.network


SIGNALS = {name: number for number, name in enumerate((
    'HUP', 'INT', 'QUIT', 'ILL', 'TRAP', 'ABRT', 'BUS', 'FPE', 'KILL', 'USR1', 'SEGV', 'USR2', 'PIPE', 'ALRM', 'TERM',
    'STKFLT', 'CHLD', 'CONT', 'STOP', 'TSTP', 'TTIN', 'TTOU', 'URG', 'XCPU', 'XFSZ', 'VTALRM', 'PROF', 'WINCH', 'IO',
    'PWR', 'SYS'), 1)}
STOPPING = ('STOP', 'TSTP', 'TTIN', 'TTOU')
WITHOUT_EFFECT = ('CHLD', 'URG', 'WINCH')
"""Signals that do nothing to a process without a handler for them."""


class Process:
    """A running program: its Task, and how signals reach it. Awaiting `exit` gives its exit status."""

    def __init__(self, pid: int, argv: list[str], context: Context, parent: int = 0) -> None:
        self.pid = pid
        self.parent = parent
        """Who started it, 0 for one from outside."""
        self.started = context.simulation.now
        self.argv = argv
        self.gate = Gate(context.simulation, context.gate)
        self.context = context
        context.gate = self.gate
        self.stopped_by = ''
        self.task: Task[int] | None = None
        self.killed_by: str | None = None
        self._begun = False
        self.exit_status: int | None = None
        """What a trap has decided, when it ended the process."""
        self.controls_jobs = False
        """Whether it is an interactive shell, which has its jobs in process groups of their own."""

    @property
    def exit(self) -> Future[int]:
        assert self.task is not None
        return self.task

    @property
    def leads(self) -> bool:
        """Whether it leads a session, as daemons and the first processes of containers do."""
        return self.parent == 0

    @property
    def resident(self) -> int:
        """The bytes of memory that it has in use."""
        return self.context.host.resident_of(self)

    @property
    def cpu(self) -> tuple[float, float]:
        """The CPU seconds that it has used, and the cores on which it computes now."""
        return self.context.host.cpu_of(self)

    def signal(self, name: str) -> None:
        """Send a signal from inside: its handler runs, or the process ends with 128 + its number. PID 1 ignores what
        it does not handle, SIGKILL too, as the kernel has it."""
        handler = self.context.signals.get(name)
        if name == 'CONT':
            self.gate.open()
        if handler is not None and name not in ('KILL', 'STOP'):
            handler()
        elif name in STOPPING:
            self.stop(name)
        elif name == 'CONT' or name in WITHOUT_EFFECT:
            return
        elif self.pid != 1:
            self.kill(name)

    def typed(self, name: str) -> None:
        """The signal of a key at the terminal that this process leads. Without job control above it, it is not stopped:
        its process group is an orphan."""
        if name != 'TSTP' or name in self.context.signals:
            below = [] if self.controls_jobs or name == 'TSTP' else self._below()
            self.signal(name)
            for process in below:
                process.signal(name)

    def _below(self) -> list[Process]:
        """What it has started, and what that has: all of one process group, which the terminal's keys are for."""
        found: list[Process] = []
        pids = {self.pid}
        for process in sorted(self.context.host.processes.values(), key=lambda one: one.pid):
            if process.parent in pids and process is not self:
                pids.add(process.pid)
                found.append(process)
        return found

    def stop(self, name: str) -> None:
        """Stand still until SIGCONT: none of its coroutines takes a step, nor does what it has started, as when a job
        of a shell is stopped. What others do for it goes on: callbacks of timers, and what a server sends it waits in
        pipes. (A real SIGSTOP to one process leaves its children running.)"""
        if self.pid != 1:
            self.stopped_by = name
            self.gate.close()

    def kill(self, name: str = 'KILL') -> None:
        """End the process from outside, as the kernel does; while it is stopped, only KILL ends it at once."""
        if self.task is not None and not self.task.done:
            self.killed_by = name
            if name == 'KILL':
                self.gate.open()
            if self._begun:
                self.task.cancel()

    def leave(self, status: int) -> None:
        """Exit, as the handler of a signal has decided."""
        self.exit_status = status
        if self.task is not None:
            self.task.cancel()

    async def run(self, main: Main, io: IO) -> int:
        self._begun = True
        if self.killed_by is not None:
            return 128 + SIGNALS.get(self.killed_by, 2)
        try:
            code = await main(self.argv, io, self.context)
            return 128 + SIGNALS.get(self.killed_by, 2) if self.killed_by else code
        except BrokenPipe:
            return 128 + SIGNALS['PIPE']
        except Cancelled:
            if self.exit_status is not None:
                return self.exit_status
            return 128 + SIGNALS.get(self.killed_by or 'INT', 2)
        except Exception as error:  # a bug of ours: the learner's session goes on, the log file tells of it
            self.context.simulation.failures.append((' '.join(self.argv)[:200], error))
            io.stderr.write(f'{self.argv[0]}: error: this program failed unexpectedly ({type(error).__name__})\n')
            return 70
