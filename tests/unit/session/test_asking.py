"""Requests of checks travel over the cluster's network from where a pod is."""

import pytest

from tutor.cluster import config
from tutor.grader.view import HttpRequest
from tutor.session.view import SessionView
from tutor.session.workbench import Workbench


@pytest.fixture(scope='module')
def bench():
    bench = Workbench(config.read({'addons': [], 'host': ['dns', 'proxy']}))
    for command in ('kubectl create deployment shop --image=nginx:1.27 --replicas=2',
                    'kubectl expose deployment shop --port=80',
                    'kubectl run customer --image=busybox:1.36 -- sleep infinity',
                    'kubectl wait --for=condition=Available deployment/shop',
                    'kubectl wait --for=condition=Ready pod/customer'):
        assert bench.run(command).code == 0
        bench.settle_after(command)
    return bench


def ask(bench, url, pod='customer'):
    return bench.simulation.run_task(SessionView(bench).request('default', pod, HttpRequest(url)))


def test_a_service_answers_by_its_name(bench):
    answer = ask(bench, 'http://shop')
    assert (answer.status, answer.failure) == (200, '')
    assert 'Welcome to nginx!' in answer.body


@pytest.mark.parametrize(('url', 'pod', 'failure'), [
    ('http://nobody', 'customer', 'Could not resolve host: nobody'),
    ('http://shop:81', 'customer', 'Connection timed out'),
    ('http://shop', 'stranger', 'no container of stranger is running'),
])
def test_why_there_is_no_answer(bench, url, pod, failure):
    assert ask(bench, url, pod).failure == failure


def test_what_is_not_found(bench):
    assert ask(bench, 'http://shop/nothing').status == 404
