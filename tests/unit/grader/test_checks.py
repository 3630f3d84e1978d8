"""Every type of check passes and fails, and says why in both languages."""

import pytest
from pydantic import ValidationError

from tutor.course.words import Text
from tutor.grader.checks.catalog import CHECKS
from tutor.grader.view import HttpAnswer, Ran

DEPLOYMENT = """
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec: {replicas: 1}
status:
  conditions:
  - {type: Available, status: 'True', reason: MinimumReplicasAvailable}
  - {type: Progressing, status: 'False', reason: ProgressDeadlineExceeded}
"""
PODS = """
kind: Pod
metadata: {name: web-1, labels: {app: web}}
status: {phase: Running}
---
kind: Pod
metadata: {name: web-2, labels: {app: web}}
status: {phase: Pending}
---
kind: Pod
metadata: {name: dns, namespace: kube-system, labels: {app: dns}}
status: {phase: Running}
"""


def check(type, **options):
    title = Text.same('title')
    return CHECKS[type].model_validate({'id': 'id', 'type': type, 'title': title.model_dump(), **options})


@pytest.fixture
def cluster(view):
    view.objects.add(DEPLOYMENT)
    view.objects.add(PODS)
    view.objects.logs['web-1'] = 'starting\nready to serve\n'
    view.transcript.append(Ran('kubectl get pods -n kube-system', 'NAME  READY\ndns   1/1\n', '', 0))
    view.transcript.append(Ran('kubectl get wbe', '', 'error: no such resource\n', 1))
    view.outputs['kubectl version'] = Ran('kubectl version', 'Server Version: v1.36.1\n', '', 0)
    view.answers['http://web'] = HttpAnswer(200, '<h1>Welcome to nginx!</h1>')
    view.files['web.yaml'] = 'kind: Pod\nmetadata: {name: web}\n---\nkind: Service\nmetadata: {name: web}\n'
    view.files['bad.yaml'] = 'kind: [Pod\n'
    return view


GOOD = [
    ('object', {'kind': 'Deployment', 'name': 'web'}),
    ('object', {'kind': 'deploy', 'name': 'web', 'expect': {'spec': {'replicas': 1}}}),
    ('object', {'kind': 'Pod', 'selector': {'app': 'web'}, 'expect': {'status': {'phase': 'Pending'}}}),
    ('absent', {'kind': 'Pod', 'name': 'db'}),
    ('absent', {'kind': 'Pod', 'selector': 'app=web', 'expect': {'status': {'phase': 'Failed'}}}),
    ('count', {'kind': 'Pod', 'selector': 'app=web', 'count': 2}),
    ('count', {'kind': 'Pod', 'selector': 'app=web', 'expect': {'status': {'phase': 'Running'}}, 'max': 1}),
    ('count', {'kind': 'Pod', 'allNamespaces': True, 'min': 3}),
    ('condition', {'kind': 'Deployment', 'name': 'web', 'condition': 'Available'}),
    ('condition', {'kind': 'Deployment', 'selector': 'app=web', 'condition': 'Progressing', 'status': 'False',
                   'reason': 'ProgressDeadlineExceeded'}),
    ('log_contains', {'pod': 'web-1', 'contains': 'ready'}),
    ('log_contains', {'selector': 'app=web', 'matches': '^ready .* serve$'}),
    ('request', {'selector': 'app=web', 'url': 'http://web', 'contains': 'Welcome'}),
    ('request', {'pod': 'web-1', 'url': 'http://nowhere', 'fails': True}),
    ('command_output', {'command': r'get pods.*-n kube-system', 'contains': ['dns', 'READY']}),
    ('command_output', {'contains': 'no such resource', 'exit': 1}),
    ('command_output', {'run': 'kubectl version', 'matches': r'v1\.\d+'}),
    ('file', {'path': 'web.yaml', 'contains': 'Service'}),
    ('file', {'path': 'web.yaml', 'yaml': {'kind': 'Service', 'metadata': {'name': 'web'}}}),
    ('file', {'path': 'gone.yaml', 'absent': True}),
]

