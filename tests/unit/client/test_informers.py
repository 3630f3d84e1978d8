"""Informers and work queues over the API server in process."""

from __future__ import annotations

from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.client.workqueue import WorkQueue
from tutor.cluster.apiserver.server import ApiServer
from tutor.cluster.simulation import Simulation
from tutor.cluster.storage import Store


def api() -> tuple[Simulation, Client]:
    simulation = Simulation()
    client = Client(ApiServer(simulation, Store(), {}))
    client.create('namespaces', {'metadata': {'name': 'default'}})
    return simulation, client


def config(name: str, **data: str) -> dict:
    return {'metadata': {'name': name}, 'data': data}


def test_an_informer_has_what_is_there_and_hears_what_changes() -> None:
    simulation, client = api()
    client.create('configmaps', config('old'), 'default')
    informer = Informers(simulation, client).of('configmaps')
    heard = []
    informer.on_change(lambda old, new: heard.append((old is None, new is None, (new or old)['metadata']['name'])))
    informer.start()
    client.create('configmaps', config('new'), 'default')
    client.delete('configmaps', 'old', 'default')
    simulation.advance(1)
    assert heard == [(True, False, 'old'), (True, False, 'new'), (False, True, 'old')]
    assert list(informer.objects) == ['default/new']


def test_an_index_follows_its_objects() -> None:
    simulation, client = api()
    informer = Informers(simulation, client).of('configmaps')
    informer.add_index('color', lambda obj: [obj.get('data', {}).get('color', '')])
    informer.start()
    client.create('configmaps', config('a', color='red'), 'default')
    client.create('configmaps', config('b', color='red'), 'default')
    simulation.advance(1)
    client.update('configmaps', {**client.get('configmaps', 'a', 'default'), 'data': {'color': 'blue'}})
    simulation.advance(1)
    assert [obj['metadata']['name'] for obj in informer.by_index('color', 'red')] == ['b']
    assert [obj['metadata']['name'] for obj in informer.by_index('color', 'blue')] == ['a']


def test_a_key_waits_in_the_queue_once_and_failures_wait_longer_each_time() -> None:
    simulation, worked = Simulation(), []
    queue = WorkQueue(simulation, lambda key: worked.append((key, round(simulation.now, 3))))
    queue.add('a')
    queue.add('a')
    queue.add('b')
    simulation.run_ready()
    for _ in range(3):
        queue.retry('a')
        simulation.advance(1)
    assert worked == [('a', 0.0), ('b', 0.0), ('a', 0.005), ('a', 1.01), ('a', 2.02)]
