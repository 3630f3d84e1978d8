"""One kubelet: the pods of its node, its runtime, its machine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from tutor.apimachinery.objects import Object
from tutor.apimachinery.releases import NEWEST
from tutor.client.backoff import Backoff
from tutor.client.client import Client
from tutor.client.events import EventRecorder
from tutor.client.informer import Informers
from tutor.cluster.containers.container import EXITED, Container
from tutor.cluster.containers.programs.serving import GoService
from tutor.cluster.containers.runtime import OpenNetwork, Runtime
from tutor.cluster.kubelet import pods, sysctls, timing
from tutor.cluster.kubelet.access import Guard
from tutor.cluster.kubelet.admission import Admission, Refusal
from tutor.cluster.kubelet.direction import Direction
from tutor.cluster.kubelet.dra import DraManager
from tutor.cluster.kubelet.endpoint import PORT, KubeletEndpoint, healthz
from tutor.cluster.kubelet.eviction.manager import REASON as EVICTED
from tutor.cluster.kubelet.eviction.manager import EvictionManager
from tutor.cluster.kubelet.images import ImagePuller
from tutor.cluster.kubelet.lease import Heartbeat
from tutor.cluster.kubelet.networkwatch import NetworkWatch
from tutor.cluster.kubelet.node import NodeReporter
from tutor.cluster.kubelet.preemption import CriticalPodAdmission
from tutor.cluster.kubelet.runtimewatch import RuntimeWatch
from tutor.cluster.kubelet.startup import Startup
from tutor.cluster.kubelet.staticpods import StaticPods, is_mirror
from tutor.cluster.kubelet.statuses import StatusManager
from tutor.cluster.kubelet.worker import PodWorker
from tutor.cluster.machine.machine import Machine
from tutor.cluster.simulation import Simulation
from tutor.shell.klog import Klog, silence
from tutor.shell.tls import generated

CLUSTER_DNS = '10.96.0.10'
HEALTH = ('127.0.0.1', 10248)


class Attachment(Protocol):
    """A pod's network."""

    addresses: list[str]

    @property
    def open(self) -> OpenNetwork: ...


class Network(Protocol):
    """The network plug-in of the node."""

    cidr: str

    def attach(self, pod: str, host: bool = False) -> Any: ...
    def detach(self, attachment: Any) -> None: ...


@dataclass(slots=True)
class NodeSettings:
    """What a kubelet is told of its node."""

    name: str
    address: str
    labels: dict[str, str] = field(default_factory=dict)
    taints: list[Object] = field(default_factory=list)
    capacity: dict[str, str] = field(default_factory=dict)
    allocatable: dict[str, str] | None = None
    version: str = NEWEST
    runtime: str = 'containerd://2.1.9'
    idle: bool = False
    cluster_dns: str = CLUSTER_DNS
    cluster_domain: str = 'cluster.local'


class Silence:
    """A recorder that records nothing: hollow nodes tell no events."""

    def normal(self, obj: Object, reason: str, message: str, field_path: str = '') -> None: ...
    def warning(self, obj: Object, reason: str, message: str, field_path: str = '') -> None: ...
    def event(self, obj: Object, kind: str, reason: str, message: str, field_path: str = '') -> None: ...


