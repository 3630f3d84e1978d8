"""How a Deployment sizes its ReplicaSets in one round: the cases of upstream's tables
(pkg/controller/deployment/sync_test.go, rolling_test.go)."""

from __future__ import annotations

from typing import Any

import pytest

from tutor.cluster.controllers.deployment_scale import Scaler

DESIRED, MOST = 'deployment.kubernetes.io/desired-replicas', 'deployment.kubernetes.io/max-replicas'


class Sizes:
    """A client of ReplicaSets alone: what they were updated to, by name."""

    def __init__(self) -> None:
        self.written: dict[str, int] = {}

    def update(self, resource: str, obj: dict[str, Any]) -> dict[str, Any]:
        self.written[obj['metadata']['name']] = obj['spec']['replicas']
        return obj


@pytest.fixture
def client() -> Sizes:
    return Sizes()


@pytest.fixture
def scaler(client: Sizes) -> Scaler:
    return Scaler(client, lambda *event: None)  # type: ignore[arg-type]


def deployment(replicas: int, surge: int = 0, unavailable: int = 0) -> dict[str, Any]:
    return {'metadata': {'name': 'foo', 'namespace': 'default', 'uid': 'u'}, 'spec': {
        'replicas': replicas,
        'strategy': {'type': 'RollingUpdate', 'rollingUpdate': {'maxSurge': surge, 'maxUnavailable': unavailable}}}}


def a_set(name: str, size: int, hour: int = 0, available: int = 0, desired: int | None = None,
          surge: int = 0) -> dict[str, Any]:
    notes = {} if desired is None else {DESIRED: str(desired), MOST: str(desired + surge)}
    return {'metadata': {'name': name, 'namespace': 'default', 'uid': name, 'annotations': notes,
                         'creationTimestamp': f'2016-05-20T{hour:02}:00:00Z'},
            'spec': {'replicas': size}, 'status': {'replicas': size, 'availableReplicas': available}}


def case(name: str, wanted: int, before: int, new: int | None, old: list[int], new_after: int | None,
         old_after: list[int], **more: Any) -> Any:
    return pytest.param(wanted, before, new, old, new_after, old_after, more, id=name)


@pytest.mark.parametrize(('wanted', 'before', 'new', 'old', 'new_after', 'old_after', 'more'), [
    case('normal scaling event: 10 -> 12', 12, 10, 10, [], 12, []),
    case('normal scaling event: 10 -> 5', 5, 10, 10, [], 5, []),
    case('proportional scaling: 5 -> 10', 10, 5, 2, [3], 4, [6]),
    case('proportional scaling: 5 -> 3', 3, 5, 2, [3], 1, [2]),
    case('proportional scaling: 9 -> 4', 4, 9, 8, [1], 4, [0]),
    case('proportional scaling: 7 -> 10', 10, 7, 2, [3, 2], 3, [4, 3]),
    case('proportional scaling: 13 -> 8', 8, 13, 2, [8, 3], 1, [5, 2]),
    case('leftover distribution: 3 -> 4', 4, 3, 1, [1, 1], 2, [1, 1]),
    case('leftover distribution: 3 -> 2', 2, 3, 1, [1, 1], 1, [1, 0]),
    case('proportional scaling (no new rs): 4 -> 5', 5, 4, None, [2, 2], None, [3, 2]),
    case('proportional scaling: 6 -> 0', 0, 6, 3, [2, 1], 0, [0, 0]),
    case('proportional scaling: 0 -> 6', 6, 6, 0, [0, 0], 6, [0, 0]),
    case('failed rs update', 5, 5, 2, [1, 1], 2, [2, 1], lost=('new', 'old1'), desired={'old0': 3}),
    case('deployment with surge pods', 20, 10, 6, [6], 11, [11], surge=2, surge_before=2),
    case('change both surge and size', 50, 10, 5, [8], 22, [34], surge=6, surge_before=3),
    case('change both size and template', 14, 10, None, [7, 3], None, [10, 4]),
    case('saturated but broken new replica set does not affect old pods', 2, 2, 2, [1], 2, [1], surge=1,
         unavailable=1, surge_before=1),
])
def test_scale(client: Sizes, scaler: Scaler, wanted: int, before: int, new: int | None, old: list[int],
               new_after: int | None, old_after: list[int], more: dict[str, Any]) -> None:
    """TestScale: the older a set, the further back in the list."""
    def made(name: str, size: int, hour: int) -> dict[str, Any]:
        desired = more.get('desired', {}).get(name, before)
        return a_set(name, size, hour, desired=desired, surge=more.get('surge_before', 0))

    new_set = made('new', new, 9) if new is not None else None
    old_sets = [made(f'old{place}', size, 8 - place) for place, size in enumerate(old)]
    scaler.rescale(deployment(wanted, more.get('surge', 0), more.get('unavailable', 0)), new_set, old_sets)
    sizes = {each['metadata']['name']: each['spec']['replicas'] for each in (new_set, *old_sets) if each is not None}
    sizes |= {name: size for name, size in client.written.items() if name not in more.get('lost', ())}
    assert sizes.get('new') == new_after
    assert [sizes[f'old{place}'] for place in range(len(old))] == old_after


