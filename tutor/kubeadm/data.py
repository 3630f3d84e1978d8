"""What the phases of a control plane work with: the configuration, made of flags and a file, and what earlier phases
have left for later ones."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Network

from tutor.apimachinery.duration import parse_duration
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.client.client import Client
from tutor.cluster.addons import kubeadm as cluster_objects
from tutor.cluster.machine.kubeadm_files import SERVER
from tutor.kubeadm import configuration, schema
from tutor.kubeadm.configuration import CLUSTER, INIT, KUBELET, PROXY, set_field
from tutor.kubeadm.environment import ADMIN_CONF, RUNTIME_SOCKET, SUPER_ADMIN_CONF, Environment
from tutor.kubeadm.errors import KubeadmError, not_simulated

NODE_MASK = 24
"""What each node has of the pods' network."""
FIELDS = {
    'apiserver-cert-extra-sans': (CLUSTER, 'apiServer.certSANs'), 'cert-dir': (CLUSTER, 'certificatesDir'),
    'control-plane-endpoint': (CLUSTER, 'controlPlaneEndpoint'), 'image-repository': (CLUSTER, 'imageRepository'),
    'kubernetes-version': (CLUSTER, 'kubernetesVersion'), 'pod-network-cidr': (CLUSTER, 'networking.podSubnet'),
    'service-cidr': (CLUSTER, 'networking.serviceSubnet'), 'service-dns-domain': (CLUSTER, 'networking.dnsDomain'),
    'apiserver-advertise-address': (INIT, 'localAPIEndpoint.advertiseAddress'),
    'apiserver-bind-port': (INIT, 'localAPIEndpoint.bindPort'), 'certificate-key': (INIT, 'certificateKey'),
    'cri-socket': (INIT, 'nodeRegistration.criSocket'), 'node-name': (INIT, 'nodeRegistration.name'),
    'skip-phases': (INIT, 'skipPhases'),
}
"""Which field each flag sets."""


@dataclass(slots=True)
class InitData:
    """One run of init, or of a phase of it."""

    environment: Environment
    cluster: Object
    init: Object
    kubelet: Object = field(default_factory=dict)
    token: str = ''
    certificate_key: str = ''
    members: dict[str, str] = field(default_factory=dict)
    """etcd's members that there are already: names and peer URLs."""
    bootstrapped: bool = False
    """Whether the group of admin.conf has its role."""

    @property
    def name(self) -> str:
        return self.init['nodeRegistration']['name']

    @property
    def version(self) -> str:
        return self.cluster['kubernetesVersion']

    @property
    def local_server(self) -> str:
        """The API server of this machine."""
        return f'https://{self.init["localAPIEndpoint"]["advertiseAddress"]}:6443'

    @property
    def server(self) -> str:
        """What clients of the cluster are told (GetControlPlaneEndpoint)."""
        endpoint = self.cluster.get('controlPlaneEndpoint', '')
        return f'https://{endpoint if ":" in endpoint else f"{endpoint}:6443"}' if endpoint else self.local_server

    @property
    def cluster_name(self) -> str:
        return self.cluster['clusterName']

    @property
    def skipped(self) -> tuple[str, ...]:
        return tuple(self.init.get('skipPhases') or ())

    def client(self) -> Client:
        """The client of admin.conf, whose group is let do everything at first. Raises KubeadmError."""
        client = self.environment.admin()
        if not self.bootstrapped and (self.environment.flags.get('kubeconfig') or ADMIN_CONF) == ADMIN_CONF:
            _bind_administrators(client, self.environment)
            self.bootstrapped = True
        return client

    def timeout(self, name: str) -> float:
        return timeout(self.init, name)


def _bind_administrators(client: Client, environment: Environment) -> None:
    """Only super-admin.conf may do it for the first time (EnsureAdminClusterRoleBindingImpl)."""
    binding = cluster_objects.administrators()
    for path in (ADMIN_CONF, SUPER_ADMIN_CONF):
        try:
            asking = client if path == ADMIN_CONF else environment.admin(path)
            asking.create('clusterrolebindings.rbac.authorization.k8s.io', binding)
        except StatusError as problem:
            if problem.reason != 'Forbidden':
                return
        else:
            return


