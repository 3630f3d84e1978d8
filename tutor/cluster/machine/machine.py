"""One node's machine (`tutor.shell.machine.Machine`): the host that its processes share, its units and its journal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

from tutor.cluster.machine import kernel_files, log_files, process_files
from tutor.cluster.machine.kernel_log import KernelLog
from tutor.cluster.machine.processes import InnerProcess, MachineProcesses, Started
from tutor.cluster.simulation import Simulation
from tutor.shell.disk import Disk
from tutor.shell.machine import FIRST_BOOT
from tutor.shell.process import Host, Main, Network, Process
from tutor.shell.programs.ps import name_of
from tutor.shell.systemd import daemons
from tutor.shell.systemd.journal import Journal
from tutor.shell.systemd.systemd import Systemd
from tutor.shell.vfs import FileSystem

FIRST_SERVICE_PID = 612
FIRST_USER_PID = 2000
PROCESSORS = 2


class MachineNetwork(Network, Protocol):
    """What the kubelet needs of its machine's network."""

    def encrypts(self, address: str, port: int) -> bool: ...
    def free_port(self) -> int: ...


OpenNetwork = Callable[[Callable[[], FileSystem]], MachineNetwork]
Furnish = Callable[[FileSystem], None]
"""Puts onto a new disk what only this machine has."""


class Machine(Host):
    """A machine. Its disk is made from the shared `base` when it is first used. `programs` it shares with all others;
    its services' own are set in `services`."""

    network: MachineNetwork

    def __init__(self, simulation: Simulation, name: str, open_network: OpenNetwork, base: Callable[[], FileSystem],
                 furnish: Furnish, programs: Mapping[str, Main]) -> None:
        super().__init__(simulation, name, None, None, dict(programs))  # type: ignore[arg-type]
        self.name = name
        self._base = base
        self._furnish = furnish
        self._files: FileSystem | None = None
        self.disk = Disk()
        self.network = open_network(lambda: self.files)
        self.journal = Journal(simulation, name)
        self.kernel_log = KernelLog(self)
        self.systemd = Systemd(simulation, self, self.journal)
        self.sockets: dict[str, Any] = {}
        self.machine = self
        self.table = self.processes = MachineProcesses(self)
        self.on = False
        self.booted_at = FIRST_BOOT
        self.processors = PROCESSORS
        self.attended = False
        self.measure: Callable[[str], tuple[int, int]] = lambda resource: (0, 0)
        self.on_power: Callable[[bool], None] = lambda on: None
        """Called before it boots, and after it has halted."""

    @property
    def host(self) -> Host:
        return self

    @property
    def files(self) -> FileSystem:
        if self._files is None:
            simulation = self.simulation
            self._files = FileSystem(lambda: simulation.now, lower=self._base(), disk=self.disk)
            self._furnish(self._files)
            kernel_files.furnish(self)
            log_files.furnish(self)
            process_files.furnish(self)
        return self._files

    @files.setter
    def files(self, files: FileSystem | None) -> None:
        self._files = files

    @property
    def written(self) -> int:
        """How many bytes were written to its own files."""
        return self._files.used if self._files is not None else 0

    def read(self, path: str) -> str:
        try:
            return self.files.read_text(path)
        except OSError:
            return ''

    def usage(self, resource: str) -> tuple[int, int]:
        """What its kubelet counts of 'memory' or 'ephemeral-storage', in bytes, or of 'inodes': how much there is, and
        how much is in use."""
        return self.measure(resource)

    def resident_of(self, process: Process) -> int:
        size = daemons.MEMORY.get(name_of(process))
        return int(size * 2**20) if size is not None else super().resident_of(process)

    def cpu_of(self, process: Process) -> tuple[float, float]:
        if name_of(process) not in daemons.BUSY:
            return super().cpu_of(process)
        return daemons.processor_seconds(self.simulation.now - process.started), daemons.RATE

    def boot(self) -> None:
        """Switch on: the first process, and every unit that is enabled."""
        if self.on:
            return
        self.on = True
        if self.simulation.now > 0:
            self.booted_at = self.simulation.now
        self.on_power(True)
        self.table.begin()
        self.next_pid = FIRST_SERVICE_PID
        self.systemd.boot()
        self.next_pid = max(self.next_pid, FIRST_USER_PID)

    def halt(self) -> None:
        """Switch off without a word to anybody: all that runs here ends."""
        self.on = False
        self.systemd.halt()
        for process in list(self.table.own()):
            process.kill()
        self.on_power(False)

    def number_of(self, process: Process | None) -> int:
        """The machine's number of a process in a container, 0 when it has ended."""
        return next((shown.pid for shown in self.table.values()
                     if isinstance(shown, InnerProcess) and shown.inner is process), 0)

    def show(self, inside: Callable[[], Iterable[Started]]) -> None:
        """Let the process table show what runs in containers too."""
        self.table.inside = inside
