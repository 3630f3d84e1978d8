"""Resizing a pod in place: what it asks for is allocated when the node has it, then given to what runs
(pkg/kubelet/allocation, kuberuntime's doPodResizeAction)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.apimachinery.qos import qos_class
from tutor.apimachinery.quantity import parse
from tutor.apimachinery.quantity import value as quantity_value
from tutor.cluster.kubelet import pods

if TYPE_CHECKING:
    from tutor.cluster.containers.container import Container
    from tutor.cluster.kubelet.worker import PodWorker

PENDING, IN_PROGRESS = 'PodResizePending', 'PodResizeInProgress'
INFEASIBLE, DEFERRED, ERROR = 'Infeasible', 'Deferred', 'Error'
_CLASSES = ('Guaranteed', 'Burstable', 'BestEffort')
FIELDS = ('containers', 'initContainers')
WHOLE = ''
"""Whose resources those of the pod as a whole are, among those of containers."""


class Resizer:
    """What one pod was allocated, and how far a change of it has come."""

    def __init__(self, worker: PodWorker) -> None:
        self._worker = worker
        self._allocated = _resources(worker.pod)
        self.whole: Object = self._allocated.get(WHOLE, {})
        """What the pod's control group was given."""
        self._conditions: dict[str, Object] = {}

    @property
    def deferred(self) -> bool:
        return self._conditions.get(PENDING, {}).get('reason') == DEFERRED

    @property
    def allocated(self) -> dict[str, Object]:
        """The resources of each container."""
        return self._allocated

    def order(self) -> tuple[int, int, str]:
        """sortPendingResizes: which of those that wait is tried first."""
        pod = self._worker.desired
        return (-(pod['spec'].get('priority') or 0), _CLASSES.index(qos_class(pod['spec'])),
                self._conditions.get(PENDING, {}).get('lastTransitionTime', ''))

    def conditions(self) -> list[Object]:
        return [self._conditions[kind] for kind in (PENDING, IN_PROGRESS) if kind in self._conditions]

    def allocated_pod(self, pod: Object) -> Object:
        """UpdatePodFromAllocation: the pod with what it was allocated, whatever it asks for."""
        if _resources(pod) == self._allocated:
            return pod
        spec = dict(pod['spec'])
        if 'resources' in spec:
            spec['resources'] = self._allocated.get(WHOLE, {})
        for field in FIELDS:
            if field in spec:
                spec[field] = [{**container, 'resources': self._allocated.get(container['name'], {})}
                               for container in spec[field]]
        return {**pod, 'spec': spec}

    def consider(self, pod: Object) -> bool:
        """handlePodResourcesResize: allocate what the pod asks for, if the node has it; whether anything changed."""
        wanted = _resources(pod)
        if wanted == self._allocated:
            return self._conditions.pop(PENDING, None) is not None
        worker, generation = self._worker, pod['metadata'].get('generation', 0)
        kubelet = worker.kubelet
        refusal = kubelet.admission.resize(pod, kubelet.current_node())
        if refusal is None:
            self._allocated = wanted
            self._conditions.pop(PENDING, None)
            self._set(IN_PROGRESS, '', '', generation)
            kubelet.recorder.normal(pod, 'ResizeStarted', _message('Pod resize started', pod, generation))
            return True
        if self._set(PENDING, refusal.reason, refusal.message, generation):
            kubelet.recorder.warning(pod, f'Resize{refusal.reason}', _message(
                f'Pod resize {refusal.reason}', pod, generation, refusal.message))
            return True
        return False

    def see_completion(self) -> None:
        """The resize is over once every container that runs has what it was allocated."""
        entry = self._conditions.get(IN_PROGRESS)
        if entry is None or self.whole != self._allocated.get(WHOLE, {}):
            return
        if any(container.config.resources != self._allocated.get(container.config.name)
               for container in self._worker.running() if container.config.name in self._allocated):
            return
        del self._conditions[IN_PROGRESS]
        generation = entry.get('observedGeneration', 0)
        self._worker.kubelet.recorder.normal(self._worker.pod, 'ResizeCompleted', _message(
            'Pod resize completed', self._worker.pod, generation))

    def give_whole(self) -> None:
        """doPodResizeAction: the pod's control group is set with the containers that run in it; no container is
        restarted for that."""
        self.whole = self._allocated.get(WHOLE, {})
        if self._worker.sandbox is not None:
            self._worker.sandbox.memory.limit = quantity_value((self.whole.get('limits') or {}).get('memory', '0'))

    def refuses(self, resizes: list[tuple[Container, Object]]) -> bool:
        """validateMemoryResizeAction: no memory limit of what runs is set below what is in use."""
        usage = {container.id: _usage(container) for container in self._worker.running()}
        whole, problems = sum(usage.values()), []
        wanted = {container.id: quantity_value(((spec.get('resources') or {}).get('limits') or {}).get('memory', '0'))
                  for container, spec in resizes}
        before = {container.id: container.config.memory_limit for container in self._worker.running()}
        after = {**before, **wanted}
        if all(before.values()) and all(after.values()) and sum(before.values()) > sum(after.values()) < whole:
            problems.append(f'attempting to set pod memory limit ({sum(after.values())}) below current usage ({whole})')
        for container, spec in resizes:
            limit, old = wanted[container.id], container.config.memory_limit
            if limit and (not old or limit < old) and limit < usage.get(container.id, 0):
                problems.append(f'attempting to set container "{spec["name"]}" memory limit ({limit}) below current '
                                f'usage ({whole})')
        if problems:
            text = problems[0] if len(problems) == 1 else f'[{", ".join(problems)}]'
            self._fail(f'cannot decrease memory limits: {text}')
        return bool(problems)

    def _fail(self, message: str) -> None:
        pod = self._worker.pod
        generation = self._conditions.get(IN_PROGRESS, {}).get('observedGeneration', 0)
        if self._set(IN_PROGRESS, ERROR, message, generation):
            self._worker.kubelet.recorder.warning(pod, 'ResizeError', _message(
                'Pod resize error', pod, generation, message))

    def _set(self, kind: str, reason: str, message: str, generation: int) -> bool:
        """Set a condition; whether it says anything new."""
        now, old = self._worker.simulation.timestamp(), self._conditions.get(kind)
        entry: Object = {'lastProbeTime': now, 'lastTransitionTime': now}
        said = {'message': message, 'observedGeneration': generation, 'reason': reason}
        entry.update((name, value) for name, value in said.items() if value)
        entry['status'], entry['type'] = 'True', kind
        same = old is not None and all(old.get(name) == entry.get(name) for name in said)
        if same and old is not None:
            entry['lastTransitionTime'] = old['lastTransitionTime']
        self._conditions[kind] = entry
        return not same


