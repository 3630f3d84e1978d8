"""What a shell in a container puts into the environment, and how it lists variables and limits: each in its own way."""

from __future__ import annotations

import pytest


@pytest.fixture
def run(node):
    """Run a line in a shell of a container of an image."""
    started = {}

    def run(image: str, shell: str, line: str) -> str:
        if image not in started:
            started[image] = node.run(image, *(['sleep', '3600'] if image == 'busybox' else []))
        return node.exec(started[image], shell, '-c', line)[1]
    return run


@pytest.mark.parametrize(('image', 'shell', 'added'), [
    ('busybox', 'sh', 'PWD=/\nSHLVL=1\n'), ('nginx', 'sh', 'PWD=/\n'), ('nginx', 'bash', 'PWD=/\nSHLVL=1\n')])
def test_what_a_shell_adds_to_the_environment(run, image: str, shell: str, added: str) -> None:
    assert run(image, shell, 'env | sort | grep -e PWD -e SHLVL') == added


def test_shells_in_shells_are_counted(run) -> None:
    assert run('busybox', 'sh', 'sh -c "echo \\$SHLVL; cd /tmp; env | grep PWD | sort"') == '2\nOLDPWD=/\nPWD=/tmp\n'


@pytest.mark.parametrize(('image', 'shell', 'line', 'said'), [
    ('busybox', 'sh', 'readonly R="it\'s"; readonly', "readonly R='it'\"'\"'s'\n"),
    ('nginx', 'sh', 'export A=1; export | grep A=', "export A='1'\n"),
    ('nginx', 'bash', 'export A=1; export | grep -e A= -e OLDPWD', 'declare -x A="1"\ndeclare -x OLDPWD\n'),
    ('busybox', 'sh', "set | grep -A1 -e IFS -e PS1 | tr '\\t' T", "IFS=' T\n'\n--\nPS1='\\w \\$ '\nPS2='> '\n"),
    ('nginx', 'sh', 'set | grep -e PS1 -e OPTIND', "OPTIND='1'\nPS1='# '\n"),
    ('nginx', 'bash', 'f() { :; }; set | grep -e ^BASH_VERSINFO -e ^IFS -e ^f',
     'BASH_VERSINFO=([0]="5" [1]="2" [2]="15" [3]="1" [4]="release" [5]="x86_64-pc-linux-gnu")\n'
     "IFS=$' \\t\\n'\nf () \n")])
def test_lists(run, image: str, shell: str, line: str, said: str) -> None:
    assert run(image, shell, line) == said


@pytest.mark.parametrize(('image', 'said'), [
    ('busybox', '-n: file descriptors               1048576\n 9) KILL\n'),
    ('nginx', 'nofiles              1048576\nKILL\n')])
def test_limits_and_signals(run, image: str, said: str) -> None:
    assert run(image, 'sh', 'ulimit -a | grep -e nofiles -e descriptors; kill -l | grep KILL') == said
