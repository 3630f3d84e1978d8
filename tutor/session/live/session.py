"""A shell on a real cluster: the same programs over virtual files; time is real, and nothing is undone."""

from __future__ import annotations

import select
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from time import monotonic

from tutor.cluster.containers.userlands import ELF
from tutor.cluster.machine.disk import HOME, base
from tutor.cluster.network.fabric import Fabric
from tutor.cluster.network.host import HostNetwork
from tutor.cluster.simulation import Cancelled, Simulation, Task
from tutor.grader.view import Ran
from tutor.session.live.door import Door
from tutor.session.seat import INTERRUPTED, Seat
from tutor.shell import listing
from tutor.shell.events import EventNotFound
from tutor.shell.history import History
from tutor.shell.interpreter import Shell
from tutor.shell.process import IO, PATH, Context, Host
from tutor.shell.programs.catalog import Lazy, programs
from tutor.shell.prompts import before_prompt
from tutor.shell.streams import BytesReader, Capture
from tutor.shell.terminal import Terminal
from tutor.shell.unwinding import Exit
from tutor.shell.vfs import FileSystem

USER = 'student'
STEP = 0.02


class LiveSession(Seat):
    """What `tutor play` needs of a session, without a simulated cluster behind it."""

    def __init__(self, door: Door, history: History | None = None) -> None:
        self.history = history or History()
        self.ended = False
        now = datetime.now(UTC)  # noqa: TID251 - a real cluster lives in real time
        self.simulation = Simulation(0, now)
        self.terminal = Terminal(self.simulation)
        self.terminal.on_interrupt = self._interrupt
        self.terminal.on_suspend = self._suspend
        self._door = door
        door.open(self.simulation)
        self._shell = Shell(self._context(), IO(BytesReader(), Capture(), Capture()))
        listing.begin(self.shell)
        self._task: Task[int] | None = None

    def _context(self) -> Context:
        installed = {**programs(), 'kubectl': Lazy('tutor.kubectl.main:main')}
        files = FileSystem(lambda: self.simulation.wall().timestamp(), lower=base(programs()))
        files.put('/usr/bin/kubectl', ELF, 0o755, 'kubectl')
        files.put('/etc/hosts', '127.0.0.1\tlocalhost\n')
        files.put(f'{HOME}/.kube/config', self._door.kubeconfig(), 0o600)
        loopback = HostNetwork(Fabric(self.simulation).add_node('tutor', ['127.0.0.1']), lambda: files)
        host = Host(self.simulation, 'tutor', files, loopback, installed)
        environment = {'HOME': HOME, 'USER': USER, 'LOGNAME': USER, 'SHELL': '/bin/bash', 'LANG': 'C.UTF-8',
                       'PWD': HOME, 'TERM': 'xterm-256color', 'PATH': PATH, 'HOSTNAME': 'tutor'}
        return Context(host, cwd=HOME, user=USER, env=environment,
                       extras={'connect': self._door.connect, 'history': self.history})

    @property
    def shell(self) -> Shell:
        return self._shell

    # -- on a screen --------------------------------------------------------------------------------------------

    def submit(self, text: str) -> None:
        """Enter at the prompt."""
        if not text.strip():
            return
        self.shell.interactive = True
        self.shell.ctx.terminal = self.terminal
        try:
            text = self._remembered(text)
        except EventNotFound as problem:
            self.terminal.show(f'bash: {problem}\n')
            return
        self._start(text, IO(self.terminal.reader, self.terminal.writer, self.terminal.writer))

    def pump(self, seconds: float) -> None:
        """Let time flow as it has outside."""
        self.terminal.pumped()
        self.simulation.run_until(lambda: False, self.simulation.now + seconds)

    # -- in a script --------------------------------------------------------------------------------------------

    def run(self, block: str) -> Ran:
        """One block to its end, in real time."""
        output, errors = Capture(), Capture()
        self._start(block, IO(BytesReader(), output, errors))
        before = monotonic()
        try:
            while self.running:
                select.select([], [], [], STEP)
                now = monotonic()
                self.pump(now - before)
                before = now
        except KeyboardInterrupt:
            self._interrupt()
        return Ran(block, output.text(), errors.text(), self.shell.status)

    def play(self, script: Iterable[str], show: Callable[[Ran], None]) -> int:
        """Blocks, one after the other; the exit status of the last."""
        for block in script:
            show(self.run(block))
            if self.ended:
                break
        return self.status

    # -- how ----------------------------------------------------------------------------------------------------

    def _start(self, text: str, io: IO) -> None:
        self.shell.io = io
        self._task = self.simulation.spawn(self._run(text), text[:40])
        self.simulation.run_ready()

    async def _run(self, text: str) -> int:
        try:
            return await self.shell.run_block(text)
        except Exit as leaving:
            self.shell.status = leaving.status
            self.ended = True
        except Cancelled:
            self.shell.status = INTERRUPTED
        await before_prompt(self.shell)
        return self.shell.status
