"""The worker of one pod: brings what runs to what the pod says, again and again (pod_workers.go, syncPod)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.cluster.containers.container import CREATED, EXITED, RUNNING, Container
from tutor.cluster.containers.runtime import RuntimeFailure, Sandbox
from tutor.cluster.kubelet import actions, complaints, fields, hostnames, last_status, pods, sandboxes, status
from tutor.cluster.kubelet.launch import Launcher, StartError, resource_settings
from tutor.cluster.kubelet.mounting import Mounts
from tutor.cluster.kubelet.probes import Prober
from tutor.cluster.kubelet.resizing import Resizer
from tutor.cluster.kubelet.staticpods import is_static
from tutor.cluster.kubelet.status import StartProblem
from tutor.cluster.kubelet.stopping import Stopper
from tutor.cluster.kubelet.volumes import Volume
from tutor.cluster.simulation import Task, Timer

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Attachment, Kubelet

DEADLINE = ('DeadlineExceeded', 'Pod was active on the node longer than the specified deadline')
NETWORK_RETRY = 1.0


class PodWorker:
    """All that the kubelet knows and does of one pod."""

    # Beyond thirty attributes, each object would keep a table of their names: there are many pods.
    __slots__ = (
        '_begun', '_deadline', '_dirty', '_ended', '_expires', '_mounts', '_relist', '_retry', '_seen', '_started',
        '_task', 'attachment', 'desired', 'disrupted', 'failure', 'finished', 'gone', 'histories', 'key',
        'kubelet', 'launcher', 'pod', 'prober', 'problems', 'resizer', 'restarting', 'sandbox', 'simulation',
        'static', 'status', 'stopper', 'terminating', 'uid',
    )

    def __init__(self, kubelet: Kubelet, pod: Object) -> None:
        self.kubelet = kubelet
        self.simulation = kubelet.simulation
        self.desired = pod
        self.pod = pod
        """The pod as it was allocated: what it asks for beyond that is not for the containers to have yet."""
        self.uid = pods.uid(pod)
        self._seen = self.simulation.wall()
        self.key = pods.key(pod)
        self.static = is_static(pod)
        self.sandbox: Sandbox | None = None
        self.attachment: Attachment | None = None
        self.histories: dict[str, list[Container]] = {}
        self.problems: dict[str, StartProblem] = {}
        self.failure: tuple[str, str] | None = None
        self.disrupted = ''
        """Why the node, and not the pod itself, is to blame for the failure, if it is."""
        self.restarting = False
        """Whether a container has ended in a way that all are to be started anew."""
        self.terminating = False
        self.finished = False
        self.gone = False
        self.status: Object = pod.get('status') or {}
        self.launcher = Launcher(self)
        self.stopper = Stopper(self)
        self.prober = Prober(self)
        self.resizer = Resizer(self)
        self._mounts = Mounts(self)
        self._task: Task[None] | None = None
        self._dirty = False
        self._started = False
        self._ended = False
        self._relist: Timer | None = None
        self._retry: Timer | None = None
        self._expires: float | None = None
        self._deadline: Timer | None = None
        self._begun = self.simulation.now

    # -- what makes it work -------------------------------------------------------------------------------------

    def wake(self) -> None:
        """Sync the pod soon; once more, if it is being synced."""
        if not self.kubelet.running:
            return
        if self._task is not None:
            self._dirty = True
        elif not self.gone:
            self._task = self.simulation.spawn(self._run(), f'kubelet:{self.key}')

    def observe(self, ended: bool = True) -> None:
        """Something changed in the runtime: sync when the next relist sees it (PLEG). A start alone matters only to a
        worker that is still busy then."""
        self._ended = self._ended or ended
        if self._relist is None and not self.gone:
            self._relist = self.simulation.call_at(self.kubelet.next_relist(), self._relisted)

    def _relisted(self) -> None:
        self._relist = None
        ended, self._ended = self._ended, False
        if ended or self._task is not None:
            self.wake()

    def update(self, pod: Object) -> None:
        """The pod changed in the API."""
        self.desired = pod
        deleting = 'deletionTimestamp' in pod['metadata']
        if not deleting and not self.finished:
            self.resize()
        old, self.pod = self.pod, self.resizer.allocated_pod(pod)
        if deleting:
            if not self.terminating:
                self.terminate()
            elif self.finished:
                self.delete()
            else:
                self.stopper.shorten(pod)
        elif not self.finished and _differs(old, pod):
            if old['metadata'].get('labels') != pod['metadata'].get('labels') or (
                    old['metadata'].get('annotations') != pod['metadata'].get('annotations')):
                self.refresh_volumes()
            self.wake()
        elif not self.finished and not self.kubelet.idle:
            self.kubelet.statuses.reconcile(self)

    def resize(self) -> None:
        """Try to allocate what the pod asks for; tried again when another pod of the node needs less."""
        before = self.resizer.allocated
        if self.resizer.consider(self.desired):
            self.pod = self.resizer.allocated_pod(self.desired)
            self.wake()
        self.kubelet.note_resize(self, self.resizer.deferred)
        if self.resizer.allocated is not before:
            self.kubelet.retry_resizes()

    def removed(self) -> None:
        """The pod is no longer in the API: end what still runs, and forget it."""
        self.gone = True
        if self.finished:
            self.kubelet.forget(self)
        elif not self.terminating:
            self.terminate()

    def terminate(self) -> None:
        """From now on the pod is only brought to its end."""
        self.terminating = True
        for timer in (self._relist, self._retry, self._deadline):
            if timer is not None:
                timer.cancel()
        self._relist = None
        if self._task is not None:
            self._task.cancel()
        self._task = self.simulation.spawn(self._end(), f'kubelet:{self.key}')

    def pause(self) -> None:
        """The kubelet has stopped: nothing is done until `go_on`. Containers run on."""
        for timer in (self._relist, self._retry, self._deadline):
            if timer is not None:
                timer.cancel()
        self._relist = self._retry = self._deadline = None
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self.prober.pause()
        for history in self.histories.values():
            if history and history[0].state == CREATED:
                self.kubelet.runtime.remove(history.pop(0).id)

    def go_on(self) -> None:
        """The kubelet is back: look at what has become of the pod meanwhile."""
        self.prober.go_on()
        if not self.terminating:
            self.wake()
        elif not self.finished:
            self._task = self.simulation.spawn(self._end(), f'kubelet:{self.key}')

    def fail(self, reason: str, message: str, disrupted: str = '', most_grace: float = math.inf) -> None:
        """The kubelet gives the pod up: its deadline, an eviction. Its containers have `most_grace` seconds at most."""
        if not self.terminating:
            self.failure = (reason, message)
            self.disrupted = disrupted
            self.stopper.most_grace = most_grace
            self.terminate()

    async def _run(self) -> None:
        while True:
            self._dirty = False
            self._started = False
            self._expires = None
            good = await self._sync()
            if self.terminating:
                return
            self._complete_work(good)
            if self._started:
                # What was started is looked at once; only what ends waits for the relist.
                await self.simulation.sleep(self.kubelet.timing.look)
                self._dirty = True
            if not self._dirty:
                break
        self._task = None

    def _complete_work(self, good: bool) -> None:
        """completeWork: after an error again in ten seconds, or when the first back-off has ended, and half as long
        again at most; what the sync before had asked for no longer counts."""
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
        if not good:
            wait = None if self._expires is None else self._expires - self.simulation.now
            self._retry = self.simulation.call_later(self.kubelet.timing.retry(self.simulation, wait), self.wake)

    # -- syncPod ------------------------------------------------------------------------------------------------

    async def _sync(self) -> bool:
        """One pass; False when something failed and is to be tried again."""
        if not self.kubelet.runtime.available:
            return True  # the kubelet wakes all its pods when the runtime is back
        if self._restarts_all():
            await self._end_all()
        if self._all_done() or self._init_failed():
            self.terminating = True
            self._task = self.simulation.spawn(self._end(), f'kubelet:{self.key}')
            return True
        self.resizer.see_completion()
        self.report()
        self._watch_deadline()
        if self._lacks_network():
            return False
        if not await self._mounts.mount():
            return False
        self._look_for_pull_secrets()
        return await self._run_containers()

    def _lacks_network(self) -> bool:
        """Whether the pod waits for the node's network; that is tried again soon (backOffOnTransientErrorPeriod)."""
        problem = self.kubelet.network_watch.problem
        if not problem or pods.host_network(self.pod):
            return False
        self.kubelet.recorder.warning(self.pod, 'NetworkNotReady', f'network is not ready: {problem}')
        complaints.sync_failed(self, f'network is not ready: {problem}')
        self._expires = self.simulation.now + NETWORK_RETRY
        return True

    def report(self, terminal: bool = False) -> None:
        """Make the status anew and tell the API server what changed."""
        self.status = status.generate(self.pod, self.status, self.observed(terminal))
        if terminal and not self.static:
            self.status = last_status.terminated(self.pod, self.status)
        self.prober.update()
        self.kubelet.statuses.set(self)

    def observed(self, terminal: bool = False) -> status.Observed:
        kubelet, simulation = self.kubelet, self.simulation
        return status.Observed(
            self.histories, self.problems, self.prober.ready, self.prober.started, kubelet.stamp,
            simulation.timestamp(), kubelet.runtime.scheme, self.sandbox is not None and self.sandbox.ready,
            self.attachment.addresses if self.attachment is not None else [], kubelet.address, terminal, kubelet.idle,
            self.failure, self.resizer.conditions(), self.disrupted, self.restarting, self.resizer.whole)

    # -- all containers anew ------------------------------------------------------------------------------------

    def _restarts_all(self) -> bool:
        """ShouldAllContainersRestart."""
        for spec in (*pods.init_containers(self.pod), *pods.containers(self.pod)):
            history = self.histories.get(spec['name'])
            if history and history[0].state == EXITED and (
                    pods.matching_action(spec, history[0].exit_code) == pods.RESTART_ALL):
                return True
        return False

    async def _end_all(self) -> None:
        """End and forget all containers, without their preStop hooks; the sandbox and the volumes stay."""
        self.restarting = True
        self.report()
        await self.stopper.kill_all()
        self.report()
        for history in self.histories.values():
            for container in history:
                self.kubelet.runtime.remove(container.id)
        self.histories.clear()
        self.problems.clear()
        self.status = status.generate(self.pod, self.status, self.observed())
        self.restarting = False

    def _all_done(self) -> bool:
        """Whether the regular containers have all ended for good: sidecars are ended then."""
        for spec in pods.containers(self.pod):
            history = self.histories.get(spec['name'])
            if not history or history[0].state != EXITED or pods.restarts(self.pod, spec, history[0].exit_code):
                return False
        return True

    def _init_failed(self) -> bool:
        """Whether an init container has failed for good."""
        for spec in pods.init_containers(self.pod):
            history = self.histories.get(spec['name'])
            if history and not pods.restartable_init(spec) and history[0].state == EXITED and history[0].exit_code \
                    and not pods.restarts(self.pod, spec, history[0].exit_code):
                return True
        return False

    def _watch_deadline(self) -> None:
        seconds = self.pod['spec'].get('activeDeadlineSeconds')
        if seconds is not None and self._deadline is None:
            self._deadline = self.simulation.call_at(self._begun + seconds, self._exceeded)

    def _exceeded(self) -> None:
        if not self.terminating:
            self.kubelet.recorder.normal(self.pod, DEADLINE[0], DEADLINE[1])
            self.fail(*DEADLINE)

    # -- what containers and volumes need to know ----------------------------------------------------------------

    def facts(self) -> fields.Facts:
        addresses = self.attachment.addresses if self.attachment is not None else []
        return fields.Facts(addresses, self.kubelet.address, self.kubelet.allocatable, self._seen)

    @property
    def volumes(self) -> dict[str, Volume]:
        """Those of the pod by their names, once it was tried to mount them."""
        return self._mounts.volumes

    def volumes_in_use(self) -> Iterator[str]:
        """The unique names of those that have to stay attached to the node."""
        return self._mounts.in_use()

    def refresh_volumes(self) -> None:
        """What volumes show may have changed."""
        self._mounts.refresh()

    # -- containers ---------------------------------------------------------------------------------------------

    def _look_for_pull_secrets(self) -> None:
        """getPullSecretsForPod: images are pulled without those that are not there."""
        secrets, namespace = self.kubelet.informers.of('secrets'), self.pod['metadata']['namespace']
        missing = [each['name'] for each in self.pod['spec'].get('imagePullSecrets') or ()
                   if each.get('name') and secrets.get(namespace, each['name']) is None]
        if missing:
            self.kubelet.recorder.warning(
                self.pod, 'FailedToRetrieveImagePullSecret', 'Unable to retrieve some image pull secrets '
                f'({", ".join(missing)}); attempting to pull the image may not succeed.')

    async def _run_containers(self) -> bool:
        """kubeGenericRuntimeManager.SyncPod."""
        fresh = self.sandbox is None or not self.sandbox.ready
        if fresh:
            sandboxes.leave(self)
            if not self.kubelet.dra.prepare(self):
                self._expires = self.simulation.now + self.kubelet.timing.resync  # No error for syncPod.
                return False
            try:
                await sandboxes.make(self)
            except (hostnames.TooLong, RuntimeFailure) as problem:
                self.kubelet.recorder.warning(self.pod, 'FailedCreatePodSandBox',
                                              f'Failed to create pod sandbox: {problem}')
                complaints.sandbox_failed(self, str(problem))
                return False
        plan = actions.compute(self.pod, self.histories, self.prober)
        for container, message in plan.kill:
            await self.stopper.kill(container, message, plan.grace.get(container.id))
        good = not (plan.resize and self.resizer.refuses(plan.resize))
        for container, spec in plan.resize if good else ():
            self._give_resources(container, spec)
        if good:
            self.resizer.give_whole()
        for spec, init in plan.start:
            good = await self._start(spec, init) and good
        if not good and fresh:
            self.observe()
        failed = [name for name in (spec['name'] for spec, _ in plan.start) if name in self.problems]
        complaints.not_started(self, {name: self.problems[name] for name in failed})
        return good

    def _give_resources(self, container: Container, spec: Object) -> None:
        """UpdateContainerResources; that it worked is seen at the next relist."""
        for name, value in resource_settings(self.pod, spec).items():
            setattr(container.config, name, value)
        if container.host is not None:
            container.host.resize(container.config)
        self.observe()

    def hostname(self) -> str:
        """What the kernel calls the pod. Raises TooLong."""
        return hostnames.of_kernel(self.pod, self.kubelet.name, self.kubelet.cluster_domain)

    async def _start(self, spec: Object, init: bool) -> bool:
        """Start one container; what went wrong is kept for the status."""
        name = spec['name']
        try:
            self._wait_for_backoff(spec)
            await self.launcher.start(spec, init)
        except StartError as error:
            self.problems[name] = StartProblem(error.reason, str(error))
            if error.expires is not None:
                self._expires = min(self._expires or error.expires, error.expires)
            return False
        self.problems.pop(name, None)
        self._started = True
        return True

    def _wait_for_backoff(self, spec: Object) -> None:
        """doBackOff. Raises StartError CrashLoopBackOff."""
        name, now, backoff = spec['name'], self.simulation.now, self.kubelet.crash_backoff
        history = self.histories.get(name)
        if not history or history[0].state != EXITED or history[0].finished_at is None:
            return
        key, ended = f'{self.uid}/{name}/{spec["image"]}', history[0].finished_at
        if backoff.waits(key, ended, now):
            self.kubelet.recorder.warning(
                self.pod, 'BackOff', f'Back-off restarting failed container {name} in pod {pods.describe(self.pod)}',
                pods.field_path(self.pod, spec))
            delay = backoff.get(key)
            raise StartError('CrashLoopBackOff', f'back-off {_go_duration(delay)} restarting failed '
                             f'container={name} pod={pods.describe(self.pod)}', ended + delay)
        backoff.next(key, now)

    def forget_backoff(self, name: str) -> None:
        """A container may be started again at once."""
        for spec, _ in pods.all_containers(self.pod):
            if spec['name'] == name:
                self.kubelet.crash_backoff.forget(f'{self.uid}/{name}/{spec["image"]}')

    def remember(self, container: Container) -> None:
        """A container was created: the newest of its name. Of the dead, the last one is kept."""
        history = self.histories.setdefault(container.config.name, [])
        history.insert(0, container)
        for old in history[2:]:
            self.kubelet.log.info('scope.go:122', 'RemoveContainer', containerID=old.id)
            self.kubelet.runtime.remove(old.id)
        del history[2:]

    def running(self) -> list[Container]:
        return [history[0] for history in self.histories.values() if history and history[0].state == RUNNING]

    # -- the end ------------------------------------------------------------------------------------------------

    async def _end(self) -> None:
        """SyncTerminatingPod and SyncTerminatedPod."""
        self.prober.stop_restarting()
        await self.kubelet.runtime.until_available()
        if self.running():
            if not self.gone:
                self.report()
            await self.stopper.kill_pod()
        self.prober.stop()
        await self._tear_down()
        self.finished = True
        self.kubelet.release(self)
        self._task = None
        if self.gone:
            self.kubelet.forget(self)
            return
        self.report(terminal=True)
        if 'deletionTimestamp' in self.pod['metadata']:
            self.delete()

    async def _tear_down(self) -> None:
        """The sandbox and its network end; volumes are unmounted."""
        if self.sandbox is not None:
            if 'deletionTimestamp' in self.pod['metadata']:
                await self.kubelet.timing.tear_down(self.simulation)
            self.kubelet.runtime.stop_sandbox(self.sandbox)
        if self.attachment is not None:
            self.kubelet.network.detach(self.attachment)
            self.attachment = None
        self._mounts.unmount()
        self.kubelet.dra.unprepare(self)

    def delete(self) -> None:
        """The pod's containers are gone: it may go from the API."""
        self.kubelet.statuses.delete(self)


def _differs(old: Object, new: Object) -> bool:
    """Whether a change needs work: the kubelet's own status writes do not."""
    if old['spec'] is not new['spec'] and old['spec'] != new['spec']:
        return True
    before, after = old['metadata'], new['metadata']
    if before.get('labels') != after.get('labels') or before.get('annotations') != after.get('annotations'):
        return True
    gates = new['spec'].get('readinessGates')
    return bool(gates) and (old.get('status') or {}).get('conditions') != (new.get('status') or {}).get('conditions')


def _go_duration(seconds: float) -> str:
    """time.Duration.String of whole seconds."""
    minutes, rest = divmod(int(seconds), 60)
    return f'{minutes}m{rest}s' if minutes else f'{rest}s'
