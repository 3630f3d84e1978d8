"""What a pod's containers are called in their network, and by their kernel."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.cluster.kubelet import pods

MAX_LABEL = 63
MAX_KERNEL = 64


class TooLong(Exception):
    """A full name that the kernel does not take as a hostname."""

    def __init__(self, name: str) -> None:
        super().__init__(f'failed to construct FQDN from pod hostname and cluster domain, FQDN {name} is too long '
                         f'({MAX_KERNEL} characters is the max, {len(name)} characters requested)')


def name_and_domain(pod: Object, zone: str) -> tuple[str, str]:
    """GeneratePodHostNameAndDomain: the domain is that of a headless Service, if the pod names one."""
    spec, meta = pod['spec'], pod['metadata']
    if spec.get('hostnameOverride'):
        return spec['hostnameOverride'], ''
    subdomain = spec.get('subdomain')
    domain = f'{subdomain}.{meta["namespace"]}.svc.{zone}' if subdomain else ''
    return (spec.get('hostname') or meta['name'])[:MAX_LABEL].rstrip('-.'), domain


def of_kernel(pod: Object, node: str, zone: str) -> str:
    """GetNodenameForKernel: the node's own name on its network. Raises TooLong."""
    if pods.host_network(pod):
        return node
    name, domain = name_and_domain(pod, zone)
    if not pod['spec'].get('setHostnameAsFQDN') or not domain:
        return name
    full = f'{name}.{domain}'
    if len(full) > MAX_KERNEL:
        raise TooLong(full)
    return full
