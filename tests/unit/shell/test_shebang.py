"""Scripts run by the program that their first line names."""

from typing import Any

import pytest

from tests.unit.containers.conftest import BenchNode


def script(image: str, text: str, *command: str) -> tuple[int, str]:
    """What running a script in a container says."""
    node = BenchNode()
    container: Any = node.run(image, 'sleep', '100')
    container.host.files.put('/run.me', text, 0o755)
    return node.exec(container, *(command or ('/run.me',)))


@pytest.mark.parametrize(('image', 'first', 'rest', 'said'), [
    ('debian', '#!/usr/bin/awk -f', 'BEGIN { print 6 * 7 }', '42\n'),
    ('debian', '#!/usr/bin/sed -nf', '2p', 'two\n'),
    ('python:3', '#!/usr/bin/env python3', 'print("hi")', 'hi\n'),
    ('debian', '#!/usr/bin/env bash', 'echo $0 $1', '/run.me /in\n'), ('debian', '#!/bin/cat', 'x', None)])
def test_a_shell_hands_a_script_to_its_program(image: str, first: str, rest: str, said: str | None) -> None:
    text = f'{first}\n{rest}\n'
    code, found = script(image, text, 'sh', '-c', 'printf "one\ntwo\n" > /in; /run.me /in')
    assert (code, found) == (0, f'{text}one\ntwo\n' if said is None else said)


@pytest.mark.parametrize(('shell', 'said'), [
    ('bash', 'bash: line 1: /run.me: cannot execute: required file not found\n'),
    ('sh', 'sh: 1: /run.me: not found\n')])
def test_a_program_that_is_not_there_is_told(shell: str, said: str) -> None:
    assert script('debian', '#!/usr/bin/ruby\nputs 1\n', shell, '-c', '/run.me') == (127, said)


def test_a_script_for_bash_does_not_run_where_there_is_none() -> None:
    said = script('alpine', '#!/bin/bash\necho hi\n', 'sh', '-c', '/run.me')
    assert said == (127, 'sh: /run.me: not found\n')


def test_ash_numbers_no_lines_of_a_command_without_a_name() -> None:
    """As BusyBox 1.35 does, but for errors of builtins."""
    for command, said in ((('nosuch',), 'sh: nosuch: not found'), (('nosuch', 'me'), 'me: line 0: nosuch: not found'),
                          (('true\ndone',), 'sh: syntax error: unexpected "done"'),
                          (('export 1a',), 'sh: export: line 0: 1a: bad variable name')):
        assert script('alpine', '', 'sh', '-c', *command)[1] == f'{said}\n'


def test_env_tells_of_what_it_does_not_find() -> None:
    code, said = script('debian', '#!/usr/bin/env ruby\n', 'bash', '-c', '/run.me')
    assert (code, 'ruby' in said and 'No such file or directory' in said) == (127, True)
