"""Which pods go first when there are too many; the cases are those of upstream's TestSortingActivePods."""

from __future__ import annotations

from tutor.cluster.controllers.pods import by_deletion_preference

NOW = 1_800_000_000.0


def pod(name: str, containers: int = 0, sidecars: int = 0, plain_init: int = 0) -> dict:
    """A pod that is not ready; the numbers are restarts."""
    return {'metadata': {'name': name, 'uid': name, 'creationTimestamp': '2026-05-04T09:00:00Z'},
            'spec': {'nodeName': 'n', 'initContainers': [{'name': 'side', 'restartPolicy': 'Always'}, {'name': 'init'}],
                     'containers': [{'name': 'c'}]},
            'status': {'phase': 'Running', 'containerStatuses': [{'name': 'c', 'restartCount': containers}],
                       'initContainerStatuses': [{'name': 'side', 'restartCount': sidecars},
                                                 {'name': 'init', 'restartCount': plain_init}]}}


def test_restarts_of_containers_count_before_those_of_sidecars():
    pods = [pod('calm'), pod('init', plain_init=9), pod('side', sidecars=3), pod('side-more', sidecars=5),
            pod('main', containers=1)]
    ordered = [one['metadata']['name'] for one in by_deletion_preference(pods, {}, NOW)]
    assert ordered[:3] == ['main', 'side-more', 'side']
    assert set(ordered[3:]) == {'calm', 'init'}
