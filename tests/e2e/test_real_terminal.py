"""Types into the installed `tutor` in a real terminal, and reads what stands on its screen."""

from __future__ import annotations

import os
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pyte
import pytest

TUTOR = Path(sys.executable).with_name('tutor')
ROWS, COLUMNS = 40, 130
PATIENCE = 60.0


class Screen:
    """A terminal emulator around the program: `keys` types, `wait_for` reads until a text is on the screen."""

    def __init__(self, command: list[str], folder: Path) -> None:
        environment = {**os.environ, 'TUTOR_DATA': str(folder), 'TERM': 'xterm-256color', 'LANG': 'C.UTF-8',
                       'COLUMNS': str(COLUMNS), 'LINES': str(ROWS)}
        self.child = pexpect.spawn(command[0], command[1:], env=environment, dimensions=(ROWS, COLUMNS))  # type: ignore[arg-type]
        self.screen = pyte.Screen(COLUMNS, ROWS)
        self.stream = pyte.ByteStream(self.screen)

    def text(self) -> str:
        return '\n'.join(self.screen.display)

    def keys(self, text: str) -> None:
        self.child.send(text)

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while text not in self.text():
            assert time.monotonic() < deadline, f'{text!r} is not on the screen:\n{self.text()}'
            try:
                self.stream.feed(self.child.read_nonblocking(65536, timeout=0.2))
            except pexpect.TIMEOUT:
                continue
            except pexpect.EOF:
                assert text in self.text(), f'the program ended without {text!r}:\n{self.text()}'


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Screen]:
    screen = Screen([str(TUTOR), '--lang', 'en'], tmp_path)
    yield screen
    screen.child.close(force=True)


def test_a_newcomer_opens_the_first_lesson_and_runs_kubectl(app: Screen) -> None:
    app.wait_for('First lesson')
    app.keys('\r')
    app.wait_for('How to use this course')
    app.wait_for('learner@controlplane:~$')
    app.keys('kubectl get nodes\r')
    app.wait_for('control-plane')
    app.wait_for('node02')
    app.keys('\x1b[21~')  # F10
    app.wait_for('Introduction')


def test_it_ends_with_its_window_although_nobody_sends_it_a_hangup(tmp_path: Path) -> None:
    outside, inside = os.openpty()
    environment = {**os.environ, 'TUTOR_DATA': str(tmp_path), 'TERM': 'xterm-256color', 'LANG': 'C.UTF-8'}
    program = subprocess.Popen([str(TUTOR), '--lang', 'en'], stdin=inside, stdout=inside, stderr=inside,
                               env=environment, start_new_session=True)
    os.close(inside)
    said = b''
    while b'First' not in said:
        assert select.select([outside], [], [], PATIENCE)[0], said
        said += os.read(outside, 65536)
    os.close(outside)
    assert program.wait(PATIENCE) == 129


def test_play_is_the_shell_alone(tmp_path: Path) -> None:
    screen = Screen([str(TUTOR), 'play', '--lang', 'en'], tmp_path)
    screen.wait_for('$')
    screen.keys('kubectl create deployment web --image=nginx\r')
    screen.wait_for('deployment.apps/web created')
    screen.keys('echo $((40+2))\r')
    screen.wait_for('42')
    screen.keys('\x04')
    screen.child.expect(pexpect.EOF, timeout=PATIENCE)
    screen.child.close()
    assert screen.child.exitstatus == 0
