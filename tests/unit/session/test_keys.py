"""Keys reach the program that has the terminal, on this machine or at the other end of a connection, and are logged."""

from __future__ import annotations

from random import Random  # noqa: TID251 - chooses what the test does

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

    def stop(self) -> str:
        self.terminal.suspend()
        return self.wait()

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
    ('kubectl exec -it web -- bash', 'root@web:/# '), ('ssh node01', 'learner@node01:~$ '),
    ('kubectl run -it tmp --image=busybox --restart=Never -- sh', '/ # '),
    ('sudo docker run -it --rm busybox sh', '/ # ')])
def test_control_c_is_for_the_shell_at_the_other_end(command: str, prompt: str, screen: Screen) -> None:
    screen.run(command, 12)
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


# -- job control --------------------------------------------------------------------------------------------------


@pytest.fixture
def bash() -> Screen:
    return Screen(Session())


def test_a_stopped_command_is_a_job(bash: Screen) -> None:
    bash.run('sleep 10; echo after')
    assert bash.stop() == '^Z\n[1]+  Stopped                 sleep 10\nafter\n'
    assert bash.run('sleep 10 && echo not') == ''
    assert bash.stop() == '^Z\n[2]+  Stopped                 sleep 10\n'
    assert bash.run('echo $?; jobs') == ('148\n[1]-  Stopped                 sleep 10\n'
                                         '[2]+  Stopped                 sleep 10\n')
    assert bash.run('bg %1; fg') == '[1]- sleep 10 &\nsleep 10\n'
    bash.terminal.interrupt()
    bash.wait(12)
    assert bash.run('true') == '[1]+  Done                    sleep 10\n'


@pytest.mark.parametrize('command', [
    'while :; do date; sleep 1; done | cat > log', '(while :; do date; sleep 1; done > log)',
    "bash -c 'while :; do date; sleep 1; done > log'"])
def test_what_is_stopped_stands_still(command: str, bash: Screen) -> None:
    bash.run(command, 5)
    bash.stop()
    before = bash.run('cat log')
    assert before
    bash.wait(10)
    assert bash.run('cat log') == before
    bash.run('bg')
    bash.wait(5)
    assert len(bash.run('cat log')) > len(before)
    bash.run('kill -STOP %1', 0.5)
    before = bash.run('cat log')
    bash.wait(5)
    assert bash.run('cat log').endswith(before[-20:])
    bash.run('kill -KILL %1; wait')
    assert bash.run('jobs') == ''


def test_a_watch_shows_what_it_has_missed(bash: Screen) -> None:
    bash.run('kubectl get configmaps -w --no-headers')
    bash.stop()
    assert bash.run('kubectl create configmap late', 5) == 'configmap/late created\n'
    assert '\nlate ' in bash.run('fg')
    bash.terminal.interrupt()
    bash.wait()
    assert bash.run('jobs') == ''


def test_a_loop_ends_with_the_command_that_is_stopped_in_it(bash: Screen) -> None:
    bash.run('for i in 1 2 3; do sleep 5; echo $i; done; echo out')
    assert bash.stop() == '^Z\n[1]+  Stopped                 sleep 5\nout\n'


def test_stopped_jobs_keep_the_shell_once(bash: Screen) -> None:
    bash.run('sleep 10')
    bash.stop()
    assert bash.run('exit') == 'exit\nThere are stopped jobs.\n'
    assert not bash.session.ended
    bash.run('exit')
    assert bash.session.ended


def test_less_gives_the_screen_back_while_it_is_stopped(bash: Screen) -> None:
    bash.run('seq 100 | less')
    assert bash.stop().endswith('\x1b[?1049l[1]+  Stopped                 seq 100 | less\n')
    assert bash.terminal.mode == SANE
    assert bash.run('fg').startswith('seq 100 | less\n\x1b[?1049h\x1b[H\x1b[2J\r\x1b[K1\n2\n')
    assert not bash.terminal.mode.lines
    bash.keys('q')
    assert bash.run('jobs') == ''


def test_control_z_stops_what_runs_in_a_container(screen: Screen) -> None:
    screen.run('kubectl exec -it web -- bash')
    screen.line('sleep 100')
    assert screen.stop() == '^Z\n[1]+  Stopped                 sleep 100\nroot@web:/# '
    assert screen.session.running
    screen.terminal.end_of_file()
    screen.wait()
    screen.run('kubectl exec -it web -- sleep 5')
    assert screen.stop() == '^Z'
    assert screen.wait(5) == ''
    assert not screen.session.running


# -- the prompt ---------------------------------------------------------------------------------------------------


def test_prompt_command_runs_before_each_prompt(bash: Screen) -> None:
    assert bash.run('PROMPT_COMMAND="echo before"') == 'before\n'
    assert bash.run('false') == 'before\n'
    assert bash.session.status == 1
    assert bash.session.commands[-1].stdout.text() == ''


@pytest.mark.parametrize(('control', 'kept'), [
    ('', [' a', 'b', 'b', ' a']), ('ignorespace', ['b', 'b']), ('ignoredups', [' a', 'b', ' a']),
    ('ignoreboth', ['b']), ('erasedups', ['b', ' a'])])
def test_histcontrol_says_what_is_kept(control: str, kept: list[str], bash: Screen) -> None:
    bash.run(f'HISTCONTROL={control}')
    for line in (' a', 'b', 'b', ' a'):
        bash.run(line, 0.2)
    assert bash.session.history.lines[1:] == kept


