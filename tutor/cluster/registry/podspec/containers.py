"""Containers of a pod spec (validateContainers, validateInitContainers)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as attribute

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.podspec import environment, mounts, probes, resources, security
from tutor.cluster.registry.podspec.volumes import PULL_POLICIES

PROTOCOLS = ('SCTP', 'TCP', 'UDP')
MAX_RULES, MAX_CODES = 20, 255
_RESTART_POLICIES = ('Always', 'Never', 'OnFailure')
_RULE_ACTIONS = ('Restart', 'RestartAllContainers')
_MESSAGE_POLICIES = ('File', 'FallbackToLogsOnError')
_ONLY_SIDECARS = 'may not be set for init containers without restartPolicy=Always'


@dataclass(frozen=True, slots=True)
class Around:
    """What containers need to know of the pod that they are in."""

    volumes: Mapping[str, Object]
    grace: int = 30
    restart_policy: str = 'Always'
    host_users: bool = True
    claims: frozenset[str] = attribute(default_factory=frozenset)

    @classmethod
    def of(cls, spec: Object, volumes: Mapping[str, Object]) -> Around:
        """`volumes` are the good ones among the spec's."""
        return cls(volumes, spec.get('terminationGracePeriodSeconds', 30), spec.get('restartPolicy', ''),
                   spec.get('hostUsers') is not False,
                   frozenset(claim['name'] for claim in spec.get('resourceClaims') or () if claim.get('name')))


def validate(containers: list[Object] | None, pod: Around, path: str, found: list[FieldError]) -> None:
    if not containers:
        found.append(field.required(path))
        return
    seen: set[str] = set()
    for index, container in enumerate(containers):
        here = f'{path}[{index}]'
        common(container, pod, here, found)
        name = container.get('name', '')
        if name in seen:
            found.append(field.duplicate(f'{here}.name', name))
        seen.add(name)
        probes.validate_all(container, pod.grace, here, found)
        _restart_policy(container, here, found)
    _host_ports(containers, path, found)


def _restart_policy(container: Object, path: str, found: list[FieldError]) -> None:
    """validateContainerRestartPolicy."""
    policy, rules = container.get('restartPolicy'), container.get('restartPolicyRules') or ()
    if policy is None:
        if rules:
            found.append(field.required(f'{path}.restartPolicy',
                                        'must specify restartPolicy when restart rules are used'))
        return
    if policy not in _RESTART_POLICIES:
        found.append(field.not_supported(f'{path}.restartPolicy', policy, _RESTART_POLICIES))
    if len(rules) > MAX_RULES:
        found.append(field.too_many(f'{path}.restartPolicyRules', len(rules), MAX_RULES))
    for index, rule in enumerate(rules):
        _restart_rule(rule, f'{path}.restartPolicyRules[{index}]', found)


def _restart_rule(rule: Object, path: str, found: list[FieldError]) -> None:
    if rule.get('action') not in _RULE_ACTIONS:
        found.append(field.not_supported(f'{path}.action', rule.get('action', ''), _RULE_ACTIONS))
    codes = rule.get('exitCodes')
    if codes is None:
        found.append(field.required(f'{path}.exitCodes', 'must be specified'))
        return
    if codes.get('operator') not in ('In', 'NotIn'):
        found.append(field.not_supported(f'{path}.exitCodes.operator', codes.get('operator', ''), ('In', 'NotIn')))
    if len(codes.get('values') or ()) > MAX_CODES:
        found.append(field.too_many(f'{path}.exitCodes.values', len(codes['values']), MAX_CODES))


def validate_init(spec: Object, pod: Around, path: str, found: list[FieldError]) -> None:
    """validateInitContainers; `path` is that of the init containers."""
    seen = {container.get('name') for container in spec.get('containers') or ()}
    for index, container in enumerate(spec.get('initContainers') or ()):
        here = f'{path}[{index}]'
        common(container, pod, here, found)
        sidecar = container.get('restartPolicy') == 'Always'
        name = container.get('name', '')
        if name in seen:
            found.append(field.duplicate(f'{here}.name', name))
        elif name:
            seen.add(name)
        _host_ports([container], path, found)
        _restart_policy(container, here, found)
        if sidecar:
            probes.validate_all(container, pod.grace, here, found)
        else:
            found += [field.forbidden(f'{here}.{part}', _ONLY_SIDECARS)
                      for part in ('lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe')
                      if part in container]


def common(container: Object, pod: Around, path: str, found: list[FieldError]) -> None:
    """validateContainerCommon."""
    name = container.get('name')
    if not name:
        found.append(field.required(f'{path}.name'))
    elif errors := names.is_dns1123_label(name):
        found += field.invalid_each(f'{path}.name', name, errors)
    if not container.get('image'):
        found.append(field.required(f'{path}.image'))
    policy = container.get('terminationMessagePolicy')
    if policy not in _MESSAGE_POLICIES:
        found.append(field.not_supported(f'{path}.terminationMessagePolicy', policy, _MESSAGE_POLICIES))
    if 'ports' in container:
        _ports(container['ports'], f'{path}.ports', found)
    if 'env' in container:
        environment.validate(container['env'], f'{path}.env', found)
    if 'envFrom' in container:
        environment.validate_sources(container['envFrom'], f'{path}.envFrom', found)
    if 'volumeMounts' in container:
        mounts.validate(container, pod.volumes, f'{path}.volumeMounts', found)
    if 'volumeDevices' in container:
        mounts.validate_devices(container, pod.volumes, f'{path}.volumeDevices', found)
    pull = container.get('imagePullPolicy', '')
    if pull not in PULL_POLICIES:
        found.append(field.not_supported(f'{path}.imagePullPolicy', pull, PULL_POLICIES))
    if container.get('resources'):
        resources.validate(container['resources'], f'{path}.resources', found, pod.claims)
    if 'resizePolicy' in container:
        resources.validate_resize_policies(container['resizePolicy'], pod.restart_policy, f'{path}.resizePolicy', found)
    if container.get('securityContext'):
        security.validate_container(container['securityContext'], pod.host_users, f'{path}.securityContext', found)


def _ports(ports: list[Object], path: str, found: list[FieldError]) -> None:
    """validateContainerPorts."""
    seen: set[str] = set()
    for index, port in enumerate(ports):
        here = f'{path}[{index}]'
        if name := port.get('name'):
            if errors := names.is_valid_port_name(name):
                found += [field.invalid(f'{here}.name', name, text) for text in errors]
            elif name in seen:
                found.append(field.duplicate(f'{here}.name', name))
            seen.add(name)
        number = port.get('containerPort')
        if not number:
            found.append(field.required(f'{here}.containerPort'))
        elif errors := names.is_valid_port_number(number):
            found += [field.invalid(f'{here}.containerPort', number, text) for text in errors]
        if host := port.get('hostPort'):
            found += [field.invalid(f'{here}.hostPort', host, text) for text in names.is_valid_port_number(host)]
        if port.get('protocol') not in PROTOCOLS:
            found.append(field.not_supported(f'{here}.protocol', port.get('protocol', ''), PROTOCOLS))


def _host_ports(containers: list[Object], path: str, found: list[FieldError]) -> None:
    """checkHostPortConflicts."""
    seen: set[str] = set()
    for index, container in enumerate(containers):
        for number, port in enumerate(container.get('ports') or ()):
            if port.get('hostPort'):
                text = f'{port.get("protocol", "")}/{port.get("hostIP", "")}/{port["hostPort"]}'
                if text in seen:
                    found.append(field.duplicate(f'{path}[{index}].ports[{number}].hostPort', text))
                seen.add(text)
