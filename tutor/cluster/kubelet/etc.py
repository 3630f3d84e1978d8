"""The files in /etc that the kubelet writes for a pod: hosts, resolv.conf and hostname."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.apimachinery.objects import Object
from tutor.cluster.containers.container import ContainerMount
from tutor.cluster.kubelet import hostnames, pods
from tutor.shell.vfs import FileSystem

if TYPE_CHECKING:
    from tutor.cluster.kubelet.worker import PodWorker

HOSTS_HEADER = '# Kubernetes-managed hosts file.\n'
HOST_NETWORK_HEADER = '# Kubernetes-managed hosts file (host network).\n'
LOCAL = ('127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n'
         'fe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n')
MAX_SEARCHES = 32
MAX_SERVERS = 3


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
            files.put('/hostname', worker.hostname() + '\n')
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
        name, domain = hostnames.name_and_domain(pod, kubelet.cluster_domain)
        for address in addresses:
            text += f'{address}\t{name}.{domain}\t{name}\n' if domain else f'{address}\t{name}\n'
    aliases = spec.get('hostAliases') or []
    if aliases:
        text += '\n# Entries added by HostAliases.\n'
        text += ''.join(f'{alias["ip"]}\t{chr(9).join(alias.get("hostnames") or ())}\n' for alias in aliases)
    return text


def resolv_conf(worker: PodWorker) -> str:
    """Configurer.GetPodDNS."""
    pod, spec = worker.pod, worker.pod['spec']
    kubelet = worker.kubelet
    policy = spec.get('dnsPolicy', 'ClusterFirst')
    if policy == 'ClusterFirst' and pods.host_network(pod):
        policy = 'Default'
    found = DNS()
    if policy in ('ClusterFirst', 'ClusterFirstWithHostNet'):
        namespace, zone = pod['metadata']['namespace'], kubelet.cluster_domain
        searches = [f'{namespace}.svc.{zone}', f'svc.{zone}', zone] if zone else []
        found = DNS([kubelet.cluster_dns], searches, ['ndots:5'])
    elif policy == 'Default':
        found = parsed(kubelet.machine.read('/etc/resolv.conf'))
    return found.merged(spec.get('dnsConfig') or {}).text()


@dataclass(frozen=True, slots=True)
class DNS:
    """What is in a resolv.conf."""

    servers: list[str] = field(default_factory=list)
    searches: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)

    def merged(self, config: Object) -> DNS:
        """appendDNSConfig: servers and domains of the pod's own come after, its options win."""
        options = {option.partition(':')[0]: option for option in self.options}
        for option in config.get('options') or ():
            value = option.get('value')
            options[option['name']] = f'{option["name"]}:{value}' if value else option['name']
        servers = dict.fromkeys([*self.servers, *(config.get('nameservers') or ())])
        searches = dict.fromkeys([*self.searches, *(config.get('searches') or ())])
        return DNS(list(servers)[:MAX_SERVERS], list(searches)[:MAX_SEARCHES], list(options.values()))

    def text(self) -> str:
        """What containerd writes (parseDNSOptions)."""
        text = f'search {" ".join(self.searches)}\n' if self.searches else ''
        text += ''.join(f'nameserver {server}\n' for server in self.servers)
        return text + (f'options {" ".join(self.options)}\n' if self.options else '')


def parsed(text: str) -> DNS:
    """parseResolvConf: the last line of domains and of options counts."""
    found = DNS()
    for words in map(str.split, text.splitlines()):
        if words[:1] == ['nameserver']:
            found.servers.extend(words[1:2])
        elif words[:1] == ['search']:
            found.searches[:] = [word if word == '.' else word.removesuffix('.') for word in words[1:]]
        elif words[:1] == ['options']:
            found.options[:] = words[1:]
    return found