@pytest.mark.parametrize(('surge', 'old', 'new', 'expected'), [
    (0, 10, 0, None), (2, 10, 0, 2), (2, 5, 0, 7), (2, 10, 2, None), (2, 2, 11, 10)])
def test_reconcile_new_replica_set(client: Sizes, scaler: Scaler, surge: int, old: int, new: int,
                                   expected: int | None) -> None:
    """TestDeploymentController_reconcileNewReplicaSet."""
    new_set = a_set('new', new)
    scaled = scaler.grow_new([new_set, a_set('old', old)], new_set, deployment(10, surge))
    assert scaled is (expected is not None)
    assert client.written == ({'new': expected} if scaled else {})


@pytest.mark.parametrize(('unavailable', 'old', 'new', 'ready_old', 'ready_new', 'expected'), [
    (0, 10, 0, 10, 0, 9), (2, 10, 0, 10, 0, 8), (2, 10, 0, 8, 0, 8), (2, 10, 0, 9, 0, 8), (2, 8, 2, 8, 0, None)])
def test_reconcile_old_replica_sets(client: Sizes, scaler: Scaler, unavailable: int, old: int, new: int,
                                    ready_old: int, ready_new: int, expected: int | None) -> None:
    """TestDeploymentController_reconcileOldReplicaSets."""
    old_set, new_set = a_set('old', old, available=ready_old), a_set('new', new, available=ready_new)
    scaled = scaler.shrink_old([old_set, new_set], [old_set], new_set, deployment(10, 0, unavailable))
    assert scaled is (expected is not None)
    assert client.written == ({'old': expected} if scaled else {})


@pytest.mark.parametrize(('ready', 'most', 'expected'), [(8, 1, 1), (8, 3, 2), (8, 0, 0), (10, 3, 0)])
def test_clean_up_unhealthy_replicas(scaler: Scaler, ready: int, most: int, expected: int) -> None:
    """TestDeploymentController_cleanupUnhealthyReplicas."""
    _, cleaned = scaler._clean_unhealthy([a_set('old', 10, available=ready)], most, deployment(10, 2, 2))
    assert cleaned == expected


@pytest.mark.parametrize(('unavailable', 'ready', 'old', 'expected'), [
    (1, 10, 10, 9), (2, 10, 10, 8), (2, 8, 10, None), (2, 10, 0, None), (2, 1, 10, None)])
def test_scale_down_old_replica_sets(client: Sizes, scaler: Scaler, unavailable: int, ready: int, old: int,
                                     expected: int | None) -> None:
    """TestDeploymentController_scaleDownOldReplicaSetsForRollingUpdate."""
    old_set = a_set('old', old, available=ready)
    scaled = scaler._scale_down([old_set], [old_set], 10 - unavailable, deployment(10, 0, unavailable))
    assert client.written == ({} if expected is None else {'old': expected})
    assert scaled == (0 if expected is None else old - expected)


def test_an_annotation_rolls_back(world: Any, make: Any) -> None:
    """rollback.go: to a revision or to the one before, and why not."""
    def ask(revision: str) -> None:
        note = {'deprecated.deployment.rollback.to': revision}
        world.patch('deployments.apps', 'web', {'metadata': {'annotations': note}}, 5)
        assert note.keys().isdisjoint(world.get('deployments.apps', 'web')['metadata']['annotations'])

    world.create('deployments.apps', make.deployment('web'))
    ask('0')
    world.patch('deployments.apps', 'web', make.image_patch('nginx:1.26'), 5)
    for revision in ('7', '2', '0'):
        ask(revision)
    assert world.get('deployments.apps', 'web')['spec']['template']['spec']['containers'][0]['image'] == 'nginx:1.25'
    assert world.messages('DeploymentRollbackRevisionNotFound') == [
        'Unable to find last revision.', 'Unable to find the revision to rollback to.']
    assert world.messages('DeploymentRollbackTemplateUnchanged') == [
        'The rollback revision contains the same template as current deployment "web"']
    assert world.messages('DeploymentRollback') == ['Rolled back deployment "web" to revision 1']
