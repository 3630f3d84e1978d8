"""Nodes."""

from __future__ import annotations

import ipaddress
from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object, condition
from tutor.cluster.registry.cells import NONE, UNKNOWN, age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec import scheduling
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

ROLE_PREFIX = 'node-role.kubernetes.io/'
ROLE_LABEL = 'kubernetes.io/role'
_INFO = ('architecture', 'bootID', 'containerRuntimeVersion', 'kernelVersion', 'kubeProxyVersion', 'kubeletVersion',
         'machineID', 'operatingSystem', 'osImage', 'systemUUID')


class NodeStrategy(Kind):
    columns = columns('Name, Status, Roles, Age, Version, Internal-IP*, External-IP*, OS-Image*, Kernel-Version*, '
                      'Container-Runtime*')
    prefix = 'minions'
    selectable = ('spec.unschedulable',)

    def default(self, obj: Object) -> None:
        obj.setdefault('spec', {})
        status = obj.get('status')
        if status and 'allocatable' not in status and status.get('capacity'):
            status['allocatable'] = dict(status['capacity'])

    def prepare_create(self, obj: Object, context: Context) -> None:
        """A node may bring its status (a kubelet registers with one)."""
        obj.setdefault('status', {'daemonEndpoints': {'kubeletEndpoint': {'Port': 0}}, 'nodeInfo': _no_info()})

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateNode."""
        spec = obj['spec']
        found: list[FieldError] = []
        if 'taints' in spec:
            _taints(spec['taints'], found)
        for index, network in enumerate(spec.get('podCIDRs') or ()):
            _cidr(network, f'spec.podCIDRs[{index}]', found)
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateNodeUpdate."""
        if new.get('spec') == old.get('spec'):
            return []
        found = self.check(new, context)
        before, after = old['spec'].get('podCIDRs'), new['spec'].get('podCIDRs')
        if before and before != after:
            found.append(field.forbidden('spec.podCIDRs',
                                         'node updates may not change podCIDR except from "" to valid'))
        before, after = old['spec'].get('providerID'), new['spec'].get('providerID')
        if before and before != after:
            found.append(field.forbidden('spec.providerID',
                                         'node updates may not change providerID except from "" to valid'))
        return found

    def fields(self, obj: Object) -> dict[str, str]:
        return {'spec.unschedulable': 'true' if (obj.get('spec') or {}).get('unschedulable') else 'false'}

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        """printNode."""
        info = (obj.get('status') or {}).get('nodeInfo') or {}
        return [
            obj['metadata']['name'], _status(obj), ','.join(roles(obj)) or NONE, age(obj, simulation),
            info.get('kubeletVersion', ''), _address(obj, 'InternalIP'), _address(obj, 'ExternalIP'),
            info.get('osImage') or UNKNOWN, info.get('kernelVersion') or UNKNOWN,
            info.get('containerRuntimeVersion') or UNKNOWN,
        ]


def roles(node: Object) -> list[str]:
    """findNodeRoles: from labels, sorted."""
    found = set()
    for key, value in (node['metadata'].get('labels') or {}).items():
        if key.startswith(ROLE_PREFIX):
            if role := key.removeprefix(ROLE_PREFIX):
                found.add(role)
        elif key == ROLE_LABEL and value:
            found.add(value)
    return sorted(found)


def _status(node: Object) -> str:
    ready = condition(node, 'Ready')
    if ready is None:
        status = 'Unknown'
    else:
        status = 'Ready' if ready.get('status') == 'True' else 'NotReady'
    return f'{status},SchedulingDisabled' if (node.get('spec') or {}).get('unschedulable') else status


def _address(node: Object, kind: str) -> str:
    for address in (node.get('status') or {}).get('addresses') or ():
        if address.get('type') == kind:
            return address.get('address', '')
    return NONE


def _no_info() -> Object:
    return dict.fromkeys(_INFO, '')


def _taints(taints: list[Object], found: list[FieldError]) -> None:
    """validateNodeTaints."""
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate(taints):
        here = f'spec.taints[{index}]'
        key, value, effect = taint.get('key', ''), taint.get('value', ''), taint.get('effect', '')
        scheduling.label_name(key, f'{here}.key', found)
        if errors := names.is_label_value(value):
            found.append(field.invalid(f'{here}.value', value, ';'.join(errors)))
        if not effect:
            found.append(field.required(f'{here}.effect'))
        elif effect not in scheduling.EFFECTS:
            found.append(field.not_supported(f'{here}.effect', effect, scheduling.EFFECTS))
        if (key, effect) in seen:
            duplicate = field.duplicate(here, {'key': key, 'value': value, 'effect': effect})
            duplicate.detail = 'taints must be unique by key and effect pair'
            found.append(duplicate)
        seen.add((key, effect))


def _cidr(value: str, path: str, found: list[FieldError]) -> None:
    try:
        ipaddress.ip_network(value, strict=False)
    except ValueError:
        found.append(field.invalid(path, value, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'))
