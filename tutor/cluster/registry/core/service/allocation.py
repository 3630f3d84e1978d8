"""Cluster addresses and node ports of services (pkg/registry/core/service/storage/alloc.go)."""

from __future__ import annotations

import ipaddress

from tutor.apimachinery import errors, field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.core.service import addresses, validation
from tutor.cluster.registry.core.service.validation import headless
from tutor.cluster.registry.strategy import Context

_STATIC = 256
"""The first addresses are given only to who asks for one of them."""
NODE_PORTS = range(30000, 32768)
_NODE_PORT_TYPES = ('NodePort', 'LoadBalancer')


def allocate(obj: Object, context: Context, ports: range) -> None:
    """Give a service its address and node ports, from a range; raises StatusError when it asks for what it cannot
    have."""
    spec = obj['spec']
    if spec['type'] != 'ExternalName':
        _address(obj, context)
    if _wants_node_ports(spec):
        _node_ports(obj, context, ports)
    if validation.needs_health_check(spec):
        used = _used_ports(_others(obj, context)) | _own_ports(spec)
        spec.setdefault('healthCheckNodePort', _free_port(used, context, ports))


def _address(obj: Object, context: Context) -> None:
    spec = obj['spec']
    problems: list[FieldError] = []
    validation.validate_addresses(spec, problems)
    _refuse(obj, problems or _families(spec))
    if headless(spec):
        return
    used = addresses.taken(obj, context)
    wanted = spec.get('clusterIP')
    if wanted:
        _check(obj, wanted, used, context)
    else:
        wanted = _free_address(used, context)
    spec['clusterIP'], spec['clusterIPs'] = wanted, [wanted]


def _families(spec: Object) -> list[FieldError]:
    """initIPFamilyFields, for a cluster that has IPv4 only."""
    policy = spec.setdefault('ipFamilyPolicy', 'SingleStack')
    if headless(spec) and not spec.get('selector'):
        spec.setdefault('ipFamilies', ['IPv4'])
        return []
    problems: list[FieldError] = []
    families = spec.get('ipFamilies') or []
    for name, given in (('clusterIPs', spec.get('clusterIPs') or []), ('ipFamilies', families)):
        if policy == 'SingleStack' and len(given) == 2:
            problems.append(field.invalid('spec.ipFamilyPolicy', policy, 'must be RequireDualStack or PreferDualStack '
                                                                         f'when multiple {name} are specified'))
    if policy == 'RequireDualStack':
        problems.append(field.invalid('spec.ipFamilyPolicy', policy,
                                      'this cluster is not configured for dual-stack services'))
    problems += [field.invalid(f'spec.ipFamilies[{index}]', family, 'not configured on this cluster')
                 for index, family in enumerate(families) if family == 'IPv6']
    spec.setdefault('ipFamilies', ['IPv4'])
    return problems


def _check(obj: Object, wanted: str, used: set[str], context: Context) -> None:
    """Whether a service can have the address that it asks for; raises Invalid."""
    problem, address = '', ipaddress.ip_address(wanted)
    if not any(address in network for network in addresses.networks(context)):
        problem = 'the provided network does not match the current range'
    elif wanted in used:
        problem = 'provided IP is already allocated'
    if problem:
        _refuse(obj, [field.invalid('spec.clusterIPs', [wanted], f'failed to allocate IP {wanted}: {problem}')])


