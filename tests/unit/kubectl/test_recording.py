"""kubectl --record: what is remembered of a command line, and on what."""

from __future__ import annotations

import pytest

WARNING = 'Flag --record has been deprecated, --record will be removed in the future\n'
CAUSE = "-o jsonpath='{.metadata.annotations.kubernetes\\.io/change-cause}'"
MAP = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: m}\n'


@pytest.mark.parametrize(('line', 'cause'), [
    ('set image deploy web nginx=nginx:2 --record', 'kubectl set image deploy web nginx=nginx:2 --record=true'),
    ('--record=true set resources deploy web --limits cpu=1',
     'kubectl set resources deploy web --record=true --limits=cpu=1'),
    ('scale deploy/web --replicas 2 --record', 'kubectl scale deploy/web --replicas=2 --record=true'),
    ("patch deploy web -p 'spec: {paused: true}' --record",
     'kubectl patch deploy web --patch=spec: {paused: true} --record=true'),
    ('label deploy web a=b --record', 'kubectl label deploy web a=b --record=true'),
    ('set image deploy web nginx=nginx:3', ''),
])
def test_a_command_is_written_on_what_it_changes(kubectl, line, cause):
    kubectl('create deploy web --image=nginx')
    answer = kubectl(line)
    assert (answer.code, answer.err) == (0, WARNING if '--record' in line else '')
    assert kubectl(f'get deploy web {CAUSE}').out == cause


def test_it_is_written_on_what_is_made(kubectl):
    assert kubectl('create -f - --record', MAP).out == 'configmap/m created\n'
    assert kubectl(f'get cm m {CAUSE}').out == 'kubectl create --filename=- --record=true'
    kubectl('apply -f - --record', MAP)
    assert kubectl(f'get cm m {CAUSE}').out == 'kubectl apply --filename=- --record=true'


def test_not_every_command_has_it(kubectl):
    assert kubectl('set env deploy web A=b --record').err == (
        "error: unknown flag: --record\nSee 'kubectl set env --help' for usage.\n")
