"""The status of a pod, made from what the runtime says of its containers (kubelet_pods.go, status/generate.go)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.cluster.containers.container import CREATED, EXITED, RUNNING, Container
from tutor.cluster.kubelet import pods

CREATING = 'ContainerCreating'
INITIALIZING = 'PodInitializing'
OWN_CONDITIONS = ('PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled',
                  'PodResizePending', 'PodResizeInProgress', 'AllContainersRestarting')


@dataclass(frozen=True, slots=True)
class StartProblem:
    """Why a container could not be started: the reason cache's entry."""

    reason: str
    message: str


@dataclass(slots=True)
class Observed:
    """What is known of a pod beyond its spec when its status is made.

    `histories` are the containers of each name, newest first; `ready` and `started` are the probes' results by
    container id; `stamp` turns a moment into a timestamp.
    """

    histories: Mapping[str, list[Container]]
    problems: Mapping[str, StartProblem]
    ready: Callable[[Container, Object], bool]
    started: Callable[[Container, Object], bool]
    stamp: Callable[[float], str]
    now: str
    scheme: str
    sandbox_ready: bool
    addresses: list[str]
    host_address: str
    terminal: bool = False
    idle: bool = False
    failure: tuple[str, str] | None = None
    """Reason and message of a pod that the kubelet itself failed (deadline, eviction)."""
    resizing: Sequence[Object] = ()
    """Conditions of a resize that waits or goes on."""
    disrupted: str = ''
    """Why it was failed for the node's sake, if that is so."""
    restarting: bool = False
    """Whether all containers are ended to be started anew."""
    whole: Object = field(default_factory=dict)
    """The resources that the pod's control group was given."""


def generate(pod: Object, old: Object, seen: Observed) -> Object:
    """generateAPIPodStatus: the whole status; times of conditions that did not change are those of `old`."""
    spec = pod['spec']
    status: Object = {}
    waiting = CREATING if not spec.get('initContainers') else INITIALIZING
    regular = [_container_status(pod, c, seen, waiting, old.get('containerStatuses')) for c in spec['containers']]
    initial = [_container_status(pod, c, seen, waiting, old.get('initContainerStatuses'))
               for c in spec.get('initContainers') or ()]
    phase = get_phase(pod, initial, regular, seen.terminal)
    if pods.finished(old.get('phase', '')):
        phase = old['phase']
    if seen.failure is not None:
        phase = 'Failed'
        status['reason'], status['message'] = seen.failure
    if pods.finished(phase) and not pods.finished(old.get('phase', '')) and _runs(initial + regular):
        # status_manager.mergePodStatus: not terminal while something may still run
        phase = old.get('phase') or 'Pending'
        status.pop('reason', None)
        status.pop('message', None)
    status['phase'] = phase
    status['containerStatuses'] = sorted(regular, key=lambda entry: entry['name'])
    if initial:
        status['initContainerStatuses'] = initial
    if spec.get('ephemeralContainers'):
        ephemeral = [_container_status(pod, c, seen, waiting, old.get('ephemeralContainerStatuses'))
                     for c in spec['ephemeralContainers']]
        status['ephemeralContainerStatuses'] = sorted(({**entry, 'ready': False} for entry in ephemeral),
                                                      key=lambda entry: entry['name'])
    _identity(pod, old, status, seen)
    status['conditions'] = conditions(pod, old, status, seen)
    return status


