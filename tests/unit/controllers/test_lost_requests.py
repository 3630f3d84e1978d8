"""A request that did not get through, or whose answer was lost, is an error like every other: it is tried again."""

from __future__ import annotations

import pytest

from tutor.client.transport import Request, Response


class Losing:
    """A way to the API server that loses the first so many writes of pods."""

    def __init__(self, transport, count: int, done: bool) -> None:
        self.transport, self.count, self.done = transport, count, done

    def send(self, request: Request) -> Response:
        if request.method == 'GET' or '/pods' not in request.path or not self.count:
            return self.transport.send(request)
        self.count -= 1
        if self.done:
            self.transport.send(request)
        raise ConnectionResetError('read tcp 172.30.1.2:6443: connection reset by peer')

    def __getattr__(self, name: str):
        return getattr(self.transport, name)


@pytest.fixture
def lose(world):
    """Begin to lose requests of the controllers."""
    transport = world.cluster.controllers.transport

    def begin(count: int, done: bool) -> None:
        world.cluster.controllers.stop()
        world.cluster.controllers.transport = Losing(transport, count, done)
        world.cluster.controllers.start()
        world.run(0.5)
    return begin


@pytest.mark.parametrize('done', [False, True])
@pytest.mark.parametrize('count', [1, 2, 3])
def test_pods_that_could_not_be_made_are_made_then(world, make, lose, count, done):
    lose(count, done)
    world.create('replicasets.apps', make.replicaset('web', 3))
    world.create('daemonsets.apps', make.daemonset('agent'))
    world.create('jobs.batch', make.job('task', completions=2, parallelism=2), 30)
    assert world.status('replicasets.apps', 'web')['availableReplicas'] == 3
    assert world.status('daemonsets.apps', 'agent')['numberAvailable'] == 2
    assert world.status('jobs.batch', 'task')['active'] == 2
    assert len(world.items('pods')) == 7


@pytest.mark.parametrize('done', [False, True])
def test_pods_that_could_not_be_deleted_are_deleted_then(world, make, lose, done):
    world.create('replicasets.apps', make.replicaset('web', 3))
    world.create('daemonsets.apps', make.daemonset('agent'))
    world.create('jobs.batch', make.job('task', completions=2, parallelism=2))
    lose(4, done)
    world.patch('replicasets.apps', 'web', {'spec': {'replicas': 1}})
    world.patch('daemonsets.apps', 'agent', {'spec': {'template': {'spec': {'nodeSelector': {'a': 'b'}}}}})
    world.patch('jobs.batch', 'task', {'spec': {'suspend': True}}, 60)
    assert [pod['metadata']['generateName'] for pod in world.items('pods')] == ['web-']
