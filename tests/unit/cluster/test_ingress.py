"""ingress-nginx as an add-on: requests go by host and path, with TLS, to the pods behind."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime

import pytest

from tutor.cluster.config import ClusterConfig
from tutor.session.workbench import Workbench
from tutor.shell.tls import self_signed

SETUP = '''
kubectl create deployment web --image=gcr.io/google-samples/hello-app:1.0 --replicas=2
kubectl expose deployment web --port=8080
kubectl create deployment api --image=registry.k8s.io/echoserver:1.10
kubectl expose deployment api --port=80 --target-port=8080
kubectl create service clusterip none --tcp=80
kubectl create ingress web --rule="hello.test/*=web:8080" --rule="hello.test/none*=none:80" --rule="hello.test/only=api:80"
kubectl create ingress api --annotation='nginx.ingress.kubernetes.io/rewrite-target=/$2' --rule='api.test/v1(/|$)(.*)=api:80'
'''  # noqa: E501
ADDRESS = '172.30.255.200'


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench(ClusterConfig(addons=('control-plane', 'dns', 'proxy', 'load-balancer', 'ingress')))
    for line in SETUP.strip().splitlines():
        assert bench.run(line).code == 0, line
    bench.simulation.advance(70)
    return bench


def ask(bench: Workbench, host: str, path: str = '/', more: str = '') -> str:
    return bench.run(f'curl -s {more} -H "Host: {host}" http://{ADDRESS}{path}').stdout


def test_the_class_is_the_default_and_the_status_has_the_address(bench: Workbench) -> None:
    shown = bench.run('kubectl get ingress web --no-headers').stdout.split()
    assert shown[:4] == ['web', 'nginx', 'hello.test', ADDRESS]
    assert 'nginx-ingress-controller  Scheduled for sync' in bench.run('kubectl describe ingress web').stdout


def test_hosts_and_paths_route(bench: Workbench) -> None:
    assert 'Hello, world!' in ask(bench, 'hello.test')
    assert {ask(bench, 'hello.test').splitlines()[2] for _ in range(4)} == {
        f'Hostname: {name.split("/")[1]}' for name in bench.run('kubectl get pods -l app=web -o name').stdout.split()}
    assert '<title>503 Service Temporarily Unavailable</title>' in ask(bench, 'hello.test', '/none/below')
    assert 'Hello, world!' in ask(bench, 'hello.test', '/nonesuch')
    assert 'real path=/only' in ask(bench, 'hello.test', '/only')
    assert 'Hello, world!' in ask(bench, 'hello.test', '/only/below')
    assert ask(bench, 'other.test') == (
        '<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n<center><h1>404 Not Found</h1></center>\r\n'
        '<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n')


def test_the_path_is_rewritten_and_the_client_is_told_of(bench: Workbench) -> None:
    answer = ask(bench, 'api.test', '/v1/a/b?x=1')
    assert 'real path=/a/b?x=1' in answer
    assert 'x-forwarded-host=api.test' in answer


def test_node_ports_lead_there_too(bench: Workbench) -> None:
    assert 'Hello, world!' in bench.run('curl -s --resolve hello.test:30080:172.30.3.2 http://hello.test:30080/').stdout


def test_tls_shows_the_certificate_of_the_secret(bench: Workbench) -> None:
    chain = self_signed('secure.test', '', ['secure.test'], datetime(2026, 5, 1, tzinfo=UTC), b'test')
    data = {'tls.crt': base64.b64encode(chain.encode()).decode(), 'tls.key': base64.b64encode(b'key').decode()}
    secret = json.dumps({'apiVersion': 'v1', 'kind': 'Secret', 'metadata': {'name': 'cert'}, 'data': data})
    bench.run(f"kubectl apply -f - <<'X'\n{secret}\nX")
    bench.run(f"cat > ca.pem <<'X'\n{chain}X")
    bench.run('kubectl create ingress secure --rule="secure.test/*=web:8080,tls=cert"')
    bench.simulation.advance(1)
    at = f'--resolve secure.test:443:{ADDRESS} --resolve secure.test:80:{ADDRESS}'
    assert 'Hello, world!' in bench.run(f'curl -s --cacert ca.pem {at} https://secure.test/').stdout
    refused = bench.run(f'curl -sS {at} https://secure.test/')
    assert (refused.code, refused.stderr.splitlines()[0]) == (60, 'curl: (60) SSL certificate problem: '
                                                                  'self-signed certificate')
    assert 'subject: CN=secure.test' in bench.run(f'curl -skv {at} https://secure.test/').stderr
    redirect = bench.run(f'curl -si {at} http://secure.test/a')
    assert redirect.stdout.startswith('HTTP/1.1 308 Permanent Redirect\r\n')
    assert 'Location: https://secure.test/a\r\n' in redirect.stdout
    fake = bench.run(f'curl -skv https://{ADDRESS}/').stderr
    assert 'subject: O=Acme Co; CN=Kubernetes Ingress Controller Fake Certificate' in fake


def test_what_is_gone_gives_nginx_pages(bench: Workbench) -> None:
    bench.run('kubectl scale deployment web --replicas=0')
    bench.simulation.advance(40)
    assert '503 Service Temporarily Unavailable' in ask(bench, 'hello.test')
    bench.run('kubectl delete ingress web')
    bench.simulation.advance(1)
    assert '404 Not Found' in ask(bench, 'hello.test')
    assert bench.simulation.failures == []
