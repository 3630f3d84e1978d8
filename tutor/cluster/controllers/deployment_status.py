"""What a Deployment's status and conditions say (deployment/progress.go, sync.go calculateStatus)."""

from __future__ import annotations

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.objects import Object, condition
from tutor.cluster.controllers.revisions import max_unavailable, replicas, spec_count, status_count

AVAILABLE = 'Available'
PROGRESSING = 'Progressing'
REPLICA_FAILURE = 'ReplicaFailure'
NO_DEADLINE = 2**31 - 1


def has_deadline(deployment: Object) -> bool:
    return deployment['spec'].get('progressDeadlineSeconds', NO_DEADLINE) != NO_DEADLINE


def make(kind: str, status: str, reason: str, message: str, now: str) -> Object:
    """NewDeploymentCondition."""
    return {'type': kind, 'status': status, 'lastUpdateTime': now, 'lastTransitionTime': now, 'reason': reason,
            'message': message}


def with_condition(status: Object, new: Object) -> Object:
    """SetDeploymentCondition: nothing changes while status and reason are the same."""
    old = condition({'status': status}, new['type'])
    if old is not None:
        if old['status'] == new['status'] and old.get('reason') == new['reason']:
            return status
        if old['status'] == new['status'] and old.get('lastTransitionTime'):
            new = {**new, 'lastTransitionTime': old['lastTransitionTime']}
    others = [entry for entry in status.get('conditions') or () if entry['type'] != new['type']]
    return {**status, 'conditions': [*others, new]}


def without_condition(status: Object, kind: str) -> Object:
    conditions = status.get('conditions') or []
    if all(entry['type'] != kind for entry in conditions):
        return status
    left = {name: value for name, value in status.items() if name != 'conditions'}
    others = [entry for entry in conditions if entry['type'] != kind]
    return {**left, 'conditions': others} if others else left


def calculate(deployment: Object, sets: list[Object], new: Object | None, now: str) -> Object:
    """calculateStatus, with the condition Available."""
    available = status_count(sets, 'availableReplicas')
    old = deployment.get('status') or {}
    status: Object = {'observedGeneration': deployment['metadata'].get('generation', 0)}
    counts = {
        'replicas': status_count(sets, 'replicas'),
        'updatedReplicas': status_count([new] if new is not None else [], 'replicas'),
        'readyReplicas': status_count(sets, 'readyReplicas'),
        'availableReplicas': available,
        'unavailableReplicas': max(spec_count(sets) - available, 0),
    }
    status.update((name, count) for name, count in counts.items() if count)
    if all('terminatingReplicas' in rs.get('status', {}) for rs in sets):
        status['terminatingReplicas'] = status_count(sets, 'terminatingReplicas')
    if old.get('conditions'):
        status['conditions'] = old['conditions']
    if 'collisionCount' in old:
        status['collisionCount'] = old['collisionCount']
    if available >= replicas(deployment) - max_unavailable(deployment):
        return with_condition(status, make(AVAILABLE, 'True', 'MinimumReplicasAvailable',
                                           'Deployment has minimum availability.', now))
    return with_condition(status, make(AVAILABLE, 'False', 'MinimumReplicasUnavailable',
                                       'Deployment does not have minimum availability.', now))


def complete(deployment: Object, status: Object) -> bool:
    """DeploymentComplete."""
    wanted = replicas(deployment)
    return (status.get('updatedReplicas', 0) == wanted and status.get('replicas', 0) == wanted
            and status.get('availableReplicas', 0) == wanted
            and status.get('observedGeneration', 0) >= deployment['metadata'].get('generation', 0))


def progressing(deployment: Object, status: Object) -> bool:
    """DeploymentProgressing."""
    old = deployment.get('status') or {}

    def count(of: Object, field: str) -> int:
        return of.get(field, 0)

    outdated = count(status, 'replicas') - count(status, 'updatedReplicas')
    outdated_before = count(old, 'replicas') - count(old, 'updatedReplicas')
    return outdated < outdated_before or any(
        count(status, field) > count(old, field)
        for field in ('updatedReplicas', 'readyReplicas', 'availableReplicas'))


def timed_out(deployment: Object, status: Object, now: float) -> bool:
    """DeploymentTimedOut."""
    entry = condition({'status': status}, PROGRESSING)
    if entry is None or entry['reason'] == 'NewReplicaSetAvailable':
        return False
    if entry['reason'] == 'ProgressDeadlineExceeded':
        return True
    return parse_timestamp(entry['lastUpdateTime']) + deployment['spec']['progressDeadlineSeconds'] < now


def with_progress(deployment: Object, status: Object, new: Object | None, now: str, seconds: float) -> Object:
    """The part of syncRolloutStatus that tells how the rollout goes."""
    if not has_deadline(deployment):
        return without_condition(status, PROGRESSING)
    current = condition(deployment, PROGRESSING)
    settled = (status.get('replicas', 0) == status.get('updatedReplicas', 0) and current is not None
               and current['reason'] == 'NewReplicaSetAvailable')
    if settled:
        return status
    subject = (f'ReplicaSet "{new["metadata"]["name"]}"' if new is not None
               else f'Deployment "{deployment["metadata"]["name"]}"')
    if complete(deployment, status):
        return with_condition(status, make(PROGRESSING, 'True', 'NewReplicaSetAvailable',
                                           f'{subject} has successfully progressed.', now))
    if progressing(deployment, status):
        entry = make(PROGRESSING, 'True', 'ReplicaSetUpdated', f'{subject} is progressing.', now)
        if current is not None and current['status'] == 'True':
            entry['lastTransitionTime'] = current['lastTransitionTime']
        return with_condition(without_condition(status, PROGRESSING), entry)
    if timed_out(deployment, status, seconds):
        return with_condition(status, make(PROGRESSING, 'False', 'ProgressDeadlineExceeded',
                                           f'{subject} has timed out progressing.', now))
    return status


def with_replica_failure(status: Object, sets: list[Object], new: Object | None) -> Object:
    """getReplicaFailures: what keeps a set from creating pods, the new one's first."""
    for rs in ([new] if new is not None else []) + sets:
        entry = condition(rs, REPLICA_FAILURE)
        if entry is not None:
            return with_condition(status, {
                'type': REPLICA_FAILURE, 'status': entry['status'], 'lastUpdateTime': entry['lastTransitionTime'],
                'lastTransitionTime': entry['lastTransitionTime'], 'reason': entry['reason'],
                'message': entry['message']})
    return without_condition(status, REPLICA_FAILURE)


def stuck_check(deployment: Object, status: Object, now: float) -> float | None:
    """requeueStuckDeployment: in how many seconds to see whether the deadline has passed; None: not at all, or it
    has, and the status says what there is to say."""
    entry = condition(deployment, PROGRESSING)
    if not has_deadline(deployment) or entry is None:
        return None
    # What has once been available cannot time out any more (DeploymentTimedOut).
    if complete(deployment, status) or entry['reason'] in ('ProgressDeadlineExceeded', 'NewReplicaSetAvailable'):
        return None
    after = parse_timestamp(entry['lastUpdateTime']) + deployment['spec']['progressDeadlineSeconds'] - now
    return after + 1 if after >= 0 else None
