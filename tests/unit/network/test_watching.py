"""What a kernel knows of its network: devices, neighbours, connections and packets; from pods and from nodes."""

from __future__ import annotations

import re

import pytest

from tutor.session.workbench import Workbench
from tutor.shell.programs.tcpdump.filters import BadFilter, compiled
from tutor.shell.programs.tcpdump.packets import Packet


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    bench.run('kubectl create deployment web --image=nginx; kubectl expose deployment web --port=80')
    bench.run('kubectl run shoot --image=nicolaka/netshoot -- sleep 1d')
    bench.run('kubectl run box --image=busybox -- sleep 1d')
    bench.simulation.advance(40)
    return bench


def inside(bench: Workbench, command: str) -> str:
    ran = bench.run(f"kubectl exec shoot -- sh -c '{command}'")
    return ran.stdout + ran.stderr


def node_of(bench: Workbench, pod: str) -> str:
    return bench.run(f"kubectl get pod {pod} -o jsonpath='{{.spec.nodeName}}'").stdout


def ip_of(bench: Workbench, pod: str) -> str:
    return bench.run(f"kubectl get pod {pod} -o jsonpath='{{.status.podIP}}'").stdout


def test_a_node_has_a_bridge_with_its_pods_and_routes_to_those_of_the_others(bench: Workbench) -> None:
    node, address = node_of(bench, 'shoot'), ip_of(bench, 'shoot')
    shown = bench.run(f"ssh {node} 'ip -br addr; ip route; arp -n'").stdout
    bridge = address.rpartition('.')[0] + '.1'
    assert re.search(rf'^cni0 +UP +{re.escape(bridge)}/24 $', shown, re.M)
    assert re.search(r'^10\.244\.0\.0/24 via 172\.30\.1\.2 dev eth0 $', shown, re.M)
    assert re.search(rf'^{re.escape(address)} +ether +0a:58:0a:f4', shown, re.M)
    assert re.search(r'eth0@if\d+: ', inside(bench, 'ip addr'))
    assert 'Device "eth9" does not exist.' in bench.run('ip addr show eth9').stderr


def test_busybox_lays_out_its_devices_in_its_own_way(bench: Workbench) -> None:
    shown = bench.run('kubectl exec box -- ifconfig lo').stdout
    assert shown.startswith('lo        Link encap:Local Loopback  \n')
    assert bench.run('kubectl exec box -- ifconfig nope').stderr.startswith(
        'ifconfig: nope: error fetching interface information: Device not found\n')


def test_tcpdump_shows_how_a_connection_begins_and_ends(bench: Workbench) -> None:
    own = ip_of(bench, 'shoot')
    shown = inside(bench, 'tcpdump -n -t -c 6 tcp & sleep 1; curl -s -o /dev/null web; wait').splitlines()
    assert [re.search(r'Flags \[(.*?)\]', line)[1] for line in shown[:6]] == ['S', 'S.', '.', 'F.', 'F.', '.']
    assert re.match(rf'IP {re.escape(own)}\.\d+ > 10\.96\.[\d.]+\.80: Flags', shown[0])
    assert '6 packets captured' in shown
    names = inside(bench, 'tcpdump -c 2 udp port 53 & sleep 1; curl -s -o /dev/null web; wait')
    assert 'A? web.default.svc.cluster.local. ' in names


def test_tcpdump_on_the_node_sees_the_endpoint_behind_the_service(bench: Workbench) -> None:
    node, pod = node_of(bench, 'web-$(kubectl get pods -o name | sed -n s,pod/web-,,p)'), 'box'
    bench.run(f"ssh {node} 'sudo timeout 5 tcpdump -n -i any tcp port 80' > /tmp/seen 2>&1 & sleep 1")
    bench.run(f'kubectl exec {pod} -- wget -qO- web')
    bench.run('sleep 5; wait')
    seen = bench.run('cat /tmp/seen').stdout
    assert re.search(rf'veth\w+ Out IP {re.escape(ip_of(bench, pod))}\.\d+ > 10\.244\.[\d.]+\.80: Flags \[S\]', seen)


def test_conntrack_knows_both_ways_of_a_connection(bench: Workbench) -> None:
    shown = inside(bench, 'curl -s -o /dev/null web; conntrack -L -p tcp --dport 80')
    service, endpoint = re.findall(r'dst=(10\.96[\d.]+) sport=\d+ dport=80 src=(10\.244[\d.]+) ', shown)[-1]
    assert service == bench.run("kubectl get service web -o jsonpath='{.spec.clusterIP}'").stdout
    assert endpoint == bench.run("kubectl get pod -l app=web -o jsonpath='{.items[0].status.podIP}'").stdout
    assert 'flow entries have been shown' in shown
    assert 'you must be root' in bench.run('conntrack -L').stderr


def test_telnet_and_nsenter_say_whether_one_gets_there(bench: Workbench) -> None:
    box = 'kubectl exec box -- '
    assert bench.run(f'{box}telnet web 80 </dev/null').stdout.startswith('Connected to web\n')
    assert "bad address 'nobody'" in bench.run(f'{box}telnet nobody 80').stderr
    assert bench.run('telnet 172.30.1.2 9').stderr == 'telnet: Unable to connect to remote host: Connection refused\n'
    node, address = node_of(bench, 'shoot'), ip_of(bench, 'shoot')
    pid = "$(sudo crictl inspect -o go-template --template '{{.info.pid}}' $(sudo crictl ps -q --name shoot))"
    shown = bench.run(f'ssh {node} "sudo nsenter -t {pid.replace("$", chr(92) + "$")} -n ip -br addr"')
    assert f'{address}/24' in shown.stdout
    assert 'No such file or directory' in bench.run('sudo nsenter -t 99999 -n true').stderr


@pytest.mark.parametrize(('expression', 'passes'), [
    ('', True), ('port 80', True), ('tcp port 81', False), ('udp', False), ('not udp and host 10.0.0.1', True),
    ('src host 10.0.0.1', True), ('dst 10.0.0.1', False), ('net 10.0.1.0/24', True), ('portrange 70-90', True),
    ('host 10.9.9.9 or (port http and tcp)', True), ('src port 80', False),
])
def test_filters_are_those_of_pcap(expression: str, passes: bool) -> None:
    packet = Packet('eth0', 'Out', 'tcp', ('10.0.0.1', 40000), ('10.0.1.2', 80), '')
    assert compiled(expression)(packet) is passes


@pytest.mark.parametrize('expression', ['port', 'port http and', '(port 80', 'port nosuch', 'host 1.2'])
def test_what_is_no_filter_is_refused(expression: str) -> None:
    with pytest.raises(BadFilter):
        compiled(expression)
