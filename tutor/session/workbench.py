"""A cluster with a workstation beside it: the shell in which the learner types, and what runs a block in it."""

from __future__ import annotations

import re
from datetime import datetime

from tutor.client import control
from tutor.client.rest_config import RestConfig
from tutor.client.transport import ByteStream, ExecSession, Request, Response, Transport, WatchStream
from tutor.cluster.cluster import Cluster
from tutor.cluster.config import DEFAULT, ClusterConfig
from tutor.cluster.machine.disk import DOCKER, HOME, SUDO, UID, USER
from tutor.cluster.pki import SIMULATED, Keys
from tutor.cluster.simulation import Cancelled
from tutor.cluster.simulation.simulation import EPOCH
from tutor.grader.view import Ran
from tutor.session.control import control_of
from tutor.session.memory import collect_rarely
from tutor.session.settling import Settling
from tutor.session.view import SessionView
from tutor.session.why.explanation import Explanation
from tutor.session.why.program import KEY as WHY
from tutor.session.why.program import Asker, asks
from tutor.session.workstation import workstation
from tutor.shell import listing
from tutor.shell.interpreter import Shell
from tutor.shell.process import IO, PATH, Context
from tutor.shell.streams import BytesReader, Capture
from tutor.shell.unwinding import Exit

ROLLOUT = re.compile(r'\b(?:kubectl|k)\b[^|;&\n]*\brollout\b')
BLOCK_LIMIT = 3600.0
"""Virtual seconds after which a block of a script is interrupted."""


class Workbench:
    """One cluster, one shell. `run` runs a block in script mode: the clock jumps."""

    def __init__(self, config: ClusterConfig = DEFAULT, seed: int = 0, epoch: datetime = EPOCH,
                 keys: Keys = SIMULATED) -> None:
        collect_rarely()
        self.cluster = Cluster(config, seed, epoch, keys)
        self.simulation = self.cluster.simulation
        self.cluster.boot()
        self.control = control_of(self.cluster)
        self.settling = Settling(self.cluster)
        self.wrote = False
        self.last: Ran | None = None
        """The block that ran last, for `why`."""
        self.host = workstation(self.cluster)
        self.files = self.host.files
        self.context = Context(
            self.host, cwd=HOME, uid=UID, gid=UID, user=USER,
            extras={'groups': (SUDO, DOCKER), 'connect': self._connect, control.KEY: self.control,
                    WHY: Asker(self._why)},
            env={'HOME': HOME, 'USER': USER, 'LOGNAME': USER, 'SHELL': '/bin/bash', 'LANG': 'C.UTF-8', 'PWD': HOME,
                 'PATH': PATH,
                 'HOSTNAME': self.host.hostname})
        self.output, self.errors = Capture(), Capture()
        self.shell = Shell(self.context, IO(BytesReader(), self.output, self.errors))
        listing.begin(self.shell)

    def _connect(self, config: RestConfig) -> Transport:
        return Noted(self.cluster.connect(config), self)

    def run(self, block: str, limit: float = BLOCK_LIMIT) -> Ran:
        """Run one block as typed at the prompt, jumping the clock to its end. Nothing is settled yet."""
        output, errors = Capture(), Capture()
        self.shell.io = IO(BytesReader(), output, errors)
        self.wrote = False
        task = self.simulation.spawn(self._block(block), 'block')
        if not self.simulation.run_until(lambda: task.done, self.simulation.now + limit):
            task.cancel()
            self.simulation.run_until(lambda: task.done, self.simulation.now + 1)
        try:
            code = task.result() if task.done else 130
        except Cancelled:
            code = 130
        ran = Ran(block, output.text(), errors.text(), code)
        if not asks(block):
            self.last = ran
        return ran

    def _why(self) -> Explanation | None:
        from tutor.session.why.explain import explain
        return explain(SessionView(self), self.last) if self.last is not None else None

    async def _block(self, block: str) -> int:
        try:
            return await self.shell.run_block(block)
        except Exit as leaving:
            self.shell.status = leaving.status
            return leaving.status

    def settle_after(self, block: str) -> None:
        """Let the cluster become quiet, if the block may have disturbed it."""
        if self.wrote or ROLLOUT.search(block):
            self.settling.settle()


class Noted:
    """A Transport that notes whether anything was written."""

    def __init__(self, transport: Transport, bench: Workbench) -> None:
        self._transport = transport
        self._bench = bench

    def send(self, request: Request) -> Response:
        if request.method not in ('GET', 'HEAD'):
            self._bench.wrote = True
            trace = self._bench.simulation.trace
            before = trace.cause
            trace.cause = trace.record('kubectl', f'{request.method} {request.path}', request.path, cause=0)
            try:
                return self._transport.send(request)
            finally:
                trace.cause = before
        return self._transport.send(request)

    def watch(self, request: Request) -> WatchStream:
        return self._transport.watch(request)

    def stream(self, request: Request) -> ByteStream:
        return self._transport.stream(request)

    def connect(self, request: Request) -> ExecSession:
        return self._transport.connect(request)
