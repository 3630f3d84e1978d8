"""What an API server keeps up by itself while it serves (pkg/controlplane/controller): the Service through which pods
reach it and its endpoints, the system's namespaces, whom API servers beside it are to trust, and the Lease that says
that it is alive."""

from __future__ import annotations

import base64
import contextlib
import hashlib
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, deep_copy
from tutor.client.client import Client
from tutor.client.transport import AUTHENTICATED, MASTERS, User
from tutor.cluster import bootstrap
from tutor.cluster.apiserver.renewals import Rhythm
from tutor.cluster.pki import FRONT_PROXY
from tutor.cluster.registry.store import new_uid

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer

LOOPBACK = User('system:apiserver', (MASTERS, AUTHENTICATED))
AGENT = 'kube-apiserver'
SERVICE_EVERY = 10.0
NAMESPACES_EVERY = 60.0
AUTHORITIES_EVERY = 60.0
TRACKING_EVERY = 1800.0
LEASE_EVERY = 10.0
LEASE_SECONDS = 3600
NAMESPACE, SERVICE = 'default', 'kubernetes'
LEASES = 'leases.coordination.k8s.io'
SYSTEM = 'kube-system'
AUTHENTICATION = 'extension-apiserver-authentication'
TRACKING = 'kube-apiserver-legacy-service-account-token-tracking'


class ControlPlane:
    """The controllers inside one API server. `addresses` are the IPs that it and those beside it are reached under at
    a port, `serving` is whether its process lives."""

    def __init__(self, server: ApiServer, hostname: str, addresses: Callable[[], Sequence[str]], port: int,
                 serving: Callable[[], bool]) -> None:
        self._server = server
        self._simulation = server.simulation
        self._client = Client(server, LOOPBACK, AGENT)
        self._hostname = hostname
        self.place: tuple[str, str] = (SYSTEM, identity(hostname))
        self._serving = serving
        self._holder = ''
        self._rhythm = Rhythm(self._simulation, LEASE_EVERY)
        self.until_next = self._rhythm.until_next
        self._addresses, self._port = addresses, port
        self._told: tuple[str, ...] = ()
        self._endpoints: Object = {}
        self._slice: Object = {}
        self._kept: dict[str, Object] = {}
        """What was found to be as it should, by the plural of its kind; objects do not change once stored."""

    def start(self) -> None:
        """Look at once, and then at intervals."""
        self._holder = new_uid(self._simulation)
        self._every(NAMESPACES_EVERY, self._keep_namespaces)
        self._every(SERVICE_EVERY, self._keep_service)
        self._rhythm.begin()
        self.renew()
        self._every(AUTHORITIES_EVERY, self._keep_authorities)
        self._every(TRACKING_EVERY, self._keep_tracking)

    def peers_changed(self) -> None:
        """Another API server has begun to serve, or ended."""
        if self._holder and self._serving():
            with contextlib.suppress(StatusError):
                self._keep_service()

    def _every(self, seconds: float, keep: Callable[[], None]) -> None:
        """What is refused now is tried again the next time (wait.Until)."""
        if self._serving():
            with contextlib.suppress(StatusError):
                keep()
        self._simulation.call_later(seconds, self._every, seconds, keep)

    def _stored(self, group: str, plural: str, namespace: str, name: str) -> Object | None:
        return self._server.stores.of(group, plural).find(namespace, name)

    # -- systemnamespaces ---------------------------------------------------------------------------------------

    def _keep_namespaces(self) -> None:
        """systemnamespaces.Controller.sync: the namespaces that a cluster cannot be without are made again."""
        for obj in bootstrap.of_kind('Namespace'):
            if self._stored('', 'namespaces', '', obj['metadata']['name']) is None:
                self._client.create('namespaces', {**deep_copy(obj), 'status': {}})

    # -- clusterauthenticationtrust, legacytokentracking --------------------------------------------------------

    def _keep_authorities(self) -> None:
        """clusterauthenticationtrust.Controller: how API servers beside this one know whose requests are whose."""
        keys = self._server.keys
        wanted = {
            'client-ca-file': keys.authority().certificate,
            'requestheader-allowed-names': '["front-proxy-client"]',
            'requestheader-client-ca-file': keys.authority(FRONT_PROXY).certificate,
            'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
            'requestheader-group-headers': '["X-Remote-Group"]',
            'requestheader-username-headers': '["X-Remote-User"]'}
        stored = self._stored('', 'configmaps', SYSTEM, AUTHENTICATION)
        if stored is None:
            self._client.create('configmaps', _config_map(AUTHENTICATION, wanted))
        elif not wanted.items() <= (stored.get('data') or {}).items():
            self._client.update('configmaps', {**stored, 'data': {**(stored.get('data') or {}), **wanted}})

    def _keep_tracking(self) -> None:
        """legacytokentracking.Controller: since when it is known which tokens of Secrets are used."""
        if self._stored('', 'configmaps', SYSTEM, TRACKING) is None:
            self._client.create('configmaps', _config_map(TRACKING, {'since': self._simulation.timestamp()[:10]}))

    # -- kubernetesservice --------------------------------------------------------------------------------------

    def _keep_service(self) -> None:
        """kubernetesservice.Controller.UpdateKubernetesService."""
        if self._stored('', 'services', NAMESPACE, SERVICE) is None:
            found = next(obj for obj in bootstrap.of_kind('Service') if obj['metadata']['name'] == SERVICE)
            self._client.create('services', deep_copy(found))
        told = tuple(sorted(self._addresses()))
        if told != self._told:
            self._told = told
            self._endpoints, self._slice = _endpoints(told, self._port), _slice(told, self._port)
            self._kept.clear()
        self._keep('', 'endpoints', self._endpoints)
        self._keep('discovery.k8s.io', 'endpointslices', self._slice)

    def _keep(self, group: str, plural: str, wanted: Object) -> None:
        """Make it, or what differs of it equal again (EndpointsAdapter.Sync)."""
        stored = self._stored(group, plural, NAMESPACE, SERVICE)
        if stored is not None and self._kept.get(plural) is stored:
            return
        name = f'{plural}.{group}'.rstrip('.')
        if stored is None:
            self._client.create(name, wanted)
        elif any(stored.get(key) != value for key, value in wanted.items() if key != 'metadata'):
            self._client.update(name, {**wanted, 'metadata': {**stored['metadata'], **wanted['metadata']}})
        else:
            self._kept[plural] = stored

    # -- the identity lease -------------------------------------------------------------------------------------

    def renew(self) -> None:
        """Write the last renewal that was due: only who reads the Lease sees it."""
        if self._holder and self._serving():
            with contextlib.suppress(StatusError):
                self._keep_lease(self._rhythm.last_stamp())

    def _keep_lease(self, moment: str) -> None:
        """lease.Controller.backoffEnsureLease and retryUpdateLease; the name is controlplane.New's."""
        name = self.place[1]
        stored = self._stored('coordination.k8s.io', 'leases', SYSTEM, name)
        if stored is not None:
            if stored['spec'].get('renewTime') != moment:
                self._client.update(LEASES, {**stored, 'spec': {**stored['spec'], 'renewTime': moment}})
            return
        self._client.create(LEASES, {
            'apiVersion': 'coordination.k8s.io/v1', 'kind': 'Lease',
            'metadata': {'name': name, 'namespace': SYSTEM,
                         'labels': {'apiserver.kubernetes.io/identity': AGENT,
                                    'kubernetes.io/hostname': self._hostname}},
            'spec': {'holderIdentity': f'{name}_{self._holder}', 'leaseDurationSeconds': LEASE_SECONDS,
                     'renewTime': moment}})


