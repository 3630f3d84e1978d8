"""What a pod says last (status_manager.TerminatePod), and what others say of it (mergePodStatus)."""

from tutor.apimachinery.objects import condition
from tutor.client.transport import STRATEGIC_PATCH

FINALIZER = 'example.com/held'
NEVER = 'no-such-registry.example/none:1'


def held(lab, **spec) -> None:
    """A pod that stays in the API after its end, so that one sees its last status."""
    lab.pod(**spec)
    lab.admin.patch('pods', 'web', {'metadata': {'finalizers': [FINALIZER]}}, 'default')


def end(lab, seconds: float = 20) -> dict:
    lab.admin.delete('pods', 'web', 'default')
    lab.simulation.advance(seconds)
    return lab.get()['status']


def test_what_was_still_waited_for_has_failed(lab) -> None:
    held(lab, image=NEVER)
    lab.until(lambda: 'ImagePull' in lab.state().get('waiting', {}).get('reason', ''))
    status = end(lab)
    assert status['phase'] == 'Failed'
    assert status['containerStatuses'][0]['state']['terminated'] == {
        'exitCode': 137, 'reason': 'ContainerStatusUnknown', 'startedAt': None, 'finishedAt': None,
        'message': 'The container could not be located when the pod was terminated'}


def test_containers_whose_turn_never_came_go_on_waiting(lab) -> None:
    held(lab, initContainers=[{'name': 'first', 'image': NEVER}, {'name': 'second', 'image': 'busybox'}])
    lab.until(lambda: 'ImagePull' in lab.state(field='initContainerStatuses').get('waiting', {}).get('reason', ''))
    status = end(lab)
    assert status['phase'] == 'Failed'
    assert [list(entry['state']) for entry in status['initContainerStatuses']] == [['waiting'], ['waiting']]
    assert list(status['containerStatuses'][0]['state']) == ['waiting']


def test_a_good_end_stays_good(lab) -> None:
    held(lab, image='nginx:1.27')
    lab.ready()
    lab.simulation.advance(3)
    status = end(lab)
    assert status['phase'] == 'Succeeded'
    assert status['containerStatuses'][0]['state']['terminated']['exitCode'] == 0


def test_conditions_of_others_outlive_what_the_kubelet_writes(lab) -> None:
    held(lab, command=['sleep', '1000'])
    lab.ready()
    lab.admin.patch('pods', 'web', {'status': {'conditions': [
        {'type': 'example.com/Told', 'status': 'True', 'reason': 'Somebody'}]}}, 'default', 'status', STRATEGIC_PATCH)
    end(lab)
    assert (condition(lab.get(), 'example.com/Told') or {}).get('reason') == 'Somebody'
    assert lab.get()['status']['phase'] == 'Failed'


def test_an_evicted_pod_goes_on_saying_that_it_was_evicted(lab) -> None:
    held(lab, command=['sleep', '1000'])
    lab.ready()
    lab.admin.create('pods', {
        'apiVersion': 'policy/v1', 'kind': 'Eviction', 'metadata': {'name': 'web', 'namespace': 'default'},
        'deleteOptions': {'gracePeriodSeconds': 0}}, 'default', 'web', 'eviction')
    lab.until(lambda: lab.get()['status']['phase'] == 'Failed')
    assert (condition(lab.get(), 'DisruptionTarget') or {}).get('reason') == 'EvictionByEvictionAPI'
