"""Validation of services (ValidateService), in upstream's order."""

from __future__ import annotations

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import addresses, metadata
from tutor.cluster.registry.podspec import probes

TYPES = ('ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort')
_PROTOCOLS = ('SCTP', 'TCP', 'UDP')
_FAMILY_POLICIES = ('PreferDualStack', 'RequireDualStack', 'SingleStack')
_SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges'
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
    validate_addresses(spec, found)
    for index, address in enumerate(spec.get('externalIPs') or ()):
        here = f'spec.externalIPs[{index}]'
        if addresses.ip(address, here, found):
            addresses.special(address, here, found)
    if spec['type'] not in TYPES:
        found.append(field.not_supported('spec.type', spec['type'], TYPES))
    _node_ports(spec, ports, found)
    _duplicate_ports(ports, found)
    _load_balancer(obj, found)
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
    found += [field.forbidden(f'spec.{name}', 'may not be set for ExternalName services')
              for name in ('clusterIPs', 'ipFamilies', 'ipFamilyPolicy') if spec.get(name)]
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
    affinity, path = spec.get('sessionAffinity', ''), 'spec.sessionAffinityConfig'
    if affinity not in ('ClientIP', 'None'):
        found.append(field.not_supported('spec.sessionAffinity', affinity, ('ClientIP', 'None')))
    elif affinity == 'ClientIP':
        seconds = spec['sessionAffinityConfig']['clientIP'].get('timeoutSeconds', 0)
        if not 0 < seconds <= 86400:
            found.append(field.invalid(f'{path}.clientIP.timeoutSeconds', seconds,
                                       'must be greater than 0 and less than 86400'))
    elif 'sessionAffinityConfig' in spec:
        found.append(field.forbidden(path, 'must not be set when session affinity is None'))


def validate_addresses(spec: Object, found: list[FieldError]) -> None:
    """ValidateServiceClusterIPsRelatedFields."""
    if spec['type'] == 'ExternalName':
        return
    path, given = 'spec.clusterIPs', spec.get('clusterIPs') or []
    if spec.get('clusterIP'):
        if not given:
            found.append(field.required(path))
        elif given[0] != spec['clusterIP']:
            found.append(field.invalid(path, given, 'first value must match `clusterIP`'))
    elif given:
        found.append(field.invalid(path, given, 'must be empty when `clusterIP` is not specified'))
    _families(spec, found)
    if _addresses(given, path, found):
        _match_families(given, spec.get('ipFamilies') or [], path, found)


def _families(spec: Object, found: list[FieldError]) -> None:
    families = spec.get('ipFamilies') or []
    for index, family in enumerate(families):
        here = f'spec.ipFamilies[{index}]'
        if family not in ('IPv4', 'IPv6'):
            found.append(field.not_supported(here, family, ('IPv4', 'IPv6')))
        if family in families[:index]:
            found.append(field.duplicate(here, family))
    policy = spec.get('ipFamilyPolicy')
    if policy is not None and policy not in _FAMILY_POLICIES:
        found.append(field.not_supported('spec.ipFamilyPolicy', policy, _FAMILY_POLICIES))


def _addresses(given: list[str], path: str, found: list[FieldError]) -> bool:
    """Whether all are addresses, or the one is None."""
    valid = True
    for index, address in enumerate(given):
        if index == 0 and address == 'None':
            if len(given) > 1:
                valid = False
                found.append(field.invalid(path, given, "'None' must be the first and only value"))
            continue
        valid = addresses.ip(address, f'{path}[{index}]', found) and valid
    if len(given) > 2:
        found.append(field.invalid(path, given, 'may only hold up to 2 values'))
    return valid


def _match_families(given: list[str], families: list[str], path: str, found: list[FieldError]) -> None:
    if len(given) > 1 and len({':' in address for address in given}) == 1:
        found.append(field.invalid(path, given, 'may specify no more than one IP for each IP family'))
    if given == ['None']:
        return
    for index, (address, family) in enumerate(zip(given, families, strict=False)):
        if family in ('IPv4', 'IPv6') and (family == 'IPv6') is not (':' in address):
            found.append(field.invalid(f'{path}[{index}]', address,
                                       f'expected an {family} value as indicated by `ipFamilies[{index}]`'))


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


def _load_balancer(obj: Object, found: list[FieldError]) -> None:
    spec = obj['spec']
    balancer = spec['type'] == 'LoadBalancer'
    annotation = (obj['metadata'].get('annotations') or {}).get(_SOURCE_RANGES)
    if ranges := spec.get('loadBalancerSourceRanges'):
        path = 'spec.LoadBalancerSourceRanges'
        if not balancer:
            found.append(field.forbidden(path, _ONLY_LOAD_BALANCER))
        for index, network in enumerate(ranges):
            addresses.cidr(network.strip(), f'{path}[{index}]', found)
    elif annotation is not None:
        path = f'metadata.annotations[{_SOURCE_RANGES}]'
        if not balancer:
            found.append(field.forbidden(path, _ONLY_LOAD_BALANCER))
        for network in annotation.split(',') if annotation.strip() else ():
            addresses.cidr(network.strip(), path, found)
    if not balancer:
        found += [field.forbidden(f'spec.{name}', _ONLY_LOAD_BALANCER)
                  for name in ('allocateLoadBalancerNodePorts', 'loadBalancerClass') if name in spec]
    elif spec.get('loadBalancerClass') is not None:
        name = spec['loadBalancerClass']
        found += field.invalid_each('spec.loadBalancerClass', name, names.is_qualified_name(name))


