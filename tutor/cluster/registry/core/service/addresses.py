"""IPAddresses say which Service has which cluster address, and ServiceCIDRs from where addresses are taken
(pkg/registry/core/service/ipallocator)."""

from __future__ import annotations

import ipaddress

from tutor.apimachinery.objects import Object, deleting
from tutor.cluster.registry.strategy import Context

GROUP = 'networking.k8s.io'
LABELS = {'ipaddress.kubernetes.io/ip-family': 'IPv4', 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io'}
NETWORK = ipaddress.IPv4Network('10.96.0.0/16')
"""What the API server was started with (--service-cluster-ip-range)."""


def networks(context: Context) -> list[ipaddress.IPv4Network]:
    """From where addresses may be taken: the first network, then those that were added and are not going away."""
    found = [NETWORK]
    for obj in context.stores.of(GROUP, 'servicecidrs').list():
        for text in (obj.get('spec') or {}).get('cidrs') or ():
            network = ipaddress.ip_network(text)
            if isinstance(network, ipaddress.IPv4Network) and network not in found and not deleting(obj):
                found.append(network)
    return found


def taken(service: Object, context: Context) -> set[str]:
    """Addresses that something else than this Service has; a second one of its name is something else."""
    meta, mine = service['metadata'], _parent(service)
    stored = context.stores.of('', 'services').find(meta.get('namespace', ''), meta.get('name', ''))
    again = stored is not None and stored['metadata']['uid'] != meta['uid']
    return {obj['metadata']['name'] for obj in context.stores.of(GROUP, 'ipaddresses').list()
            if again or (obj.get('spec') or {}).get('parentRef') != mine}


def claim(service: Object, context: Context) -> None:
    """Make the IPAddresses of a Service (Allocator.createIPAddress)."""
    if context.dry_run:
        return
    store = context.stores.of(GROUP, 'ipaddresses')
    for address in cluster_addresses(service):
        if store.find('', address) is None:
            store.create({'apiVersion': f'{GROUP}/v1', 'kind': 'IPAddress',
                          'metadata': {'name': address, 'labels': dict(LABELS)},
                          'spec': {'parentRef': _parent(service)}}, context)


def release(service: Object, context: Context, kept: Object | None = None) -> None:
    """Take away those that it has no more (Allocator.Release)."""
    if context.dry_run:
        return
    store = context.stores.of(GROUP, 'ipaddresses')
    for address in cluster_addresses(service):
        obj = store.find('', address)
        if obj is not None and (kept is None or address not in cluster_addresses(kept)):
            store.remove(obj, context)


def cluster_addresses(service: Object) -> list[str]:
    return [address for address in service['spec'].get('clusterIPs') or () if address != 'None']


def _parent(service: Object) -> Object:
    meta = service['metadata']
    return {'resource': 'services', 'namespace': meta.get('namespace', ''), 'name': meta.get('name', '')}
