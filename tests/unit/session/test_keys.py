"""Keys reach the program that has the terminal, on this machine or at the other end of a connection, and are logged."""

from __future__ import annotations

import pytest

from tutor.session.session import Session
from tutor.shell.tty import SANE, Mode


class Screen:
    """A session, and what its terminal shows."""

    def __init__(self, session: Session) -> None:
        self.session, self.terminal = session, session.terminal
        self._shown: list[str] = []
        session.terminal.on_output = self._shown.append

    def wait(self, seconds: float = 2) -> str:
        """What has been shown since it was asked last."""
        for _ in range(int(seconds * 10)):
            self.session.pump(0.1)
        assert not self.session.simulation.failures
        shown = ''.join(self._shown).replace('\r\n', '\n')
        self._shown.clear()
        return shown

    def run(self, command: str, seconds: float = 2) -> str:
        self.session.submit(command)
        return self.wait(seconds)

    def line(self, text: str) -> str:
        self.terminal.type_line(text)
        return self.wait()

    def keys(self, *keys: str) -> str:
        for key in keys:
            self.terminal.type_key(key)
        return self.wait()


@pytest.fixture
def screen() -> Screen:
    found = Screen(Session())
    found.run('kubectl run web --image=ubuntu -- sleep 10000', 15)
    return found


@pytest.mark.parametrize(('command', 'prompt'), [
    ('kubectl exec -it web -- bash', 'root@web:/# '), ('ssh node01', 'learner@node01:~$ ')])
def test_control_c_is_for_the_shell_at_the_other_end(command: str, prompt: str, screen: Screen) -> None:
    screen.run(command)
    screen.line('sleep 1000')
    screen.terminal.interrupt()
    assert screen.wait() == f'^C\n{prompt}'
    assert screen.session.running
    assert screen.line('echo $?') == f'echo $?\n130\n{prompt}'
    screen.terminal.end_of_file()
    screen.wait()
    assert not screen.session.running
    assert screen.run('echo back') == 'back\n'


def test_a_program_in_a_container_sets_the_mode_of_the_terminal_before_the_person(screen: Screen) -> None:
    screen.run('kubectl exec -it web -- bash')
    screen.line('read -s -n1 answer; echo "<$answer>"')
    assert screen.terminal.mode == Mode(lines=False, echo=False)
    assert screen.keys('y') == '<y>\nroot@web:/# '
    assert screen.terminal.mode == SANE


def test_a_connection_that_breaks_leaves_the_terminal_as_it_was(screen: Screen) -> None:
    screen.run('kubectl exec -it web -- bash')
    screen.line('stty -echo; sleep 1000')
    screen.session.bench.run('kubectl delete pod web --now')
    screen.wait(5)
    assert not screen.session.running
    assert screen.terminal.mode == SANE


def test_less_of_a_remote_shell_takes_keys(screen: Screen) -> None:
    screen.run('ssh node01')
    screen.line('seq 100 | less')
    assert screen.keys('5', '0', 'g').count('K50\n') == 1
    assert screen.keys('q').endswith('learner@node01:~$ ')


def test_what_was_pressed_is_lived_through_again() -> None:
    first = Screen(Session())
    first.run('read -n1 a; read -n1 b; echo $a$b > typed')
    first.keys('x')
    first.keys('y')
    first.run('seq 100 | less')
    first.keys(' ')
    first.keys('q')
    again = Screen(Session(log=first.session.log))
    assert again.session.log == first.session.log
    assert again.run('cat typed') == 'xy\n'
    assert again.session.undo()
    assert again.session.undo()
    assert again.run('cat typed') == 'xy\n'


def test_in_raw_mode_control_c_is_a_key() -> None:
    screen = Screen(Session())
    screen.run('seq 1000 | less')
    screen.terminal.interrupt()
    screen.wait()
    assert screen.session.running
    screen.keys('q')
    assert not screen.session.running
