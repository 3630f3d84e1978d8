"""Validation of pod specs and templates (ValidatePodSpec), in upstream's order."""

from __future__ import annotations

import ipaddress

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata
from tutor.cluster.registry.podspec import containers, resources, scheduling, security, volumes

RESTART_POLICIES = ('Always', 'OnFailure', 'Never')
_DNS_POLICIES = ('ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None')
BAD_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'


def validate_template(template: Object, path: str) -> list[FieldError]:
    """ValidatePodTemplateSpec."""
    meta = template.get('metadata') or {}
    found = metadata.validate_labels(meta.get('labels') or {}, f'{path}.labels')
    if 'annotations' in meta:
        found += metadata.validate_annotations(meta['annotations'], f'{path}.annotations')
    spec = template.get('spec') or {}
    validate_spec(spec, f'{path}.spec', found)
    if spec.get('ephemeralContainers'):
        found.append(field.forbidden(f'{path}.spec.ephemeralContainers',
                                     'ephemeral containers not allowed in pod template'))
    return found


def validate_spec(spec: Object, path: str, found: list[FieldError]) -> None:
    """ValidatePodSpec."""
    grace = spec.get('terminationGracePeriodSeconds', 30)
    mounted = volumes.validate(spec['volumes'], f'{path}.volumes', found) if 'volumes' in spec else {}
    containers.validate(spec.get('containers'), mounted, grace, f'{path}.containers', found)
    if 'initContainers' in spec:
        containers.validate_init(spec, mounted, grace, f'{path}.initContainers', found)
    if 'resources' in spec:
        resources.validate(spec['resources'], f'{path}.resources', found)
    if spec.get('hostNetwork'):
        _host_network(spec, path, found)
    policy = spec.get('restartPolicy')
    if policy not in RESTART_POLICIES:
        found.append(field.not_supported(f'{path}.restartPolicy', policy, RESTART_POLICIES))
    if spec.get('dnsPolicy') not in _DNS_POLICIES:
        found.append(field.not_supported(f'{path}.dnsPolicy', spec.get('dnsPolicy', ''), _DNS_POLICIES))
    if 'nodeSelector' in spec:
        found += metadata.validate_labels(spec['nodeSelector'], f'{path}.nodeSelector')
    security.validate_pod(spec, path, found)
    for index, reference in enumerate(spec.get('imagePullSecrets') or ()):
        if not reference.get('name'):
            found.append(field.required(f'{path}.imagePullSecrets[{index}].name'))
    if 'affinity' in spec:
        scheduling.affinity(spec['affinity'], f'{path}.affinity', found)
    if spec.get('dnsPolicy') == 'None' or 'dnsConfig' in spec:
        _dns_config(spec, f'{path}.dnsConfig', found)
    if 'topologySpreadConstraints' in spec:
        scheduling.spread(spec['topologySpreadConstraints'], f'{path}.topologySpreadConstraints', found)
    _names(spec, path, found)
    if 'tolerations' in spec:
        scheduling.tolerations(spec['tolerations'], f'{path}.tolerations', found)
    if 'hostAliases' in spec:
        _host_aliases(spec['hostAliases'], f'{path}.hostAliases', found)
    _priority(spec, path, found)


def _host_network(spec: Object, path: str, found: list[FieldError]) -> None:
    """validateHostNetwork."""
    for index, container in enumerate(spec.get('containers') or ()):
        for number, port in enumerate(container.get('ports') or ()):
            if port.get('hostPort') and port['hostPort'] != port.get('containerPort'):
                found.append(field.invalid(f'{path}.containers[{index}].ports[{number}].hostPort', port['hostPort'],
                                           'must match `containerPort` when `hostNetwork` is true'))


def _dns_config(spec: Object, path: str, found: list[FieldError]) -> None:
    """validatePodDNSConfig."""
    config = spec.get('dnsConfig')
    if config is None:
        found.append(field.required(path, 'must provide `dnsConfig` when `dnsPolicy` is None'))
        return
    servers = config.get('nameservers') or []
    if spec.get('dnsPolicy') == 'None' and not servers:
        found.append(field.required(f'{path}.nameservers',
                                    'must provide at least one DNS nameserver when `dnsPolicy` is None'))
    if len(servers) > 3:
        found.append(field.invalid(f'{path}.nameservers', servers, 'must not have more than 3 nameservers'))
    for index, server in enumerate(servers):
        ip(server, f'{path}.nameservers[{index}]', found)
    for index, option in enumerate(config.get('options') or ()):
        if not option.get('name'):
            found.append(field.required(f'{path}.options[{index}]', 'must not be empty'))


def ip(value: str, path: str, found: list[FieldError]) -> None:
    """IsValidIP."""
    try:
        ipaddress.ip_address(value)
    except ValueError:
        found.append(field.invalid(path, value, BAD_IP))


def _names(spec: Object, path: str, found: list[FieldError]) -> None:
    for name in ('serviceAccountName', 'nodeName'):
        if spec.get(name):
            found += [field.invalid(f'{path}.{name}', spec[name], text)
                      for text in names.is_dns1123_subdomain(spec[name])]
    deadline = spec.get('activeDeadlineSeconds')
    if deadline is not None:
        found += metadata.in_range(deadline, 1, 2**31 - 1, f'{path}.activeDeadlineSeconds')
    for name in ('hostname', 'subdomain'):
        if spec.get(name):
            found += [field.invalid(f'{path}.{name}', spec[name], text) for text in names.is_dns1123_label(spec[name])]


def _host_aliases(aliases: list[Object], path: str, found: list[FieldError]) -> None:
    for index, alias in enumerate(aliases):
        ip(alias.get('ip', ''), f'{path}[{index}].ip', found)
        for number, name in enumerate(alias.get('hostnames') or ()):
            found += [field.invalid(f'{path}[{index}].hostnames[{number}]', name, text)
                      for text in names.is_dns1123_subdomain(name)]


def _priority(spec: Object, path: str, found: list[FieldError]) -> None:
    for name in ('priorityClassName', 'runtimeClassName'):
        if spec.get(name):
            found += [field.invalid(f'{path}.{name}', spec[name], text)
                      for text in names.is_dns1123_subdomain(spec[name])]
    policy = spec.get('preemptionPolicy')
    if policy is not None and policy not in ('Never', 'PreemptLowerPriority'):
        found.append(field.not_supported(f'{path}.preemptionPolicy', policy, ('Never', 'PreemptLowerPriority')))
