"""TLS of a server in a pod: nginx with a certificate from a Secret, and what clients make of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from tutor.session.workbench import Workbench
from tutor.shell.tls import self_signed

CONF = r'''server { listen 80; listen 443 ssl; server_name web.test; ssl_certificate /tls/tls.crt;
ssl_certificate_key /tls/tls.key; location / { return 200 "it's \"fine\"\n"; } }
'''
POD = {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'web'}, 'spec': {
    'containers': [{'name': 'web', 'image': 'nginx', 'volumeMounts': [
        {'name': 'conf', 'mountPath': '/etc/nginx/conf.d'}, {'name': 'tls', 'mountPath': '/tls'}]}],
    'volumes': [{'name': 'conf', 'configMap': {'name': 'conf'}}, {'name': 'tls', 'secret': {'secretName': 'tls'}}]}}


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    chain = self_signed('web.test', '', ['web.test'], datetime(2026, 5, 1, tzinfo=UTC), b'web')
    for obj in ({'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': 'conf'},
                 'data': {'default.conf': CONF}},
                {'apiVersion': 'v1', 'kind': 'Secret', 'metadata': {'name': 'tls'},
                 'stringData': {'tls.crt': chain, 'tls.key': 'key'}}, POD):
        assert bench.run(f"kubectl apply -f - <<'X'\n{json.dumps(obj)}\nX").code == 0
    bench.run(f"cat > ca.pem <<'X'\n{chain}X")
    bench.simulation.advance(15)
    return bench


def ask(bench: Workbench, options: str, url: str):
    address = bench.run("kubectl get pod web -o jsonpath='{.status.podIP}'").stdout
    return bench.run(f'{options} {url.format(address)}')


def test_the_certificate_is_judged(bench: Workbench) -> None:
    answer = 'it\'s "fine"\n'
    assert ask(bench, 'curl -sk', 'https://{}/').stdout == answer
    assert ask(bench, 'curl -s --cacert ca.pem', '--resolve web.test:443:{} https://web.test/').stdout == answer
    other = ask(bench, 'curl -sS --cacert ca.pem', 'https://{}/')
    assert other.code == 60
    assert other.stderr.startswith('curl: (60) SSL: no alternative certificate subject name matches target host name')
    assert ask(bench, 'curl -sS', 'https://{}:80/').stderr == (
        'curl: (35) error:0A00010B:SSL routines::wrong version number\n')
    wget = ask(bench, 'wget -qO- --no-check-certificate', 'https://{}/')
    assert (wget.stdout, wget.code) == (answer, 0)


def test_plain_text_is_answered_by_a_page(bench: Workbench) -> None:
    page = ask(bench, 'curl -s', 'http://{}:443/').stdout
    assert '<title>400 The plain HTTP request was sent to HTTPS port</title>' in page


def test_without_its_certificate_nginx_does_not_start(bench: Workbench) -> None:
    bench.run('kubectl delete pod web --now')
    bench.run("kubectl patch secret tls --type=json -p '[{\"op\":\"remove\",\"path\":\"/data/tls.crt\"}]'")
    bench.run(f"kubectl apply -f - <<'X'\n{json.dumps(POD)}\nX")
    bench.simulation.advance(10)
    assert '[emerg] cannot load certificate "/tls/tls.crt"' in bench.run('kubectl logs web').stdout.replace(
        '1#1: ', '')
