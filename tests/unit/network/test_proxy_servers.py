"""What kube-proxy serves itself, and how an old BusyBox asks for names."""

import json

import pytest

from tutor.session.workbench import Workbench


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    bench.run('kubectl run box --image=busybox:1.28 -- sleep 1d; kubectl run web --image=nginx --port=80; '
              'kubectl expose pod web --type=LoadBalancer --overrides='
              """'{"spec":{"externalTrafficPolicy":"Local"}}'; kubectl wait --for=condition=Ready pod/web pod/box""")
    return bench


def test_the_health_of_a_service_whose_traffic_stays_is_served_on_each_node(bench: Workbench) -> None:
    port = bench.run('kubectl get service web -o jsonpath={.spec.healthCheckNodePort}').stdout
    home = bench.run('kubectl get pod web -o jsonpath={.spec.nodeName}').stdout
    found = {node: json.loads(bench.run(f'ssh {node} curl -s localhost:{port}').stdout)
             for node in ('node01', 'node02')}
    assert {node: answer['localEndpoints'] for node, answer in found.items()} == {
        node: int(node == home) for node in found}
    assert found[home]['service'] == {'namespace': 'default', 'name': 'web'}
    other = next(node for node in found if node != home)
    assert '503 Service Unavailable' in bench.run(f'ssh {other} curl -si localhost:{port}/healthz').stdout
    bench.run("""kubectl patch service web -p '{"spec":{"externalTrafficPolicy":"Cluster"}}'; sleep 1""")
    assert bench.run(f'ssh {home} curl -s localhost:{port}').code == 7


def test_a_proxy_tells_its_mode_and_its_health(bench: Workbench) -> None:
    assert bench.run('ssh node01 curl -s http://localhost:10249/proxyMode').stdout == 'iptables'
    assert bench.run('curl -s http://172.30.2.2:10249/proxyMode').code == 7
    assert '"nodeEligible": true' in bench.run('curl -s http://172.30.2.2:10256/healthz').stdout


def test_an_old_busybox_names_the_addresses_that_it_finds(bench: Workbench) -> None:
    address = bench.run('kubectl get service web -o jsonpath={.spec.clusterIP}').stdout
    server = 'Server:    10.96.0.10\nAddress 1: 10.96.0.10 kube-dns.kube-system.svc.cluster.local\n\n'
    assert bench.run('kubectl exec box -- nslookup web').stdout == (
        f'{server}Name:      web\nAddress 1: {address} web.default.svc.cluster.local\n')
    missing = bench.run('kubectl exec box -- nslookup missing')
    assert (missing.stdout, missing.code) == (server, 1)
    assert missing.stderr.startswith("nslookup: can't resolve 'missing'\n")


def test_its_answers_have_the_headers_of_go(bench) -> None:
    said = bench.run('ssh node01 curl -si http://localhost:10249/proxyMode').stdout
    assert [line.partition(':')[0] for line in said.splitlines()[1:5]] == [
        'Content-Type', 'X-Content-Type-Options', 'Date', 'Content-Length']
    assert said.endswith('\r\n\r\niptables')
