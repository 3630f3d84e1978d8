"""What a kubelet could not write of a pod is written later (status_manager.go: syncBatch)."""

from __future__ import annotations

import pytest

from tutor.apimachinery import errors
from tutor.apimachinery.objects import is_true
from tutor.client.transport import Request, Response

PROBLEMS = {
    'internal error': errors.internal_error('etcdserver: request timed out'),
    'conflict': errors.conflict('', 'pods', 'web', 'the object has been modified'),
    'connection': ConnectionResetError('connection reset by peer'),
}


class Losing:
    """A way to the API server on which writes of one kind fail, after they were done if `done`."""

    def __init__(self, transport, problem, method: str, done: bool) -> None:
        self.transport, self.problem, self.method, self.done = transport, problem, method, done
        self.asked = 0

    def send(self, request: Request) -> Response:
        if request.method != self.method or '/pods/' not in request.path:
            return self.transport.send(request)
        self.asked += 1
        if self.done:
            self.transport.send(request)
        if isinstance(self.problem, OSError):
            raise self.problem
        return Response(self.problem.code, self.problem.status)

    def __getattr__(self, name: str):
        return getattr(self.transport, name)


@pytest.fixture
def lose(lab):
    """Let writes fail; gives what ends that."""
    def begin(problem: str, method: str, done: bool = False):
        clients = [kubelet.client for kubelet in lab.cluster.nodes.fleet.kubelets.values()]
        usual = [client.transport for client in clients]
        for client in clients:
            client.transport = Losing(client.transport, PROBLEMS[problem], method, done)

        def end() -> int:
            asked = sum(client.transport.asked for client in clients)
            for client, transport in zip(clients, usual, strict=True):
                client.transport = transport
            return asked
        return end
    return begin


@pytest.mark.parametrize('problem', PROBLEMS)
@pytest.mark.parametrize('done', [False, True])
def test_a_status_that_could_not_be_written(lab, lose, problem, done):
    end = lose(problem, 'PATCH', done)
    lab.pod(command=['sleep', '1000'])
    lab.simulation.advance(5)
    assert is_true(lab.get(), 'Ready') is done
    end()
    lab.simulation.advance(10)
    assert is_true(lab.get(), 'Ready')


def test_a_status_that_is_as_before_after_a_write_of_which_nothing_is_known(lab, lose):
    lab.pod(command=['sh', '-c', 'sleep 8; touch /up; sleep 8; rm /up; sleep 1000'], container={
        'readinessProbe': {'exec': {'command': ['ls', '/up']}, 'periodSeconds': 1, 'failureThreshold': 1}})
    lab.simulation.advance(5)
    end = lose('connection', 'PATCH', True)
    lab.simulation.advance(8)
    assert is_true(lab.get(), 'Ready')
    lab.until(lambda: not is_true(lab.get(), 'Ready'), 30)
    end()
    lab.simulation.advance(15)
    assert not is_true(lab.get(), 'Ready')


@pytest.mark.parametrize('problem', ['internal error', 'connection'])
def test_a_pod_that_could_not_be_deleted(lab, lose, problem):
    lab.pod(command=['sleep', '1000'])
    lab.ready()
    end = lose(problem, 'DELETE')
    lab.admin.delete('pods', 'web', 'default', {'gracePeriodSeconds': 1})
    lab.simulation.advance(15)
    assert lab.get()['status']['phase'] == 'Failed'
    assert end() > 1
    lab.simulation.advance(10)
    assert lab.admin.find('pods', 'web', 'default') is None


def test_a_pod_goes_only_after_its_last_status_was_written(lab, lose):
    lab.pod(command=['sleep', '1000'])
    lab.ready()
    seen: list[str] = []
    lab.admin.watch('pods', 'default').subscribe(lambda batch: seen.extend(
        f'{event["type"]} {event["object"]["status"]["phase"]}' for event in batch or ()))
    end = lose('internal error', 'PATCH')
    lab.admin.delete('pods', 'web', 'default', {'gracePeriodSeconds': 1})
    lab.simulation.advance(8)
    end()
    lab.simulation.advance(10)
    assert seen[-2:] == ['MODIFIED Failed', 'DELETED Failed']
