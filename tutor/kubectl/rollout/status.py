"""How far a rollout is, in kubectl's words (polymorphichelpers/rollout_status.go)."""

from __future__ import annotations

from tutor.apimachinery.errors import group_resource
from tutor.apimachinery.objects import Object, condition
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.rollout.revisions import revision as revision_of

Status = tuple[str, bool]
"""What to print, and whether the rollout is done."""


def status(obj: Object, group: str, revision: int = 0) -> Status:
    """StatusViewerFor(kind).Status: raises KubectlError for a failed rollout and for kinds without one."""
    viewer = _VIEWERS.get((group, obj.get('kind', '')))
    if viewer is None:
        kind = group_resource(group, obj.get('kind', ''))
        raise KubectlError(f'no status viewer has been implemented for {kind}')
    return viewer(obj, revision)


def _deployment(obj: Object, revision: int) -> Status:
    name, spec, state = obj['metadata']['name'], obj['spec'], obj.get('status') or {}
    if revision > 0 and revision_of(obj) != revision:
        raise KubectlError(
            f'desired revision ({revision}) is different from the running revision ({revision_of(obj)})')
    if obj['metadata'].get('generation', 0) > state.get('observedGeneration', 0):
        return 'Waiting for deployment spec update to be observed...\n', False
    progressing = condition(obj, 'Progressing')
    if progressing is not None and progressing.get('reason') == 'ProgressDeadlineExceeded':
        raise KubectlError(f'deployment "{name}" exceeded its progress deadline')
    wanted, updated = spec.get('replicas', 1), state.get('updatedReplicas', 0)
    total, available = state.get('replicas', 0), state.get('availableReplicas', 0)
    waiting = f'Waiting for deployment "{name}" rollout to finish: '
    if updated < wanted:
        return f'{waiting}{updated} out of {wanted} new replicas have been updated...\n', False
    if total > updated:
        return f'{waiting}{total - updated} old replicas are pending termination...\n', False
    if available < updated:
        return f'{waiting}{available} of {updated} updated replicas are available...\n', False
    return f'deployment "{name}" successfully rolled out\n', True


def _only_rolling(obj: Object) -> None:
    if (obj['spec'].get('updateStrategy') or {}).get('type') != 'RollingUpdate':
        raise KubectlError('rollout status is only available for RollingUpdate strategy type')


def _daemon_set(obj: Object, _: int) -> Status:
    _only_rolling(obj)
    name, state = obj['metadata']['name'], obj.get('status') or {}
    if obj['metadata'].get('generation', 0) > state.get('observedGeneration', 0):
        return 'Waiting for daemon set spec update to be observed...\n', False
    wanted, updated = state.get('desiredNumberScheduled', 0), state.get('updatedNumberScheduled', 0)
    available = state.get('numberAvailable', 0)
    waiting = f'Waiting for daemon set "{name}" rollout to finish: '
    if updated < wanted:
        return f'{waiting}{updated} out of {wanted} new pods have been updated...\n', False
    if available < wanted:
        return f'{waiting}{available} of {wanted} updated pods are available...\n', False
    return f'daemon set "{name}" successfully rolled out\n', True


def _stateful_set(obj: Object, _: int) -> Status:
    _only_rolling(obj)
    spec, state = obj['spec'], obj.get('status') or {}
    observed = state.get('observedGeneration', 0)
    if not observed or obj['metadata'].get('generation', 0) > observed:
        return 'Waiting for statefulset spec update to be observed...\n', False
    wanted, updated = spec.get('replicas', 1), state.get('updatedReplicas', 0)
    if state.get('readyReplicas', 0) < wanted:
        return f'Waiting for {wanted - state.get("readyReplicas", 0)} pods to be ready...\n', False
    rolling = spec['updateStrategy'].get('rollingUpdate')
    if rolling is not None:
        partition = rolling.get('partition')
        if partition is not None and updated < wanted - partition:
            return (f'Waiting for partitioned roll out to finish: {updated} out of {wanted - partition} new pods have '
                    'been updated...\n', False)
        return f'partitioned roll out complete: {updated} new pods have been updated...\n', True
    if state.get('updateRevision') != state.get('currentRevision'):
        return (f'waiting for statefulset rolling update to complete {updated} pods at revision '
                f'{state.get("updateRevision", "")}...\n', False)
    return (f'statefulset rolling update complete {state.get("currentReplicas", 0)} pods at revision '
            f'{state.get("currentRevision", "")}...\n', True)


_VIEWERS = {('apps', 'Deployment'): _deployment, ('apps', 'DaemonSet'): _daemon_set,
            ('apps', 'StatefulSet'): _stateful_set}
