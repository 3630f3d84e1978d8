"""The nodes of a cluster: machines on one network, each with a runtime and a kubelet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial

from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import parse as parse_quantity
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.client.link import Answering, Link
from tutor.client.rest_config import RestConfig
from tutor.client.transport import AUTHENTICATED, MASTERS, Transport, User
from tutor.cluster import dialing
from tutor.cluster.addons import CONTROL_PLANE, LOAD_BALANCER, control_plane_of, manifests, system_images
from tutor.cluster.addons.catalog import CATALOG, Surroundings
from tutor.cluster.apiport import ApiPort
from tutor.cluster.apiserver.nodes import REFUSED
from tutor.cluster.apiserver.server import ApiServer
from tutor.cluster.components import Proxy
from tutor.cluster.config import ClusterConfig, NodeConfig
from tutor.cluster.containers import logfiles
from tutor.cluster.containers.catalog import all_images
from tutor.cluster.containers.daemon import ContainerdProgram, ContainerProcesses
from tutor.cluster.containers.idle import HollowRuntime
from tutor.cluster.containers.images.defined import DefinedImage
from tutor.cluster.containers.nodeimages import NodeImages
from tutor.cluster.containers.programs.component import COMPONENTS, KILLED, Component
from tutor.cluster.containers.programs.handed import HANDED
from tutor.cluster.containers.references import parse
from tutor.cluster.containers.registry import ImageRegistry
from tutor.cluster.containers.runtime import Runtime
from tutor.cluster.docker.daemon import DockerdProgram
from tutor.cluster.docker.engine import Engine
from tutor.cluster.endpoint import Endpoint
from tutor.cluster.heartbeats import Heartbeats
from tutor.cluster.kubelet.daemon import KubeletProgram
from tutor.cluster.kubelet.direction import Direction
from tutor.cluster.kubelet.fleet import Fleet
from tutor.cluster.kubelet.kubelet import CLUSTER_DNS, Kubelet, NodeSettings
from tutor.cluster.kubelet.server import KubeletApi
from tutor.cluster.machine.disk import Facts, base, furnish, write_plugin_configuration
from tutor.cluster.machine.machine import Machine
from tutor.cluster.network.addresses import pod_cidr
from tutor.cluster.network.coredns import CoreDns
from tutor.cluster.network.dns import ClusterDns, DnsAnswer, Question
from tutor.cluster.network.fabric import Fabric
from tutor.cluster.network.host import HostNetwork
from tutor.cluster.network.links import DROPPED
from tutor.cluster.network.outgoing import OutgoingRequests
from tutor.cluster.network.pods import PodNetwork
from tutor.cluster.network.policy import NetworkPolicies
from tutor.cluster.network.proxy import ServiceProxy
from tutor.cluster.network.proxy_servers import ProxyServers
from tutor.cluster.network.stack import Stack
from tutor.cluster.pki import Keys
from tutor.cluster.simulation import Simulation
from tutor.shell import sshd
from tutor.shell.process import Main
from tutor.shell.programs.catalog import programs
from tutor.shell.vfs import FileSystem

FIRST_ADDRESS = 2
AGENT = 'kubelet'


TOOLS = ('kubectl', 'kubeadm')
"""Programs that a machine has from packages, and whose code comes from above (`Nodes.equip`)."""


@lru_cache(maxsize=1)
def _base() -> FileSystem:
    return base((*programs(), *TOOLS))


class Nodes:
    """All machines of a cluster. `connect` is how programs in containers reach the API server."""

    def __init__(self, simulation: Simulation, fabric: Fabric, api: ApiServer, endpoint: Endpoint,
                 config: ClusterConfig, connect: Callable[[RestConfig, str], Transport],
                 components: dict[str, Component], keys: Keys, heartbeats: Heartbeats) -> None:
        self.simulation = simulation
        self.config = config
        self._neighbours = tuple((node.name, address_of(place)) for place, node in enumerate(config.nodes))
        self.keys = keys
        self.fabric = fabric
        self._api = api
        self._heartbeats = heartbeats
        self._endpoint = endpoint
        self._connect = connect
        self.fabric.links.latency /= config.speed.network
        self.registry = ImageRegistry(all_images(), programs(), config.images, config.userland)
        for name, image in config.define.items():
            self.registry.add(DefinedImage(name, image))
        informers = Informers(simulation, self._client('system:node-fleet'))
        self.proxy = ServiceProxy(simulation, self.fabric, informers)
        self.dns = ClusterDns(informers)
        self.policies = NetworkPolicies(self.fabric, informers)
        self.fleet = Fleet(simulation, informers)
        self.machines: dict[str, Machine] = {}
        self._networks: dict[str, PodNetwork] = {}
        informers.of('nodes').on_change(self._node_changed)
        self.outgoing = OutgoingRequests(informers, lambda: self.fabric.node(self.config.control_plane), self._read)
        self._informers = informers
        self._connected: dict[str, bool] = {}
        endpoint.on_change.append(self._connections_changed)
        api.nodes.trouble = self._trouble
        components = dict(components)
        around = Surroundings(simulation, informers, self._client, self._disk, config.speed.disks,
                              LOAD_BALANCER in config.addons)
        for addon in config.addons:
            if addon in CATALOG:
                components.update({name: build(around) for name, build in CATALOG[addon].programs.items()})
        self.killed: set[str] = set()
        """Components of which no process lives: whatever starts one, it is killed at once (a fault). 'etcd', or
        'etcd@node' for one machine alone."""
        self._handed: dict[str, Main] = {}
        self._extras = {HANDED: self._handed, COMPONENTS: {
            **components, 'kube-proxy': Proxy(self.proxy, ProxyServers(simulation, self.proxy, informers)),
            'coredns': CoreDns(simulation, informers, self.dns)}}

    def start(self) -> None:
        """Start every kubelet of the cluster file."""
        self._informers.start()
        if 'dns' in self.config.host:
            self._serve_dns()
        for number, node in enumerate(self.config.nodes):
            self._add(node, number)

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        """The network plug-in of a node uses the range that the node was given."""
        node = new or {'metadata': {'name': ''}}
        name, cidr = node['metadata']['name'], (node.get('spec') or {}).get('podCIDR', '')
        network = self._networks.get(name)
        if cidr and network is not None and network.cidr != cidr:
            network.use(cidr)
            write_plugin_configuration(self.machines[name].files, cidr)

    def _connections_changed(self) -> None:
        """Whoever has found the way to the API server again learns what it has missed."""
        for name, kubelet in self.fleet.kubelets.items():
            before, now = self._connected.get(name, True), kubelet.connected
            if before != now:
                self._connected[name] = now
                self.proxy.connect(name, now)
                if now:
                    self.fleet.resume(kubelet)

    def _read(self, path: str) -> str:
        """A file of the first machine of the control plane, '' for none."""
        machine = self.control_plane
        return machine.read(path) if machine is not None else ''

    def _trouble(self, name: str) -> str:
        """What the API server's connection to a node's kubelet fails with."""
        lost = self.fabric.links.between(self._endpoint.machine, name)
        if lost:
            return 'i/o timeout' if lost == DROPPED else 'connect: no route to host'
        kubelet = self.fleet.kubelets.get(name)
        return '' if kubelet is not None and kubelet.running else REFUSED

    # -- power and processes ------------------------------------------------------------------------------------

    def _power(self, name: str, on: bool) -> None:
        """A machine was switched on or off. What ran on it has ended without a word: when it boots again, its kubelet
        finds its pods without their sandboxes, and makes them anew."""
        kubelet = self.fleet.kubelets[name]
        if on:
            kubelet.runtime.power_on()
            self.fabric.links.switch(name, on=True)
            if 'proxy' in self.config.host:
                self.proxy.start(name)
        else:
            kubelet.stop()
            kubelet.reporter.rebooted()
            kubelet.runtime.power_off()
            self.proxy.stop(name)
            self.proxy.flush(name)
            self.fabric.links.switch(name, on=False)

    def kill(self, component: str, node: str = '') -> int:
        """End all processes of a component, with SIGKILL, on all machines or one; how many there were."""
        found = [(kubelet, container) for kubelet in self.fleet.kubelets.values() if node in ('', kubelet.name)
                 for container in kubelet.runtime.containers.values()
                 if container.running and container.program == component]
        for kubelet, container in found:
            kubelet.runtime.kill(container)
        return len(found)

    def restart_crashed(self, component: str) -> None:
        """Start what a component's pods have, without the rest of its back-off."""
        for kubelet in self.fleet.kubelets.values():
            kubelet.restart_crashed(component)

    def _disk(self, node: str) -> FileSystem | None:
        kubelet = self.fleet.kubelets.get(node)
        return kubelet.machine.files if kubelet is not None else None

    @property
    def control_plane(self) -> Machine | None:
        """The machine where the control plane is, if the cluster has one on a machine."""
        return next((self.machines[node.name] for node in self.config.nodes if CONTROL_PLANE in node.roles), None)

    def place(self, name: str) -> tuple[Stack | None, FileSystem | None]:
        """A machine's network stack and its files; nothing where there is no such machine."""
        machine = self.machines.get(name)
        return (self.fabric.node(name), machine.files) if machine is not None else (None, None)

    def find_api_server(self, server: str, machine: str) -> None:
        """Whether an API server listens where a URL leads from a machine. Raises OSError."""
        found = dialing.reach(server, *self.place(machine))
        if not isinstance(found.serve, ApiPort):
            raise dialing.distrust(found)

    def first_network(self, files: FileSystem) -> HostNetwork | None:
        """The network of the first machine, as seen with other files; None without nodes."""
        found = self.config.control_plane
        return HostNetwork(self.fabric.node(found), lambda: files) if found else None

    def equip(self, tools: Mapping[str, Main]) -> None:
        """Give every machine, and every container, the code of programs whose files it has."""
        self._handed.update(tools)
        for machine in self.machines.values():
            machine.programs.update(tools)

    def _client(self, user: str) -> Client:
        link = self._endpoint.link(self._api, self._endpoint.machine)
        return Client(Answering(link), User(user, (MASTERS, AUTHENTICATED)), AGENT)

    def _add(self, node: NodeConfig, number: int) -> None:
        config, simulation = self.config, self.simulation
        stack = self.fabric.add_node(node.name, [address_of(number)])
        machine = self.machines[node.name] = Machine(
            simulation, node.name, self._opener(stack), _base, partial(furnish, facts=self._facts(node, number)),
            programs())
        idle = config.containers == 'idle'
        images = NodeImages(simulation, self.registry, config.pulled, config.speed.images)
        for image in system_images(config.version) if config.addons else ():
            images.load(parse(image))
        for addon in config.addons:
            for image in CATALOG[addon].images if addon in CATALOG else ():
                images.load(parse(image))
        runtime = HollowRuntime(simulation) if idle else Runtime(
            simulation, images, config.runtime.partition(':')[0], float(parse_quantity(node.capacity['cpu']).value),
            machine.disk)
        settings = NodeSettings(
            node.name, address_of(number), _labels(node), [dict(taint) for taint in node.taints], dict(node.capacity),
            node.allocatable, config.version, 'fakeRuntime://0.1.0' if idle else config.runtime, idle)
        user = User(f'system:node:{node.name}', ('system:nodes', AUTHENTICATED))
        link = self._endpoint.link(self._api, node.name, user.name)
        direction = Direction(lambda server: self.find_api_server(server, node.name))
        link = Link(link, direction.check)
        client = Client(link, user, AGENT, f'kubelet/{config.version} (linux/amd64)')
        renewer = User(user.name, (MASTERS, *user.groups))  # what was accepted then is not refused now
        heartbeat = self._heartbeats.add(
            node.name, Client(self._api, renewer, AGENT, client.agent), lambda: link.works)
        network = self._networks[node.name] = PodNetwork(self.fabric, node.name, pod_cidr(number))
        kubelet = Kubelet(simulation, client, self._informers, settings, machine, runtime, network,
                          {**self._extras, 'connect': lambda rest: self._connect(rest, node.name),
                           KILLED: lambda name: not self.killed.isdisjoint((name, f'{name}@{node.name}'))},
                          heartbeat)
        kubelet.direction = direction
        kubelet.reaches = lambda: link.works
        if 'proxy' in config.host:
            self.proxy.start(node.name)
        self._api.nodes.add(node.name, KubeletApi(kubelet))
        self.fleet.add(kubelet)
        machine.programs.update({'kubelet': KubeletProgram(kubelet, self.fleet),
                                 'containerd': ContainerdProgram(runtime), 'sshd': sshd.main})
        machine.programs['dockerd'] = DockerdProgram(lambda: Engine(simulation, self.fabric, self.registry, machine))
        machine.processors = max(int(parse_quantity(node.capacity['cpu']).value), 1)
        runtime.on_kill = machine.kernel_log.killed
        machine.show(ContainerProcesses(runtime, machine))
        logfiles.mount(machine.files, runtime)
        machine.boot()
        machine.measure = kubelet.eviction.machine.measure
        machine.on_power = partial(self._power, node.name)

    def _facts(self, node: NodeConfig, number: int) -> Facts:
        leads = CONTROL_PLANE in node.roles
        pods = self._control_plane_pods(node, number) if leads and CONTROL_PLANE in self.config.addons else ()
        return Facts(node.name, address_of(number), pod_cidr(number), self._neighbours, self.config.version, self.keys,
                     leads, pods, node.joined)

    def _control_plane_pods(self, node: NodeConfig, number: int) -> tuple[Object, ...]:
        """The static pods of one machine of the control plane; with several, etcd's is told of all members."""
        leading = {each.name: address_of(place) for place, each in enumerate(self.config.nodes)
                   if CONTROL_PLANE in each.roles and each.joined}
        if len(leading) < 2:
            return tuple(manifests(CONTROL_PLANE, self.config.version))
        return tuple(control_plane_of(node.name, address_of(number), leading, self.config.version))

    def _serve_dns(self) -> None:
        """Cluster DNS that needs no pods (cluster file: `host: [dns]`)."""
        async def answer(question: Question, client: str) -> DnsAnswer:
            return self.dns.answer(question)

        self.fabric.add(Stack(self.fabric, '', [CLUSTER_DNS], 'dns')).listen_udp(53, answer)

    def _opener(self, stack: Stack) -> Callable[[Callable[[], FileSystem]], HostNetwork]:
        return lambda files: HostNetwork(stack, files)


def address_of(number: int) -> str:
    """Each machine is in a network of its own: 172.30.1.2, 172.30.2.2, …"""
    return f'172.30.{(number + 1) % 256}.{FIRST_ADDRESS + (number + 1) // 256}'


def _labels(node: NodeConfig) -> dict[str, str]:
    roles = {f'node-role.kubernetes.io/{role}': '' for role in node.roles}
    return {**node.labels, **roles}
