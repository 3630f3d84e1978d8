"""Validation of services (ValidateService), in upstream's order."""

from __future__ import annotations

import ipaddress

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata
from tutor.cluster.registry.discovery.endpointslice import BAD_IP, special
from tutor.cluster.registry.podspec import probes

TYPES = ('ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort')
_PROTOCOLS = ('SCTP', 'TCP', 'UDP')
_BAD_CIDR = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'
_ONLY_LOAD_BALANCER = "may only be used when `type` is 'LoadBalancer'"


def validate(obj: Object) -> list[FieldError]:
    spec = obj['spec']
    found: list[FieldError] = []
    ports = spec.get('ports') or []
    if not ports and not headless(spec) and spec['type'] != 'ExternalName':
        found.append(field.required('spec.ports'))
    _type_specific(spec, found)
    seen: set[str] = set()
    for index, port in enumerate(ports):
        _port(port, len(ports) > 1, seen, f'spec.ports[{index}]', found)
    if 'selector' in spec:
        found += metadata.validate_labels(spec['selector'], 'spec.selector')
    _affinity(spec, found)
    _cluster_ips(spec, found)
    for index, address in enumerate(spec.get('externalIPs') or ()):
        _external_ip(address, f'spec.externalIPs[{index}]', found)
    if spec['type'] not in TYPES:
        found.append(field.not_supported('spec.type', spec['type'], TYPES))
    _node_ports(spec, ports, found)
    _duplicate_ports(ports, found)
    _load_balancer(spec, found)
    _policies(spec, found)
    return found


def headless(spec: Object) -> bool:
    return spec.get('clusterIP') == 'None' or spec.get('clusterIPs') == ['None']


def external(spec: Object) -> bool:
    """service.ExternallyAccessible."""
    if spec['type'] == 'ClusterIP':
        return bool(spec.get('externalIPs'))
    return spec['type'] in ('LoadBalancer', 'NodePort')


def _type_specific(spec: Object, found: list[FieldError]) -> None:
    kind = spec['type']
    if kind in ('LoadBalancer', 'NodePort') and headless(spec):
        found.append(field.invalid('spec.clusterIPs[0]', 'None', f"may not be set to 'None' for {kind} services"))
    if kind != 'ExternalName':
        return
    if spec.get('clusterIPs'):
        found.append(field.forbidden('spec.clusterIPs', 'may not be set for ExternalName services'))
    name = spec.get('externalName', '').removesuffix('.')
    if not name:
        found.append(field.required('spec.externalName'))
    else:
        found += [field.invalid('spec.externalName', name, text) for text in names.is_dns1123_subdomain(name)]


def _port(port: Object, named: bool, seen: set[str], path: str, found: list[FieldError]) -> None:
    """validateServicePort."""
    name = port.get('name', '')
    if name:
        found += [field.invalid(f'{path}.name', name, text) for text in names.is_dns1123_label(name)]
        if name in seen:
            found.append(field.duplicate(f'{path}.name', name))
        seen.add(name)
    elif named:
        found.append(field.required(f'{path}.name'))
    number = port.get('port', 0)
    found += [field.invalid(f'{path}.port', number, text) for text in names.is_valid_port_number(number)]
    if port.get('protocol') not in _PROTOCOLS:
        found.append(field.not_supported(f'{path}.protocol', port.get('protocol', ''), _PROTOCOLS))
    probes.port(port.get('targetPort'), f'{path}.targetPort', found)
    if port.get('appProtocol'):
        found += [field.invalid(f'{path}.appProtocol', port['appProtocol'], text)
                  for text in names.is_qualified_name(port['appProtocol'])]


def _affinity(spec: Object, found: list[FieldError]) -> None:
    affinity = spec.get('sessionAffinity', '')
    if affinity not in ('ClientIP', 'None'):
        found.append(field.not_supported('spec.sessionAffinity', affinity, ('ClientIP', 'None')))
    elif affinity == 'ClientIP':
        seconds = spec['sessionAffinityConfig']['clientIP'].get('timeoutSeconds', 0)
        if not 0 < seconds <= 86400:
            found.append(field.invalid('spec.sessionAffinityConfig.clientIP.timeoutSeconds', seconds,
                                       'must be greater than 0 and less than 86400'))


