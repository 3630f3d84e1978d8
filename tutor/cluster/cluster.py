"""One simulated cluster: its parts, wired together from a cluster file, and the clock that pumps them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache, partial

from tutor.apimachinery import errors
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, is_true
from tutor.client.client import Client
from tutor.client.events import EventRecorder
from tutor.client.link import Link
from tutor.client.rest_config import RestConfig
from tutor.client.transport import (
    ADMIN,
    AUTHENTICATED,
    ByteStream,
    ExecSession,
    Request,
    Response,
    Transport,
    User,
    WatchStream,
)
from tutor.cluster import access, apiport, apiserver_flags, auditing, bootstrap, encryption, pki
from tutor.cluster.addons import CONTROL_PLANE, LOAD_BALANCER, OF_KUBEADM, create_all, install, kubeadm
from tutor.cluster.apiserver.admission import configuration, enabling
from tutor.cluster.apiserver.audit.policy import BadPolicy
from tutor.cluster.apiserver.controlplane import ControlPlane
from tutor.cluster.apiserver.server import ApiServer
from tutor.cluster.components import Elected, Serving, flags_of
from tutor.cluster.config import DEFAULT, ClusterConfig
from tutor.cluster.containers.programs.controlplane import refused
from tutor.cluster.containers.programs.starting import RELEASE, CannotStart
from tutor.cluster.controller_managers import ControllerManagerProcesses
from tutor.cluster.controllers import controller_manager
from tutor.cluster.controllers.controller_manager import ControllerManager
from tutor.cluster.controllers.settings import Settings
from tutor.cluster.election import Election, Switch
from tutor.cluster.endpoint import Endpoint
from tutor.cluster.etcd.leases import Leases
from tutor.cluster.etcd.member import EtcdMember
from tutor.cluster.etcd.processes import EtcdProcesses
from tutor.cluster.etcd.raft.group import RaftGroup
from tutor.cluster.etcd.service import delete
from tutor.cluster.event_leases import EventLeases
from tutor.cluster.heartbeats import Heartbeats
from tutor.cluster.machine.kubeadm_files import SERVER, embedded, kubeconfig
from tutor.cluster.network.fabric import Fabric
from tutor.cluster.nodes import Nodes, address_of
from tutor.cluster.pki import SIMULATED, Keys
from tutor.cluster.registry.core.componentstatus import ComponentStatusStore, unhealthy
from tutor.cluster.registry.strategy import Context
from tutor.cluster.renewals import Renewals
from tutor.cluster.scheduler import scheduler
from tutor.cluster.scheduler.scheduler import Scheduler
from tutor.cluster.schedulers import SchedulerProcesses
from tutor.cluster.simulation import Simulation
from tutor.cluster.simulation.simulation import EPOCH
from tutor.cluster.storage import Store
from tutor.shell.process import IO
from tutor.shell.process import Context as ProcessContext

HOSTNAME, ADDRESS = 'controlplane', ('172.30.1.2', 6443)
"""Where the API server of a cluster runs and listens, as SERVER says too."""
NAME = 'kubernetes'
READY_WITHIN = 60.0
LOOK_EVERY = 0.5


def version(git_version: str) -> dict[str, str]:
    """What /version answers."""
    major, minor, _ = git_version.lstrip('v').split('.', 2)
    return {
        'major': major, 'minor': minor, 'emulationMajor': major, 'emulationMinor': minor,
        'minCompatibilityMajor': major, 'minCompatibilityMinor': str(int(minor) - 1), 'gitVersion': git_version,
        'gitCommit': '8e16b12fda5b1dccc41a6de48b3e356cc7d5048b', 'gitTreeState': 'clean',
        'buildDate': '2026-05-12T10:00:00Z', 'goVersion': 'go1.26.10', 'compiler': 'gc', 'platform': 'linux/amd64'}


class Cluster:
    """A cluster from its first moment on. `boot` brings it up; after that, `simulation` is to be pumped."""

    def __init__(self, config: ClusterConfig = DEFAULT, seed: int = 0, epoch: datetime = EPOCH,
                 keys: Keys = SIMULATED) -> None:
        self.config = config
        self.keys = keys
        self.simulation = Simulation(seed, epoch)
        self.store = Store()
        self._health = self.simulation.condition()
        self.store.on_trouble = self._health_changed
        self.api = ApiServer(self.simulation, self.store, version(config.version), keys=keys)
        self.admin = Client(self.api, ADMIN)
        authority = keys.authority()
        fabric = Fabric(self.simulation)
        self.endpoint = Endpoint(
            self.simulation, self.api, fabric.links, SERVER.partition('://')[2], config.control_plane)
        self._serving = Serving(self.endpoint, self._listen)
        self.control_plane = ControlPlane(
            self.api, HOSTNAME, lambda: self._serving.addresses() or ADDRESS[:1], ADDRESS[1],
            lambda: self.endpoint.listening)
        self._serving.changed = self.control_plane.peers_changed
        local = self.endpoint.link(self.api, config.control_plane)
        self._renewals = self.api.renewals = Renewals(self.simulation, self.store)
        self._renewals.add(self.control_plane)
        self._heartbeats = Heartbeats(self.api, self._renewals)
        self.controllers = ControllerManager(self.simulation, local, Settings(
            authority.certificate, authority.key, keys.tokens, self._heartbeats))
        self.scheduler = Scheduler(self.simulation, local)
        leaders = [node for node in config.nodes if CONTROL_PLANE in node.roles]
        self.initialised = not leaders or any(node.joined for node in leaders)
        """Whether there is a control plane, or `kubeadm init` is still to make one."""
        self._elections: list[Election] = []
        self.endpoint.on_change.append(self._unsettle)
        leases = Leases(self.simulation, self.store, partial(delete, self.store))
        self._event_leases = EventLeases(self.simulation, self.store, self.api.stores.of('', 'events').prefix, leases,
                                         self.api.ledger.forget)
        self.etcd = EtcdMember(self.store, self._store_restored, not self.initialised, self._raft_group(fabric),
                               lambda: RaftGroup(self.simulation, fabric.links, self.store), leases)
        self.nodes = Nodes(self.simulation, fabric, self.api, self.endpoint, config, self.connect, {
            'kube-scheduler': SchedulerProcesses(self.simulation, self.scheduler, Elected(
                self._election(local, scheduler.AGENT, 'default-scheduler', self.scheduler))),
            'kube-controller-manager': ControllerManagerProcesses(self.controllers, Elected(self._election(
                local, controller_manager.AGENT, controller_manager.AGENT, self.controllers))),
            'kube-apiserver': self._serving,
            'etcd': EtcdProcesses(self.simulation, fabric, self.etcd)}, keys, self._heartbeats)
        if config.nodes:
            self.api.services = self.nodes.outgoing
        components = self.api.stores.of('', 'componentstatuses')
        assert isinstance(components, ComponentStatusStore)
        components.checks = {
            'scheduler': lambda: '' if self.scheduler.running else unhealthy(10259),
            'controller-manager': lambda: '' if self.controllers.running else unhealthy(10257),
            'etcd-0': lambda: ''}
        self.administrators = pki.CLUSTER_ADMINS if config.nodes and (
            CONTROL_PLANE in config.addons or not self.initialised) else pki.MASTERS
        self.api.authenticator.certificates[self.administrator.certificate] = User(
            pki.ADMIN, (self.administrators, AUTHENTICATED))

    def _health_changed(self) -> None:
        """etcd answers no more, or again."""
        self._health.notify()
        self._unsettle()

    def _unsettle(self) -> None:
        """Somebody may have lost the way to the API server, or found it."""
        for election in self._elections:
            election.unsettle()
        self._heartbeats.reconsider()

    def _listen(self, ctx: ProcessContext, io: IO) -> tuple[Callable[[], None], bool]:
        """Open the API server's port on the machine that its process runs on: what closes it, and whether it is where
        the cluster's kubeconfigs lead. Read what the flags say of who may do what, of admission, auditing and etcd.
        Raises CannotStart."""
        flags = flags_of(ctx)
        try:
            current = encryption.load(flags, ctx, self._resource_of)
            enabled = enabling.chosen(flags)
            self.api.admission.enable(enabled)
            self.api.admission.configure(configuration.load(flags.get(configuration.FLAG, ''), ctx.files, enabled))
            access.load(flags, ctx, io, self.api)
            apiserver_flags.follow(flags, self.api, self._event_leases)
            self.api.audit = auditing.load(flags, ctx, io, self.api, self._address_of)
        except (encryption.BadConfiguration, configuration.BadConfiguration, enabling.UnknownPlugin,
                BadPolicy, access.BadAccess) as problem:
            raise refused(ctx, str(problem)) from None
        except apiserver_flags.BadFlag as problem:
            raise CannotStart(f'Error: {problem}\n') from None
        self.store.encrypt(current if encryption.FLAG in flags else None)
        if release := ctx.extras.get(RELEASE):
            self.api.version = version(release)
        host, _, usual = SERVER.rpartition(':')
        port = flags.get('secure-port') or usual
        return apiport.listen(ctx, f'{host}:{port}', self.connect, self._health), port == usual

    def _address_of(self, user: User) -> str:
        """From where somebody's requests come: a kubelet's from its node, all others from the control plane's."""
        name = user.name.removeprefix('system:node:')
        known = name in self.nodes.machines and name != user.name
        return self.nodes.fabric.node(name).address if known else ADDRESS[0]

    def _resource_of(self, key: str) -> tuple[str, str]:
        """The plural and group of what a key holds."""
        for store in self.api.stores.all():
            if key.startswith(store.prefix):
                return store.resource.plural, store.resource.group
        return '', ''

    def _election(self, transport: Transport, name: str, events_of: str, switch: Switch) -> Election:
        """Who of a component's processes works, and the API server that has it renewed for those who look."""
        client = Client(transport, User(f'system:{name}', (AUTHENTICATED,)), name)
        election = Election(self.simulation, client, name, EventRecorder(self.simulation, client, events_of), switch)
        self._renewals.add(election)
        self._elections.append(election)
        return election

    @property
    def raft(self) -> RaftGroup | None:
        """etcd's members, when there are several."""
        return self.etcd.raft

    def _raft_group(self, fabric: Fabric) -> RaftGroup | None:
        """etcd's members beside each other, where the cluster file has several machines for the control plane."""
        places = [place for place, node in enumerate(self.config.nodes) if CONTROL_PLANE in node.roles and node.joined]
        if len(places) < 2 or CONTROL_PLANE not in self.config.addons:
            return None
        raft = RaftGroup(self.simulation, fabric.links, self.store)
        for place in places:
            raft.add(self.config.nodes[place].name, address_of(place))
        return raft

    def client(self, user: str, groups: tuple[str, ...] = (), manager: str = '') -> Client:
        """A client of one of the cluster's own components."""
        return Client(self.api, User(user, (*groups, AUTHENTICATED)), manager)

    def _store_restored(self, empty: bool) -> None:
        """etcd has come back with other data: nobody can go on watching, and what every API server makes is missing
        when there is nothing."""
        for store in self.api.stores.all():
            store.broadcaster.close_all()
        if empty:
            self._make_first_objects()
        if not self.initialised:
            self.initialised = True
            self.control_plane.start()

    def _make_first_objects(self) -> None:
        bootstrap.create_all(self.api.stores, Context(self.simulation, self.api.stores, ADMIN))

    def boot(self) -> None:
        """Make the objects of a new control plane, start its components and wait until the nodes are ready. Where
        `kubeadm init` is still to be run, only switch the machines on."""
        if not self.initialised:
            self.endpoint.close()
            self.nodes.start()
            return
        self._make_first_objects()
        self.control_plane.start()
        if CONTROL_PLANE not in self.config.addons or not self.config.nodes:
            self.controllers.start()
            if self.config.nodes:
                self.scheduler.start()
        self.nodes.start()
        if CONTROL_PLANE in self.config.addons and self.config.nodes:
            create_all(kubeadm.objects(self.keys.authority(), self.config.version),
                       Client(self.api, ADMIN, 'kubeadm'))
        for addon in self.config.addons:
            if addon != CONTROL_PLANE:
                maker = 'kubeadm' if addon in OF_KUBEADM else 'kubectl-client-side-apply'
                install(addon, Client(self.api, ADMIN, maker), LOAD_BALANCER in self.config.addons,
                        self.config.version)
        self._wait_until_ready()
        if self.config.containers == 'idle':
            self._forget_start()

    def _forget_start(self) -> None:
        """A cluster of hollow nodes has run for longer than events are kept: those of its start are gone."""
        for event in self.api.stores.of('', 'events').list():
            self.admin.delete('events', event['metadata']['name'], event['metadata']['namespace'])

    def _wait_until_ready(self) -> None:
        """Let time pass until every node and every pod of the add-ons is ready, but not for ever."""
        deadline = self.simulation.now + READY_WITHIN
        while not self._ready() and self.simulation.now < deadline:
            self.simulation.advance(LOOK_EVERY)

    def _ready(self) -> bool:
        stores = self.api.stores
        nodes, pods = stores.of('', 'nodes').list(), stores.of('', 'pods').list()
        workloads = [*stores.of('apps', 'deployments').list(), *stores.of('apps', 'daemonsets').list()]
        expected = sum(node.joined for node in self.config.nodes)
        return len(nodes) == expected and all(is_true(obj, 'Ready') for obj in (*nodes, *pods)) and \
            all(_has_all(workload) for workload in workloads) and self._serves() and \
            stores.of('', 'serviceaccounts').find('default', 'default') is not None

    def _serves(self) -> bool:
        """Whether the API server's own process works, in clusters where it has one."""
        has_one = CONTROL_PLANE in self.config.addons and self.nodes.control_plane is not None
        return not has_one or self.config.containers == 'idle' or bool(self._serving.running)

    def connect(self, config: RestConfig, machine: str = '') -> Transport:
        """The API server for a kubeconfig's server and user, from a machine (the control plane's by default). Raises
        OSError for another address."""
        here, connection = machine or self.endpoint.machine, Connection(self.api, config)
        if config.server.rstrip('/') in addresses():
            return self.endpoint.dial(connection, here)
        check = partial(self.nodes.find_api_server, config.server, here)
        check()
        return Link(connection, check)

    @property
    def administrator(self) -> pki.KeyPair:
        """The certificate of the cluster's administrator."""
        return self.keys.administrator(self.administrators)

    def kubeconfig(self) -> str:
        """The kubeconfig of the administrator, as kubeadm writes admin.conf."""
        return kubeconfig(self.keys, pki.ADMIN, embedded(self.administrator), SERVER, NAME)


