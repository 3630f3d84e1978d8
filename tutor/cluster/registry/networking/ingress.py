"""Ingresses."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import addresses
from tutor.cluster.registry.cells import NONE, age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

CLASS_ANNOTATION = 'kubernetes.io/ingress.class'
_NO_ADDRESS = 'must be a DNS name, not an IP address'
_PATH_TYPES = ('Exact', 'ImplementationSpecific', 'Prefix')
_BAD_SEQUENCES = ('//', '/./', '/../', '%2f', '%2F')
_BAD_SUFFIXES = ('/..', '/.')


class IngressStrategy(Kind):
    generation = True
    columns = columns('Name, Class, Hosts, Address, Ports, Age')
    prefix = 'ingress'

    def default(self, obj: Object) -> None:
        obj.setdefault('spec', {})
        obj.setdefault('status', {'loadBalancer': {}})

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['status'] = {'loadBalancer': {}}

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateIngressSpec."""
        spec = obj['spec']
        found: list[FieldError] = []
        if not spec.get('rules') and 'defaultBackend' not in spec:
            found.append(field.invalid('spec', None, 'either `defaultBackend` or `rules` must be specified'))
        if 'defaultBackend' in spec:
            _backend(spec['defaultBackend'], 'spec.defaultBackend', found)
        for index, rule in enumerate(spec.get('rules') or ()):
            _rule(rule, f'spec.rules[{index}]', found)
        for index, tls in enumerate(spec.get('tls') or ()):
            for number, host in enumerate(tls.get('hosts') or ()):
                found += _wildcard_or_name(host, f'spec.tls[{index}].hosts[{number}]')
            if secret := tls.get('secretName'):
                found += field.invalid_each(f'spec.tls[{index}].secretName', secret, names.is_dns1123_subdomain(secret))
        if spec.get('ingressClassName') is not None:
            found += [field.invalid('spec.ingressClassName', spec['ingressClassName'], text)
                      for text in names.is_dns1123_subdomain(spec['ingressClassName'])]
        return found

    def validate(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateIngressCreate: the annotation of old must agree with the field."""
        found = super().validate(obj, context)
        annotation = (obj['metadata'].get('annotations') or {}).get(CLASS_ANNOTATION)
        name = obj['spec'].get('ingressClassName')
        if annotation is not None and name is not None and annotation != name:
            found.append(field.invalid(f'annotations.{CLASS_ANNOTATION}', annotation,
                                       'must match `ingressClassName` when both are specified'))
        return found

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateIngressLoadBalancerStatus."""
        found: list[FieldError] = []
        balancer = (new.get('status') or {}).get('loadBalancer') or {}
        for index, item in enumerate(balancer.get('ingress') or ()):
            path, host = f'status.loadBalancer.ingress[{index}]', item.get('hostname', '')
            if item.get('ip'):
                addresses.ip(item['ip'], f'{path}.ip', found)
            if host:
                found += field.invalid_each(f'{path}.hostname', host, names.is_dns1123_subdomain(host))
                found += [field.invalid(f'{path}.hostname', host, _NO_ADDRESS)] if addresses.is_ip(host) else []
        return found

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        """ingressStrategy.WarningsOnCreate."""
        told = CLASS_ANNOTATION in (obj['metadata'].get('annotations') or {}) and 'ingressClassName' not in obj['spec']
        return [f'annotation "{CLASS_ANNOTATION}" is deprecated, please use \'spec.ingressClassName\' instead'] \
            if told and old is None else []

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        """printIngress."""
        spec = obj['spec']
        annotation = (obj['metadata'].get('annotations') or {}).get(CLASS_ANNOTATION)
        ingress = ((obj.get('status') or {}).get('loadBalancer') or {}).get('ingress') or ()
        shown = ','.join(item.get('ip') or item.get('hostname', '') for item in ingress)
        return [obj['metadata']['name'], spec.get('ingressClassName') or annotation or NONE, _hosts(spec), shown,
                '80, 443' if spec.get('tls') else '80', age(obj, simulation)]


def _hosts(spec: Object) -> str:
    """formatHosts."""
    hosts = [rule['host'] for rule in spec.get('rules') or () if rule.get('host')]
    if not hosts:
        return '*'
    text = ','.join(hosts[:3])
    return f'{text} + {len(hosts) - 3} more...' if len(hosts) > 3 else text


def _wildcard_or_name(host: str, path: str) -> list[FieldError]:
    rule = names.is_wildcard_dns1123_subdomain if '*' in host else names.is_dns1123_subdomain
    return [field.invalid(path, host, text) for text in rule(host)]


def _rule(rule: Object, path: str, found: list[FieldError]) -> None:
    """validateIngressRules."""
    host = rule.get('host', '')
    if host:
        if addresses.is_ip(host):
            found.append(field.invalid(f'{path}.host', host, _NO_ADDRESS))
        found += _wildcard_or_name(host, f'{path}.host')
    if 'http' in rule:
        paths = rule['http'].get('paths') or ()
        if not paths:
            found.append(field.required(f'{path}.http.paths'))
        for index, item in enumerate(paths):
            _path(item, f'{path}.http.paths[{index}]', found)


def _path(item: Object, path: str, found: list[FieldError]) -> None:
    """validateHTTPIngressPath."""
    kind, value = item.get('pathType'), item.get('path', '')
    if kind is None:
        found.append(field.required(f'{path}.pathType', 'pathType must be specified'))
        return
    if kind in ('Exact', 'Prefix'):
        if not value.startswith('/'):
            found.append(field.invalid(f'{path}.path', value, 'must be an absolute path'))
        if value:
            found += [field.invalid(f'{path}.path', value, f"must not contain '{bad}'")
                      for bad in _BAD_SEQUENCES if bad in value]
            found += [field.invalid(f'{path}.path', value, f"cannot end with '{bad}'")
                      for bad in _BAD_SUFFIXES if value.endswith(bad)]
    elif kind == 'ImplementationSpecific':
        if value and not value.startswith('/'):
            found.append(field.invalid(f'{path}.path', value, 'must be an absolute path'))
    else:
        found.append(field.not_supported(f'{path}.pathType', kind, _PATH_TYPES))
    _backend(item.get('backend') or {}, f'{path}.backend', found)


def _backend(backend: Object, path: str, found: list[FieldError]) -> None:
    """validateIngressBackend."""
    service, resource = backend.get('service'), backend.get('resource')
    if service is not None and resource is not None:
        found.append(field.invalid(path, '', 'cannot set both resource and service backends'))
    elif resource is not None:
        found += validate_reference(resource, f'{path}.resource')
    elif service is not None:
        _service(service, path, found)
    else:
        found.append(field.invalid(path, '', 'resource or service backend is required'))


def validate_reference(reference: Object, path: str) -> list[FieldError]:
    """validateIngressTypedLocalObjectReference."""
    group = reference.get('apiGroup')
    found: list[FieldError] = []
    if group is not None:
        found += field.invalid_each(f'{path}.apiGroup', group, names.is_dns1123_subdomain(group))
    for name in ('kind', 'name'):
        value = reference.get(name, '')
        if not value:
            found.append(field.required(f'{path}.{name}', f'{name} is required'))
        else:
            found += field.invalid_each(f'{path}.{name}', value, names.is_path_segment(value))
    return found


def _service(service: Object, path: str, found: list[FieldError]) -> None:
    name, port = service.get('name', ''), service.get('port') or {}
    if not name:
        found.append(field.required(f'{path}.service.name'))
    else:
        found += [field.invalid(f'{path}.service.name', name, text) for text in names.is_dns1123_label(name)]
    number, word = port.get('number', 0), port.get('name', '')
    if number and word:
        found.append(field.invalid(path, '', 'cannot set both port name & port number'))
    elif word:
        found += [field.invalid(f'{path}.service.port.name', word, text) for text in names.is_valid_port_name(word)]
    elif number:
        found += [field.invalid(f'{path}.service.port.number', number, text)
                  for text in names.is_valid_port_number(number)]
    else:
        found.append(field.required(path, 'port name or number is required'))
