"""What kubectl offers at the cursor."""

from __future__ import annotations

import pytest

from tutor.kubectl.completion import complete
from tutor.session.completion_words import ZH
from tutor.session.workbench import Workbench


@pytest.fixture(scope='module')
def bench() -> Workbench:
    found = Workbench()
    for command in ('kubectl create deployment web --image=nginx --port=8080',
                    'kubectl run two --image=nginx --port=80',
                    'kubectl create cronjob cj --image=busybox --schedule="* * * * *" -- true',
                    'kubectl create service clusterip svc1 --tcp=81', 'kubectl create serviceaccount bob'):
        assert found.run(command).code == 0
    found.simulation.advance(3)
    return found


def offered(bench: Workbench, line: str) -> list[str]:
    *words, current = line.split(' ')
    return [found.value if not found.file else found.value + '<files>'
            for found in complete(words[1:], current, bench.shell.ctx)]


@pytest.mark.parametrize(('line', 'expected'), [
    ('kubectl get deploym', ['deployments']),
    ('kubectl get deploy/', ['deploy/web']),
    ('kubectl get pods,deploym', ['pods,deployments']),
    ('kubectl logs tw', ['two']),
    ('kubectl logs deploy/', ['deploy/web']),
    ('kubectl logs two ', ['two']),
    ('kubectl logs deploy/web -c ', ['nginx']),
    ('kubectl set image deploy/web ', ['nginx=']),
    ('kubectl port-forward two ', ['80']),
    ('kubectl port-forward svc/svc1 ', ['81']),
    ('kubectl rollout status ', ['daemonsets', 'deployments', 'statefulsets']),
    ('kubectl rollout status deploy ', ['web']),
    ('kubectl top node node0', ['node01', 'node02']),
    ('kubectl taint nodes node0', ['node01', 'node02']),
    ('kubectl create job x --from=', ['--from=cronjob/cj']),
    ('kubectl create token b', ['bob']),
    ('kubectl create rolebinding x --serviceaccount=default:b', ['--serviceaccount=default:bob']),
    ('kubectl get pods -oj', ['-ojson', '-ojsonpath=', '-ojsonpath-as-json=', '-ojsonpath-file=']),
    ('kubectl get pods -o=ya', ['-o=yaml']),
    ('kubectl version -o ', ['json', 'yaml']),
    ('kubectl wait pod/two --for=condition=Re', ['--for=condition=Ready']),
    ('kubectl explain pod.spec.hostP', ['pod.spec.hostPID']),
    ('kubectl completion z', ['zsh']),
    ('kubectl auth can-i patc', ['patch']),
    ('kubectl get deployments -l app=', ['app=web']),
    ('kubectl apply -f ', ['<files>']),
    ('kubectl create configmap x --from-file=k=', ['--from-file=k=<files>']),
    ('kubectl exec two -- ', []),
    ('kubectl get nosuchkind ', []),
])
def test_what_is_offered(bench: Workbench, line: str, expected: list[str]) -> None:
    assert sorted(offered(bench, line)) == sorted(expected)


def test_a_group_offers_its_commands_only(bench: Workbench) -> None:
    assert offered(bench, 'kubectl rollout ') == ['history', 'pause', 'restart', 'resume', 'status', 'undo']


def test_every_command_and_common_flag_is_described_in_chinese(bench: Workbench) -> None:
    def missing(words: list[str]) -> list[str]:
        found = complete(words, '', bench.shell.ctx)
        commands = [each for each in found if each.key.startswith('command ')]
        flags = complete(words, '-', bench.shell.ctx)
        lacking = [each.key for each in (*commands, *flags) if each.key.startswith('command ') and each.key not in ZH]
        return lacking + [key for each in commands for key in missing([*words, each.value])]
    assert missing([]) == []
    flags = {each.key for verb in ('get', 'run', 'apply', 'logs', 'exec', 'delete', 'drain', 'rollout undo')
             for each in complete(verb.split(), '--', bench.shell.ctx)}
    assert [key for key in sorted(flags) if key not in ZH] == []
