"""Events are counted, aggregated and never too many (client-go tools/record/events_cache_test.go)."""

from typing import Any

import pytest

from tutor.apimachinery.objects import Object
from tutor.client.client import Client
from tutor.client.events import EventRecorder, SeriesRecorder
from tutor.cluster.cluster import Cluster
from tutor.cluster.config import ClusterConfig

POD: Object = {'apiVersion': 'v1', 'kind': 'Pod', 'metadata': {'name': 'web', 'namespace': 'default', 'uid': 'u1'}}


@pytest.fixture
def cluster() -> Cluster:
    cluster = Cluster(ClusterConfig(addons=(), nodes=()))
    cluster.boot()
    return cluster


def events(cluster: Cluster) -> list[Object]:
    return [event for event in cluster.admin.items('events', 'default') if event['involvedObject']['name'] == 'web']


def test_an_event_says_who_and_what(cluster: Cluster) -> None:
    EventRecorder(cluster.simulation, cluster.admin, 'kubelet', 'node01').normal(
        POD, 'Started', 'Container started', 'spec.containers{web}'
    )
    (event,) = events(cluster)
    assert event['source'] == {'component': 'kubelet', 'host': 'node01'}
    assert (event['reportingComponent'], event['reportingInstance']) == ('kubelet', 'node01')
    assert event['involvedObject']['fieldPath'] == 'spec.containers{web}'
    assert (event['type'], event['count']) == ('Normal', 1)
    assert event['metadata']['name'].startswith('web.')


def test_the_same_again_is_counted(cluster: Cluster) -> None:
    recorder = EventRecorder(cluster.simulation, cluster.admin, 'kubelet')
    for _ in range(5):
        recorder.warning(POD, 'BackOff', 'Back-off restarting')
        cluster.simulation.advance(10)
    (event,) = events(cluster)
    assert event['count'] == 5
    assert event['firstTimestamp'] < event['lastTimestamp']


class Distant(Client):
    """A client whose server can be out of reach."""

    reached = True

    def request(self, *args: Any, **query: Any) -> Any:
        if not self.reached:
            raise ConnectionRefusedError
        return super().request(*args, **query)


def test_events_are_held_while_no_server_answers(cluster: Cluster) -> None:
    client = Distant(cluster.api)
    recorder = EventRecorder(cluster.simulation, client, 'kubelet')
    client.reached = False
    for reason in ('Killing', 'Created', 'Killing'):
        recorder.normal(POD, reason, 'said')
        cluster.simulation.advance(20)
    assert events(cluster) == []
    client.reached = True
    cluster.simulation.advance(10)
    assert [(event['reason'], event['count']) for event in events(cluster)] == [('Killing', 2), ('Created', 1)]
    client.reached = False
    recorder.normal(POD, 'Lost', 'said')
    cluster.simulation.advance(120)
    client.reached = True
    cluster.simulation.advance(10)
    assert len(events(cluster)) == 2


def test_an_event_that_expired_is_made_anew_with_its_count(cluster: Cluster) -> None:
    recorder = EventRecorder(cluster.simulation, cluster.admin, 'kubelet')
    recorder.normal(POD, 'A', 'a')
    (first,) = events(cluster)
    cluster.admin.delete('events', first['metadata']['name'], 'default')
    cluster.simulation.advance(60)
    recorder.normal(POD, 'A', 'a')
    (again,) = events(cluster)
    assert (again['metadata']['name'], again['firstTimestamp']) == (first['metadata']['name'], first['firstTimestamp'])
    assert again['count'] == 2


def test_many_that_differ_in_their_message_become_one(cluster: Cluster) -> None:
    recorder = EventRecorder(cluster.simulation, cluster.admin, 'kubelet')
    for number in range(13):
        recorder.normal(POD, 'Note', f'number {number}')
    found = sorted(events(cluster), key=lambda event: event['metadata']['name'])
    assert len(found) == 10
    assert found[-1]['message'] == '(combined from similar events): number 12'
    assert found[-1]['count'] == 4
    assert (found[0]['reportingComponent'], found[-1].get('reportingComponent')) == ('kubelet', '')


def test_no_object_fills_the_store(cluster: Cluster) -> None:
    recorder = EventRecorder(cluster.simulation, cluster.admin, 'kubelet')
    for number in range(100):
        recorder.normal(POD, f'Reason{number}', 'x')
    assert len(events(cluster)) == 25
    cluster.simulation.advance(300)
    recorder.normal(POD, 'Later', 'x')
    assert len(events(cluster)) == 26


def test_what_is_not_written_is_counted_all_the_same(cluster: Cluster) -> None:
    """TestEventSpamFilter, and eventObserve before it: a container that crashes for half an hour."""
    recorder = EventRecorder(cluster.simulation, cluster.admin, 'kubelet')
    for _ in range(60):
        recorder.warning(POD, 'BackOff', 'Back-off restarting')
    (event,) = events(cluster)
    assert event['count'] == 25
    cluster.simulation.advance(301)
    recorder.warning(POD, 'BackOff', 'Back-off restarting')
    (event,) = events(cluster)
    assert event['count'] == 61


def fail(cluster: Cluster, recorder: SeriesRecorder, times: int) -> None:
    for _ in range(times):
        recorder.event(POD, 'Warning', 'FailedScheduling', 'Scheduling', '0/3 nodes are available')
        cluster.simulation.advance(60)


def test_a_series(cluster: Cluster) -> None:
    """TestEventSeriesf, TestFinishSeries: the second is written, the number of all when none has come for a while."""
    recorder = SeriesRecorder(cluster.simulation, cluster.admin, 'default-scheduler', 'default-scheduler-cp')
    fail(cluster, recorder, 3)
    (event,) = events(cluster)
    assert event['series']['count'] == 2
    cluster.simulation.advance(720)
    (event,) = events(cluster)
    assert event['series']['count'] == 3
    assert event['eventTime']
    assert event.get('source', {}) == {}
    assert event['action'] == 'Scheduling'


def test_a_series_is_refreshed_every_half_hour(cluster: Cluster) -> None:
    """TestRefreshExistingEventSeries."""
    recorder = SeriesRecorder(cluster.simulation, cluster.admin, 'default-scheduler', 'default-scheduler-cp')
    fail(cluster, recorder, 29)
    assert events(cluster)[0]['series']['count'] == 2
    fail(cluster, recorder, 2)
    assert events(cluster)[0]['series']['count'] in (29, 30, 31)


def test_a_single_event_is_forgotten_after_a_while(cluster: Cluster) -> None:
    recorder = SeriesRecorder(cluster.simulation, cluster.admin, 'default-scheduler', 'default-scheduler-cp')
    fail(cluster, recorder, 1)
    cluster.simulation.advance(720)
    fail(cluster, recorder, 1)
    assert [event.get('series') for event in events(cluster)] == [None, None]