def _config_map(name: str, data: dict[str, str]) -> Object:
    return {'apiVersion': 'v1', 'kind': 'ConfigMap', 'metadata': {'name': name, 'namespace': SYSTEM}, 'data': data}


def _endpoints(addresses: Sequence[str], port: int) -> Object:
    return {'apiVersion': 'v1', 'kind': 'Endpoints',
            'metadata': {'name': SERVICE, 'namespace': NAMESPACE,
                         'labels': {'endpointslice.kubernetes.io/skip-mirror': 'true'}},
            'subsets': [{'addresses': [{'ip': ip} for ip in addresses],
                         'ports': [{'name': 'https', 'port': port, 'protocol': 'TCP'}]}]}


def _slice(addresses: Sequence[str], port: int) -> Object:
    return {'apiVersion': 'discovery.k8s.io/v1', 'kind': 'EndpointSlice',
            'metadata': {'name': SERVICE, 'namespace': NAMESPACE,
                         'labels': {'kubernetes.io/service-name': SERVICE}},
            'addressType': 'IPv4',
            'endpoints': [{'addresses': [ip], 'conditions': {'ready': True}} for ip in addresses],
            'ports': [{'name': 'https', 'port': port, 'protocol': 'TCP'}]}


def identity(hostname: str) -> str:
    """The name of an API server among its peers (controlplane.Config.complete: a hash of its host's name)."""
    digest = hashlib.sha256(hostname.encode()).digest()[:16]
    return 'apiserver-' + base64.b32encode(digest).decode().rstrip('=').lower()
