"""/proc of a container: its processes, and the streams and the program of its main process."""

from __future__ import annotations

import re

import pytest


def _long(text: str) -> list[str]:
    """Mode, size and all from the name on, of each line of a long list."""
    lines = [line.split() for line in text.splitlines() if not line.startswith('total')]
    return [re.sub(r'\d{10}', 'N', ' '.join((words[0], words[4], *words[8:]))) for words in lines]


def test_what_the_main_process_has_open_are_links_that_lead_there(node) -> None:
    container = node.run('busybox', 'sleep', '3600')
    assert _long(node.exec(container, 'ls', '-l', '/proc/1/fd')[1]) == [
        'lrwx------ 64 0 -> /dev/null', 'l-wx------ 64 1 -> pipe:[N]', 'l-wx------ 64 2 -> pipe:[N]']
    out, err = (node.exec(container, 'readlink', f'/proc/1/fd/{number}')[1] for number in (1, 2))
    assert out != err
    node.exec(container, 'sh', '-c', 'echo said > /proc/1/fd/1')
    assert node.output(container) == 'said\n'


@pytest.mark.parametrize(('image', 'program'), [('busybox', '/bin/busybox'), ('nginx', '/usr/sbin/nginx')])
def test_exe_is_the_program_that_runs(node, image: str, program: str) -> None:
    container = node.run(image, *(['sleep', '3600'] if image == 'busybox' else []))
    assert node.exec(container, 'readlink', '/proc/1/exe')[1] == f'{program}\n'