def _usage(container: Container) -> int:
    return container.host.resident if container.host is not None else 0


def changed_policies(pod: Object, spec: Object, container: Container) -> list[str]:
    """The restart policies of the resources of a container that are not as they were given to it. Where it has no
    limit, the pod's holds (getCPULimit, getMemoryLimit)."""
    policies = {entry['resourceName']: entry['restartPolicy'] for entry in spec.get('resizePolicy') or ()}
    config, now = container.config, spec.get('resources') or {}
    changed = {name for part in ('requests', 'limits') for name in ('cpu', 'memory')
               if (now.get(part) or {}).get(name) != (config.resources.get(part) or {}).get(name)}
    limits = {**((pod['spec'].get('resources') or {}).get('limits') or {}), **(now.get('limits') or {})}
    if quantity_value(limits.get('memory', '0')) != config.memory_limit:
        changed.add('memory')
    if float(parse(limits.get('cpu', '0')).value) != config.cpu_limit:
        changed.add('cpu')
    return [policies.get(name, 'NotRequired') for name in sorted(changed)]


def _resources(pod: Object) -> dict[str, Object]:
    """What the pod as a whole and the containers that can be resized ask for: init containers only if they stay."""
    found = [c for c in pods.init_containers(pod) if pods.restartable_init(c)]
    whole = {WHOLE: pod['spec']['resources']} if pod['spec'].get('resources') else {}
    return {**whole, **{c['name']: c.get('resources') or {} for c in (*found, *pods.containers(pod))}}


def _message(text: str, pod: Object, generation: int, error: str = '') -> str:
    """podResizeMessage: what is asked for, as JSON."""
    summary: Object = {}
    if pod['spec'].get('resources'):
        summary['resources'] = _ordered(pod['spec']['resources'])
    for field in reversed(FIELDS):
        if pod['spec'].get(field):
            summary[field] = [{'name': c['name'], 'resources': _ordered(c.get('resources') or {})}
                              for c in pod['spec'][field]]
    summary['generation'] = generation
    if error:
        summary['error'] = error
    return f'{text}: {json.dumps(summary, separators=(",", ":"), ensure_ascii=False)}'


def _ordered(resources: Object) -> Object:
    """Limits, then requests, each by name: as Go marshals them."""
    return {part: dict(sorted(resources[part].items())) for part in ('limits', 'requests') if resources.get(part)}
