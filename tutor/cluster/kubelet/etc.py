"""The files in /etc that the kubelet writes for a pod: hosts, resolv.conf and hostname."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.cluster.containers.container import ContainerMount
from tutor.cluster.kubelet import pods
from tutor.shell.vfs import FileSystem

if TYPE_CHECKING:
    from tutor.cluster.kubelet.worker import PodWorker

HOSTS_HEADER = '# Kubernetes-managed hosts file.\n'
HOST_NETWORK_HEADER = '# Kubernetes-managed hosts file (host network).\n'
LOCAL = ('127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n'
         'fe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n')
MAX_SEARCHES = 32


class SystemFiles:
    """One pod's files, shared by its containers, written when the first of them looks."""

    def __init__(self, worker: PodWorker) -> None:
        self._worker = worker
        self._files: FileSystem | None = None

    def mounts(self) -> list[ContainerMount]:
        return [ContainerMount('/etc/hosts', lambda: (self._all(), '/hosts')),
                ContainerMount('/etc/hostname', lambda: (self._all(), '/hostname')),
                ContainerMount('/etc/resolv.conf', lambda: (self._all(), '/resolv.conf'))]

    def _all(self) -> FileSystem:
        if self._files is None:
            worker = self._worker
            files = self._files = FileSystem(lambda: worker.simulation.now)
            files.put('/hosts', hosts(worker))
            files.put('/resolv.conf', resolv_conf(worker))
            files.put('/hostname', worker.kubelet.hostname_of(worker.pod) + '\n')
        return self._files


def hosts(worker: PodWorker) -> str:
    """managedHostsFileContent, or the node's own file for a pod on its network."""
    pod, spec = worker.pod, worker.pod['spec']
    kubelet = worker.kubelet
    if pods.host_network(pod):
        text = HOST_NETWORK_HEADER + kubelet.machine.read('/etc/hosts')
    else:
        text = HOSTS_HEADER + LOCAL
        addresses = worker.attachment.addresses if worker.attachment is not None else []
        name = kubelet.hostname_of(pod)
        domain = domain_of(pod, kubelet.cluster_domain)
        for address in addresses:
            text += f'{address}\t{name}.{domain}\t{name}\n' if domain else f'{address}\t{name}\n'
    aliases = spec.get('hostAliases') or []
    if aliases:
        text += '\n# Entries added by HostAliases.\n'
        text += ''.join(f'{alias["ip"]}\t{chr(9).join(alias.get("hostnames") or ())}\n' for alias in aliases)
    return text


def domain_of(pod: Object, zone: str) -> str:
    """The domain of a pod that has a subdomain (of a headless Service)."""
    subdomain = pod['spec'].get('subdomain')
    return f'{subdomain}.{pod["metadata"]["namespace"]}.svc.{zone}' if subdomain else ''


def resolv_conf(worker: PodWorker) -> str:
    """Configurer.GetPodDNS."""
    pod, spec = worker.pod, worker.pod['spec']
    kubelet = worker.kubelet
    policy = spec.get('dnsPolicy', 'ClusterFirst')
    if policy == 'ClusterFirst' and pods.host_network(pod):
        policy = 'Default'
    searches: list[str] = []
    servers: list[str] = []
    options: list[str] = []
    if policy in ('ClusterFirst', 'ClusterFirstWithHostNet'):
        namespace, zone = pod['metadata']['namespace'], kubelet.cluster_domain
        searches = [f'{namespace}.svc.{zone}', f'svc.{zone}', zone] if zone else []
        servers, options = [kubelet.cluster_dns], ['ndots:5']
    elif policy == 'Default':
        return _extended(kubelet.machine.read('/etc/resolv.conf'), spec.get('dnsConfig') or {})
    config = spec.get('dnsConfig') or {}
    servers = list(dict.fromkeys([*servers, *(config.get('nameservers') or ())]))
    searches = list(dict.fromkeys([*searches, *(config.get('searches') or ())]))[:MAX_SEARCHES]
    return _text(searches, servers, _options(options, config))


def _options(options: list[str], config: Object) -> list[str]:
    """mergeDNSOptions: the pod's own win."""
    merged = {option.partition(':')[0]: option for option in options}
    for option in config.get('options') or ():
        value = option.get('value')
        merged[option['name']] = f'{option["name"]}:{value}' if value else option['name']
    return list(merged.values())


def _text(searches: list[str], servers: list[str], options: list[str]) -> str:
    text = f'search {" ".join(searches)}\n' if searches else ''
    text += ''.join(f'nameserver {server}\n' for server in servers)
    return text + (f'options {" ".join(options)}\n' if options else '')


def _extended(text: str, config: Object) -> str:
    extra = ''.join(f'nameserver {server}\n' for server in config.get('nameservers') or ())
    return text + extra
