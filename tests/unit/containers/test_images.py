"""The images that the course and Kubernetes' documentation use."""

import pytest

from tutor.cluster.containers.http import HttpRequest, fetch
from tutor.cluster.containers.programs.perl import pi_digits

AGNHOST = 'registry.k8s.io/e2e-test-images/agnhost:2.40'


def get(node, container, path: str = '/', port: int = 8080) -> tuple[int, str]:
    request = HttpRequest('GET', path, {'host': 'web', 'user-agent': 'test'})
    found = node.simulation.run_task(fetch(container.network, node.address(container), port, request))
    return found.status, found.body.decode()


def test_agnhost_has_its_servers(node) -> None:
    netexec = node.run(AGNHOST, '/agnhost', 'netexec')
    assert get(node, netexec, '/echo?msg=hi') == (200, 'hi')
    assert get(node, netexec, '/shell?cmd=echo%20a') == (200, '{"output":"a\\n"}')
    assert node.exec(netexec, '/agnhost', 'connect', '127.0.0.1:8080')[0] == 0
    assert node.exec(netexec, '/agnhost', 'connect', '127.0.0.1:1') == (1, 'REFUSED\n')
    liveness = node.run(AGNHOST, '/agnhost', 'liveness')
    assert get(node, liveness, '/healthz') == (200, 'ok')
    node.simulation.advance(11)
    assert get(node, liveness, '/healthz')[0] == 500


def test_the_tutorials_servers_answer(node) -> None:
    assert get(node, node.run('gcr.io/google-samples/hello-app:2.0'))[1].startswith('Hello, world!\nVersion: 2.0.0\n')
    assert get(node, node.run('gcr.io/google-samples/kubernetes-bootcamp:v1'))[1] == (
        'Hello Kubernetes bootcamp! | Running on: web | v=1\n')
    assert 'client_address=' in get(node, node.run('registry.k8s.io/echoserver:1.4'))[1]
    assert get(node, node.run('registry.k8s.io/hpa-example'), port=80) == (200, 'OK!')
    assert get(node, node.run('hashicorp/http-echo', '/http-echo', '-text=hi'), port=5678) == (200, 'hi\n')


def test_whoami_and_bash(node) -> None:
    answer = get(node, node.run('traefik/whoami'), '/a?b', 80)[1]
    assert answer.startswith('Hostname: web\nIP: 127.0.0.1\n')
    assert '\nGET /a?b HTTP/1.1\nHost: web\n' in answer
    assert 'User-Agent: test\n' in answer
    for words in (('-c', 'echo hi'), ('echo', 'hi')):
        container = node.run('bash:5', 'docker-entrypoint.sh', *words)
        node.simulation.advance(1)
        assert node.output(container) == 'hi\n'


def test_perl_computes_pi(node) -> None:
    assert (pi_digits(10), len(pi_digits(2000))) == ('3.141592654', 2001)
    container = node.run('perl:5.34.0', 'perl', '-Mbignum=bpi', '-wle', 'print bpi(20)')
    node.simulation.advance(1)
    assert node.output(container) == '3.1415926535897932385\n'


def test_python_prints_and_serves_and_refuses_the_rest(node) -> None:
    container = node.run('python:3.12', 'python3', '-m', 'http.server')
    assert get(node, container, '/etc/hostnam', 8000)[0] == 404
    assert node.exec(container, 'python3', '-c', 'print("a" * 3, 1 + 2)') == (0, 'aaa 3\n')
    status, said = node.exec(container, 'python3', '-c', 'open("/etc/passwd")')
    assert (status, said.startswith('python3: error: ')) == (1, True)


@pytest.mark.parametrize(('source', 'code', 'said'), [
    ('import os, sys\nif int(os.environ.get("INDEX")) == 1:\n  sys.exit(42)\nelse:\n  sys.exit(0)', 42, ''),
    ('import sys\nif not 1 < 2 <= 1 or "a" in "b":\n  print("so")\nelif True:\n  pass', 0, 'so\n'),
    ('for number in range(2):\n  for word in ["a", "b"]:\n    print(word, number)', 0, 'a 0\nb 0\na 1\nb 1\n'),
    ('for number in range(3):\n  if number == 1 and number is not None:\n    exit(7)', 7, '')])
def test_python_branches(node, source: str, code: int, said: str) -> None:
    container = node.run('python:3', 'sleep', '100', env={'INDEX': '1'})
    assert node.exec(container, 'python3', '-c', source) == (code, said)


def test_python_comes_with_its_package(node) -> None:
    container = node.run('ubuntu:18.04', 'sleep', '100')
    node.exec(container, 'apt-get', 'update')
    assert node.exec(container, 'apt-get', 'install', '-y', 'python3', 'python')[0] == 0
    worker = """#!/usr/bin/env python
import sys
print("Processing " + sys.stdin.readlines()[0].strip(), sys.stdin.read())
"""
    container.host.files.put('/worker.py', worker, 0o755)
    assert node.exec(container, 'sh', '-c', 'printf "apple\\npie" | /worker.py') == (0, 'Processing apple apple\npie\n')


def test_the_clock_of_agnhost_begins_with_it(node) -> None:
    node.simulation.advance(50)
    container = node.run('registry.k8s.io/e2e-test-images/agnhost:2.53', '/agnhost', 'netexec')
    node.simulation.advance(4)
    assert ' UTC m=+4.' in get(node, container)[1]


def test_mysql_wants_a_password_and_keeps_tables(node) -> None:
    refused = node.run('mysql:8.0')
    assert (refused.exit_code, '- MYSQL_ROOT_PASSWORD' in node.output(refused)) == (1, True)
    container = node.run('mysql:8.0', env={'MYSQL_ROOT_PASSWORD': 'x', 'MYSQL_DATABASE': 'a'})
    node.simulation.advance(10)
    client = ('mysql', '-uroot', '-px', '-e')
    warning = 'mysql: [Warning] Using a password on the command line interface can be insecure.\n'
    assert node.exec(container, *client, 'SELECT 1') == (0, f'1\n1\n{warning}')
    script = "USE a; CREATE TABLE t (id INT AUTO_INCREMENT PRIMARY KEY, n VARCHAR(9)); INSERT INTO t (n) VALUES ('x')"
    assert node.exec(container, *client, script) == (0, warning)
    assert node.exec(container, *client, 'SELECT * FROM t', 'a') == (0, f'id\tn\n1\tx\n{warning}')
    assert 'Access denied' in node.exec(container, 'mysql', '-uroot', '-py', '-e', 'SELECT 1')[1]
    assert node.exec(container, *client, "ATTACH '/tmp/x' AS y", 'a')[0] == 1


def test_postgres_wants_a_password_and_answers(node) -> None:
    refused = node.run('postgres:16')
    assert refused.exit_code == 1
    container = node.run('postgres:16', env={'POSTGRES_PASSWORD': 'x'})
    node.simulation.advance(5)
    assert node.exec(container, 'pg_isready') == (0, '/var/run/postgresql:5432 - accepting connections\n')
    assert node.exec(container, 'psql', '-U', 'postgres', '-c', 'SELECT 1') == (
        0, ' ?column? \n----------\n        1\n(1 row)\n\n')


def test_memcached_keeps_items(node) -> None:
    container = node.run('memcached')
    said = node.exec(container, 'bash', '-c', 'memcached -V')
    assert said == (0, 'memcached 1.6.39\n')