def _free_address(used: set[str], context: Context) -> str:
    for network in addresses.networks(context):
        base, size = int(network.network_address), network.num_addresses
        static = min(max(size // 16, 16), _STATIC) if size > 2 * 16 else 1
        offset = context.simulation.random.randrange(static, size - 1)
        for step in range(size - 2):
            address = str(ipaddress.ip_address(base + 1 + (offset - 1 + step) % (size - 2)))
            if address not in used:
                return address
    raise errors.internal_error('failed to allocate a serviceIP: range is full')


def _others(obj: Object, context: Context) -> list[Object]:
    """The services that are stored, but for this one. One that is to be created is none of them, even if it has the
    name of one: it is told that its port is taken, not that it exists."""
    mine = obj['metadata']['uid']
    return [other for other in context.stores.of('', 'services').list() if other['metadata']['uid'] != mine]


def _wants_node_ports(spec: Object) -> bool:
    if spec['type'] == 'LoadBalancer' and spec.get('allocateLoadBalancerNodePorts') is False:
        return any(port.get('nodePort') for port in spec.get('ports') or ())
    return spec['type'] in _NODE_PORT_TYPES


def _node_ports(obj: Object, context: Context, ports: range) -> None:
    spec = obj['spec']
    used = _used_ports(_others(obj, context))
    mine: dict[int, set[str]] = {}
    for index, port in enumerate(spec.get('ports') or ()):
        number = port.get('nodePort')
        if not number:
            number = port['nodePort'] = _free_port(used, context, ports)
        elif number not in ports:
            _refuse(obj, [field.invalid(f'spec.ports[{index}].nodePort', number,
                                        'provided port is not in the valid range. The range of valid ports is '
                                        f'{ports.start}-{ports.stop - 1}')])
        elif number in used and port.get('protocol') in mine.get(number, {port.get('protocol')}):
            _refuse(obj, [field.invalid(f'spec.ports[{index}].nodePort', number,
                                        'provided port is already allocated')])
        mine.setdefault(number, set()).add(port.get('protocol', ''))
        used.add(number)


def _own_ports(spec: Object) -> set[int]:
    return {port['nodePort'] for port in spec.get('ports') or () if port.get('nodePort')}


def _used_ports(services: list[Object]) -> set[int]:
    checks = {service['spec']['healthCheckNodePort'] for service in services
              if service['spec'].get('healthCheckNodePort')}
    return checks.union(*(_own_ports(service['spec']) for service in services))


def _free_port(used: set[int], context: Context, ports: range) -> int:
    """The first ports, calculateRangeOffset says how many, are left to who asks for one of them while others are
    free."""
    own = 0 if len(ports) <= 16 else min(max(len(ports) // 32, 16), 128)
    offset = context.simulation.random.randrange(own, len(ports))
    for step in range(len(ports)):
        number = ports[(offset + step) % len(ports)]
        if number not in used:
            return number
    raise errors.internal_error('failed to allocate a nodePort: range is full')


def _refuse(obj: Object, problems: list[FieldError]) -> None:
    if problems:
        raise errors.invalid('', 'Service', obj['metadata'].get('name', ''), problems)


def keep(new: Object, old: Object) -> None:
    """patchAllocatedValues and dropTypeDependentFields: an update that says nothing of it keeps what it has, and a
    service of another type loses what it cannot have."""
    spec, before = new['spec'], old['spec']
    _sync_cluster_ip(spec, before)
    if spec['type'] == 'ExternalName' and before['type'] != 'ExternalName':
        for name in ('clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy', 'internalTrafficPolicy'):
            if spec.get(name) == before.get(name):
                spec.pop(name, None)
    elif spec['type'] != 'ExternalName':
        for name in ('clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy'):
            if name not in spec and name in before:
                spec[name] = before[name]
    if _wants_node_ports(spec) and _wants_node_ports(before):
        _keep_node_ports(spec, before)
    elif _wants_node_ports(before):
        _drop_node_ports(spec, before)
    _drop_policies(spec, before)


def _sync_cluster_ip(spec: Object, before: Object) -> None:
    """normalizeClusterIPs: clusterIP and the first of clusterIPs are one field under two names."""
    if 'clusterIP' in spec and spec['clusterIP'] != before.get('clusterIP') \
            and spec.get('clusterIPs') == before.get('clusterIPs'):
        spec['clusterIPs'] = [spec['clusterIP']]
    elif spec.get('clusterIPs') and spec['clusterIPs'] != before.get('clusterIPs') \
            and spec.get('clusterIP') == before.get('clusterIP'):
        spec['clusterIP'] = spec['clusterIPs'][0]
    elif 'clusterIP' not in spec and spec.get('clusterIPs') == before.get('clusterIPs'):
        spec.pop('clusterIPs', None)


def _keep_node_ports(spec: Object, before: Object) -> None:
    used = {port.get('nodePort') for port in spec.get('ports') or ()}
    known = {port.get('name', ''): port.get('nodePort') for port in before.get('ports') or ()}
    for port in spec.get('ports') or ():
        number = known.get(port.get('name', ''))
        if not port.get('nodePort') and number and number not in used:
            port['nodePort'] = number
            used.add(number)


def _drop_node_ports(spec: Object, before: Object) -> None:
    if [port.get('nodePort') for port in spec.get('ports') or ()] != [
            port.get('nodePort') for port in before.get('ports') or ()]:
        return
    for port in spec.get('ports') or ():
        port.pop('nodePort', None)


def _drop_policies(spec: Object, before: Object) -> None:
    dropped = []
    if not validation.external(spec):
        dropped.append('externalTrafficPolicy')
    if spec['type'] != 'LoadBalancer':
        dropped += ['allocateLoadBalancerNodePorts', 'loadBalancerClass', 'loadBalancerSourceRanges']
    if not validation.needs_health_check(spec):
        dropped.append('healthCheckNodePort')
    for name in dropped:
        if name in spec and spec.get(name) == before.get(name):
            del spec[name]
