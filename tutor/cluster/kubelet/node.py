"""The Node object: registration, capacity, conditions, heartbeats (kubelet_node_status.go, nodelease)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING
from zlib import crc32

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.pod_resources import is_extended
from tutor.apimachinery.quantity import canonical, parse
from tutor.apimachinery.quantity import value as quantity_value
from tutor.client.transport import MERGE_PATCH
from tutor.cluster.kubelet import csi, lease
from tutor.cluster.kubelet.eviction.thresholds import HARD, Threshold
from tutor.cluster.kubelet.startup import Registration
from tutor.cluster.machine.kernel_files import machine_id, system_uuid
from tutor.cluster.machine.kubeadm_files import SERVER
from tutor.cluster.simulation import Timer

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet

STATUS_EVERY = 300.0
RETRY = 1.0
KERNEL = '6.8.0-79-generic'
OS_IMAGE = 'Ubuntu 24.04.3 LTS'
DEFAULTS = {'ephemeral-storage': '61255492Ki', 'hugepages-1Gi': '0', 'hugepages-2Mi': '0'}

RESERVED = ('memory.available', 'nodefs.available')
"""Signals whose hard thresholds are kept from pods (hardEvictionReservation)."""

DECLARED_FEATURES = ('GuaranteedQoSPodCPUResize', 'InPlacePodLevelResourcesVerticalScaling')
"""What nodes of this release can do that others may not (component-helpers/nodedeclaredfeatures)."""

CONDITIONS = (
    ('MemoryPressure', 'False', 'KubeletHasSufficientMemory', 'kubelet has sufficient memory available'),
    ('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    ('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    ('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
)
EVENTS = {
    ('MemoryPressure', 'False'): 'NodeHasSufficientMemory', ('MemoryPressure', 'True'): 'NodeHasInsufficientMemory',
    ('DiskPressure', 'False'): 'NodeHasNoDiskPressure', ('DiskPressure', 'True'): 'NodeHasDiskPressure',
    ('PIDPressure', 'False'): 'NodeHasSufficientPID', ('PIDPressure', 'True'): 'NodeHasInsufficientPID',
    ('Ready', 'True'): 'NodeReady', ('Ready', 'False'): 'NodeNotReady',
}


class NodeReporter:
    """Registers one node and keeps it alive."""

    def __init__(self, kubelet: Kubelet, labels: dict[str, str], taints: list[Object], capacity: dict[str, str],
                 allocatable: dict[str, str] | None, version: str, runtime: str) -> None:
        self._kubelet = kubelet
        self._labels = labels
        self._taints = taints
        self._machine = {name: canonical(amount) for name, amount in {**DEFAULTS, **capacity}.items()}
        if kubelet.idle:
            self._machine = {**self._machine, 'ephemeral-storage': '0'}
            for name in ('hugepages-1Gi', 'hugepages-2Mi'):
                del self._machine[name]
        self._given = allocatable or {}
        """What the cluster file says of it, whatever the kubelet counts."""
        self.capacity = self.allocatable = self._machine
        self.configure(Registration(), HARD)
        self.version = version
        self._runtime = runtime
        self.pressure: dict[str, tuple[str, str, str]] = {}
        """Conditions that are not as usual: status, reason and message by type."""
        self.problems = {'runtime': '', 'network': ''}
        """Why the node is not ready, as far as that is so."""
        self._conditions: list[Object] = []
        self._stopped = False
        self._boots = 0
        self._checked: Object | None = None
        """The Node as it was last compared with what is so here."""
        self._timers: dict[str, Timer] = {}

    def configure(self, registration: Registration, thresholds: Iterable[Threshold]) -> None:
        """Take over what a new process has read: what there is of each resource (nodestatus.MachineInfo),
        and what of it pods may have (GetNodeAllocatableReservation)."""
        self._registration = registration
        pods = {} if registration.max_pods is None else {'pods': str(registration.max_pods)}
        self.capacity = {**self._machine, **pods}
        kept = list(registration.reserved)
        if not self._kubelet.idle:
            machine = {name: quantity_value(amount) for name, amount in self.capacity.items()}
            kept.append({threshold.resource: str(threshold.share_of(machine[threshold.resource]))
                         for threshold in thresholds if threshold.signal in RESERVED})
        self.allocatable = {**{name: _without(amount, [amounts[name] for amounts in kept if name in amounts])
                               for name, amount in self.capacity.items()}, **self._given}

    def start(self) -> None:
        """Register, and renew the lease and the status from now on."""
        self._stopped, self._kubelet.heartbeat.lease = False, None
        self.register()
        self._renew()
        self._later('report', STATUS_EVERY, self._report_again)

    def _later(self, what: str, seconds: float, callback: Callable[[], None]) -> None:
        """Do something again after a while, for as long as the kubelet runs."""
        self._timers[what] = self._kubelet.simulation.call_later(seconds, callback)

    def stop(self) -> None:
        self._stopped = True
        self._kubelet.heartbeat.end()
        for timer in self._timers.values():
            timer.cancel()

    def rebooted(self) -> None:
        """The machine has lost its power: the next boot has another id."""
        self._boots += 1

    def boot_id(self) -> str:
        unique = f'{crc32(self._kubelet.name.encode()):08x}'
        return f'{unique}-9f0f-4f3b-8a5{2 + self._boots % 8}-{unique}0a1b'

    # -- the node -----------------------------------------------------------------------------------------------

    def register(self) -> None:
        """tryRegisterWithAPIServer; a node that is there already gets a new status."""
        kubelet = self._kubelet
        try:
            if self._registration.register and kubelet.client.find('nodes', kubelet.name) is None:
                kubelet.node = kubelet.client.create('nodes', self._node())
                self._announce(())
                if not kubelet.idle:
                    csi.initialize(kubelet, kubelet.node)
                return
        except (StatusError, OSError):
            self._later('register', RETRY, self.register)
            return
        self._announce_boot()
        self.report()

    def _announce_boot(self) -> None:
        """recordEventForRebootedNode (setters.go: NodeInfo's boot id differs from the one that is known)."""
        kubelet = self._kubelet
        known = ((kubelet.current_node() or {}).get('status') or {}).get('nodeInfo') or {}
        if known.get('bootID') not in (None, self.boot_id()):
            kubelet.node_event('Warning', 'Rebooted',
                               f'Node {kubelet.name} has been rebooted, boot id: {self.boot_id()}')

    def _node(self) -> Object:
        kubelet = self._kubelet
        hardware = {'beta.kubernetes.io/arch': 'amd64', 'beta.kubernetes.io/os': 'linux', 'kubernetes.io/arch': 'amd64',
                    'kubernetes.io/hostname': kubelet.name, 'kubernetes.io/os': 'linux'}
        annotations = {'node.alpha.kubernetes.io/ttl': '0',
                       'volumes.kubernetes.io/controller-managed-attach-detach': 'true'}
        spec: Object = {}
        taints = [*self._taints, *(taint for taint in self._registration.taints if taint not in self._taints)]
        if taints:
            spec['taints'] = taints
        return {'apiVersion': 'v1', 'kind': 'Node',
                'metadata': {'name': kubelet.name, 'labels': {**hardware, **self._labels, **self._registration.labels},
                             'annotations': annotations},
                'spec': spec, 'status': self.status()}

    def status(self) -> Object:
        """The whole status as it is now."""
        kubelet = self._kubelet
        now = kubelet.simulation.timestamp()
        before = {entry['type']: entry for entry in self._conditions}
        self._conditions = [self._condition(usual, before.get(usual[0]), now) for usual in CONDITIONS]
        return {
            'addresses': [{'address': kubelet.address, 'type': 'InternalIP'},
                          {'address': kubelet.name, 'type': 'Hostname'}],
            **self._resources(), 'conditions': self._conditions,
            'daemonEndpoints': {'kubeletEndpoint': {'Port': 10250}}, 'declaredFeatures': list(DECLARED_FEATURES),
            'features': {'supplementalGroupsPolicy': True}, 'images': kubelet.image_list(),
            'nodeInfo': self._info(), 'runtimeHandlers': _handlers(), **self._volumes(),
        }

    def _volumes(self) -> Object:
        """nodestatus.VolumesInUse: nobody may take these from the node."""
        found = sorted({name for worker in self._kubelet.workers.values() for name in worker.volumes_in_use()})
        return {'volumesInUse': found} if found else {}

    def volumes_changed(self) -> None:
        """The next look at the node compares what it says of its volumes."""
        self._checked = None
        if self._kubelet.heartbeat.resting:
            self._kubelet.heartbeat.wake()

    def _resources(self) -> dict[str, dict[str, str]]:
        """What there is, and what of it pods may have: also of extended resources that somebody has written into the
        node's capacity (nodestatus.MachineInfo)."""
        known = ((self._kubelet.current_node() or {}).get('status') or {}).get('capacity') or {}
        others = {name: amount for name, amount in known.items() if name not in self.capacity and is_extended(name)}
        return {'allocatable': {**others, **self.allocatable}, 'capacity': {**others, **self.capacity}}

    def tell(self, what: str, problem: str) -> None:
        """Report a problem that keeps the node from being ready, or ('') that there is none any more."""
        if self.problems[what] != problem:
            self.problems[what] = problem
            if self._kubelet.running:
                self.report()

    def _ready(self) -> tuple[str, str, str]:
        """ReadyCondition: the errors as an aggregate."""
        found = [problem for problem in self.problems.values() if problem]
        text = found[0] if len(found) == 1 else f'[{", ".join(found)}]'
        return ('False', 'KubeletNotReady', text) if found else CONDITIONS[-1][1:]

    def _condition(self, usual: tuple[str, str, str, str], before: Object | None, now: str) -> Object:
        kind = usual[0]
        status, reason, message = self._ready() if kind == 'Ready' else self.pressure.get(kind, usual[1:])
        kept = before is not None and before['status'] == status
        return {'lastHeartbeatTime': now,
                'lastTransitionTime': before['lastTransitionTime'] if kept and before else now,
                'message': message, 'reason': reason, 'status': status, 'type': kind}

    def _info(self) -> Object:
        name = self._kubelet.name
        return {'architecture': 'amd64', 'bootID': self.boot_id(),
                'containerRuntimeVersion': self._runtime, 'kernelVersion': KERNEL, 'kubeProxyVersion': '',
                'kubeletVersion': self.version, 'machineID': machine_id(name), 'operatingSystem': 'linux',
                'osImage': OS_IMAGE, 'swap': {}, 'systemUUID': system_uuid(name)}

    def report(self) -> None:
        """Write what has changed of the status (nodeutil.PatchNodeStatus); others' conditions stay."""
        kubelet = self._kubelet
        if not kubelet.connected:
            return
        known = (kubelet.current_node() or {}).get('status') or {}
        status = self.status()
        own = {entry['type'] for entry in self._conditions}
        before = tuple(entry for entry in known.get('conditions') or () if entry['type'] in own)
        foreign = [entry for entry in known.get('conditions') or () if entry['type'] not in own]
        status['conditions'] = [*self._conditions, *foreign]
        gone = dict.fromkeys((known.get('allocatable') or {}).keys() - status['allocatable'].keys())
        changed: Object = {name: value for name, value in status.items() if known.get(name) != value}
        if 'volumesInUse' in known and 'volumesInUse' not in status:
            changed['volumesInUse'] = None
        if gone:
            changed['allocatable'] = {**status['allocatable'], **gone}
        try:
            kubelet.client.patch('nodes', kubelet.name, {'status': changed}, '', 'status', MERGE_PATCH)
        except (StatusError, OSError):
            return  # also when somebody removed the node: only a kubelet that starts registers one
        self._announce(before)

    def _announce(self, before: tuple[Object, ...]) -> None:
        """Events for conditions that changed."""
        known = {entry['type']: entry['status'] for entry in before}
        for entry in self._conditions:
            if known.get(entry['type']) == entry['status']:
                continue
            reason = EVENTS[entry['type'], entry['status']]
            kubelet = self._kubelet
            kubelet.node_event('Normal', reason, f'Node {kubelet.name} status is now: {reason}')

    def _report_again(self) -> None:
        if self._stopped:
            return
        self.report()
        self._later('report', STATUS_EVERY, self._report_again)

    # -- the lease ----------------------------------------------------------------------------------------------

    def _renew(self) -> None:
        """nodelease: renewTime every ten seconds; the only thing that an idle node does."""
        if self._stopped:
            return
        kubelet = self._kubelet
        renewed = False
        if kubelet.connected:
            renewed = self._renew_lease()
            self._correct()
        else:
            self._complain()
        if not renewed or not kubelet.heartbeat.rest(self._resume):
            self._later('renew', lease.EVERY, self._renew)

    def _renew_lease(self) -> bool:
        heartbeat = self._kubelet.heartbeat
        try:
            lease.renew(self._kubelet)
        except StatusError:
            heartbeat.lease = None
        except OSError:
            pass
        else:
            return True
        return False

    def _resume(self) -> None:
        self._later('renew', self._kubelet.heartbeat.until_next(), self._renew)

    def _complain(self) -> None:
        """What a kubelet says of an API server that it does not reach."""
        kubelet = self._kubelet
        server = kubelet.direction.server or SERVER
        problem = kubelet.direction.problem() or f'dial tcp {server.partition("://")[2]}: connect: connection refused'
        kubelet.log.error('controller.go:145', 'Failed to ensure lease exists, will retry',
                          f'Get "{server}/apis/coordination.k8s.io/v1/namespaces/{lease.NAMESPACE}/leases/'
                          f'{kubelet.name}?timeout=10s": {problem}', interval='7s')

    def _correct(self) -> None:
        """syncNodeStatus: what the API server says of the node differs from what is so here (the node lifecycle
        controller gave it up, say)."""
        node = self._kubelet.current_node()
        if node is None or node is self._checked:
            return
        self._checked = node
        if self._differs(node):
            self.report()

    def _differs(self, node: Object) -> bool:
        said = node.get('status') or {}
        conditions = {entry['type']: entry['status'] for entry in said.get('conditions') or ()}
        if said.get('volumesInUse') != self._volumes().get('volumesInUse'):
            return True
        return any(said.get(name) != amounts for name, amounts in self._resources().items()) or any(
            conditions.get(entry['type']) != entry['status'] for entry in self._conditions)

    def node_changed(self, node: Object) -> None:
        """Somebody has written the Node: a kubelet that rests sees at its next renewal what to say of that."""
        if self._kubelet.heartbeat.resting:
            if self._differs(node):
                self._kubelet.heartbeat.wake()
            else:
                self._checked = node


def _handlers() -> list[Object]:
    return [{'features': {'recursiveReadOnlyMounts': True, 'userNamespaces': True}, 'name': ''},
            {'features': {'recursiveReadOnlyMounts': True, 'userNamespaces': True}, 'name': 'runc'}]


def _without(amount: str, kept: list[str]) -> str:
    """A quantity less others, at least nothing."""
    if not kept:
        return amount
    left = parse(amount)
    for each in kept:
        left = left - parse(str(each))
    return str(left if left.sign > 0 else parse('0'))
