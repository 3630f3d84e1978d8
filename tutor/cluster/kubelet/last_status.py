"""The last status of a pod that is over: nothing of it is left to be waited for (status_manager.TerminatePod)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.cluster.kubelet import pods

UNKNOWN = {'terminated': {'exitCode': 137, 'reason': 'ContainerStatusUnknown', 'finishedAt': None, 'startedAt': None,
                          'message': 'The container could not be located when the pod was terminated'}}


def terminated(pod: Object, status: Object) -> Object:
    """What never started or cannot be found has failed, and the pod is in a phase in which it stays."""
    found = dict(status)
    if _initialized(pod, status):
        found['containerStatuses'] = [_ended(entry) for entry in status['containerStatuses']]
    initial = status.get('initContainerStatuses') or []
    begun = [place for place, entry in enumerate(initial) if _begun(entry)]
    if begun:
        found['initContainerStatuses'] = [
            *(_ended(entry) for entry in initial[:begun[-1] + 1]), *initial[begun[-1] + 1:]]
    if not pods.finished(status['phase']):
        found['phase'] = 'Failed'
    return found


def _initialized(pod: Object, status: Object) -> bool:
    """hasPodInitialized: whether its containers could have been started."""
    if not pod['spec'].get('initContainers'):
        return True
    if any(_begun(entry) for entry in status['containerStatuses']):
        return True
    last = (status.get('initContainerStatuses') or [{}])[-1]
    return any((last.get(field) or {}).get('terminated', {}).get('exitCode') == 0 for field in ('state', 'lastState'))


def _begun(entry: Object) -> bool:
    """Whether a container has ever been more than waited for (initializedContainers)."""
    return 'terminated' in (entry.get('lastState') or {}) or 'waiting' not in entry['state']


def _ended(entry: Object) -> Object:
    return entry if 'terminated' in entry['state'] else {**entry, 'state': UNKNOWN}
