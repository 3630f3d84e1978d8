"""Validation of pod specs and templates (ValidatePodSpec), in upstream's order."""

from __future__ import annotations

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import addresses, metadata
from tutor.cluster.registry.internal import internal
from tutor.cluster.registry.podspec import (
    annotations,
    containers,
    dns,
    ephemeral,
    operating_system,
    pod_resources,
    resources,
    scheduling,
    security,
    volumes,
    windows,
)

RESTART_POLICIES = ('Always', 'OnFailure', 'Never')
_DNS_POLICIES = ('ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None')
PREEMPTION_POLICIES = ('PreemptLowerPriority', 'Never')
_CLAIM_SOURCES = ('resourceClaimName', 'resourceClaimTemplateName')


def validate_template(template: Object, path: str) -> list[FieldError]:
    """ValidatePodTemplateSpec."""
    meta = template.get('metadata') or {}
    found = metadata.validate_labels(meta.get('labels') or {}, f'{path}.labels')
    spec = template.get('spec') or {}
    if 'annotations' in meta:
        found += metadata.validate_annotations(meta['annotations'], f'{path}.annotations')
        found += annotations.validate(meta['annotations'], spec, f'{path}.annotations')
    validate_spec(spec, f'{path}.spec', found)
    if spec.get('ephemeralContainers'):
        found.append(field.forbidden(f'{path}.spec.ephemeralContainers',
                                     'ephemeral containers not allowed in pod template'))
    return found


def validate_pod(pod: Object) -> list[FieldError]:
    """validatePodMetadataAndSpec, but for what all metadata must be."""
    meta, spec = pod['metadata'], pod['spec']
    found: list[FieldError] = []
    if 'annotations' in meta:
        found += annotations.validate(meta['annotations'], spec, 'metadata.annotations')
    validate_spec(spec, 'spec', found, meta)
    for name in ('containers', 'initContainers'):
        for index, container in enumerate(spec.get(name) or ()):
            validate_image(container.get('image', ''), f'spec.{name}[{index}].image', found)
    return found


def validate_image(image: str, path: str, found: list[FieldError]) -> None:
    """validateContainerOnlyForPod."""
    if image != image.strip():
        found.append(field.invalid(path, image, 'must not have leading or trailing whitespace'))


def validate_spec(spec: Object, path: str, found: list[FieldError], pod: Object | None = None) -> None:
    """ValidatePodSpec; `pod` is the metadata of a pod, None for a template."""
    mounted = volumes.validate(spec['volumes'], f'{path}.volumes', found, pod) if 'volumes' in spec else {}
    around = containers.Around.of(spec, mounted)
    if 'resourceClaims' in spec:
        _resource_claims(spec['resourceClaims'], f'{path}.resourceClaims', found)
    containers.validate(spec.get('containers'), around, f'{path}.containers', found)
    if 'initContainers' in spec:
        containers.validate_init(spec, around, f'{path}.initContainers', found)
    if 'ephemeralContainers' in spec:
        ephemeral.validate(spec, around, f'{path}.ephemeralContainers', found)
    if 'resources' in spec:
        pod_resources.validate(spec, f'{path}.resources', found)
    if spec.get('hostNetwork'):
        _host_network(spec, path, found)
    _policies(spec, path, found)
    if 'nodeSelector' in spec:
        found += metadata.validate_labels(spec['nodeSelector'], f'{path}.nodeSelector')
    security.validate_pod(spec, path, found)
    if 'affinity' in spec:
        scheduling.affinity(spec['affinity'], f'{path}.affinity', found)
    if spec.get('dnsPolicy') == 'None' or 'dnsConfig' in spec:
        dns.validate(spec, f'{path}.dnsConfig', found)
    _gates(spec, path, found)
    if 'topologySpreadConstraints' in spec:
        scheduling.spread(spec['topologySpreadConstraints'], f'{path}.topologySpreadConstraints', found)
    windows.validate_host_process(spec, path, found)
    security.validate_host_users(spec, path, found)
    _names(spec, path, found)
    if 'tolerations' in spec:
        scheduling.tolerations(spec['tolerations'], f'{path}.tolerations', found)
    if 'hostAliases' in spec:
        _host_aliases(spec['hostAliases'], f'{path}.hostAliases', found)
    _priority(spec, path, found)
    if 'os' in spec:
        operating_system.validate(spec, path, found)


