"""The condition of a PodDisruptionBudget, which its controller and evictions both keep (k8s.io/component-helpers)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object

ALLOWED = 'DisruptionAllowed'
SYNC_FAILED = 'SyncFailed'


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