def _cluster_ips(spec: Object, found: list[FieldError]) -> None:
    """ValidateServiceClusterIPsRelatedFields, for one family."""
    if spec['type'] == 'ExternalName':
        return
    for index, address in enumerate(spec.get('clusterIPs') or ()):
        if address == 'None':
            if index:
                found.append(field.invalid(f'spec.clusterIPs[{index}]', address,
                                           "must be empty, 'None', or a valid IP address"))
            continue
        try:
            ipaddress.ip_address(address)
        except ValueError:
            found.append(field.invalid(f'spec.clusterIPs[{index}]', address, BAD_IP))
    for index, family in enumerate(spec.get('ipFamilies') or ()):
        if family not in ('IPv4', 'IPv6'):
            found.append(field.not_supported(f'spec.ipFamilies[{index}]', family, ('IPv4', 'IPv6')))
    policy = spec.get('ipFamilyPolicy', 'SingleStack')
    if policy not in ('SingleStack', 'PreferDualStack', 'RequireDualStack'):
        found.append(field.not_supported('spec.ipFamilyPolicy', policy,
                                         ('SingleStack', 'PreferDualStack', 'RequireDualStack')))


def _external_ip(address: str, path: str, found: list[FieldError]) -> None:
    try:
        ipaddress.ip_address(address)
    except ValueError:
        found.append(field.invalid(path, address, BAD_IP))
        return
    special(address, path, found)


def _node_ports(spec: Object, ports: list[Object], found: list[FieldError]) -> None:
    if spec['type'] == 'ClusterIP':
        found += [field.forbidden(f'spec.ports[{index}].nodePort', "may not be used when `type` is 'ClusterIP'")
                  for index, port in enumerate(ports) if port.get('nodePort')]
    seen: set[tuple[str, int]] = set()
    for index, port in enumerate(ports):
        if port.get('nodePort'):
            pair = port.get('protocol', ''), port['nodePort']
            if pair in seen:
                found.append(field.duplicate(f'spec.ports[{index}].nodePort', port['nodePort']))
            seen.add(pair)


def _duplicate_ports(ports: list[Object], found: list[FieldError]) -> None:
    seen: set[tuple[str, int]] = set()
    for index, port in enumerate(ports):
        pair = port.get('protocol', ''), port.get('port', 0)
        if pair in seen:
            found.append(field.duplicate(f'spec.ports[{index}]', {
                'Name': '', 'Protocol': pair[0], 'AppProtocol': None, 'Port': pair[1], 'TargetPort': 0,
                'NodePort': 0}))
        seen.add(pair)


def _load_balancer(spec: Object, found: list[FieldError]) -> None:
    balancer = spec['type'] == 'LoadBalancer'
    ranges = spec.get('loadBalancerSourceRanges') or ()
    if ranges and not balancer:
        found.append(field.forbidden('spec.LoadBalancerSourceRanges', _ONLY_LOAD_BALANCER))
    for index, network in enumerate(ranges):
        try:
            ipaddress.ip_network(network.strip(), strict=False)
            valid = '/' in network
        except ValueError:
            valid = False
        if not valid:
            found.append(field.invalid(f'spec.LoadBalancerSourceRanges[{index}]', network, _BAD_CIDR))
    if not balancer:
        found += [field.forbidden(f'spec.{name}', _ONLY_LOAD_BALANCER)
                  for name in ('allocateLoadBalancerNodePorts', 'loadBalancerClass') if name in spec]


def _policies(spec: Object, found: list[FieldError]) -> None:
    """validateServiceExternalTrafficPolicy, validateServiceInternalTrafficFieldsValue."""
    policy = spec.get('externalTrafficPolicy')
    if not external(spec):
        if policy:
            found.append(field.invalid('spec.externalTrafficPolicy', policy,
                                       'may only be set for externally-accessible services'))
    elif policy not in ('Cluster', 'Local'):
        found.append(field.not_supported('spec.externalTrafficPolicy', policy or '', ('Cluster', 'Local')))
    internal = spec.get('internalTrafficPolicy')
    if internal is not None and internal not in ('Cluster', 'Local'):
        found.append(field.not_supported('spec.internalTrafficPolicy', internal, ('Cluster', 'Local')))
    distribution = spec.get('trafficDistribution')
    allowed = ('PreferClose', 'PreferSameNode', 'PreferSameZone')
    if distribution is not None and distribution not in allowed:
        found.append(field.not_supported('spec.trafficDistribution', distribution, allowed))


def validate_update(new: Object, old: Object) -> list[FieldError]:
    """validateServiceClusterIPsUpdate: an address that was allocated stays."""
    spec, before = new['spec'], old['spec']
    if 'ExternalName' in (spec['type'], before['type']):
        return []
    now, last = spec.get('clusterIPs') or [], before.get('clusterIPs') or []
    if last and now and last[0] != now[0]:
        return [field.invalid('spec.clusterIPs[0]', now, 'may not change once set')]
    return []