def _identity(pod: Object, old: Object, status: Object, seen: Observed) -> None:
    """Addresses, times and what others keep in a status."""
    for name in ('qosClass', 'nominatedNodeName', 'resourceClaimStatuses', 'extendedResourceClaimStatus', 'resize'):
        if name in old:
            status[name] = old[name]
    status['hostIP'] = seen.host_address
    status['hostIPs'] = [{'ip': seen.host_address}]
    addresses = seen.addresses or [entry['ip'] for entry in old.get('podIPs') or ()]
    if addresses:
        status['podIP'] = addresses[0]
        status['podIPs'] = [{'ip': address} for address in addresses]
    status['startTime'] = old.get('startTime') or seen.now
    generation = pod['metadata'].get('generation')
    if generation:
        status['observedGeneration'] = generation
    if seen.histories and not seen.idle:
        status['resources'] = seen.whole
        allocated = (pod['spec'].get('resources') or {}).get('requests')
        if allocated:
            status['allocatedResources'] = allocated


def _runs(statuses: list[Object]) -> bool:
    return any('running' in entry['state'] for entry in statuses)


# -- containers -------------------------------------------------------------------------------------------------


def _container_status(pod: Object, spec: Object, seen: Observed, waiting: str, old: list[Object] | None) -> Object:
    name = spec['name']
    history = seen.histories.get(name)
    if history:
        status = _from_runtime(spec, history, seen)
    else:
        status = _not_created(spec, waiting, old, seen)
    problem = seen.problems.get(name)
    if problem is not None and 'running' not in status['state'] and not seen.terminal:
        if 'terminated' in status['state']:
            status['lastState'] = status['state']
        status['state'] = {'waiting': {'reason': problem.reason}}
        if problem.message:
            status['state']['waiting']['message'] = problem.message
    return status


def _not_created(spec: Object, waiting: str, old: list[Object] | None, seen: Observed) -> Object:
    known = next((entry for entry in old or () if entry['name'] == spec['name']), None)
    state: Object = {'waiting': {'reason': waiting}}
    last: Object = {}
    count = 0
    if known is not None:
        count = known.get('restartCount', 0)
        last = known.get('lastState') or {}
        if 'terminated' in known['state'] and seen.restarting:
            last = known['state']
        elif 'terminated' in known['state']:
            state = known['state']
        elif 'running' in known['state']:
            # convertToAPIContainerStatuses: it ran once, and the runtime knows it no more
            state = {'terminated': {'exitCode': 137, 'reason': 'ContainerStatusUnknown', 'finishedAt': None,
                                    'startedAt': None, 'message': 'The container could not be located when the pod '
                                    'was deleted.  The container used to be Running'}}
    status: Object = {'name': spec['name'], 'image': spec['image'], 'imageID': '', 'lastState': last, 'ready': False,
                      'restartCount': count, 'started': False, 'state': state}
    if known is not None and known.get('containerID'):
        status['containerID'] = known['containerID']
        status['imageID'] = known.get('imageID', '')
    mounts = _mounts(spec)
    if mounts:
        status['volumeMounts'] = mounts
    return status


def _from_runtime(spec: Object, history: list[Container], seen: Observed) -> Object:
    newest = history[0]
    config = newest.config
    status: Object = {
        'name': spec['name'], 'containerID': f'{seen.scheme}://{newest.id}',
        'image': config.image, 'imageID': config.image_id,
        'restartCount': config.attempt, 'state': _state(newest, seen), 'lastState': {},
        'ready': False, 'started': False,
    }
    if len(history) > 1:
        status['lastState'] = _state(history[1], seen)
    if newest.state == RUNNING:
        status['started'] = seen.started(newest, spec)
        status['ready'] = status['started'] and not config.init and seen.ready(newest, spec)
    elif newest.state == EXITED and newest.config.init and newest.exit_code == 0:
        status['ready'] = True
    if not seen.idle:
        allocated = spec.get('resources') or {}
        status['resources'] = config.resources if newest.state == RUNNING else allocated
        if allocated.get('requests'):
            status['allocatedResources'] = allocated['requests']
        status['user'] = {'linux': {'gid': config.gid, 'supplementalGroups': list(config.groups), 'uid': config.uid}}
    mounts = _mounts(spec)
    if mounts:
        status['volumeMounts'] = mounts
    return status


