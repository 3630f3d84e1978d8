"""The service manager of a machine: starts what unit files say, notices how it ends, and starts it again."""

from __future__ import annotations

from dataclasses import dataclass

from tutor.cluster.simulation import Future, Simulation, Timer
from tutor.shell.process import IO, SIGNALS, Context, Host, Main, Process
from tutor.shell.streams import BytesReader
from tutor.shell.systemd import unitfile
from tutor.shell.systemd.journal import Journal, JournalWriter
from tutor.shell.systemd.unitfile import UnitFile, full_name, load
from tutor.shell.vfs import File, FileSystem

INACTIVE, ACTIVE, ACTIVATING, DEACTIVATING, FAILED = 'inactive', 'active', 'activating', 'deactivating', 'failed'
PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/snap/bin'
START_BURST = 5
START_INTERVAL = 10.0
EXEC_FAILED = 203
UNIT = 'unit'
"""The key in a process's `extras` that says which unit it belongs to."""


@dataclass(slots=True)
class Ended:
    """How a service's main process ended: 'exited' with a status, or 'killed' by a signal."""

    pid: int
    argv: list[str]
    status: int
    signal: str = ''
    started_at: float = 0.0
    at: float = 0.0

    @property
    def good(self) -> bool:
        return not self.status and not self.signal

    def __str__(self) -> str:
        if self.signal:
            return f'code=killed, status={SIGNALS[self.signal]}/{self.signal}'
        name = {0: 'SUCCESS', 1: 'FAILURE', 2: 'INVALIDARGUMENT', EXEC_FAILED: 'EXEC'}.get(self.status, 'n/a')
        return f'code=exited, status={self.status}/{name}'


class Unit:
    """One loaded unit and what became of it."""

    def __init__(self, file: UnitFile) -> None:
        self.file = file
        self.active = INACTIVE
        self.sub = 'dead'
        self.since: float | None = None
        self.process: Process | None = None
        self.started_at = 0.0
        self.ended: Ended | None = None
        self.restarts = 0
        self.result = 'success'
        self.starts: list[float] = []
        self.timer: Timer | None = None
        self.stopped: Future[None] | None = None

    @property
    def name(self) -> str:
        return self.file.name

    def become(self, active: str, sub: str, now: float) -> None:
        if active != self.active:
            self.since = now
        self.active, self.sub = active, sub


