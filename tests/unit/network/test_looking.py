"""The programs that look at the network: dig, host, traceroute, ss, ip, iptables; from pods and from nodes."""

from __future__ import annotations

import re

import pytest

from tutor.session.workbench import Workbench


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    bench.run('kubectl create deployment web --image=nginx --replicas=2')
    bench.run('kubectl expose deployment web --port=80 --type=NodePort')
    bench.run('kubectl create service clusterip none --tcp=80')
    bench.run('kubectl run shoot --image=nicolaka/netshoot -- sleep 1d')
    bench.simulation.advance(30)
    return bench


def inside(bench: Workbench, command: str) -> str:
    return bench.run(f'kubectl exec shoot -- {command}').stdout


def address(bench: Workbench, service: str = 'web') -> str:
    return bench.run(f"kubectl get service {service} -o jsonpath='{{.spec.clusterIP}}'").stdout


def test_dig_shows_the_whole_message_or_the_answer_alone(bench: Workbench) -> None:
    full = 'web.default.svc.cluster.local'
    shown = inside(bench, f'dig {full}')
    assert 'status: NOERROR' in shown
    assert f';{full}.\tIN\tA\n' in shown
    assert f'{full}. 30 IN\tA\t{address(bench)}\n' in shown
    assert ';; SERVER: 10.96.0.10#53(10.96.0.10) (UDP)\n' in shown
    assert inside(bench, f'dig +short {full}') == f'{address(bench)}\n'
    assert inside(bench, 'dig +short web') == ''
    assert inside(bench, 'dig +short +search web') == f'{address(bench)}\n'
    assert inside(bench, f'dig +noall +answer {full}') == f'{full}. 30 IN\tA\t{address(bench)}\n'
    assert inside(bench, f'dig +short -x {address(bench)}') == f'{full}.\n'


def test_host_says_it_in_words(bench: Workbench) -> None:
    assert inside(bench, 'host web') == f'web.default.svc.cluster.local has address {address(bench)}\n'
    assert inside(bench, 'host nosuch') == 'Host nosuch not found: 3(NXDOMAIN)\n'


def test_traceroute_goes_by_the_nodes(bench: Workbench) -> None:
    pods = bench.run("kubectl get pods -l app=web -o jsonpath='{.items[*].status.podIP}'").stdout.split()
    own = bench.run("kubectl get pod shoot -o jsonpath='{.status.podIP}'").stdout
    far = next(pod for pod in pods if pod.rpartition('.')[0] != own.rpartition('.')[0])
    hops = re.findall(r'\((10\.[\d.]+|172\.[\d.]+)\) ', inside(bench, f'traceroute {far}'))
    assert hops[1:] == [f'172.30.{int(far.split(".")[2]) + 1}.2', far] or hops[-1] == far


def test_a_pod_has_no_rules_of_the_proxy_and_a_node_has(bench: Workbench) -> None:
    assert bench.run('kubectl exec shoot -- iptables -t nat -L KUBE-SERVICES').stderr.startswith(
        'iptables: No chain/target/match by that name.\n')
    saved = bench.run("ssh node01 'sudo iptables-save'").stdout
    assert '--comment "default/kubernetes:https cluster IP" -m tcp --dport 443 -j KUBE-SVC-NPX46M4PTMTKRN6Y\n' in saved
    chain = re.search(rf'-d {address(bench)}/32 -p tcp .* -j (KUBE-SVC-\w+)\n', saved)
    assert chain is not None
    mine = [line for line in saved.splitlines() if line.startswith(f'-A {chain[1]} ')]
    assert '--probability 0.50000000000' in mine[1]
    assert len(mine) == 3
    assert saved.count('--to-destination 10.244.') >= 4
    assert '-m comment --comment "default/kubernetes:https" -j KUBE-MARK-MASQ\n' in saved
    assert f'-d {address(bench, "none")}/32 -p tcp -m comment --comment "default/none:80 has no endpoints"' in saved
    listed = bench.run("ssh node01 'sudo iptables -t nat -L KUBE-NODEPORTS -n'").stdout
    assert listed.splitlines()[1] == 'target     prot opt source               destination         '
    assert '/* default/web */ tcp dpt:3' in listed


def test_rules_freeze_without_the_proxy() -> None:
    bench = Workbench()
    bench.run('kubectl -n kube-system delete daemonset kube-proxy')
    bench.run('kubectl create service clusterip late --tcp=80')
    bench.simulation.advance(5)
    saved = bench.run("ssh node01 'sudo iptables-save'").stdout
    assert 'default/kubernetes:https' in saved
    assert 'default/late' not in saved


def test_ss_and_netstat_name_what_listens(bench: Workbench) -> None:
    pod = bench.run('kubectl get pods -l app=web -o name').stdout.split()[0]
    bench.run(f'kubectl debug {pod} --image=nicolaka/netshoot -c look -- sleep 1d')
    bench.simulation.advance(15)
    shown = bench.run(f'kubectl exec {pod} -c look -- ss -tln').stdout
    assert re.search(r'LISTEN 0 +4096 +\*:80 ', shown)
    assert ':80 ' in bench.run(f'kubectl exec {pod} -c look -- netstat -tln').stdout