def _state(container: Container, seen: Observed) -> Object:
    if container.state == RUNNING and container.started_at is not None:
        return {'running': {'startedAt': seen.stamp(container.started_at)}}
    if container.state == CREATED:
        return {'waiting': {'reason': CREATING}}
    ended: Object = {'containerID': f'{seen.scheme}://{container.id}', 'exitCode': container.exit_code,
                     'finishedAt': seen.stamp(container.finished_at or 0.0), 'reason': container.reason,
                     'startedAt': seen.stamp(container.started_at) if container.started_at is not None
                     else '1970-01-01T00:00:00Z'}
    if container.message:
        ended['message'] = container.message
    return {'terminated': ended}


def _mounts(spec: Object) -> list[Object]:
    found = []
    for mount in spec.get('volumeMounts') or ():
        entry = {'mountPath': mount['mountPath'], 'name': mount['name']}
        if mount.get('readOnly'):
            entry['readOnly'] = True
            entry['recursiveReadOnly'] = 'Disabled'
        found.append(entry)
    return found


# -- phase ------------------------------------------------------------------------------------------------------


def get_phase(pod: Object, initial: list[Object], regular: list[Object], terminal: bool) -> str:
    """kubelet.getPhase."""
    pending, failed, hopeless = _initialization(pod, initial)
    if hopeless:
        return 'Failed'
    running = waiting = stopped = succeeded = restarting = 0
    for spec, status in zip(pods.containers(pod), regular, strict=True):
        if 'running' in status['state']:
            running += 1
            continue
        ended = status['state'].get('terminated')
        succeeded += ended is not None and ended['exitCode'] == 0
        ended = ended or status['lastState'].get('terminated')
        if ended is None:
            waiting += 1
        else:
            stopped += 1
            restarting += pods.restarts(pod, spec, ended['exitCode'])
    if (pending or failed) and not stopped and not running:
        return 'Failed' if terminal and failed else 'Pending'
    if waiting:
        return 'Pending'
    if running:
        return 'Running'
    if not stopped:
        return 'Pending'
    if restarting and not terminal:
        return 'Running'
    return 'Succeeded' if stopped == succeeded else 'Failed'


def _initialization(pod: Object, initial: list[Object]) -> tuple[int, int, int]:
    """How many init containers are not done, how many failed, and how many of these for good."""
    pending = failed = hopeless = 0
    for spec, status in zip(pods.init_containers(pod), initial, strict=True):
        state, last = status['state'], status['lastState']
        if pods.restartable_init(spec):
            pending += not status['started'] and 'terminated' not in last
            continue
        ended = state.get('terminated') or (last.get('terminated') if 'waiting' in state else None)
        if ended is None:
            pending += 1
        elif ended['exitCode'] != 0:
            failed += 1
            hopeless += not pods.restarts(pod, spec, ended['exitCode'])
    return pending, failed, hopeless


# -- conditions -------------------------------------------------------------------------------------------------


def conditions(pod: Object, old: Object, status: Object, seen: Observed) -> list[Object]:
    """All conditions of the pod: the kubelet's own made anew, those of others kept."""
    before = {entry['type']: entry for entry in old.get('conditions') or ()}
    generation = pod['metadata'].get('generation')
    found = _of_others(pod.get('status') or old)
    found += seen.resizing
    containers_ready = _containers_ready(pod, status)
    own: tuple[tuple[str, bool, str, str], ...] = (
        *_all_restarting(pod, status, seen),
        ('PodReadyToStartContainers', seen.sandbox_ready, '', ''),
        ('Initialized', *_initialized(pod, status)),
        ('Ready', *_pod_ready(pod, containers_ready, found)),
        ('ContainersReady', *containers_ready),
        ('PodScheduled', True, '', ''),
    )
    if seen.disrupted and seen.failure is not None:
        own = (('DisruptionTarget', True, 'TerminationByKubelet', seen.disrupted), *own)
        found = [entry for entry in found if entry['type'] != 'DisruptionTarget']
    for kind, holds, reason, message in own:
        found.append(_condition(kind, holds, reason, message, before.get(kind), seen.now, generation))
    return found