def _policies(spec: Object, path: str, found: list[FieldError]) -> None:
    """validateRestartPolicy, validateDNSPolicy."""
    for name, allowed in (('restartPolicy', RESTART_POLICIES), ('dnsPolicy', _DNS_POLICIES)):
        value = spec.get(name, '')
        if not value:
            found.append(field.required(f'{path}.{name}'))
        elif value not in allowed:
            found.append(field.not_supported(f'{path}.{name}', value, allowed))


def _resource_claims(claims: list[Object], path: str, found: list[FieldError]) -> None:
    """validatePodResourceClaims."""
    seen: set[str] = set()
    for index, claim in enumerate(claims):
        here, name = f'{path}[{index}]', claim.get('name', '')
        if not name:
            found.append(field.required(f'{here}.name'))
        elif name in seen:
            found.append(field.duplicate(f'{here}.name', name))
        else:
            found += field.invalid_each(f'{here}.name', name, names.is_dns1123_label(name))
        seen.add(name)
        given = [source for source in _CLAIM_SOURCES if source in claim]
        shown = internal(claim, 'Name ResourceClaimName ResourceClaimTemplateName')
        if len(given) > 1:
            found.append(field.invalid(here, shown, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` '
                                                    'may be specified'))
        elif not given:
            found.append(field.invalid(here, shown, 'must specify one of: `resourceClaimName`, '
                                                    '`resourceClaimTemplateName`'))
        for source in given:
            found += field.invalid_each(f'{here}.{source}', claim[source], names.is_dns1123_subdomain(claim[source]))


def _gates(spec: Object, path: str, found: list[FieldError]) -> None:
    """validateReadinessGates, validateSchedulingGates."""
    for index, gate in enumerate(spec.get('readinessGates') or ()):
        here, kind = f'{path}.readinessGates[{index}].conditionType', gate.get('conditionType', '')
        found += field.invalid_each(here, kind, names.is_qualified_name(kind))
    seen: set[str] = set()
    for index, gate in enumerate(spec.get('schedulingGates') or ()):
        here, name = f'{path}.schedulingGates[{index}]', gate.get('name', '')
        found += field.invalid_each(here, name, names.is_qualified_name(name))
        if name in seen:
            found.append(field.duplicate(here, name))
        seen.add(name)


def _host_network(spec: Object, path: str, found: list[FieldError]) -> None:
    """validatePodHostNetworkDeps."""
    for index, container in enumerate(spec.get('containers') or ()):
        for number, port in enumerate(container.get('ports') or ()):
            if port.get('hostPort') and port['hostPort'] != port.get('containerPort'):
                found.append(field.invalid(f'{path}.containers[{index}].ports[{number}].hostPort', port['hostPort'],
                                           'must match `containerPort` when `hostNetwork` is true'))


def _names(spec: Object, path: str, found: list[FieldError]) -> None:
    for name in ('serviceAccountName', 'nodeName'):
        if spec.get(name):
            found += field.invalid_each(f'{path}.{name}', spec[name], names.is_dns1123_subdomain(spec[name]))
    deadline = spec.get('activeDeadlineSeconds')
    if deadline is not None:
        found += metadata.in_range(deadline, 1, 2**31 - 1, f'{path}.activeDeadlineSeconds')
    for name in ('hostname', 'subdomain'):
        if spec.get(name):
            found += field.invalid_each(f'{path}.{name}', spec[name], names.is_dns1123_label(spec[name]))


def _host_aliases(aliases: list[Object], path: str, found: list[FieldError]) -> None:
    for index, alias in enumerate(aliases):
        addresses.ip(alias.get('ip', ''), f'{path}[{index}].ip', found)
        for number, name in enumerate(alias.get('hostnames') or ()):
            found += field.invalid_each(f'{path}[{index}].hostnames[{number}]', name, names.is_dns1123_subdomain(name))


def _priority(spec: Object, path: str, found: list[FieldError]) -> None:
    for name in ('priorityClassName', 'runtimeClassName'):
        if spec.get(name):
            found += field.invalid_each(f'{path}.{name}', spec[name], names.is_dns1123_subdomain(spec[name]))
    policy = spec.get('preemptionPolicy')
    if policy is not None and policy not in PREEMPTION_POLICIES:
        found.append(field.not_supported(f'{path}.preemptionPolicy', policy, PREEMPTION_POLICIES))
    if 'overhead' in spec:
        resources.validate({'limits': spec['overhead']}, f'{path}.overhead', found)
