"""A machine that is switched off, and on again, from its own prompt."""

from __future__ import annotations

import pytest

from tests.unit.machine.conftest import Desk


def test_a_node_reboots(desk: Desk) -> None:
    desk.out('kubectl create deployment web --image=nginx --replicas=4')
    desk.wait(10)
    assert desk.out('ssh node01 sudo reboot') == ''
    desk.wait(1)
    assert 'No route to host' in desk.out('ssh node01 uptime')
    desk.wait(40)
    assert 'up 0 min' in desk.out('ssh node01 uptime')
    assert desk.out('kubectl get nodes').count(' Ready ') == 3
    assert 'Node node01 has been rebooted' in desk.out('kubectl get events --field-selector reason=Rebooted')
    assert desk.out('kubectl get pods').count('Running') == 4


def test_a_node_that_was_switched_off_stays_so_until_somebody_switches_it_on(desk: Desk) -> None:
    shown = desk.type('ssh node02', 'sudo systemctl poweroff')
    assert 'The system will power off now!' in shown
    assert shown.endswith('Connection to node02 closed by remote host.\nConnection to node02 closed.\n')
    desk.wait(60)
    assert 'NotReady' in desk.out('kubectl get node node02')
    assert 'mended' in desk.out('chaos start node02')
    desk.wait(30)
    assert ' Ready ' in desk.out('kubectl get node node02')
    assert 'is in force' in desk.out('chaos start node02')


@pytest.mark.parametrize(('command', 'said'), [
    ('ssh node01 reboot', 'Call to Reboot failed: Interactive authentication required.\n'),
    ('ssh node01 sudo shutdown -r +5', 'shutdown: error: only `shutdown now` is simulated here\n'),
    ('sudo reboot', 'this is the machine that you sit at'),
])
def test_not_everybody_may_and_not_everywhere(desk: Desk, command: str, said: str) -> None:
    assert said in desk.out(command)
    assert desk.out('kubectl get nodes').count(' Ready ') == 3
