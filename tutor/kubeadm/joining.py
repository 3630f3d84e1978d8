"""What the phases of join work with: the configuration, made of flags and a file, and the cluster that discovery finds
(cmd/kubeadm/app/discovery)."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import Any

from tutor.apimachinery import decode
from tutor.apimachinery.bootstrap_tokens import PATTERN, SIGNATURE, signature
from tutor.apimachinery.objects import Object
from tutor.client.client import Client
from tutor.client.rest_config import RestConfig
from tutor.cluster.addons.kubeadm import public_key_hash
from tutor.cluster.pki import encoded
from tutor.kubeadm import configuration
from tutor.kubeadm.configuration import JOIN, set_field
from tutor.kubeadm.data import InitData, check_socket, timeout
from tutor.kubeadm.environment import Environment
from tutor.kubeadm.errors import KubeadmError, not_simulated

IDENTITY = "couldn't validate the identity of the API Server: "
FIELDS = {
    'apiserver-advertise-address': 'controlPlane.localAPIEndpoint.advertiseAddress',
    'apiserver-bind-port': 'controlPlane.localAPIEndpoint.bindPort', 'certificate-key': 'controlPlane.certificateKey',
    'cri-socket': 'nodeRegistration.criSocket', 'node-name': 'nodeRegistration.name',
    'discovery-file': 'discovery.file.kubeConfigPath', 'tls-bootstrap-token': 'discovery.tlsBootstrapToken',
    'discovery-token': 'discovery.bootstrapToken.token',
    'discovery-token-ca-cert-hash': 'discovery.bootstrapToken.caCertHashes',
    'discovery-token-unsafe-skip-ca-verification': 'discovery.bootstrapToken.unsafeSkipCAVerification',
    'skip-phases': 'skipPhases',
}


@dataclass(slots=True)
class JoinData:
    """One run of join: its configuration, and the client that discovery has given it."""

    environment: Environment
    join: Object
    found: Client | None = None
    server: str = ''
    leading: InitData | None = None
    """What a control plane on this machine is made of, once preflight has read it, for join --control-plane."""

    @property
    def name(self) -> str:
        return self.join['nodeRegistration']['name']

    @property
    def leads(self) -> bool:
        return self.join.get('controlPlane') is not None

    @property
    def certificate_key(self) -> str:
        return (self.join.get('controlPlane') or {}).get('certificateKey', '')

    def timeout(self, name: str) -> float:
        return timeout(self.join, name)

    async def control_plane(self) -> InitData:
        """The cluster's own configuration, with this machine as one that leads it
        (FetchInitConfigurationFromCluster)."""
        if self.leading is None:
            stored = (await self.client()).get('configmaps', 'kubeadm-config', 'kube-system')
            cluster = decode.one(stored['data']['ClusterConfiguration']) or {}
            init = configuration.init_defaults(self.name, self.environment.address)
            registration = self.join['nodeRegistration']
            defaults = configuration.cluster_defaults(self.environment.version)
            self.leading = InitData(self.environment, configuration.merged(defaults, cluster), {
                **init, 'nodeRegistration': registration, 'timeouts': self.join['timeouts']})
        return self.leading

    @property
    def discovery(self) -> Object:
        return self.join['discovery']

    async def client(self) -> Client:
        """Discover the cluster once. Raises KubeadmError."""
        if self.found is None:
            self.found = await _discover(self)
        return self.found


def of_flags(environment: Environment, words: list[str]) -> JoinData:
    """What flags, arguments and --config of join say. Raises KubeadmError."""
    configuration.check_mixed(environment)
    flags = environment.flags
    for name in ('dry-run', 'patches'):
        if flags[name]:
            raise not_simulated(f'kubeadm join --{name}')
    given: Object = {}
    if flags['config']:
        given = configuration.load(environment, flags['config'], (JOIN,)).get(JOIN, {})
    if words:
        set_field(given, 'discovery.bootstrapToken.apiServerEndpoint', words[0])
    for name, path in FIELDS.items():
        if flags.changed(name):
            value = flags[name]
            set_field(given, path, list(value) if isinstance(value, tuple) else value)
    if flags['control-plane']:
        given['controlPlane'] = given.get('controlPlane') or {}
    elif not flags['config']:
        given.pop('controlPlane', None)
    if flags['token']:
        for path in ('discovery.bootstrapToken.token', 'discovery.tlsBootstrapToken'):
            set_field(given, path, flags['token'])
    data = JoinData(environment, configuration.merged(configuration.join_defaults(environment.hostname), given))
    _check(data.discovery)
    _check_endpoint(data)
    check_socket(data.join['nodeRegistration']['criSocket'])
    return data


def _check_endpoint(data: JoinData) -> None:
    """Where the API server of this machine is to listen. Raises KubeadmError."""
    endpoint = (data.join.get('controlPlane') or {}).get('localAPIEndpoint') or {}
    address, port = endpoint.get('advertiseAddress', ''), endpoint.get('bindPort', 6443)
    if address not in ('', '0.0.0.0', data.environment.address):
        raise KubeadmError(f'couldn\'t use "{address}" as "apiserver-advertise-address", must be an address of this '
                           f'machine: {data.environment.address}')
    if port != 6443:
        raise not_simulated('kubeadm join --apiserver-bind-port', 'it can only be 6443')


def _check(discovery: Object) -> None:
    """ValidateDiscovery. Raises KubeadmError."""
    token, file = discovery.get('bootstrapToken') or {}, discovery.get('file')
    if not file and not token.get('token'):
        raise KubeadmError('discovery: Invalid value: "": bootstrapToken or file must be set', 3)
    if file and token.get('token'):
        raise KubeadmError('discovery: Invalid value: "": bootstrapToken and file cannot both be set', 3)
    if file:
        return
    if PATTERN.fullmatch(token['token']) is None:
        raise KubeadmError(f'discovery.bootstrapToken.token: Invalid value: "{token["token"]}": the bootstrap token is '
                           'invalid', 3)
    if not token.get('apiServerEndpoint'):
        raise KubeadmError('discovery.bootstrapToken.apiServerEndpoint: Required value: API server endpoint is missing',
                           3)
    if not token.get('caCertHashes') and not token.get('unsafeSkipCAVerification'):
        raise KubeadmError('discovery.bootstrapToken: Invalid value: "": using token-based discovery without '
                           'caCertHashes can be unsafe. Set unsafeSkipCAVerification as true in your kubeadm config '
                           'file or pass --discovery-token-unsafe-skip-ca-verification flag to continue', 3)


# -- discovery ------------------------------------------------------------------------------------------------------


async def _discover(data: JoinData) -> Client:
    """The cluster behind the endpoint; a client as who has the token. Raises KubeadmError after five minutes."""
    limit = timeout(data.join, 'discovery')
    token = data.discovery.get('tlsBootstrapToken') or (data.discovery.get('bootstrapToken') or {}).get('token', '')
    if data.discovery.get('file'):
        config = _read_file(data)
        data.server = config['clusters'][0]['cluster']['server']
        users = config.get('users') or []
        token = token or ((users[0].get('user') or {}).get('token', '') if users else '')
    else:
        data.server = f'https://{data.discovery["bootstrapToken"]["apiServerEndpoint"]}'
        await _validate(data, limit)
    return data.environment.client(RestConfig(data.server, token=token))


def _read_file(data: JoinData) -> Any:
    """discovery/file: a kubeconfig that is trusted. Raises KubeadmError."""
    path = data.discovery['file']['kubeConfigPath']
    try:
        config = decode.one(data.environment.files.read_text(path))
    except OSError:
        raise KubeadmError(f'couldn\'t load the discovery file: open {path}: no such file or directory') from None
    authority = encoded(data.environment.keys.authority().certificate)
    if config['clusters'][0]['cluster'].get('certificate-authority-data') != authority:
        raise KubeadmError(f'{IDENTITY}x509: certificate signed by unknown authority')
    return config


async def _validate(data: JoinData, limit: float) -> None:
    """RetrieveValidatedConfigInfo: the authority is one that was named, and the token one that the cluster knows."""
    environment, server = data.environment, data.server
    token = data.discovery['bootstrapToken']['token']
    problem = ''

    def found() -> bool:
        nonlocal problem
        try:
            info = environment.client(RestConfig(server)).get('configmaps', 'cluster-info', 'kube-public')
        except KubeadmError as error:
            problem = ('failed to request the cluster-info ConfigMap: Get "'
                       f'{server}/api/v1/namespaces/kube-public/configmaps/cluster-info?timeout=10s": {error}')
            return False
        identity, _, secret = token.partition('.')
        signed = info['data'].get(f'{SIGNATURE}{identity}')
        if not signed:
            problem = f'could not find a JWS signature in the cluster-info ConfigMap for token ID "{identity}"'
            return False
        if signed != signature(info['data']['kubeconfig'], identity, secret):
            raise _Mismatch(f"{IDENTITY}failed to verify JWS signature of received cluster info object, can't trust "
                            'this API Server')
        _check_authority(data, info['data']['kubeconfig'])
        return True
    try:
        if await environment.until(found, limit, 5) is None:
            raise KubeadmError(IDENTITY + problem)
    except _Mismatch as mismatch:
        raise KubeadmError(str(mismatch)) from None


def _check_authority(data: JoinData, kubeconfig: str) -> None:
    """Whether the authority is one that was named. Raises _Mismatch at once, as waiting would not help."""
    pins = data.discovery['bootstrapToken'].get('caCertHashes') or ()
    cluster = (decode.one(kubeconfig) or {})['clusters'][0]['cluster']
    found = public_key_hash(base64.b64decode(cluster['certificate-authority-data']).decode())
    if pins and found not in pins:
        raise _Mismatch(f'{IDENTITY}cluster CA found in cluster-info ConfigMap is invalid: none of the public keys '
                        f'"{found}" are pinned')


class _Mismatch(Exception):
    """Not a KubeadmError, so that nobody waits for it to go away."""