def timeout(config: Object, name: str) -> float:
    """One of a configuration's timeouts, in seconds."""
    return parse_duration(str(config['timeouts'][name]))


def of_init(environment: Environment) -> InitData:
    """What flags and --config of init say. Raises KubeadmError."""
    configuration.check_mixed(environment)
    flags = environment.flags
    if flags['dry-run']:
        raise not_simulated('kubeadm init --dry-run')
    for name in ('feature-gates', 'patches'):
        if flags[name]:
            raise not_simulated(f'kubeadm init --{name}')
    given: dict[str, Object] = {}
    if flags['config']:
        given = configuration.load(environment, flags['config'], (CLUSTER, INIT, KUBELET, PROXY))
    if PROXY in given:
        raise not_simulated(f'{PROXY} for kubeadm init')
    for name, (kind, path) in FIELDS.items():
        if flags.changed(name):
            value = flags[name]
            set_field(given.setdefault(kind, {}), path, list(value) if isinstance(value, tuple) else value)
    for kind, document in given.items():
        refused = schema.review(document, kind)[1] if kind in schema.KINDS else []
        if refused:
            raise not_simulated(_flag_of(kind, refused[0][0]), refused[0][1])
    name, address = environment.hostname, environment.address
    data = InitData(
        environment, configuration.merged(configuration.cluster_defaults(environment.version), given.get(CLUSTER, {})),
        configuration.merged(configuration.init_defaults(name, address), given.get(INIT, {})), given.get(KUBELET, {}))
    data.cluster['kubernetesVersion'] = configuration.kubernetes_version(environment, data.version)
    _check(data)
    return data


def _flag_of(kind: str, path: str) -> str:
    flag = next((name for name, field in FIELDS.items() if field == (kind, path)), '')
    return f'kubeadm init --{flag}' if flag else f'{kind}: {path}'


def _check(data: InitData) -> None:
    """What only the whole says. Raises KubeadmError."""
    address = data.init['localAPIEndpoint']['advertiseAddress']
    if address not in (data.environment.address, '0.0.0.0'):
        raise KubeadmError(f'couldn\'t use "{address}" as "apiserver-advertise-address", must be an address of this '
                           f'machine: {data.environment.address}')
    data.init['localAPIEndpoint']['advertiseAddress'] = data.environment.address
    if data.local_server != SERVER:
        raise KubeadmError(f'the simulated cluster\'s API server can only be at {SERVER}, which is another machine')
    check_socket(data.init['nodeRegistration']['criSocket'])
    _check_pods(data.cluster['networking'].get('podSubnet', ''))


def _check_pods(subnet: str) -> None:
    """ValidatePodSubnetNodeMask and ValidateNetworking, for networks of IPv4. Raises KubeadmError."""
    if not subnet:
        return
    if ':' in subnet or ',' in subnet:
        raise not_simulated('kubeadm init --pod-network-cidr', 'for IPv6 and for several networks')
    try:
        network = IPv4Network(subnet, strict=False)
    except ValueError:
        network = None
    if network is None or '/' not in subnet:
        raise KubeadmError(f'networking.podSubnet: Invalid value: "{subnet}": couldn\'t parse subnet', 3)
    if network.prefixlen > NODE_MASK:
        raise KubeadmError(f'podSubnet: Invalid value: "{subnet}": the size of pod subnet with mask '
                           f'{network.prefixlen} is smaller than the size of node subnet with mask {NODE_MASK}', 3)


def check_socket(socket: str) -> None:
    """Raise KubeadmError for another container runtime than containerd's."""
    if socket.removeprefix('unix://').replace('/var/run/', '/run/') != RUNTIME_SOCKET:
        raise not_simulated(f'the CRI socket {socket}', f'the container runtime is at unix://{RUNTIME_SOCKET}')
