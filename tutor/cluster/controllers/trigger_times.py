"""Since when the pods of a Service have been as its endpoints tell (endpointslice/trigger_time_tracker.go)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object, condition, key

ANNOTATION = 'endpoints.kubernetes.io/last-change-trigger-time'


class TriggerTimes:
    """What was known of each Service at the last look."""

    def __init__(self) -> None:
        self._states: dict[str, tuple[str, dict[str, str]]] = {}

    def changed(self, service: Object, pods: list[Object]) -> str:
        """ComputeEndpointLastChangeTriggerTime: the earliest of the moments that are new since the last look, '' when
        none is, as where a pod is about to go."""
        created = service['metadata']['creationTimestamp']
        times = {pod['metadata']['name']: since for pod in pods if (since := _ready_since(pod))}
        known = self._states.get(key(service))
        self._states[key(service)] = (created, times)
        if known is None:
            return created
        fresh = [since for name, since in times.items() if since > known[1].get(name, '')]
        return min(fresh if created <= known[0] else [*fresh, created], default='')

    def forget(self, service: str) -> None:
        """DeleteService."""
        self._states.pop(service, None)


def annotated(notes: dict[str, str] | None, moment: str) -> dict[str, str]:
    """The annotations of what is written because of something that happened at that moment."""
    found = {name: value for name, value in (notes or {}).items() if name != ANNOTATION}
    return {**found, ANNOTATION: moment} if moment else found


def _ready_since(pod: Object) -> str:
    """getPodTriggerTime."""
    return (condition(pod, 'Ready') or {}).get('lastTransitionTime') or ''