def _has_all(workload: Object) -> bool:
    """Whether a Deployment or DaemonSet has all its pods ready."""
    status = workload.get('status', {})
    wanted = workload['spec'].get('replicas') or status.get('desiredNumberScheduled', 0)
    return 0 < wanted == status.get('readyReplicas', status.get('numberReady', 0))


@lru_cache(maxsize=1)
def addresses() -> frozenset[str]:
    """All URLs under which the API server answers."""
    return frozenset({SERVER, 'https://controlplane:6443', 'https://kubernetes.default.svc', 'https://kubernetes',
                      'https://10.96.0.1:443', 'https://10.96.0.1', 'https://kubernetes.default.svc:443'})


class Connection:
    """A Transport to the API server as the user that a kubeconfig proves: requests carry that user."""

    def __init__(self, api: ApiServer, config: RestConfig) -> None:
        self._api = api
        self._config = config

    def send(self, request: Request) -> Response:
        try:
            return self._api.send(self._as_user(request))
        except StatusError as error:
            return Response(error.code, error.status)

    def watch(self, request: Request) -> WatchStream:
        return self._api.watch(self._as_user(request))

    def stream(self, request: Request) -> ByteStream:
        return self._api.stream(self._as_user(request))

    def connect(self, request: Request) -> ExecSession:
        return self._api.connect(self._as_user(request))

    def _as_user(self, request: Request) -> Request:
        config = self._config
        request.user = self._user(request.path)
        request.user_agent = request.user_agent or config.user_agent
        if config.impersonate:
            extra: dict[str, tuple[str, ...]] = {}
            for name, value in config.impersonate_extra:
                extra[name] = (*extra.get(name, ()), value)
            request.impersonate = User(config.impersonate, config.impersonate_groups, config.impersonate_uid, extra)
        return request

    def _user(self, path: str) -> User:
        """Who the credentials prove that ask a path; raises Unauthorized for those that prove nobody."""
        config, authenticator = self._config, self._api.authenticator
        if config.client_certificate_data:
            found = authenticator.certificate(config.client_certificate_data)
        elif config.token:
            found = authenticator.token(config.token)
        else:
            return authenticator.nobody(path)
        if found is None:
            raise errors.unauthorized('Unauthorized')
        return found
