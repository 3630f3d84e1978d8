"""The images of a cluster's own components, as kubeadm pulls them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from tutor.apimachinery.releases import releases
from tutor.cluster.containers.image import PATH, Image, ImageConfig
from tutor.cluster.containers.programs import component, dra_example_driver, proportional_autoscaler
from tutor.shell.process import Main
from tutor.shell.programs.catalog import Lazy

RELEASES = releases()


class _Component(Image):
    """An image with one program and nothing else; `path` is where it lies."""

    path = ''
    memory, cpu = 40 * 1024 * 1024, 0.002

    def userland(self, tag: str) -> str:
        return 'scratch'

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(entrypoint=(self.path,), environment={'PATH': PATH})

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {self.path: partial(component.main, version=self.tags[tag])}


class KubeApiserver(_Component):
    repository, tags, size = 'registry.k8s.io/kube-apiserver', RELEASES, 27_100_000
    path, memory, cpu = '/usr/local/bin/kube-apiserver', 260 * 1024 * 1024, 0.041


class KubeControllerManager(_Component):
    repository, tags, size = 'registry.k8s.io/kube-controller-manager', RELEASES, 22_800_000
    path, cpu = '/usr/local/bin/kube-controller-manager', 0.014


class KubeScheduler(_Component):
    repository, tags, size = 'registry.k8s.io/kube-scheduler', RELEASES, 17_400_000
    path, cpu = '/usr/local/bin/kube-scheduler', 0.004


class KubeProxy(_Component):
    repository, tags, size = 'registry.k8s.io/kube-proxy', RELEASES, 25_900_000
    path, cpu = '/usr/local/bin/kube-proxy', 0.001


class LocalPathProvisioner(_Component):
    repository, tags, size = 'rancher/local-path-provisioner', {'v0.0.32': '0.0.32', 'v0.0.31': '0.0.31'}, 26_000_000
    path, memory = '/usr/bin/local-path-provisioner', 16 * 1024 * 1024


class Etcd(_Component):
    repository, size = 'registry.k8s.io/etcd', 22_900_000
    tags = {f'{version}-0': version for version in (
        '3.6.8', '3.6.6', '3.6.5', '3.6.4', '3.5.24', '3.5.21', '3.5.16', '3.5.15', '3.5.12', '3.5.10', '3.5.9',
        '3.5.7', '3.5.6', '3.5.4', '3.5.3', '3.5.1', '3.5.0', '3.4.13')}
    path, memory, cpu = '/usr/local/bin/etcd', 52 * 1024 * 1024, 0.021

    def programs(self, tag: str) -> Mapping[str, Main]:
        tools = {f'/usr/local/bin/{name}': Lazy(f'tutor.shell.programs.etcd.program:{name}')
                 for name in ('etcdctl', 'etcdutl')}
        return {**super().programs(tag), **tools}


class CoreDns(_Component):
    repository, size = 'registry.k8s.io/coredns/coredns', 22_400_000
    tags = {'v1.14.2': '1.14.2', 'v1.14.1': '1.14.1', 'v1.13.1': '1.13.1'}
    path, memory = '/coredns', 18 * 1024 * 1024


class MetricsServer(_Component):
    repository, size = 'registry.k8s.io/metrics-server/metrics-server', 22_500_000
    tags = {'v0.8.0': '0.8.0', 'v0.7.2': '0.7.2'}
    path, memory, cpu = '/metrics-server', 19 * 1024 * 1024, 0.003


class MetalLbController(_Component):
    repository, tags, size = 'quay.io/metallb/controller', {'v0.15.2': '0.15.2', 'v0.14.9': '0.14.9'}, 28_400_000
    path, memory, cpu = '/controller', 24 * 1024 * 1024, 0.002


class MetalLbSpeaker(_Component):
    repository, tags, size = 'quay.io/metallb/speaker', {'v0.15.2': '0.15.2', 'v0.14.9': '0.14.9'}, 48_900_000
    path, memory, cpu = '/speaker', 26 * 1024 * 1024, 0.004


class IngressNginxController(_Component):
    repository, size = 'registry.k8s.io/ingress-nginx/controller', 104_000_000
    tags = {'v1.13.3': '1.13.3', 'v1.12.1': '1.12.1'}
    path, memory, cpu = '/nginx-ingress-controller', 72 * 1024 * 1024, 0.003

    def config(self, tag: str) -> ImageConfig:
        return ImageConfig(command=(self.path,), environment={'PATH': PATH}, user='www-data')


class NginxGateway(_Component):
    repository, size = 'ghcr.io/nginx/nginx-gateway-fabric', 41_000_000
    tags = {'2.1.1': '2.1.1'}
    path, memory, cpu = '/usr/bin/gateway', 38 * 1024 * 1024, 0.002


class NginxGatewayDataPlane(_Component):
    repository, size = 'ghcr.io/nginx/nginx-gateway-fabric/nginx', 62_000_000
    tags = {'2.1.1': '2.1.1'}
    path, memory, cpu = '/usr/bin/gateway', 30 * 1024 * 1024, 0.001


class DraExampleDriver(_Component):
    repository, size = 'registry.k8s.io/dra-example-driver/dra-example-driver', 41_000_000
    tags = {'v0.1.0': '0.1.0', 'v0.2.0': '0.2.0'}
    path, memory = '/usr/bin/dra-example-kubeletplugin', 12 * 1024 * 1024

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {self.path: dra_example_driver.main}


class ProportionalAutoscaler(_Component):
    repository, size = 'registry.k8s.io/cpa/cluster-proportional-autoscaler', 15_200_000
    tags = {version: version for version in ('1.8.4', '1.8.5', '1.8.8', '1.8.9', 'v1.8.8', 'v1.8.9', 'v1.9.0')}
    path, memory = '/cluster-proportional-autoscaler', 10 * 1024 * 1024

    def programs(self, tag: str) -> Mapping[str, Main]:
        return {self.path: proportional_autoscaler.main}