def _policies(spec: Object, found: list[FieldError]) -> None:
    """validateServiceExternalTrafficPolicy, validateServiceInternalTrafficFieldsValue."""
    policy = spec.get('externalTrafficPolicy')
    if not external(spec):
        if policy:
            found.append(field.invalid('spec.externalTrafficPolicy', policy,
                                       'may only be set for externally-accessible services'))
    elif policy not in ('Cluster', 'Local'):
        found.append(field.not_supported('spec.externalTrafficPolicy', policy or '', ('Cluster', 'Local')))
    _health_check(spec, found)
    internal = spec.get('internalTrafficPolicy')
    if internal is not None and internal not in ('Cluster', 'Local'):
        found.append(field.not_supported('spec.internalTrafficPolicy', internal, ('Cluster', 'Local')))
    distribution = spec.get('trafficDistribution')
    allowed = ('PreferClose', 'PreferSameNode', 'PreferSameZone')
    if distribution is not None and distribution not in allowed:
        found.append(field.not_supported('spec.trafficDistribution', distribution, allowed))


def _health_check(spec: Object, found: list[FieldError]) -> None:
    path, port = 'spec.healthCheckNodePort', spec.get('healthCheckNodePort', 0)
    if not needs_health_check(spec):
        if port:
            found.append(field.invalid(path, port, "may only be set when `type` is 'LoadBalancer' and "
                                                   "`externalTrafficPolicy` is 'Local'"))
    elif not port:
        found.append(field.required(path))
    else:
        found += field.invalid_each(path, port, names.is_valid_port_number(port))


def needs_health_check(spec: Object) -> bool:
    """service.NeedsHealthCheck."""
    return spec['type'] == 'LoadBalancer' and spec.get('externalTrafficPolicy') == 'Local'


def validate_update(new: Object, old: Object) -> list[FieldError]:
    """ValidateServiceUpdate, but for what all services must be."""
    spec, before = new['spec'], old['spec']
    found: list[FieldError] = []
    if 'ExternalName' not in (spec['type'], before['type']):
        found += _released(spec, before)
    if spec['type'] == before['type'] == 'LoadBalancer' \
            and spec.get('loadBalancerClass') != before.get('loadBalancerClass'):
        found.append(field.invalid('spec.loadBalancerClass', spec.get('loadBalancerClass'), 'may not change once set'))
    if needs_health_check(spec) and needs_health_check(before) \
            and spec.get('healthCheckNodePort') != before.get('healthCheckNodePort'):
        found.append(field.forbidden('spec.healthCheckNodePort', 'field is immutable'))
    return found


def _released(spec: Object, before: Object) -> list[FieldError]:
    """validateUpgradeDowngradeClusterIPs, …IPFamilies: the first address and its family stay."""
    was, is_now = headless(before), headless(spec)
    if was and is_now:
        return []
    now, last = spec.get('clusterIPs') or [], before.get('clusterIPs') or []
    found: list[FieldError] = []
    if last and not now:
        found.append(field.invalid('spec.clusterIPs[0]', now, 'primary clusterIP can not be unset'))
    elif last and last[0] != now[0]:
        found.append(field.invalid('spec.clusterIPs[0]', now, 'may not change once set'))
    families, kept = spec.get('ipFamilies') or [], before.get('ipFamilies') or []
    if was is is_now and kept and families and kept[0] != families[0]:
        found.append(field.invalid('spec.ipFamilies[0]', families, 'may not change once set'))
    return found


def validate_status(obj: Object) -> list[FieldError]:
    """ValidateLoadBalancerStatus."""
    given, path = ((obj.get('status') or {}).get('loadBalancer') or {}).get('ingress') or [], \
        'status.loadBalancer.ingress'
    if given and obj['spec']['type'] != 'LoadBalancer':
        return [field.forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")]
    found: list[FieldError] = []
    for index, item in enumerate(given):
        _ingress(item, f'{path}[{index}]', found)
    return found


def _ingress(item: Object, path: str, found: list[FieldError]) -> None:
    address, mode, host = item.get('ip', ''), item.get('ipMode'), item.get('hostname', '')
    if address:
        addresses.ip(address, f'{path}.ip', found)
    if mode is None:
        if address:
            found.append(field.required(f'{path}.ipMode', 'must be specified when `ip` is set'))
    elif not address:
        found.append(field.forbidden(f'{path}.ipMode', 'may not be specified when `ip` is not set'))
    elif mode not in ('Proxy', 'VIP'):
        found.append(field.not_supported(f'{path}.ipMode', mode, ('Proxy', 'VIP')))
    if host:
        found += field.invalid_each(f'{path}.hostname', host, names.is_dns1123_subdomain(host))
        if addresses.is_ip(host):
            found.append(field.invalid(f'{path}.hostname', host, 'must be a DNS name, not an IP address'))
