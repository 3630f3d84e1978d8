"""Pods and containers that a command means: by name, through a workload, or by default (polymorphichelpers, podcmd)."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object, annotations, condition, is_true
from tutor.apimachinery.selectors import from_label_selector, from_map
from tutor.kubectl.errors import KubectlError
from tutor.kubectl.printers.sorting import go_sort
from tutor.kubectl.watching import TimedOut

if TYPE_CHECKING:
    from tutor.client.client import Client
    from tutor.cluster.simulation import Simulation

DEFAULT_CONTAINER = 'kubectl.kubernetes.io/default-container'
Less = Callable[[Object, Object], bool]


def selector_for(obj: Object) -> str:
    """SelectorsForObject: which pods belong to a workload or a Service. Raises KubectlError."""
    kind, spec = obj.get('kind', ''), obj.get('spec') or {}
    if kind in ('Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job'):
        return str(from_label_selector(spec.get('selector')))
    if kind == 'ReplicationController':
        return str(from_map(spec.get('selector')))
    if kind == 'Service':
        if not spec.get('selector'):
            raise KubectlError(f"invalid service '{obj['metadata']['name']}': Service is defined without a selector")
        return str(from_map(spec['selector']))
    raise KubectlError(f'selector for *v1.{kind} not implemented')


async def first_pod(client: Client, simulation: Simulation, namespace: str, selector: str, timeout: float,
                    less: Less) -> tuple[Object, int]:
    """GetFirstPod: the best of the pods that match, and how many there are; waits for one while there is none."""
    found = client.list('pods', namespace, selector)
    items = go_sort(found.get('items') or [], less)
    if items:
        return items[0], len(items)
    version = (found.get('metadata') or {}).get('resourceVersion', '')
    stream = client.watch('pods', namespace, selector, resource_version=version)
    task = simulation.spawn(_first_event(stream), 'first pod')
    try:
        if not await simulation.within(timeout, task):
            raise TimedOut
        pod = await task
    finally:
        task.cancel()
        stream.close()
    if pod is None:
        raise KubectlError('watch closed before UntilWithoutRetry timeout')
    return pod, 1


async def _first_event(stream: object) -> Object | None:
    while True:
        event = await stream.next()  # type: ignore[attr-defined]
        if event is None:
            return None
        if event['type'] in ('ADDED', 'MODIFIED'):
            return event['object']


# -- the order of pods ----------------------------------------------------------------------------------------------

def active_less(left: Object, right: Object) -> bool:
    """podutils.ActivePods: the pod that is the least worth keeping first."""
    return _by(left, right, (
        lambda pod: _assigned(pod), lambda pod: _phase(pod, ('Pending', 'Unknown', 'Running')),
        lambda pod: is_true(pod, 'Ready'), lambda pod: 'deletionTimestamp' not in pod['metadata'],
        lambda pod: pod['metadata'].get('deletionTimestamp', ''), lambda pod: _Later(_ready_since(pod)),
        lambda pod: -_restarts(pod), lambda pod: _Later(pod['metadata'].get('creationTimestamp', ''))))


def most_active(left: Object, right: Object) -> bool:
    """sort.Reverse(ActivePods)."""
    return active_less(right, left)


def logging_less(left: Object, right: Object) -> bool:
    """podutils.ByLogging: the pod whose logs tell the most first."""
    return _by(left, right, (
        lambda pod: not _assigned(pod), lambda pod: _phase(pod, ('Running', 'Unknown', 'Pending')),
        lambda pod: not is_true(pod, 'Ready'), lambda pod: _ready_since(pod) or 'z', lambda pod: -_restarts(pod),
        lambda pod: pod['metadata'].get('creationTimestamp') or 'z'))


class _Later:
    """A time of which the later one, and above all a missing one, comes first."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Later) and self._text == other._text

    def __lt__(self, other: _Later) -> bool:
        return not self._text or bool(other._text and self._text > other._text)


def _by(left: Object, right: Object, keys: tuple[Callable[[Object], object], ...]) -> bool:
    for key in keys:
        one, two = key(left), key(right)
        if one != two:
            return one < two  # type: ignore[operator]
    return False


def _assigned(pod: Object) -> bool:
    return bool((pod.get('spec') or {}).get('nodeName'))


def _phase(pod: Object, order: tuple[str, ...]) -> int:
    phase = (pod.get('status') or {}).get('phase', '')
    return order.index(phase) if phase in order else 0


def _ready_since(pod: Object) -> str:
    ready = condition(pod, 'Ready')
    return ready.get('lastTransitionTime', '') if ready and ready.get('status') == 'True' else ''


def _restarts(pod: Object) -> int:
    statuses = (pod.get('status') or {}).get('containerStatuses') or ()
    return max((status.get('restartCount', 0) for status in statuses), default=0)


# -- containers -----------------------------------------------------------------------------------------------------

_FIELDS = ('initContainers', 'containers', 'ephemeralContainers')


def containers(pod: Object, field: str) -> list[Object]:
    return (pod.get('spec') or {}).get(field) or []


def find_container(pod: Object, name: str) -> tuple[Object, str] | None:
    """FindContainerByName: the container and its place ('spec.containers{web}')."""
    for field in _FIELDS:
        for container in containers(pod, field):
            if container['name'] == name:
                return container, f'spec.{field}{{{name}}}'
    return None


def all_names(pod: Object) -> str:
    """AllContainerNames: 'web, debugger (ephem), setup (init)'."""
    names = [container['name'] for container in containers(pod, 'containers')]
    names += [f'{container["name"]} (ephem)' for container in containers(pod, 'ephemeralContainers')]
    names += [f'{container["name"]} (init)' for container in containers(pod, 'initContainers')]
    return ', '.join(names)


def not_a_container(pod: Object, name: str) -> KubectlError:
    return KubectlError(
        f'container {name} is not valid for pod {pod["metadata"]["name"]} out of: {all_names(pod)}')


def find_or_default(pod: Object, name: str, quiet: bool, warn: Callable[[str], object]) -> Object:
    """FindOrDefaultContainerByName: by name, by annotation, or the first, of which `warn` is told."""
    if name:
        found = find_container(pod, name)
        if found is None:
            raise not_a_container(pod, name)
        return found[0]
    if not containers(pod, 'containers'):
        meta = pod['metadata']
        raise KubectlError(f'pod {meta.get("namespace", "")}/{meta["name"]} does not have any containers')
    chosen = find_container(pod, annotations(pod).get(DEFAULT_CONTAINER, ''))
    if chosen is not None:
        return chosen[0]
    first = containers(pod, 'containers')[0]
    if not quiet and sum(len(containers(pod, field)) for field in _FIELDS) > 1:
        warn(defaulted(pod, first['name']))
    return first


def defaulted(pod: Object, name: str) -> str:
    return f'Defaulted container "{name}" out of: {all_names(pod)}\n'


def container_status(pod: Object, name: str) -> Object | None:
    status = pod.get('status') or {}
    for field in ('initContainerStatuses', 'containerStatuses', 'ephemeralContainerStatuses'):
        for entry in status.get(field) or ():
            if entry['name'] == name:
                return entry
    return None


attachable = partial(first_pod, less=most_active)
"""The pod of a workload that exec, attach, port-forward and cp take."""
