"""kubectl describe ingress and ingressclass."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.kubectl.describe.events import describe_events
from tutor.kubectl.describe.related import Related
from tutor.kubectl.describe.service import format_endpoint_slices
from tutor.kubectl.describe.writer import PrefixWriter

Backend = Mapping[str, Any]


def describe_ingress(ingress: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    meta, spec = ingress['metadata'], ingress.get('spec') or {}
    namespace = meta.get('namespace', '')
    w.field('Name', meta['name'])
    w.labels('Labels', meta.get('labels'))
    w.field('Namespace', namespace)
    w.field('Address', addresses(ingress))
    w.field('Ingress Class', '<none>' if spec.get('ingressClassName') is None else spec['ingressClassName'])
    default = '<default>'
    if spec.get('defaultBackend') is not None:
        default = backend_text(spec['defaultBackend'], namespace, related)
    w.field('Default backend', default)
    _tls(spec, w)
    _rules(spec, namespace, default, related, w)
    w.annotations('Annotations', meta.get('annotations'))
    describe_events(related.events(ingress), w)
    return w.text()


def addresses(ingress: Object) -> str:
    """ingressLoadBalancerStatusStringerV1."""
    entries = ((ingress.get('status') or {}).get('loadBalancer') or {}).get('ingress') or ()
    return ','.join(sorted({entry.get('ip') or entry.get('hostname') or '' for entry in entries} - {''}))


def _tls(spec: Object, w: PrefixWriter) -> None:
    if spec.get('tls'):
        w.write(0, 'TLS:\n')
        for entry in spec['tls']:
            hosts = ','.join(entry.get('hosts') or ())
            secret = entry.get('secretName')
            w.write(1, f'{secret} terminates {hosts}\n' if secret else f'SNI routes {hosts}\n')


def _rules(spec: Object, namespace: str, default: str, related: Related, w: PrefixWriter) -> None:
    w.write(0, 'Rules:\n  Host\tPath\tBackends\n')
    w.write(1, '----\t----\t--------\n')
    rules = [rule for rule in spec.get('rules') or () if rule.get('http') is not None]
    for rule in rules:
        w.write(1, f'{rule.get("host") or "*"}\t\n')
        for path in rule['http'].get('paths') or ():
            backend = backend_text(path.get('backend') or {}, namespace, related)
            w.write(2, f'\t{path.get("path", "")} \t{backend}\n')
    if not rules:
        w.write(1, f'*\t*\t{default}\n')


def backend_text(backend: Backend, namespace: str, related: Related) -> str:
    """describeBackendV1: 'service:port (its endpoints)'."""
    service = backend.get('service')
    if service is not None:
        port = service.get('port') or {}
        text = f'{service.get("name", "")}:{port.get("number") or port.get("name", "")}'
        return f'{text} ({_endpoints(service.get("name", ""), port, namespace, related)})'
    resource = backend.get('resource')
    if resource is not None:
        group = '<none>' if resource.get('apiGroup') is None else resource['apiGroup']
        return f'APIGroup: {group}, Kind: {resource.get("kind", "")}, Name: {resource.get("name", "")}'
    return ''


def _endpoints(name: str, port: Backend, namespace: str, related: Related) -> str:
    try:
        slices = related.endpoint_slices(namespace, name)
        service = related.get('services', name, namespace)
    except StatusError as error:
        return f'<error: {error}>'
    port_name = ''
    for entry in service['spec'].get('ports') or ():
        if (port.get('number') and port['number'] == entry.get('port')) or (
                port.get('name') and port['name'] == entry.get('name')):
            port_name = entry.get('name', '')
    return format_endpoint_slices(slices, port_name)


def describe_ingress_class(ingress_class: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    w.metadata(ingress_class, namespace=False)
    spec = ingress_class.get('spec') or {}
    w.field('Controller', spec.get('controller', ''))
    parameters = spec.get('parameters')
    if parameters is not None:
        w.write(0, 'Parameters:\n')
        if parameters.get('apiGroup') is not None:
            w.field('APIGroup', parameters['apiGroup'], 1)
        w.field('Kind', parameters.get('kind', ''), 1)
        w.field('Name', parameters.get('name', ''), 1)
    describe_events(related.events(ingress_class), w)
    return w.text()
