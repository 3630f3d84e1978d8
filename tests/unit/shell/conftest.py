"""A small machine with a shell: what the tests of the shell type into."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import NamedTuple

import pytest

from tutor.cluster.simulation import Simulation
from tutor.shell.interpreter import Shell
from tutor.shell.process import IO, Context, Host
from tutor.shell.programs.catalog import programs
from tutor.shell.sh import run
from tutor.shell.streams import BytesReader, Capture
from tutor.shell.vfs import FileSystem

PASSWD = 'root:x:0:0:root:/root:/bin/bash\nlearner:x:1000:1000::/home/learner:/bin/bash\n'


class Result(NamedTuple):
    stdout: str
    stderr: str
    code: int


class Machine:
    """One host and one shell. `run` gives a text to the shell as a script that comes on standard input."""

    def __init__(self, userland: str = 'gnu') -> None:
        self.simulation = Simulation()
        self.files = FileSystem(lambda: self.simulation.now)
        for folder in ('/bin', '/tmp', '/root', '/etc', '/dev/fd', '/home/learner'):
            self.files.make_dirs(folder)
        for name in programs():
            self.files.put(f'/bin/{name}', b'\x7fELF', 0o755, name)
        for device in ('null', 'zero', 'urandom', 'stdin', 'stdout', 'stderr', 'tty'):
            self.files.device(f'/dev/{device}', device)
        self.files.put('/etc/passwd', PASSWD)
        self.files.put('/etc/group', 'root:x:0:\nlearner:x:1000:\n')
        self.files.chown('/home/learner', 1000, 1000)
        self.host = Host(self.simulation, 'box', self.files, programs=programs(), userland=userland)
        self.host.next_pid = 1000
        self.context = Context(self.host, {'PATH': '/bin', 'HOME': '/root', 'LC_ALL': 'C.UTF-8'}, '/root')
        self.output, self.errors = Capture(), Capture()
        self.shell = Shell(self.context, IO(BytesReader(), self.output, self.errors),
                           'sh' if userland == 'busybox' else 'bash')
        self.shell.line, self.shell.from_input = 1, True

    def run(self, text: str, stdin: bytes = b'', limit: float = 100_000) -> Result:
        """Run a text and let virtual time pass until it has ended."""
        self.output, self.errors = Capture(), Capture()
        self.shell.io = IO(BytesReader(stdin), self.output, self.errors)
        code = self.simulation.run_task(run(self.shell, text), self.simulation.now + limit)
        assert not self.simulation.failures, self.simulation.failures
        return Result(self.output.text(), self.errors.text(), code)

    def at_prompt(self) -> Machine:
        """Type at a prompt instead: messages have no line numbers."""
        self.shell.line, self.shell.interactive = None, True
        return self

    def login(self, uid: int) -> Machine:
        """Go on as another user."""
        self.shell.ctx = replace(self.shell.ctx, uid=uid, gid=uid, user='learner')
        return self


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def busybox() -> Machine:
    return Machine('busybox')


@pytest.fixture
def output(machine: Machine) -> Callable[[str], str]:
    """What a script prints, when it prints no error."""
    def run_text(text: str) -> str:
        found = machine.run(text)
        assert not found.stderr, found.stderr
        return found.stdout
    return run_text
