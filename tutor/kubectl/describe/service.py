"""kubectl describe service, endpoints and endpointslice."""

from __future__ import annotations

from collections.abc import Sequence

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.kubectl.describe.events import describe_events
from tutor.kubectl.describe.related import Related
from tutor.kubectl.describe.writer import PrefixWriter, format_labels, go_text, or_none

SHOWN_ENDPOINTS = 3


def describe_service(service: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    meta, spec = service['metadata'], service.get('spec') or {}
    try:
        slices = related.endpoint_slices(meta.get('namespace', ''), meta['name'])
    except StatusError:
        slices = []
    w.metadata(service)
    w.field('Selector', format_labels(spec.get('selector')))
    w.field('Type', spec.get('type', ''))
    if spec.get('ipFamilyPolicy') is not None:
        w.field('IP Family Policy', spec['ipFamilyPolicy'])
    w.field('IP Families', or_none(','.join(spec.get('ipFamilies') or ())))
    w.field('IP', spec.get('clusterIP', ''))
    w.field('IPs', or_none(','.join(spec.get('clusterIPs') or ())))
    _outside(service, spec, w)
    for port in spec.get('ports') or ():
        _port(port, slices, w)
    _policies(spec, w)
    describe_events(related.events(service), w)
    return w.text()


def _outside(service: Object, spec: Object, w: PrefixWriter) -> None:
    if spec.get('externalIPs'):
        w.field('External IPs', ','.join(spec['externalIPs']))
    if spec.get('loadBalancerIP'):
        w.field('Desired LoadBalancer IP', spec['loadBalancerIP'])
    if spec.get('externalName'):
        w.field('External Name', spec['externalName'])
    ingress = ((service.get('status') or {}).get('loadBalancer') or {}).get('ingress')
    if ingress:
        w.field('LoadBalancer Ingress', ', '.join(_ingress(entry) for entry in ingress))


def _ingress(entry: Object) -> str:
    """buildIngressString."""
    if not entry.get('ip'):
        return entry.get('hostname', '')
    return f'{entry["ip"]} ({entry["ipMode"]})' if entry.get('ipMode') else entry['ip']


def _port(port: Object, slices: Sequence[Object], w: PrefixWriter) -> None:
    name, protocol = port.get('name') or '<unset>', port.get('protocol', '')
    w.write(0, f'Port:\t{name}\t{port.get("port", 0)}/{protocol}\n')
    w.field('TargetPort', f'{port.get("targetPort", 0)}/{protocol}')
    if port.get('appProtocol') is not None:
        w.field('AppProtocol', port['appProtocol'])
    if port.get('nodePort'):
        w.write(0, f'NodePort:\t{name}\t{port["nodePort"]}/{protocol}\n')
    w.field('Endpoints', format_endpoint_slices(slices, port.get('name', '')))


def _policies(spec: Object, w: PrefixWriter) -> None:
    w.field('Session Affinity', spec.get('sessionAffinity', ''))
    if spec.get('externalTrafficPolicy'):
        w.field('External Traffic Policy', spec['externalTrafficPolicy'])
    if spec.get('internalTrafficPolicy') is not None:
        w.field('Internal Traffic Policy', spec['internalTrafficPolicy'])
    if spec.get('healthCheckNodePort'):
        w.field('HealthCheck NodePort', spec['healthCheckNodePort'])
    if spec.get('loadBalancerSourceRanges'):
        w.field('LoadBalancer Source Ranges', ','.join(spec['loadBalancerSourceRanges']))
    if spec.get('trafficDistribution') is not None:
        w.field('Traffic Distribution', spec['trafficDistribution'])


def format_endpoint_slices(slices: Sequence[Object], port_name: str | None) -> str:
    """formatEndpointSlices: the first three ready addresses of a port, and how many more there are.

    As upstream, the count is only cut off once a further endpoint is looked at, ready or not.
    """
    if not slices:
        return '<none>'
    shown: list[str] = []
    more, count = False, 0
    for entry in slices:
        for port in entry.get('ports') or (None,):
            if port is not None and port_name is not None and (port.get('name') or '') != port_name:
                continue
            for endpoint in entry.get('endpoints') or ():
                more = more or len(shown) == SHOWN_ENDPOINTS
                if (endpoint.get('conditions') or {}).get('ready') is False:
                    continue
                if not more:
                    shown.append(_address(endpoint['addresses'][0], port))
                count += 1
    text = ','.join(shown)
    return f'{text} + {count - SHOWN_ENDPOINTS} more...' if more else text


def _address(address: str, port: Object | None) -> str:
    """net.JoinHostPort."""
    if port is None:
        return address
    return f'[{address}]:{port.get("port", 0)}' if ':' in address else f'{address}:{port.get("port", 0)}'


def describe_endpoints(endpoints: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    w.metadata(endpoints)
    w.write(0, 'Subsets:\n')
    for subset in endpoints.get('subsets') or ():
        for title, field in (('Addresses', 'addresses'), ('NotReadyAddresses', 'notReadyAddresses')):
            w.field(title, or_none(','.join(entry.get('ip', '') for entry in subset.get(field) or ())), 1)
        if subset.get('ports'):
            w.write(1, 'Ports:\n')
            w.rows(2, ('Name', 'Port', 'Protocol'), ('----', '----', '--------'))
            w.rows(2, *((port.get('name') or '<unset>', port.get('port', 0), port.get('protocol', ''))
                        for port in subset['ports']))
        w.write(0, '\n')
    describe_events(related.events(endpoints), w)
    return w.text()


def describe_endpoint_slice(entry: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    w.metadata(entry)
    w.field('AddressType', entry.get('addressType', ''))
    ports = entry.get('ports')
    w.write(0, 'Ports:\n' if ports else 'Ports: <unset>\n')
    if ports:
        w.rows(1, ('Name', 'Port', 'Protocol'), ('----', '----', '--------'))
        w.rows(1, *((port.get('name') or '<unset>', _unset(port.get('port')), port.get('protocol', ''))
                    for port in ports))
    endpoints = entry.get('endpoints')
    w.write(0, 'Endpoints:\n' if endpoints else 'Endpoints: <none>\n')
    for endpoint in endpoints or ():
        _endpoint(endpoint, w)
    describe_events(related.events(entry), w)
    return w.text()


def _endpoint(endpoint: Object, w: PrefixWriter) -> None:
    w.field('- Addresses', or_none(', '.join(endpoint.get('addresses') or ())), 1)
    w.write(2, 'Conditions:\n')
    w.field('Ready', _unset((endpoint.get('conditions') or {}).get('ready')), 3)
    w.field('Hostname', _unset(endpoint.get('hostname')), 2)
    target = endpoint.get('targetRef')
    if target:
        w.field('TargetRef', f'{target.get("kind", "")}/{target.get("name", "")}', 2)
    w.field('NodeName', _unset(endpoint.get('nodeName')), 2)
    w.field('Zone', _unset(endpoint.get('zone')), 2)


def _unset(value: object) -> str:
    return '<unset>' if value is None else go_text(value)
