"""Rows of pods (printPod)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.objects import Object, is_true
from tutor.cluster.registry.cells import NONE, age, columns, since
from tutor.cluster.simulation import Simulation

COLUMNS = columns('Name, Ready, Status, Restarts, Age, IP*, Node*, Nominated Node*, Readiness Gates*')


def row(pod: Object, simulation: Simulation) -> list[Any]:
    summary = summarize(pod)
    spec, status = pod['spec'], pod.get('status') or {}
    restarts = str(summary.restarts)
    if summary.restarts and summary.last_restart:
        restarts += f' ({since(summary.last_restart, simulation)} ago)'
    addresses = status.get('podIPs') or ()
    return [
        pod['metadata']['name'], f'{summary.ready}/{summary.total}', summary.reason, restarts, age(pod, simulation),
        (addresses[0].get('ip') if addresses else '') or NONE, spec.get('nodeName') or NONE,
        status.get('nominatedNodeName') or NONE, _gates(pod),
    ]


def _gates(pod: Object) -> str:
    gates = pod['spec'].get('readinessGates') or ()
    if not gates:
        return NONE
    return f'{sum(is_true(pod, gate["conditionType"]) for gate in gates)}/{len(gates)}'


class Summary:
    """What the READY, STATUS and RESTARTS columns say."""

    __slots__ = ('last_restart', 'ready', 'reason', 'restarts', 'total')

    def __init__(self, total: int, reason: str) -> None:
        self.ready = 0
        self.total = total
        self.reason = reason
        self.restarts = 0
        self.last_restart = ''

    def count(self, container: Object) -> None:
        self.restarts += container.get('restartCount', 0)
        finished = ((container.get('lastState') or {}).get('terminated') or {}).get('finishedAt') or ''
        self.last_restart = max(self.last_restart, finished)


def summarize(pod: Object) -> Summary:
    spec, status = pod['spec'], pod.get('status') or {}
    phase = status.get('phase', '')
    sidecars = {item['name'] for item in spec.get('initContainers') or () if item.get('restartPolicy') == 'Always'}
    found = Summary(len(spec.get('containers') or ()) + len(sidecars), status.get('reason') or phase)
    for condition in status.get('conditions') or ():
        if condition.get('type') == 'PodScheduled' and condition.get('reason') == 'SchedulingGated':
            found.reason = 'SchedulingGated'
    initializing = False
    if status.get('initContainerStatuses'):
        initializing = _initializing(spec, status, sidecars, found)
    if not initializing or is_true(pod, 'Initialized'):
        _running(pod, status, sidecars, found)
    _terminating(pod, status, phase, found)
    return found


def _initializing(spec: Object, status: Object, sidecars: set[str], found: Summary) -> bool:
    """Whether an init container is not done yet; it then says the reason."""
    for index, container in enumerate(status['initContainerStatuses']):
        found.count(container)
        state = container.get('state') or {}
        terminated, waiting = state.get('terminated'), state.get('waiting')
        if terminated is not None and not terminated.get('exitCode'):
            continue
        if container['name'] in sidecars and container.get('started'):
            found.ready += bool(container.get('ready'))
            continue
        if terminated is not None:
            found.reason = f'Init:{_ended(terminated)}'
        elif waiting and waiting.get('reason') not in (None, '', 'PodInitializing'):
            found.reason = f'Init:{waiting["reason"]}'
        else:
            found.reason = f'Init:{index}/{len(spec["initContainers"])}'
        return True
    return False


def _ended(terminated: Object) -> str:
    if terminated.get('reason'):
        return terminated['reason']
    if terminated.get('signal'):
        return f'Signal:{terminated["signal"]}'
    return f'ExitCode:{terminated.get("exitCode", 0)}'


def _running(pod: Object, status: Object, sidecars: set[str], found: Summary) -> None:
    found.restarts, found.last_restart = 0, ''
    for container in status.get('initContainerStatuses') or ():
        if container['name'] in sidecars:
            found.count(container)
    running = False
    for container in reversed(status.get('containerStatuses') or ()):
        found.count(container)
        state = container.get('state') or {}
        if (state.get('waiting') or {}).get('reason'):
            found.reason = state['waiting']['reason']
        elif state.get('terminated') is not None:
            found.reason = _ended(state['terminated'])
        elif container.get('ready') and state.get('running') is not None:
            running = True
            found.ready += 1
    if found.reason == 'Completed' and running:
        found.reason = 'Running' if is_true(pod, 'Ready') else 'NotReady'
    elif found.reason == 'Completed' and status.get('phase') == 'Failed':
        found.reason = 'Error'  # one container ended well, another one did not


def _terminating(pod: Object, status: Object, phase: str, found: Summary) -> None:
    if 'deletionTimestamp' not in pod['metadata']:
        return
    if status.get('reason') == 'NodeLost':
        found.reason = 'Unknown'
    elif phase not in ('Succeeded', 'Failed'):
        found.reason = 'Terminating'
