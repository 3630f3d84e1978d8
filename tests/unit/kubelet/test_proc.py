"""/proc of a container, as far as it is not its own: the machine's memory and processors, and the pod's network."""

from __future__ import annotations

import pytest


@pytest.fixture
def inside(lab):
    """Run a line of shell in a pod of a large node."""
    lab.pod(command=['sleep', '600'])
    lab.ready()
    return lambda line: lab.exec('web', 'sh', '-c', line)[1]


def test_memory_and_processors_are_the_machine_s(lab, inside) -> None:
    machine = lab.cluster.nodes.machines[lab.get()['spec']['nodeName']]
    assert inside('cat /proc/meminfo /proc/cpuinfo') == machine.read('/proc/meminfo') + machine.read('/proc/cpuinfo')
    assert inside('free').split()[7] == str(machine.usage('memory')[0] // 1024)
    assert inside('nproc') == f'{machine.processors}\n'


def test_the_network_is_the_pod_s(lab, inside) -> None:
    devices = inside('cat /proc/net/dev').splitlines()
    assert [line.split(':')[0].strip() for line in devices[2:]] == ['lo', 'eth0']
    assert {len(line) for line in devices[2:]} == {122}
    address = [int(part) for part in lab.get()['status']['podIP'].split('.')]
    routes = [line.split() for line in inside('cat /proc/net/route').splitlines()]
    assert routes[1][:4] == ['eth0', '00000000', f'01{address[2]:02X}{address[1]:02X}{address[0]:02X}', '0003']
    assert routes[2][1] == f'00{address[2]:02X}{address[1]:02X}{address[0]:02X}' and routes[2][7] == '00FFFFFF'
    listening = inside('nc -l -p 8080 & sleep 1; cat /proc/net/tcp').splitlines()
    assert listening[1].startswith('   0: 00000000:1F90 00000000:0000 0A ')
