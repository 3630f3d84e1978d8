"""docker's help: each command tells how it is used, and a wrong one is told so with that."""

from __future__ import annotations

import pytest

from tests.unit.machine.conftest import Desk


def test_help_of_a_command(small: Desk) -> None:
    lines = small.out('docker run --help').splitlines()
    assert lines[:7] == ['Usage:  docker run [OPTIONS] IMAGE [COMMAND] [ARG...]', '',
                         'Create and run a new container from an image', '', 'Aliases:',
                         '  docker container run, docker run', '']
    assert '  -d, --detach              Run container in background and print container ID' in lines
    assert small.out('docker create --help').splitlines()[7:] == lines[7:]


def test_every_command_has_one(small: Desk) -> None:
    listed = [line.split()[0] for line in small.out('docker --help').splitlines() if line.startswith('  ')]
    groups = {'container', 'image', 'network', 'system', 'compose', 'volume'}
    for name in set(listed) - groups:
        assert small.out(f'docker {name} --help').startswith(f'Usage:  docker {name}')


@pytest.mark.parametrize(('command', 'said'), [
    ('docker tag', "docker: 'docker tag' requires 2 arguments\n\nUsage:  docker tag SOURCE_IMAGE[:TAG] "
                   "TARGET_IMAGE[:TAG]\n\nSee 'docker tag --help' for more information\n"),
    ('docker logs --bogus x', "unknown flag: --bogus\n\nUsage:  docker logs [OPTIONS] CONTAINER\n\n"
                              "Run 'docker logs --help' for more information\n"),
    ('docker run busybox echo --help 2>/dev/null', '--help\n')])
def test_usage(desk: Desk, command: str, said: str) -> None:
    assert desk.out(f'{command} 2>&1' if '2>' not in command else command) == said
