"""Servers that are data: each starts, and what they answer and lack."""

from __future__ import annotations

import pytest

from tutor.cluster.containers.images.applications import APPLICATIONS as SERVERS
from tutor.cluster.containers.images.platforms import PLATFORMS
from tutor.session.workbench import Workbench

APPLICATIONS = (*SERVERS, *PLATFORMS)
LACKING = {'haproxy', 'ghost', 'confluentinc/cp-kafka', 'confluentinc/cp-zookeeper', 'couchdb', 'elasticsearch',
           'docker.elastic.co/elasticsearch/elasticsearch'}


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench()
    for number, image in enumerate(APPLICATIONS):
        bench.run(f'kubectl run app{number} --image={image.repository}:{next(iter(image.tags))}')
    for command in ('kubectl run maria --image=mariadb --env=MARIADB_ROOT_PASSWORD=secret --env=MARIADB_DATABASE=shop',
                    'kubectl run nomaria --image=mariadb',
                    'kubectl run unprivileged --image=nginxinc/nginx-unprivileged',
                    'kubectl run rabbit --image=rabbitmq:nosuchtag'):
        bench.run(command)
    bench.simulation.advance(300)
    return bench


def address(bench: Workbench, repository: str) -> str:
    number = [image.repository for image in APPLICATIONS].index(repository)
    return bench.run(f"kubectl get pod app{number} -o jsonpath='{{.status.podIP}}'").stdout


def test_each_runs_unless_it_lacks_something(bench: Workbench) -> None:
    listed = bench.run('kubectl get pods --no-headers -o custom-columns=I:.spec.containers[0].image,'
                       'R:.status.containerStatuses[0].ready,C:.status.containerStatuses[0].restartCount')
    found = {line.split()[0].rpartition(':')[0]: line.split()[1:] for line in listed.stdout.splitlines()
             if line.startswith(tuple(image.repository for image in APPLICATIONS)) and 'nosuchtag' not in line}
    assert len(found) == len(APPLICATIONS)
    for repository, (ready, restarts) in found.items():
        assert (ready == 'true' and restarts == '0') is (repository not in LACKING), repository


@pytest.mark.parametrize(('repository', 'path', 'shown'), [
    ('prom/prometheus', ':9090/-/ready', 'Prometheus Server is Ready.'), ('caddy', '', 'Caddy works!'),
    ('tomcat', ':8080', 'HTTP Status 404'), ('registry', ':5000/v2/', '{}'),
    ('jmalloc/echo-server', ':8080/a', 'GET /a'),
    ('kennethreitz/httpbin', '/get', '"args": {}'), ('stefanprodan/podinfo', ':9898', 'greetings from podinfo'),
    ('hashicorp/vault', ':8200/v1/sys/health', '"sealed":false'), ('kibana', ':5601/api/status', 'available'),
    ('mongo-express', ':8081', 'Unauthorized'), ('envoyproxy/envoy', ':10000/x', 'upstream connect error'),
    ('nginxdemos/hello', '/x', '<span>/x</span>'), ('traefik', '', '404 page not found'),
])
def test_what_they_answer(bench: Workbench, repository: str, path: str, shown: str) -> None:
    assert shown in bench.run(f'curl -s {address(bench, repository)}{path}').stdout


def test_a_protocol_that_is_not_simulated_accepts_and_says_nothing(bench: Workbench) -> None:
    assert bench.run(f'nc -zv {address(bench, "eclipse-mosquitto")} 1883').code == 0
    assert bench.run(f'nc -zv {address(bench, "eclipse-mosquitto")} 1884').code == 1


def test_what_they_lack_stands_in_their_log(bench: Workbench) -> None:
    number = [image.repository for image in APPLICATIONS].index('haproxy')
    assert 'Cannot open configuration file' in bench.run(f'kubectl logs app{number}').stdout
    assert 'manifest unknown' in (said := bench.run('kubectl describe pod rabbit').stdout) or 'not found' in said


def test_mariadb_has_variables_of_its_own_and_answers_as_mysql_does(bench: Workbench) -> None:
    assert 'MARIADB_ROOT_PASSWORD_HASH' in bench.run('kubectl logs nomaria').stdout
    assert bench.run("kubectl exec maria -- mariadb -uroot -psecret -N -e 'SELECT 1'").stdout.strip() == '1'
    assert 'shop' in bench.run("kubectl exec maria -- mariadb -uroot -psecret -e 'SHOW DATABASES'").stdout


def test_nginx_without_root_listens_on_8080(bench: Workbench) -> None:
    assert bench.run('kubectl exec unprivileged -- id -u').stdout == '101\n'
    where = bench.run("kubectl get pod unprivileged -o jsonpath='{.status.podIP}'").stdout
    assert 'Welcome to nginx!' in bench.run(f'curl -s {where}:8080').stdout


def test_an_elasticsearch_before_8_needs_no_word_about_security() -> None:
    bench = Workbench()
    bench.run('kubectl run old --image=elasticsearch:7.17.29; kubectl run new --image=elasticsearch:8.19.5')
    bench.run('kubectl run open --image=elasticsearch:8.19.5 --env=xpack.security.enabled=false')
    bench.simulation.advance(60)
    where = bench.run("kubectl get pods old open -o jsonpath='{.items[*].status.podIP}'").stdout.split()
    assert [bench.run(f'curl -s {address}:9200/_cluster/health').stdout.count('green') for address in where] == [1, 1]
    assert 'xpack.security.enabled=false' in bench.run('kubectl logs new').stdout
