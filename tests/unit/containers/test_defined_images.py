"""Images that a cluster file defines, and how fast things go in it."""

from __future__ import annotations

import pytest

from tutor.cluster import config
from tutor.cluster.config import BadClusterFile
from tutor.session.workbench import Workbench

FILE = {
    'addons': ['dns', 'proxy', 'control-plane'],
    'define': {
        'shop/api': {
            'tags': {
                'v1': {},
                'v2': {'exit': {'after': '3s', 'code': 3, 'text': 'panic: no database at {env:DB}'}},
                'v3': {'needs': {'env': ['TOKEN'], 'files': ['/etc/app/conf']}},
            },
            'files': {'/app/readme': 'hello\n'}, 'env': {'DB': 'db:5432'}, 'base': 'alpine', 'size': '90M',
            'logs': ['{time} listening', {'text': 'tick {n}', 'every': '10s'}],
            'serve': [{'port': 8080, 'paths': {
                '/': 'api {tag} on {hostname} at {path}\n', '/ready': {'text': 'ok', 'after': '5s', 'until': '30s'},
                '/teapot': {'status': 418, 'headers': {'X-Pot': 'tea'}, 'log': '{method} {path} {status}'}}}]},
        'shop/queue': {'accept': [5672]},
        'registry.example.com/hungry': {'memory': '20Mi', 'grow': '20Mi', 'stop': {'ignore': True}},
    },
}


@pytest.fixture(scope='module')
def bench() -> Workbench:
    bench = Workbench(config.read(FILE))
    for tag in ('v1', 'v2', 'v3'):
        bench.run(f'kubectl run {tag} --image=shop/api:{tag}')
    bench.run('''kubectl run hungry --image=registry.example.com/hungry --overrides='
{"spec": {"containers": [{"name": "hungry", "image": "registry.example.com/hungry", "resources": {"limits":
{"memory": "70Mi"}}}]}}' ''')
    bench.run('kubectl run queue --image=shop/queue')
    bench.run('kubectl run none --image=shop/api:v9')
    bench.simulation.advance(30)
    return bench


def ask(bench: Workbench, path: str) -> str:
    address = bench.run("kubectl get pod v1 -o jsonpath='{.status.podIP}'").stdout
    return bench.run(f'curl -si http://{address}:8080{path}').stdout.replace('\r', '')


def test_it_answers_logs_and_has_files(bench: Workbench) -> None:
    assert ask(bench, '/a/b').endswith('\n\napi v1 on v1 at /a/b\n')
    assert ask(bench, '/teapot').startswith("HTTP/1.1 418")
    assert 'X-Pot: tea' in ask(bench, '/teapot')
    log = bench.run('kubectl logs v1').stdout.splitlines()
    assert log[0].endswith('Z listening')
    assert 'tick 1' in log
    assert 'GET /teapot 418' in log
    assert bench.run('kubectl exec v1 -- cat /app/readme').stdout == 'hello\n'
    assert bench.run('kubectl exec v1 -- printenv DB').stdout == 'db:5432\n'


def test_a_port_may_take_connections_and_say_nothing(bench: Workbench) -> None:
    address = bench.run("kubectl get pod queue -o jsonpath='{.status.podIP}'").stdout
    assert bench.run(f'nc -zv {address} 5672').code == 0
    assert bench.run(f'nc -zv {address} 5673').code == 1


def test_a_tag_behaves_otherwise(bench: Workbench) -> None:
    assert bench.run('kubectl logs v2 --previous').stdout.splitlines()[-1] == 'panic: no database at db:5432'
    last = "kubectl get pod v2 -o jsonpath='{.status.containerStatuses[0].lastState.terminated.exitCode}'"
    assert bench.run(last).stdout == '3'
    assert bench.run('kubectl logs v3').stdout == 'error: environment variable TOKEN is not set\n'
    assert 'shop/api:v9: not found' in bench.run('kubectl describe pod none').stdout


def test_memory_grows_until_the_limit(bench: Workbench) -> None:
    assert 'OOMKilled' in bench.run('kubectl describe pod hungry').stdout


def test_an_answer_may_begin_late_and_end(bench: Workbench) -> None:
    fresh = Workbench(config.read(FILE))
    fresh.run('kubectl run v1 --image=shop/api:v1')
    seen = []
    for _ in range(9):
        fresh.simulation.advance(5)
        answer = ask(fresh, '/ready').partition('\n')[0]
        seen.append(answer.split()[1] if answer else '-')
    assert '200' in seen
    assert seen[-1] == '503'


@pytest.mark.parametrize(('define', 'said'), [
    ({'a:b': {}}, 'define: Value error, "a:b": tags belong under `tags`'),
    ({'A': {}}, 'define: Value error, "A" is no name of an image'),
    ({'a': {'memory': 'lots'}}, 'define.a.memory: Value error, "lots" is no quantity such as 64Mi or 250m'),
    ({'a': {'start': 'soon'}}, 'define.a.start: Value error, "soon" is no time such as 30s or 1m30s'),
    ({'a': {'colour': 'red'}}, 'define.a.colour: Extra inputs are not permitted'),
])
def test_what_is_wrong_is_said(define: dict, said: str) -> None:
    with pytest.raises(BadClusterFile) as raised:
        config.read({'define': define})
    assert str(raised.value).startswith(said)


def test_settings_survive_a_session_s_log() -> None:
    settings = config.read({**FILE, 'speed': {'images': 10}})
    assert config.read(settings.as_dict()) == settings


def test_images_come_as_fast_as_the_file_says() -> None:
    took = []
    for speed in (1, 20):
        bench = Workbench(config.read({'addons': ['control-plane'], 'speed': {'images': speed}}))
        bench.run('kubectl run a --image=nginx')
        begun = bench.simulation.now
        while bench.cluster.admin.get('pods', 'a', 'default')['status']['phase'] != 'Running':
            bench.simulation.advance(0.1)
        took.append(bench.simulation.now - begun)
    assert took[0] > took[1] + 1
