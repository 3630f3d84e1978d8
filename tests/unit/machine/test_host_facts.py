"""What a machine says that it is, and which version of its programs it has."""

from __future__ import annotations

import re

import pytest

from tests.unit.machine.conftest import Desk


@pytest.mark.parametrize(('command', 'said'), [
    ('hostnamectl | head -1', ' Static hostname: controlplane\n'), ('hostnamectl hostname', 'controlplane\n'),
    ('hostnamectl | grep -c "$(cat /etc/machine-id)"', '1\n'),
    ('timedatectl | grep -e Local -e zone', '               Local time: Mon 2026-05-04 09:00:00 UTC\n'
                                           '                Time zone: Etc/UTC (UTC, +0000)\n'),
    ('lscpu | grep -e ^CPU -e Model', 'CPU(s):                  2\n'
                                      '  Model name:            Intel Xeon Processor (Icelake)\n'),
    ('lsblk', 'NAME   MAJ:MIN RM SIZE RO TYPE MOUNTPOINTS\nvda    252:0    0  60G  0 disk \n'
              '└─vda1 252:1    0  59G  0 part /\n'),
    ('ls --version | head -1; find --version | head -1; tar --version | head -1; ps --version',
     'ls (GNU coreutils) 9.4\nfind (GNU findutils) 4.9.0\ntar (GNU tar) 1.35\nps from procps-ng 4.0.4\n')])
def test_facts(small: Desk, command: str, said: str) -> None:
    found = small.out(command)
    assert re.sub(r'09:00:\d\d', '09:00:00', found) == said


def test_a_container_has_the_versions_of_its_image_and_no_systemd(desk: Desk) -> None:
    desk.out('kubectl run n --image=nginx; kubectl wait --for=condition=Ready pod/n')
    assert desk.out("kubectl exec n -- sh -c 'ls --version | head -1; grep --version | head -1'") == (
        'ls (GNU coreutils) 9.1\ngrep (GNU grep) 3.8\n')
    assert desk.out('kubectl exec n -- lsblk | tail -1') == '└─vda1 252:1    0  59G  0 part /etc/hosts\n'
