"""The conditions that tell of disruptions: of a PodDisruptionBudget, which its controller and evictions both keep
(k8s.io/component-helpers), and of a pod that is about to go."""

from __future__ import annotations

from tutor.apimachinery.objects import Object

TARGET = 'DisruptionTarget'
ALLOWED = 'DisruptionAllowed'
SYNC_FAILED = 'SyncFailed'


def target(pod: Object, reason: str, message: str, now: str) -> Object:
    """The condition DisruptionTarget: why a pod is about to go."""
    entry: Object = {'type': TARGET, 'status': 'True', 'reason': reason, 'message': message, 'lastTransitionTime': now}
    if generation := pod['metadata'].get('generation'):
        entry['observedGeneration'] = generation
    return entry


def disruption_allowed(status: Object, now: str, problem: str = '') -> list[Object]:
    """UpdateDisruptionAllowedCondition: the conditions of a status with this one brought up to date; with a problem,
    that which failSafe sets."""
    allowed = status.get('disruptionsAllowed', 0) > 0
    state, reason = ('True', 'SufficientPods') if allowed else ('False', 'InsufficientPods')
    entry: Object = {'type': ALLOWED, 'status': state, 'observedGeneration': status.get('observedGeneration', 0),
                     'lastTransitionTime': now, 'reason': SYNC_FAILED if problem else reason, 'message': problem}
    if not entry['observedGeneration']:
        del entry['observedGeneration']
    old: list[Object] = status.get('conditions') or []
    for known in old:
        if known['type'] == ALLOWED and known['status'] == state:
            entry['lastTransitionTime'] = known['lastTransitionTime']
    return [*(known for known in old if known['type'] != ALLOWED), entry]