def test_complete_says_which_command_is_completed_as_which(bash: Screen) -> None:
    bash.run('source <(kubectl completion bash); complete -o default -F __start_kubectl kk')
    assert [found.text for found in bash.session.complete('kk get no', 9)] == ['nodes', 'nodes.metrics.k8s.io']
    bash.run('complete -W "red green" paint; complete -F __start_nosuch other')
    assert [found.text for found in bash.session.complete('paint r', 7)] == ['red']
    assert bash.session.complete('other get no', 12) == []


def test_who_stops_a_command_needs_no_explanation(bash: Screen) -> None:
    bash.run('sleep 10')
    bash.stop()
    assert not bash.session.puzzling()


def test_top_fits_the_screen(bash: Screen) -> None:
    bash.terminal.resize(60, 12)
    lines = bash.run('top', 1).removeprefix('\x1b[H\x1b[2J').splitlines()
    assert len(lines) == 11 and max(map(len, lines)) <= 60
    bash.terminal.interrupt()
    bash.wait()
    assert not bash.session.running


def test_vi_in_a_container_opens_the_editor_of_the_screen(screen: Screen) -> None:
    screen.run('kubectl run small --image=busybox -- sleep 1000', 12)
    screen.terminal.open_editor = lambda label, text, done: done(f'{text}written\n')
    screen.run('kubectl exec -it small -- sh')
    assert screen.line('vi /tmp/x; cat /tmp/x') == 'vi /tmp/x; cat /tmp/x\nwritten\n/ # '


# -- anything -----------------------------------------------------------------------------------------------------

PROGRAMS = ('seq 500 | less', 'kubectl get pods -A -w | less', 'man kubectl', 'top', 'watch date', 'seq 90 | more',
            'read -n3 x', 'ssh node01', 'sleep 5; seq 40 | less', 'yes | less',
            'for i in 1 2 3; do seq 50 | less; done', 'kubectl run -it any --rm --image=busybox --restart=Never -- sh')
KEYS = ('q', ' ', '\n', '/', 'n', 'N', 'g', 'G', 'F', '\x1b', '\x1b[A', '\x1b[6~', '-', 'S', 'h', '5', 'b', ':', '?',
        '\x7f')
LINES = ('ls', 'less /etc/passwd', 'exit', 'top', 'fg')


def press(screen: Screen, choose: Random) -> None:
    terminal, kind = screen.terminal, choose.random()
    if kind < 0.7:
        if terminal.mode.lines:
            terminal.type_line(choose.choice(LINES))
        else:
            terminal.type_key(choose.choice(KEYS))
    else:
        choose.choice((terminal.interrupt, terminal.suspend, terminal.end_of_file))()


@pytest.mark.parametrize('seed', range(2))
def test_whatever_is_pressed_nothing_breaks_and_it_is_lived_through_again(seed: int) -> None:
    choose, screen = Random(seed), Screen(Session(seed=seed))
    for _ in range(4):
        screen.run(choose.choice(PROGRAMS), 0.3)
        for _ in range(20):
            press(screen, choose)
            screen.wait(0.2)
        for _ in range(20):
            if screen.session.running:
                screen.terminal.interrupt()
                screen.terminal.type_key('q')
                screen.terminal.end_of_file()
                screen.wait(1)
        assert not screen.session.running
        if screen.session.ended:
            break
    assert screen.terminal.mode == SANE
    again = Session(log=screen.session.log, seed=seed)
    assert (again.log, again.terminal.mode, again.status) == (screen.session.log, SANE, screen.session.status)


@pytest.mark.parametrize(('image', 'command', 'last'), [
    ('busybox:1.28', '/bin/sh -c "while true; do sleep 1; done"', 'pod default/loop terminated (Error)\n'),
    ('ubuntu', 'sh -c "trap \'echo bye\' EXIT; while true; do sleep 1; done"', 'pod default/loop terminated (Error)\n'),
    ('ubuntu', 'bash -ic "while true; do sleep 1; done"', 'pod default/loop terminated (Error)\n'),
    ('ubuntu', 'bash -c "while sleep 1; do true; done; echo end"', 'pod "loop" deleted from default namespace\n')])
def test_control_c_ends_a_loop_that_is_the_first_process(image: str, command: str, last: str, screen: Screen) -> None:
    """The load of the HPA walkthrough, and the client's loop of the replicated application."""
    screen.run(f'kubectl run -i --tty loop --rm --image={image} --restart=Never -- {command}', 12)
    screen.terminal.interrupt()
    shown = screen.wait(4)
    assert shown.endswith(last)
    assert ('bye' in shown, 'end\n' in shown) == ('bye' in command, 'end' in command)


def test_control_c_is_for_all_that_the_first_process_has_started(screen: Screen) -> None:
    """bash itself, the first process, catches nothing: only what it waits for is ended."""
    screen.run("kubectl run -it loop --image=ubuntu --restart=Never -- bash -c 'sleep 1000; echo $?; sleep 1000'", 12)
    screen.terminal.interrupt()
    assert screen.wait(2).endswith('^C130\n')


def test_control_c_does_not_end_a_first_process_that_does_not_catch_it(screen: Screen) -> None:
    screen.run('kubectl run -it loop --image=busybox --restart=Never -- sleep 1000', 12)
    screen.terminal.interrupt()
    assert screen.wait(3) == '^C'


def test_control_c_ends_top_also_where_it_is_the_first_process(screen: Screen) -> None:
    screen.run('kubectl run -it load --rm --image=busybox --restart=Never -- top', 12)
    screen.terminal.interrupt()
    assert screen.wait(3).endswith('pod "load" deleted from default namespace\n')