def _of_others(status: Object) -> list[Object]:
    """mergePodStatus: what others have said of the pod stands as the API server has it now."""
    return [entry for entry in status.get('conditions') or () if entry['type'] not in OWN_CONDITIONS]


def _all_restarting(pod: Object, status: Object, seen: Observed) -> tuple[tuple[str, bool, str, str], ...]:
    """GenerateAllContainersRestartingCondition."""
    if not pods.could_restart_all(pod):
        return ()
    reason = {'Succeeded': 'PodCompleted', 'Failed': 'PodFailed'}.get(status['phase'], '')
    if not reason and seen.restarting:
        return (('AllContainersRestarting', True, 'RestartAllContainersStarted',
                 'container exited with restart policy rule'),)
    return (('AllContainersRestarting', False, reason, ''),)


def _condition(kind: str, holds: bool, reason: str, message: str, before: Object | None, now: str,
               generation: Any) -> Object:
    value = 'True' if holds else 'False'
    since = before['lastTransitionTime'] if before is not None and before['status'] == value else now
    entry: Object = {'lastProbeTime': None, 'lastTransitionTime': since}
    if message:
        entry['message'] = message
    if generation:
        entry['observedGeneration'] = generation
    if reason:
        entry['reason'] = reason
    entry['status'], entry['type'] = value, kind
    return entry


def _containers_ready(pod: Object, status: Object) -> tuple[bool, str, str]:
    """GenerateContainersReadyCondition."""
    if status['phase'] == 'Succeeded':
        return False, 'PodCompleted', ''
    if status['phase'] == 'Failed':
        return False, 'PodFailed', ''
    by_name = {entry['name']: entry for entry in status['containerStatuses']}
    by_name.update((entry['name'], entry) for entry in status.get('initContainerStatuses') or ())
    wanted = [c['name'] for c in pods.init_containers(pod) if pods.restartable_init(c)]
    wanted += [c['name'] for c in pods.containers(pod)]
    unready = [name for name in wanted if not by_name[name]['ready']]
    if unready:
        return False, 'ContainersNotReady', f'containers with unready status: [{" ".join(unready)}]'
    return True, '', ''


def _pod_ready(pod: Object, containers_ready: tuple[bool, str, str], others: list[Object]) -> tuple[bool, str, str]:
    """GeneratePodReadyCondition: the containers and the readiness gates."""
    if not containers_ready[0]:
        return containers_ready
    by_type = {entry['type']: entry['status'] for entry in others}
    unready = []
    for gate in pod['spec'].get('readinessGates') or ():
        kind = gate['conditionType']
        if kind not in by_type:
            unready.append(f'corresponding condition of pod readiness gate "{kind}" does not exist.')
        elif by_type[kind] != 'True':
            unready.append(f'the status of pod readiness gate "{kind}" is not "True", but {by_type[kind]}')
    if unready:
        return False, 'ReadinessGatesNotReady', ', '.join(unready)
    return True, '', ''


def _initialized(pod: Object, status: Object) -> tuple[bool, str, str]:
    """GeneratePodInitializedCondition."""
    if status['phase'] == 'Succeeded':
        return True, 'PodCompleted', ''
    initial = status.get('initContainerStatuses') or ()
    incomplete = []
    for spec, entry in zip(pods.init_containers(pod), initial, strict=True):
        done = entry['started'] if pods.restartable_init(spec) else entry['ready']
        if not done:
            incomplete.append(entry['name'])
    if incomplete and not any('running' in entry['state'] for entry in status['containerStatuses']):
        return False, 'ContainersNotInitialized', f'containers with incomplete status: [{" ".join(incomplete)}]'
    return True, '', ''