class Kubelet:
    """The kubelet of one node. `offer` gives it the pods that are bound to the node."""

    def __init__(self, simulation: Simulation, client: Client, informers: Informers, settings: NodeSettings,
                 machine: Machine, runtime: Runtime, network: Network,
                 extras: Mapping[str, Any], heartbeat: Heartbeat) -> None:
        self.simulation = simulation
        self.client = client
        self.informers = informers
        self.settings = settings
        self.name = settings.name
        self.address = settings.address
        self.idle = settings.idle
        self.cluster_dns = settings.cluster_dns
        self.machine = machine
        self.runtime = runtime
        self.network = network
        self.extras = extras
        self.heartbeat = heartbeat
        self.timing = timing.IDLE if settings.idle else timing.RUNNING
        self.recorder: EventRecorder | Silence = (
            Silence() if settings.idle else EventRecorder(simulation, client, 'kubelet', settings.name))
        self._node_recorder = self.recorder
        self.crash_backoff = Backoff()
        self.dra = DraManager(self)
        self.puller = ImagePuller(self)
        self.statuses = StatusManager(self)
        self.admission = Admission(settings.name)
        self.critical = CriticalPodAdmission(self)
        self.node: Object | None = None
        self.reporter = NodeReporter(self, settings.labels, settings.taints, settings.capacity, settings.allocatable,
                                     settings.version, settings.runtime)
        self.static_pods = StaticPods(self)
        self.hogs: dict[str, int] = {}
        """What something that is no pod takes of the machine, by resource (a fault)."""
        self.eviction = EvictionManager(self)
        self.reaches: Callable[[], bool] = lambda: True
        self.running = False
        self._listeners: list[Any] = []
        self.cluster_domain = settings.cluster_domain
        self._authority, self._health = '', HEALTH
        self.endpoint = KubeletEndpoint(self, Guard(settings.name, client, lambda: machine.read(self._authority)))
        self.workers: dict[str, PodWorker] = {}
        self._by_sandbox: dict[str, PodWorker] = {}
        self._waiting_resizes: dict[str, PodWorker] = {}
        self._phase = simulation.random.random()
        self._epoch = simulation.epoch.timestamp()
        self._stamps = (-1, '')
        runtime.on_change = self._container_changed
        runtime.on_memory = self.eviction.memory_changed
        if not settings.idle:
            machine.disk.measure = self.eviction.machine.measure
            machine.disk.filled = self.eviction.disk_filled
        runtime.on_availability = RuntimeWatch(self).changed
        self.network_watch = NetworkWatch(self)
        self.log = silence(simulation)
        self.direction = Direction()
        self.configuration: Object = {}
        """Its KubeletConfiguration, as it is written."""

    @property
    def connected(self) -> bool:
        """Whether the API server answers this kubelet."""
        return self.reaches()

    @property
    def allocatable(self) -> dict[str, str]:
        return self.reporter.allocatable

    # -- life ---------------------------------------------------------------------------------------------------

    def upgrade(self, version: str) -> None:
        """It is the kubelet of another release now."""
        self.settings = replace(self.settings, version=version)
        self.reporter.version = version

    def configure(self, settings: Startup, log: Klog) -> None:
        """Take over what a new process of the kubelet has read."""
        self.log, self.configuration = log, settings.config
        self.cluster_dns, self.cluster_domain = settings.cluster_dns or self.cluster_dns, settings.cluster_domain
        self._authority, self._health = settings.authority, settings.health
        self.endpoint.guard.access = settings.access
        self.static_pods.folder = settings.manifests
        self.eviction.configure(settings.thresholds, settings.transition)
        self.reporter.configure(settings.registration, settings.thresholds)
        self.direction.server = settings.server

    def start(self) -> None:
        """Register the node and begin with what is bound to it."""
        if self.running:
            return
        self.running = True
        network, (address, port) = self.machine.network, self._health
        self._listeners = [network.listen(PORT, self.endpoint, tls=self._certificate)]
        if port:
            self._listeners.append(network.listen(port, GoService(healthz, self.simulation), address))
        self.network_watch.start()
        self.reporter.start()
        self.static_pods.start()
        for worker in list(self.workers.values()):
            worker.go_on()

    def stop(self) -> None:
        """The kubelet's process ends; containers go on."""
        if not self.running:
            return
        self.running = False
        for listener in self._listeners:
            listener.close()
        self.reporter.stop()
        self.static_pods.stop()
        for worker in self.workers.values():
            worker.pause()

    def _certificate(self, name: str) -> str:
        """The serving certificate that a kubelet makes for itself: without the node's address."""
        return generated(self.name, self.simulation.epoch, self.name.encode())

    # -- pods ---------------------------------------------------------------------------------------------------

    def offer(self, old: Object | None, new: Object | None) -> None:
        """A pod of this node was added, changed or removed (syncLoopIteration's configCh)."""
        if not self.running:
            return
        pod = new or old
        assert pod is not None
        if is_mirror(pod):
            self.static_pods.mirror_changed(new, old)
            return
        worker = self.workers.get(pods.uid(pod))
        if new is None:
            if worker is not None:
                worker.removed()
        elif worker is not None:
            worker.update(new)
        elif old is not None and pods.uid(old) != pods.uid(new):
            self.offer(old, None)
            self.offer(None, new)
        else:
            self.begin(new)

    def _admit(self, pod: Object) -> Refusal | None:
        """canAdmitPod: the eviction manager is asked first, and whether its sysctls are safe."""
        pressed = self.eviction.refuses(pod)
        if pressed:
            return Refusal(EVICTED, pressed)
        unsafe = sysctls.forbidden(pod)
        if unsafe:
            return Refusal('SysctlForbidden', unsafe)
        return self.admission.admit(pod, self.current_node(), self.critical.make_room)

    def begin(self, pod: Object) -> None:
        """Take a pod on."""
        if pods.finished((pod.get('status') or {}).get('phase', '')) and 'deletionTimestamp' not in pod['metadata']:
            return
        deleting, trace = 'deletionTimestamp' in pod['metadata'], self.simulation.trace
        refusal = None if deleting else self._admit(pod)
        if refusal is not None:
            trace.cause = trace.record(f'kubelet@{self.name}', 'rejects', f'Pod/{pods.key(pod)}', refusal.message)
            self.recorder.warning(pod, refusal.reason, refusal.message)
            self.statuses.reject(pod, refusal)
            return
        worker = self.workers[pods.uid(pod)] = PodWorker(self, pod)
        trace.cause = trace.record(f'kubelet@{self.name}', 'begins', f'Pod/{worker.key}')
        if deleting:
            worker.terminate()
        else:
            worker.wake()

    def knows(self, worker: PodWorker) -> bool:
        return self.workers.get(worker.uid) is worker

    def find(self, uid: str) -> PodWorker | None:
        """The worker of a pod by its UID in the API, which for a static pod is its mirror's."""
        return self.workers.get(uid) or self.static_pods.find(uid)

    def release(self, worker: PodWorker) -> None:
        """A pod's containers have ended: what it had is free, for a resize that waits for it."""
        self.admission.release(worker.uid)
        self._waiting_resizes.pop(worker.uid, None)
        self.retry_resizes()

    def retry_resizes(self) -> None:
        """RetryPendingResizes."""
        for waiting in sorted(self._waiting_resizes.values(), key=lambda worker: worker.resizer.order()):
            waiting.resize()

    def note_resize(self, worker: PodWorker, waits: bool) -> None:
        """Whether a pod's resize waits for room (the allocation manager's podsWithPendingResizes)."""
        if waits:
            self._waiting_resizes[worker.uid] = worker
        else:
            self._waiting_resizes.pop(worker.uid, None)

    def forget(self, worker: PodWorker) -> None:
        """A pod is gone for good: its containers and what was kept of it."""
        self.workers.pop(worker.uid, None)
        self.release(worker)
        self.statuses.forget(worker.uid)
        if worker.sandbox is not None:
            self.runtime.remove_sandbox(worker.sandbox)
            self._by_sandbox.pop(worker.sandbox.id, None)
        if worker.static:
            self.static_pods.ended(worker)

    # -- the runtime --------------------------------------------------------------------------------------------

    def own(self, worker: PodWorker) -> None:
        """A sandbox belongs to a pod."""
        if worker.sandbox is not None:
            self._by_sandbox[worker.sandbox.id] = worker

    def _container_changed(self, container: Container) -> None:
        worker = self._by_sandbox.get(container.sandbox)
        if worker is not None and self.running and self.runtime.available and not worker.terminating:
            worker.observe(ended=not container.running)

    def next_relist(self) -> float:
        """When PLEG looks next."""
        period, now = self.timing.relist, self.simulation.now
        if not period:
            return now
        return now + period - (now - self._phase) % period

    def image_list(self) -> list[Object]:
        found = [{'names': [manifest.image_id, manifest.name], 'sizeBytes': manifest.size}
                 for manifest in self.runtime.images.list()]
        return sorted(found, key=lambda entry: -entry['sizeBytes'])[:50]

    def restart_crashed(self, program: str) -> None:
        """Start what ran a program and has ended, without waiting for the rest of its back-off."""
        for worker in list(self.workers.values()):
            for history in worker.histories.values():
                if history and history[0].state == EXITED and history[0].program == program:
                    worker.forget_backoff(history[0].config.name)
                    worker.wake()

    # -- telling ------------------------------------------------------------------------------------------------

    def stamp(self, moment: float) -> str:
        """A moment as metav1.Time."""
        second = int(self._epoch + moment)
        if self._stamps[0] != second:
            self._stamps = (second, f'{datetime.fromtimestamp(second, UTC).isoformat()[:19]}Z')
        return self._stamps[1]

    def current_node(self) -> Object | None:
        return self.informers.of('nodes').get('', self.name) or self.node

    def node_event(self, kind: str, reason: str, message: str) -> None:
        """An event about the node itself; its UID is the node's name, as kubelets have it."""
        node = {'apiVersion': 'v1', 'kind': 'Node', 'metadata': {'name': self.name, 'uid': self.name}}
        self._node_recorder.event(node, kind, reason, message)
