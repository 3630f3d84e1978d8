"""kubectl cluster-info."""

from __future__ import annotations

from tutor.apimachinery.objects import Object, labels
from tutor.kubectl.command import Command, Line, Options, subcommands

SERVICES = 'kubernetes.io/cluster-service=true'


class ClusterInfoOptions(Options):
    async def run(self) -> None:
        server = self.factory.rest_config.server
        try:
            self._services(server)
        finally:
            self.out("\nTo further debug and diagnose cluster problems, use 'kubectl cluster-info dump'.\n")

    def _services(self, server: str) -> None:
        self.factory.mapper.category('services')
        found = self.factory.client.items(self.factory.mapper.find('services'), 'kube-system', SERVICES)
        self._line('Kubernetes control plane', server)
        for service in found:
            name = labels(service).get('kubernetes.io/name') or service['metadata']['name']
            self._line(name, _link(service, server))

    def _line(self, name: str, link: str) -> None:
        """printService, which gives no colours any more."""
        self.out(f'{name} is running at {link}\n')


def _link(service: Object, server: str) -> str:
    meta, spec = service['metadata'], service.get('spec') or {}
    ingress = ((service.get('status') or {}).get('loadBalancer') or {}).get('ingress')
    if ingress:
        address = ingress[0].get('ip') or ingress[0].get('hostname', '')
        return ' '.join(f'http://{address}:{port["port"]}' for port in spec.get('ports') or ())
    name = meta['name']
    if spec.get('ports'):
        port = spec['ports'][0]
        scheme = 'https' if port.get('name') == 'https' or port.get('port') == 443 else ''
        if scheme:
            name = f'{scheme}:{name}:{port.get("name", "")}'
        elif port.get('name'):
            name = f'{name}:{port["name"]}'
    return f'{server}/api/v1/namespaces/{meta.get("namespace", "")}/services/{name}/proxy'


COMMAND = Command(
    usage='cluster-info [flags]',
    long="""
        Display addresses of the control plane and services with label kubernetes.io/cluster-service=true. To further
        debug and diagnose cluster problems, use 'kubectl cluster-info dump'.
        """,
    examples="""
        # Print the address of the control plane and cluster services
        kubectl cluster-info
        """,
    groups=subcommands(Line('dump', 'Dump relevant information for debugging and diagnosis', 'cluster_info.dump')),
    options=ClusterInfoOptions,
)
