"""What each add-on needs besides its manifest: images that nodes have from the beginning, and the programs' work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from tutor.client import accounts
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.addons.gateway_api.controller import GatewayController
from tutor.cluster.addons.ingress_nginx import IngressNginx
from tutor.cluster.addons.local_path import LocalPathProvisioner
from tutor.cluster.addons.metallb import AddressController, Speaker
from tutor.cluster.addons.metrics_server import MetricsServer
from tutor.cluster.components import Process
from tutor.cluster.containers.programs.component import Component
from tutor.cluster.simulation import Simulation
from tutor.shell.vfs import FileSystem


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the programs of add-ons get: `client` gives one that acts as a user, `disk` the files of a node."""

    simulation: Simulation
    informers: Informers
    client: Callable[[str], Client]
    disk: Callable[[str], FileSystem | None]
    disk_speed: float = 1.0
    balanced: bool = False
    """Whether something gives addresses to Services of type LoadBalancer."""

    def account(self, namespace: str, name: str) -> Client:
        """A client of a service account."""
        return self.client(accounts.username(namespace, name))


@dataclass(frozen=True, slots=True)
class Addon:
    """One add-on; `programs` are components by the name of the program that they run as."""

    name: str
    images: tuple[str, ...] = ()
    programs: Mapping[str, Callable[[Surroundings], Component]] = field(default_factory=dict)


def _provisioner(around: Surroundings) -> Component:
    account = around.account('local-path-storage', 'local-path-provisioner-service-account')
    return Process(LocalPathProvisioner(around.simulation, account, around.informers, around.disk, around.disk_speed))


CATALOG: Mapping[str, Addon] = {addon.name: addon for addon in (
    Addon('metrics-server', ('registry.k8s.io/metrics-server/metrics-server:v0.8.0',),
          {'metrics-server': lambda around: MetricsServer(around.simulation, around.informers)}),
    Addon('storage', ('rancher/local-path-provisioner:v0.0.32',), {'local-path-provisioner': _provisioner}),
    Addon('load-balancer', ('quay.io/metallb/controller:v0.15.2', 'quay.io/metallb/speaker:v0.15.2'),
          {'controller': lambda around: Process(AddressController(
              around.simulation, around.account('metallb-system', 'controller'), around.informers)),
           'speaker': lambda around: Speaker(
              around.simulation, around.account('metallb-system', 'speaker'), around.informers)}),
    Addon('ingress', ('registry.k8s.io/ingress-nginx/controller:v1.13.3',),
          {'nginx-ingress-controller': lambda around: IngressNginx(
              around.simulation, around.account('ingress-nginx', 'ingress-nginx'), around.informers)}),
    Addon('gateway', ('ghcr.io/nginx/nginx-gateway-fabric:2.1.1', 'ghcr.io/nginx/nginx-gateway-fabric/nginx:2.1.1'),
          {'gateway': lambda around: GatewayController(
              around.simulation, around.account('nginx-gateway', 'nginx-gateway'), around.informers, around.balanced)}),
)}