BAD = [
    ('object', {'kind': 'Deployment', 'name': 'api'}, 'Deployment api: expected it to exist, found nothing.',
     'Deployment api：应为存在，现在不存在。'),
    ('object', {'kind': 'Deployment', 'name': 'web', 'expect': {'spec': {'replicas': 3}}},
     'Deployment web spec.replicas: expected 3, found 1.', 'Deployment web spec.replicas：应为 3，现在 1。'),
    ('object', {'kind': 'Pod', 'selector': 'app=web', 'expect': {'spec': {'nodeName': 'node01'}}},
     'Pod web-1 spec.nodeName: expected node01, found nothing.', 'Pod web-1 spec.nodeName：应为 node01，现在没有。'),
    ('object', {'kind': 'Gizmo', 'name': 'x'}, 'Gizmo: expected it to exist, found nothing.',
     'Gizmo：应为存在，现在不存在。'),
    ('absent', {'kind': 'Pod', 'name': 'dns', 'namespace': 'kube-system'},
     'Pod dns in namespace kube-system: expected nothing, found dns.',
     'Pod dns（命名空间 kube-system）：应为不存在，现在 dns。'),
    ('count', {'kind': 'Pod', 'selector': 'app=web', 'min': 3}, 'Pod (app=web): expected at least 3, found 2.',
     'Pod (app=web)：应为至少 3，现在 2。'),
    ('condition', {'kind': 'Deployment', 'name': 'web', 'condition': 'Progressing'},
     'Deployment web Progressing: expected True, found False (ProgressDeadlineExceeded).',
     'Deployment web Progressing：应为 True，现在 False (ProgressDeadlineExceeded)。'),
    ('condition', {'kind': 'Deployment', 'name': 'web', 'condition': 'Odd'},
     'Deployment web Odd: expected True, found nothing.', 'Deployment web Odd：应为 True，现在没有。'),
    ('log_contains', {'pod': 'web-1', 'contains': 'error'},
     'the log of Pod web-1: expected contains “error”, found ready to serve.',
     'Pod web-1 的日志：应为含有 “error”，现在 ready to serve。'),
    ('request', {'pod': 'web-1', 'url': 'http://db'},
     'GET http://db from web-1: expected 200, found no answer (Could not resolve host).',
     '从 web-1 请求 http://db：应为 200，现在没有应答（Could not resolve host）。'),
    ('command_output', {'command': 'kubectl describe'},
     'your commands: expected title, found nothing.',
     '你的命令：应为 title，现在没有。'),
    ('file', {'path': 'gone.yaml'}, 'the file gone.yaml: expected it to exist, found nothing.',
     '文件 gone.yaml：应为存在，现在不存在。'),
    ('file', {'path': 'web.yaml', 'yaml': {'kind': 'Pod', 'metadata': {'name': 'api'}}},
     'the file web.yaml metadata.name: expected api, found web.', '文件 web.yaml metadata.name：应为 api，现在 web。'),
]


@pytest.mark.parametrize(('type', 'options'), GOOD)
def test_passes(cluster, type, options):
    result = cluster.wait(check(type, **options).evaluate(cluster))
    assert result.passed, result.say('en')


@pytest.mark.parametrize(('type', 'options', 'english', 'chinese'), BAD)
def test_fails_and_says_why(cluster, type, options, english, chinese):
    from tutor.grader.watched import evaluate
    result = cluster.wait(evaluate(check(type, **options), cluster))
    assert not result.passed
    assert (result.say('en'), result.say('zh')) == (english, chinese)


def test_bad_yaml_in_a_file(cluster):
    result = cluster.wait(check('file', path='bad.yaml', yaml={'kind': 'Pod'}).evaluate(cluster))
    assert result.expected.en == 'valid YAML'


def test_every_type_is_tried():
    assert {type for type, _ in GOOD} == {type for type, *_ in BAD} == set(CHECKS)


@pytest.mark.parametrize(('type', 'options'), [
    ('object', {'kind': 'Pod', 'name': 'x', 'selector': 'a=b'}),
    ('object', {'kind': 'Pod', 'nmae': 'x'}),
    ('count', {'kind': 'Pod'}),
    ('log_contains', {'pod': 'x'}),
    ('log_contains', {'contains': 'x'}),
    ('log_contains', {'pod': 'x', 'matches': '['}),
    ('command_output', {'run': 'ls'}),
])
def test_what_makes_no_sense_is_refused(type, options):
    with pytest.raises(ValidationError):
        check(type, **options)
