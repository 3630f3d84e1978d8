"""A cluster at whose control plane somebody types, line by line."""

from __future__ import annotations

import pytest

from tutor.cluster.config import ClusterConfig
from tutor.session.workbench import Workbench
from tutor.shell.process import IO
from tutor.shell.terminal import Terminal


class Desk(Workbench):
    """A workbench that is also typed at: `type` answers what a terminal shows."""

    def wait(self, seconds: float) -> None:
        self.simulation.advance(seconds)

    def out(self, command: str) -> str:
        """What a command prints on both streams; its status is in `code`."""
        ran = self.run(command)
        self.code = ran.code
        assert self.simulation.failures == []
        return ran.stdout + ran.stderr

    def type(self, command: str, *lines: str) -> str:
        shown: list[str] = []
        terminal = Terminal(self.simulation)
        terminal.on_output = shown.append
        self.shell.io = IO(terminal.reader, terminal.writer, terminal.writer)
        task = self.simulation.spawn(self._block(command))
        for line in lines:
            self.simulation.advance(1)
            terminal.type_line(line)
        self.simulation.advance(5)
        terminal.end_of_file()
        self.simulation.run_until(lambda: task.done, self.simulation.now + 60)
        assert self.simulation.failures == []
        return ''.join(shown).replace('\r', '')


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope='module')
def shared() -> Desk:
    """One for the tests of a module that leave it as it was."""
    return Desk()


@pytest.fixture
def small() -> Desk:
    """A cluster without add-ons but the control plane's."""
    return Desk(ClusterConfig(addons=('control-plane',)))
