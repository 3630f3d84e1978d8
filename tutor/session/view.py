"""What checks can see of a session (`tutor.grader.view.View`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tutor.client.client import Client
from tutor.cluster.machine.disk import HOME
from tutor.grader.view import HttpAnswer, HttpRequest, Ran
from tutor.session.asking import ask
from tutor.shell.process import IO
from tutor.shell.streams import BytesReader, Capture
from tutor.shell.unwinding import Exit
from tutor.shell.vfs import normalize

if TYPE_CHECKING:
    from tutor.session.workbench import Workbench


class SessionView:
    """Looks at a workbench; nothing that a learner could notice changes by it."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self.transcript: Sequence[Ran] = []

    @property
    def client(self) -> Client:
        return self._bench.cluster.admin

    @property
    def now(self) -> float:
        return self._bench.simulation.now

    def file(self, path: str) -> str | None:
        try:
            return self._bench.files.read_text(normalize(path, HOME))
        except OSError:
            return None

    async def run(self, command: str) -> Ran:
        shell = self._bench.shell.subshell()
        output, errors = Capture(), Capture()
        shell.io = IO(BytesReader(), output, errors)
        try:
            code = await shell.run_block(command)
        except Exit as leaving:
            code = leaving.status
        return Ran(command, output.text(), errors.text(), code)

    async def request(self, namespace: str, pod: str, request: HttpRequest) -> HttpAnswer:
        return await ask(self._bench.cluster, namespace, pod, request)