class Systemd:
    """All units of a machine. Its files say which there are; they are read when a unit is first asked for, and again
    by `reload`."""

    def __init__(self, simulation: Simulation, host: Host, journal: Journal) -> None:
        self.simulation = simulation
        self.host = host
        self.journal = journal
        self.units: dict[str, Unit] = {}

    @property
    def files(self) -> FileSystem:
        return self.host.files

    # -- finding ------------------------------------------------------------------------------------------------

    def find(self, name: str) -> Unit | None:
        """The unit of a name, with or without '.service'; None when no file defines it."""
        name = full_name(name)
        unit = self.units.get(name)
        if unit is None:
            file = load(self.files, name, self.simulation.now)
            if file is None:
                return None
            unit = self.units[name] = Unit(file)
        return unit

    def all(self) -> list[Unit]:
        """Every unit that has a file."""
        found = [self.find(name) for name in unitfile.names(self.files)]
        return [unit for unit in found if unit is not None]

    def reload(self) -> None:
        """daemon-reload: read all files anew; what runs goes on as it was started."""
        for name, unit in list(self.units.items()):
            file = load(self.files, name, self.simulation.now)
            if file is not None:
                unit.file = file
            elif unit.process is None:
                del self.units[name]

    def stale(self, unit: Unit) -> bool:
        """Whether the unit's files were changed since they were read."""
        return unitfile.changed(self.files, unit.file)

    def members(self, unit: Unit) -> list[Process]:
        """The processes in the unit's control group."""
        return [process for process in self.host.processes.values()
                if process.context.extras.get(UNIT) == unit.name]

    # -- enabling -----------------------------------------------------------------------------------------------

    def enabled(self, unit: Unit) -> str:
        """'enabled', 'disabled', 'static' or 'masked'."""
        if unit.file.masked:
            return 'masked'
        links = self.wanted_links(unit)
        if not links:
            return 'static'
        return 'enabled' if any(self.files.exists(link, follow=False) for link in links) else 'disabled'

    def wanted_links(self, unit: Unit) -> list[str]:
        """The links that enabling the unit makes."""
        return [f'{unitfile.ETC}/{target}.wants/{unit.name}'
                for line in unit.file.all('Install.WantedBy') for target in line.split()]

    def boot(self) -> None:
        """Start what is enabled."""
        self.units.clear()
        for unit in self.all():
            if unit.name.endswith('.service') and self.enabled(unit) == 'enabled':
                self.start(unit)

    def halt(self) -> None:
        """The machine loses its power: everything ends at once, and nobody notes it."""
        for unit in self.units.values():
            if unit.timer is not None:
                unit.timer.cancel()
            process, unit.process = unit.process, None
            unit.become(INACTIVE, 'dead', self.simulation.now)
            if process is not None:
                process.kill()

    # -- running ------------------------------------------------------------------------------------------------

    def start(self, unit: Unit) -> bool:
        """Start a unit that does not run; False when it cannot be started."""
        if unit.process is not None or unit.file.masked:
            return unit.process is not None
        if unit.timer is not None:
            unit.timer.cancel()
        if self._too_often(unit):
            self._say(unit, f'{unit.name}: Start request repeated too quickly.', 4)
            self._fail(unit, unit.result if unit.result != 'success' else 'start-limit-hit')
            return False
        notify = unit.file.get('Service.Type') in ('notify', 'notify-reload', 'oneshot', 'forking')
        if notify:
            self._say(unit, f'Starting {unit.file.title}...')
        self._execute(unit)
        if unit.process is not None:
            unit.become(ACTIVE, 'running', self.simulation.now)
            self._say(unit, f'Started {unit.file.title}.')
        return unit.process is not None

    def _too_often(self, unit: Unit) -> bool:
        settings, now = unit.file, self.simulation.now
        text = settings.get('Unit.StartLimitIntervalSec') or settings.get('Unit.StartLimitInterval') or \
            settings.get('Service.StartLimitInterval')
        interval = unitfile.seconds(text, START_INTERVAL)
        burst = int(settings.get('Unit.StartLimitBurst') or START_BURST)
        unit.starts = [moment for moment in unit.starts if moment > now - interval]
        if interval and len(unit.starts) >= burst:
            return True
        unit.starts.append(now)
        return False

    def _execute(self, unit: Unit) -> None:
        """Run ExecStart= as a process of the machine; what it says goes to the journal."""
        host, file = self.host, unit.file
        env = unitfile.environment(self.files, file)
        if isinstance(env, str):
            self._say(unit, f'{unit.name}: Failed to load environment files: No such file or directory', 3)
            self._say(unit, f"{unit.name}: Failed to spawn 'start' task: No such file or directory", 3)
            self._fail(unit, 'resources')
            return
        argv = unitfile.command(file.get('Service.ExecStart'), env)
        main = self._program(argv)
        if main is None:
            self._not_executable(unit, argv)
            return
        writer = JournalWriter(self.journal, unit.name, argv[0].rpartition('/')[2])
        context = Context(host, {'PATH': PATH, **env}, file.get('Service.WorkingDirectory', '/'),
                          extras={UNIT: unit.name})
        process = host.start(main, argv, IO(BytesReader(), writer, writer), context)
        writer.pid = process.pid
        unit.process, unit.started_at, unit.ended = process, self.simulation.now, None
        process.exit.on_done(lambda _: self._process_ended(unit, process))

    def _program(self, argv: list[str]) -> Main | None:
        from tutor.shell.lookup import script_program
        if not argv:
            return None
        path = argv[0].lstrip('-@:+!')
        try:
            node = self.files.node(path)
        except OSError:
            return None
        if not isinstance(node, File) or not node.mode & 0o111:
            return None
        return self.host.programs.get(node.program) if node.program else script_program(path, node.data())

    def _not_executable(self, unit: Unit, argv: list[str]) -> None:
        path, pid = (argv or [''])[0], self.host.next_pid
        self.host.next_pid += 1
        executable = f"({path.rpartition('/')[2][:8]})"
        self.journal.write(unit.name, executable, pid,
                           f"{unit.name}: Unable to locate executable '{path}': No such file or directory", 3)
        self.journal.write(unit.name, executable, pid,
                           f'{unit.name}: Failed at step EXEC spawning {path}: No such file or directory', 3)
        self._say(unit, f'Started {unit.file.title}.')
        now = self.simulation.now
        self._main_exited(unit, Ended(pid, argv, EXEC_FAILED, started_at=now, at=now))

    def _process_ended(self, unit: Unit, process: Process) -> None:
        if unit.process is not process:
            return  # the machine was switched off
        unit.process = None
        status = process.exit.result()
        signal = process.killed_by or ''
        ended = Ended(process.pid, process.argv, 0 if signal else status, signal, unit.started_at, self.simulation.now)
        if unit.active == DEACTIVATING:
            unit.ended = ended
            unit.result = 'success'
            unit.become(INACTIVE, 'dead', self.simulation.now)
            self._say(unit, f'{unit.name}: Deactivated successfully.')
            self._say(unit, f'Stopped {unit.file.title}.')
            if unit.stopped is not None:
                unit.stopped.resolve(None)
            return
        self._main_exited(unit, ended)

    def _main_exited(self, unit: Unit, ended: Ended) -> None:
        unit.ended = ended
        good = ended.good or ended.signal == 'TERM'
        if good:
            self._say(unit, f'{unit.name}: Deactivated successfully.')
        else:
            self._say(unit, f'{unit.name}: Main process exited, {ended}', 5)
            self._say(unit, f"{unit.name}: Failed with result '{'signal' if ended.signal else 'exit-code'}'.", 4)
        unit.result = 'success' if good else 'signal' if ended.signal else 'exit-code'
        restart = unit.file.get('Service.Restart', 'no')
        if restart == 'always' or (restart == 'on-failure' and not good) or (restart == 'on-success' and good):
            unit.become(ACTIVATING, 'auto-restart', self.simulation.now)
            delay = unitfile.seconds(unit.file.get('Service.RestartSec'), 0.1)
            unit.timer = self.simulation.call_later(delay, self._restart_again, unit)
        elif good:
            unit.become(INACTIVE, 'dead', self.simulation.now)
        else:
            unit.become(FAILED, 'failed', self.simulation.now)

    def _restart_again(self, unit: Unit) -> None:
        unit.restarts += 1
        self._say(unit, f'{unit.name}: Scheduled restart job, restart counter is at {unit.restarts}.')
        self.start(unit)

    def _fail(self, unit: Unit, result: str) -> None:
        unit.result = result
        self._say(unit, f"{unit.name}: Failed with result '{result}'.", 4)
        self._say(unit, f'Failed to start {unit.file.title}.', 3)
        unit.become(FAILED, 'failed', self.simulation.now)

    async def stop(self, unit: Unit) -> None:
        """Stop a unit, and wait until its process has ended."""
        if unit.timer is not None:
            unit.timer.cancel()
        unit.restarts = 0
        if unit.process is None:
            if unit.active == ACTIVATING:
                self._say(unit, f'Stopped {unit.file.title}.')
            unit.become(INACTIVE if unit.active != FAILED else FAILED, 'dead' if unit.active != FAILED else 'failed',
                        self.simulation.now)
            return
        self._say(unit, f'Stopping {unit.file.title}...')
        unit.become(DEACTIVATING, 'stop-sigterm', self.simulation.now)
        stopped = unit.stopped = self.simulation.future()
        unit.process.signal('TERM')
        patience = unitfile.seconds(unit.file.get('Service.TimeoutStopSec'), 90)
        if not await self.simulation.within(patience, stopped) and unit.process is not None:
            self._say(unit, f"{unit.name}: State 'stop-sigterm' timed out. Killing.", 4)
            unit.process.kill()
            await stopped

    def forget_failure(self, unit: Unit) -> None:
        """reset-failed."""
        unit.starts.clear()
        unit.restarts = 0
        if unit.active == FAILED:
            unit.become(INACTIVE, 'dead', self.simulation.now)
        unit.result = 'success'

    def _say(self, unit: Unit, text: str, priority: int = 6) -> None:
        self.journal.write(unit.name, 'systemd', 1, text, priority)
