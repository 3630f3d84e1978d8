"""kube-scheduler: takes pods from the queue one by one and binds each to a node."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any, cast

from tutor.apimachinery.disruption import target
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, condition
from tutor.client.client import Client
from tutor.client.events import SeriesRecorder
from tutor.client.informer import RETRY, Informer, Informers
from tutor.client.transport import AUTHENTICATED, STRATEGIC_PATCH, Transport, User
from tutor.cluster.scheduler.cache import Cache
from tutor.cluster.scheduler.configuration import DEFAULT_NAME, Configuration
from tutor.cluster.scheduler.framework import Cycle, Handle, Rejection
from tutor.cluster.scheduler.messages import fit_error
from tutor.cluster.scheduler.node_info import PodInfo
from tutor.cluster.scheduler.nominations import Nominations
from tutor.cluster.scheduler.plugins.dynamic_resources import CLAIMS, CLASSES, SLICES, DynamicResources
from tutor.cluster.scheduler.plugins.volume_binding import VolumeBinding
from tutor.cluster.scheduler.preemption import Candidate, Preemption
from tutor.cluster.scheduler.profile import NoNodes, Profile, Refused
from tutor.cluster.scheduler.queue import QueuedPod, SchedulingQueue
from tutor.cluster.simulation import Simulation

AGENT = 'kube-scheduler'
NOTE_LENGTH = 1024
PREEMPTION = 'DefaultPreemption'
_WATCHED = ('persistentvolumeclaims', 'persistentvolumes', 'storageclasses.storage.k8s.io', 'csinodes.storage.k8s.io',
            'csidrivers.storage.k8s.io', 'csistoragecapacities.storage.k8s.io', 'volumeattachments.storage.k8s.io',
            CLAIMS, CLASSES, SLICES)
_READ = ('namespaces', 'services', 'replicationcontrollers', 'replicasets.apps', 'statefulsets.apps',
         'poddisruptionbudgets.policy')
_NEEDED = ('pods', 'nodes', *_READ, *_WATCHED)


class Scheduler:
    """The process. While it is stopped pods stay pending; a new start begins from what the API server has."""

    def __init__(self, simulation: Simulation, transport: Transport, hostname: str = 'controlplane') -> None:
        self.simulation = simulation
        self.transport = transport
        self.hostname = hostname
        self.configuration = Configuration()
        """What the next start begins with."""
        self._run: _Run | None = None

    @property
    def running(self) -> bool:
        return self._run is not None

    def start(self) -> None:
        if self._run is None:
            user = User('system:kube-scheduler', (AUTHENTICATED,))
            client = Client(self.transport, user, AGENT, f'{AGENT}/v1.36.1 (linux/amd64) scheduler')
            self._run = _Run(self.simulation, client, self.configuration, self.hostname)

    def stop(self) -> None:
        if self._run is not None:
            self._run.stop()
            self._run = None


class _Run:
    """The scheduler from one start to the next stop."""

    def __init__(self, simulation: Simulation, client: Client, configuration: Configuration, hostname: str) -> None:
        self.simulation = simulation
        self.client = client
        self.informers = Informers(simulation, client)
        self.cache = Cache()
        self.nominations = Nominations()
        handle = Handle(simulation, client, self.informers, self.cache)
        self.profiles = {settings.name: Profile(handle, self.nominations, settings)
                         for settings in configuration.profiles}
        self.preemption = Preemption(handle, self.nominations)
        self.recorders = {name: SeriesRecorder(simulation, client, name, f'{name}-{hostname}')
                          for name in self.profiles}
        self._stopped = self._scheduled = False
        self._waiting: dict[str, tuple[Cycle, QueuedPod, str, Callable[[], bool]]] = {}
        self.queue = SchedulingQueue(simulation, next(iter(self.profiles.values())).hints(), self._wake,
                                     lambda info: self.profiles[_scheduler_of(info.pod)].gate(info),
                                     configuration.backoff)
        self.pods = self._listen()
        self.informers.start()

    def _listen(self) -> Informer:
        for resource in _READ:
            self.informers.of(resource)
        self.informers.of('nodes').on_change(self._node_changed)
        for resource in _WATCHED:
            self.informers.of(resource).on_change(self._changed(resource))
        pods = self.informers.of('pods')
        pods.on_change(self._pod_changed)
        return pods

    def stop(self) -> None:
        self._stopped = True
        self.informers.stop()

    # -- events -------------------------------------------------------------------------------------------------

    def _changed(self, resource: str) -> Callable[[Object | None, Object | None], None]:
        def handler(old: Object | None, new: Object | None) -> None:
            self.queue.changed(resource, old, new)
            if self._waiting:
                self._finish_waiting()
        return handler

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        if new is None:
            assert old is not None
            self.cache.remove_node(old['metadata']['name'])
            self.queue.changed('nodes', old, None)
            return
        if old is not None and not _node_matters(old, new):
            return
        self.cache.set_node(new)
        self.queue.changed('nodes', old, new)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        if old is not None and new is not None and old['metadata']['uid'] != new['metadata']['uid']:
            self._pod_gone(old)
            old = None
        if new is None:
            assert old is not None
            self._pod_gone(old)
        elif _ended(new):
            if old is not None and not _ended(old):
                self._pod_gone(old)
        elif new['spec'].get('nodeName'):
            self._pod_placed(old, new)
        elif _scheduler_of(new) in self.profiles and 'deletionTimestamp' not in new['metadata']:
            self._pod_pending(old, new)
        else:
            self.queue.delete(new['metadata']['uid'])

    def _pod_gone(self, pod: Object) -> None:
        uid = pod['metadata']['uid']
        self.queue.delete(uid)
        self.nominations.remove(uid)
        self._waiting.pop(uid, None)
        if self.cache.where(uid) is not None:
            self.cache.remove_pod(uid)
            placed = pod if pod['spec'].get('nodeName') else {**pod, 'spec': {**pod['spec'], 'nodeName': '?'}}
            self.queue.changed('pods', placed, None)
        else:
            self.queue.changed('pods', pod, None)

    def _pod_placed(self, old: Object | None, new: Object) -> None:
        uid = new['metadata']['uid']
        known = self.cache.where(uid)
        if known is not None and known[1] == new['spec']['nodeName'] and not _pod_matters(known[0].pod, new):
            known[0].pod = new
        else:
            self.cache.add_pod(PodInfo(new), new['spec']['nodeName'])
        if old is None or not old['spec'].get('nodeName'):
            self.queue.delete(uid)
            self.nominations.remove(uid)
            self.queue.changed('pods', None, new)
        elif _pod_matters(old, new):
            self.queue.changed('pods', old, new)

    def _pod_pending(self, old: Object | None, new: Object) -> None:
        uid = new['metadata']['uid']
        if self.cache.where(uid) is not None or uid in self._waiting:
            return  # Already decided: the watch is behind.
        info = PodInfo(new)
        nominated = new.get('status', {}).get('nominatedNodeName')
        if nominated:
            self.nominations.add(info, nominated)
        if old is None or not self.queue.knows(uid):
            self.queue.add(info)
        else:
            self.queue.update(old, info)

    # -- the loop -----------------------------------------------------------------------------------------------

    def _wake(self) -> None:
        if not self._scheduled and not self._stopped:
            self._scheduled = True
            self.simulation.call_soon(self._next)

    def _next(self) -> None:
        self._scheduled = False
        if self._stopped:
            return
        if not all(self.informers.of(resource).synced for resource in _NEEDED):  # WaitForCacheSync
            self._scheduled = True
            self.simulation.call_later(RETRY, self._next)
            return
        queued = self.queue.pop()
        if queued is None:
            return
        try:
            self._schedule(queued)
        except (StatusError, OSError) as error:
            self._failed(queued, 'SchedulerError', str(error))
        except Exception as error:  # a bug of ours must not stop the others
            self.simulation.failures.append((f'scheduler {queued.info.key}', error))
            self.queue.add_failed(queued)
        if not self.queue.empty:
            self._wake()

    def _schedule(self, queued: QueuedPod) -> None:
        """scheduleOne."""
        pod = self.pods.objects.get(queued.info.key)
        if pod is None or pod['metadata']['uid'] != queued.info.uid or 'deletionTimestamp' in pod['metadata']:
            return
        trace = self.simulation.trace
        cycle = Cycle(queued.info)
        try:
            node = self.profiles[_scheduler_of(pod)].choose(cycle)
        except NoNodes:
            self.queue.add_failed(queued)  # No plugin refused it.
            self._tell_refused(queued, 'no nodes available to schedule pods')
            return
        except Refused as refused:
            trace.cause = trace.record('scheduler', 'refuse', f'Pod/{queued.info.key}', refused.message)
            self._refused(queued, refused)
            return
        trace.cause = trace.record('scheduler', 'choose', f'Pod/{queued.info.key}', node)
        self.cache.add_pod(queued.info, node)
        self._pre_bind(cycle, queued, node)

    def _pre_bind(self, cycle: Cycle, queued: QueuedPod, node: str) -> None:
        plugin = cast(VolumeBinding, self.profiles[_scheduler_of(queued.info.pod)].find('VolumeBinding'))
        devices = self._devices(queued.info)
        if plugin.has_to_bind(cycle) or devices.has_to_bind(cycle):
            # NominatedNodeNameForExpectation: binding may take a while, and others shall see what is meant.
            self._patch_status(queued.info, {'nominatedNodeName': node})
        try:
            bound = plugin.pre_bind(cycle, node)
            devices.pre_bind(cycle, node)
        except (StatusError, OSError):
            self.cache.remove_pod(queued.info.uid)
            self._unreserve(cycle)
            raise
        if bound is None or bound():
            self._bind(cycle, queued, node)
            return
        self._waiting[queued.info.uid] = (cycle, queued, node, bound)
        self.simulation.call_later(plugin.timeout, self._give_up, queued.info.uid)

    def _finish_waiting(self) -> None:
        for uid, (cycle, queued, node, bound) in list(self._waiting.items()):
            if bound():
                del self._waiting[uid]
                self._bind(cycle, queued, node)

    def _give_up(self, uid: str) -> None:
        waiting = self._waiting.pop(uid, None)
        if waiting is not None:
            self.cache.remove_pod(uid)
            self._unreserve(waiting[0])
            self._failed(waiting[1], 'SchedulerError', 'running PreBind plugin "VolumeBinding": binding volumes: '
                         'context deadline exceeded')

    def _devices(self, info: PodInfo) -> DynamicResources:
        return cast(DynamicResources, self.profiles[_scheduler_of(info.pod)].find('DynamicResources'))

    def _unreserve(self, cycle: Cycle) -> None:
        """What cannot be written is tried again with the pod."""
        with suppress(StatusError, OSError):
            self._devices(cycle.pod).unreserve(cycle)

    def _bind(self, cycle: Cycle, queued: QueuedPod, node: str) -> None:
        info = queued.info
        binding = {'apiVersion': 'v1', 'kind': 'Binding',
                   'metadata': {'namespace': info.namespace, 'name': info.name, 'uid': info.uid},
                   'target': {'kind': 'Node', 'name': node}}
        try:
            self.client.create('pods', binding, info.namespace, info.name, 'binding')
        except (StatusError, OSError) as error:
            self.cache.remove_pod(info.uid)
            self._unreserve(cycle)
            self._failed(queued, 'SchedulerError',
                         f'binding rejected: running Bind plugin "DefaultBinder": {error}')
            return
        self.nominations.remove(info.uid)
        self._recorder(info.pod).event(info.pod, 'Normal', 'Scheduled', 'Binding',
                                       f'Successfully assigned {info.key} to {node}')

    # -- refused ------------------------------------------------------------------------------------------------

    def _refused(self, queued: QueuedPod, refused: Refused) -> None:
        """The post-filters, then handleSchedulingFailure."""
        cycle, count = refused.cycle, len(self.cache.nodes)
        self.queue.add_unschedulable(queued, refused.plugins)
        devices, settings = self._devices(queued.info), self.profiles[_scheduler_of(queued.info.pod)].settings
        asks_devices, preempts = (settings.post_filters(name) for name in (devices.name, PREEMPTION))
        if refused.message and asks_devices and devices.name not in refused.plugins:
            # DynamicResources has no state of this cycle, and says so, when a pre-filter came before it.
            self._tell_refused(queued, fit_error(count, {}, None, refused.message, 'not found'))
            return
        after = [devices.post_filter(cycle)] if asks_devices else []
        if refused.message:
            if preempts:
                unhelpful = fit_error(count, {}, Rejection('', ('Preemption is not helpful for scheduling',)))
                after.append(f'preemption: {unhelpful}')
            self._tell_refused(queued, fit_error(count, {}, None, refused.message, ', '.join(after)))
            return
        nominated = self._try_preemption(queued.info, cycle, after) if preempts else None
        self._tell_refused(queued, fit_error(count, cycle.failed, refused.absent, '', ', '.join(after)), nominated)

    def _try_preemption(self, pod: PodInfo, cycle: Cycle, after: list[str]) -> str | None:
        """The node that becomes free for a pod, or None; '' takes an earlier one back. `after` is what is said then."""
        outcome = self.preemption.run(cycle, cycle.filters)
        if outcome.candidate is not None:
            self._preempt(pod, outcome.candidate)
            after.clear()
            return outcome.candidate.node
        after.append(f'preemption: {outcome.message}')
        return '' if outcome.clear else None

    def _preempt(self, pod: PodInfo, candidate: Candidate) -> None:
        """prepareCandidate: the victims are told why, deleted, and the node is kept for the pod."""
        self.nominations.add(pod, candidate.node)
        for lower in self.nominations.lower(candidate.node, pod.priority):
            self.nominations.remove(lower.uid)
            self._patch_status(lower, {'nominatedNodeName': None})
        for victim in candidate.victims:
            self._evict(pod, victim, candidate.node)

    def _evict(self, pod: PodInfo, victim: PodInfo, node: str) -> None:
        if 'deletionTimestamp' in victim.pod['metadata']:
            return
        why = f'{_scheduler_of(pod.pod)}: preempting to accommodate a higher priority pod'
        self._patch_status(victim, {'conditions': [
            target(victim.pod, 'PreemptionByScheduler', why, self.simulation.timestamp())]})
        self.client.remove('pods', victim.pod)
        self._recorder(pod.pod).event(victim.pod, 'Normal', 'Preempted', 'Preempting',
                                      f'Preempted by pod {pod.uid} on node {node}', pod.pod)

    def _tell_refused(self, queued: QueuedPod, message: str, nominated: str | None = None) -> None:
        self._tell(queued.info, 'Unschedulable', message, nominated)

    def _failed(self, queued: QueuedPod, reason: str, message: str) -> None:
        """A cycle that ended with an error."""
        self.queue.add_failed(queued)
        self._tell(queued.info, reason, message, None)

    def _tell(self, info: PodInfo, reason: str, message: str, nominated: str | None) -> None:
        """The event and the condition PodScheduled; `nominated`: the node to write down, '' to take it back."""
        pod = self.pods.objects.get(info.key)
        if pod is None or pod['metadata']['uid'] != info.uid:
            return
        note = message if len(message) <= NOTE_LENGTH else message[:NOTE_LENGTH - len(' ...')] + ' ...'
        self._recorder(pod).event(pod, 'Warning', 'FailedScheduling', 'Scheduling', note)
        change: dict[str, Any] = {}
        entry = self._condition(pod, reason, message)
        if entry is not None:
            change['conditions'] = [entry]
        known = pod.get('status', {}).get('nominatedNodeName', '')
        if nominated is not None and nominated != known:
            change['nominatedNodeName'] = nominated or None
        if nominated == '':
            self.nominations.remove(info.uid)
        if change:
            self._patch_status(info, change)

    def _condition(self, pod: Object, reason: str, message: str) -> Object | None:
        """podutil.UpdatePodCondition: the new PodScheduled, None when it is there already."""
        old = condition(pod, 'PodScheduled')
        entry: Object = {'type': 'PodScheduled', 'status': 'False', 'lastProbeTime': None,
                         'lastTransitionTime': self.simulation.timestamp(), 'reason': reason, 'message': message}
        generation = pod['metadata'].get('generation')
        if generation:
            entry['observedGeneration'] = generation
        if old is not None and old.get('status') == 'False':
            entry['lastTransitionTime'] = old.get('lastTransitionTime')
            if all(old.get(field) == entry.get(field) for field in ('reason', 'message', 'observedGeneration')):
                return None
        return entry

    def _recorder(self, pod: Object) -> SeriesRecorder:
        """The events of a profile come from the scheduler of its name."""
        return self.recorders[_scheduler_of(pod)]

    def _patch_status(self, info: PodInfo, status: Object) -> None:
        """What cannot be written is only logged (updatePod)."""
        with suppress(StatusError, OSError):
            self.client.patch('pods', info.name, {'metadata': {'uid': info.uid}, 'status': status}, info.namespace,
                              'status', STRATEGIC_PATCH)


def _scheduler_of(pod: Object) -> str:
    return pod['spec'].get('schedulerName', DEFAULT_NAME)


def _ended(pod: Object) -> bool:
    return pod.get('status', {}).get('phase') in ('Succeeded', 'Failed')


def _pod_matters(old: Object, new: Object) -> bool:
    """Whether a placed pod changed in a way that the cache counts."""
    return old['metadata'].get('labels') != new['metadata'].get('labels') or (
        'deletionTimestamp' in old['metadata']) != ('deletionTimestamp' in new['metadata']) or (
        old['spec'] != new['spec'] and old['spec'].get('nodeName') == new['spec'].get('nodeName'))


def _node_matters(old: Object, new: Object) -> bool:
    """nodeSchedulingPropertiesChange; images count too, heartbeats do not."""
    if old['spec'] != new['spec'] or old['metadata'].get('labels') != new['metadata'].get('labels'):
        return True
    before, after = old.get('status', {}), new.get('status', {})
    return before.get('allocatable') != after.get('allocatable') or before.get('images') != after.get('images')
