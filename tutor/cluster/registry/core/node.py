"""Nodes."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object, condition
from tutor.cluster.registry import addresses
from tutor.cluster.registry.cells import NONE, UNKNOWN, age, columns
from tutor.cluster.registry.internal import internal
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.podspec import resources, scheduling
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
        spec = obj.setdefault('spec', {})
        networks = spec.get('podCIDRs') or []
        if spec.get('podCIDR') and spec['podCIDR'] not in networks[:1]:  # Convert_v1_NodeSpec_To_core_NodeSpec
            spec['podCIDRs'] = [spec['podCIDR']]
        elif networks:
            spec['podCIDR'] = networks[0]
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
        found += _resources(obj)
        networks = spec.get('podCIDRs') or []
        for index, network in enumerate(networks):
            addresses.cidr(network, f'spec.podCIDRs[{index}]', found)
        if len(networks) > 1 and len({':' in network for network in networks}) != len(networks):
            found.append(field.invalid('spec.podCIDRs', networks,
                                       'may specify no more than one CIDR for each IP family'))
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateNodeUpdate."""
        spec, before = new.get('spec') or {}, old.get('spec') or {}
        if spec == before:
            return []
        found = _resources(new)
        if before.get('podCIDRs') and before['podCIDRs'] != spec.get('podCIDRs'):
            found.append(field.forbidden('spec.podCIDRs',
                                         'node updates may not change podCIDR except from "" to valid'))
        if before.get('providerID') and before['providerID'] != spec.get('providerID'):
            found.append(field.forbidden('spec.providerID',
                                         'node updates may not change providerID except from "" to valid'))
        if 'taints' in spec:
            _taints(spec['taints'], found)
        if spec.get('externalID') != before.get('externalID'):
            found.append(field.forbidden('spec.externalID', 'may not be updated'))
        return found

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        found = _resources(new)
        given = (new.get('status') or {}).get('addresses') or []
        found += [field.duplicate(f'status.addresses[{index}]', internal(address, 'Type Address'))
                  for index, address in enumerate(given) if address in given[:index]]
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


def _resources(node: Object) -> list[FieldError]:
    """ValidateNodeResources."""
    found: list[FieldError] = []
    for kind in ('capacity', 'allocatable'):
        for name, amount in sorted(((node.get('status') or {}).get(kind) or {}).items()):
            resources.validate_amount(name, amount, f'status.{kind}.{name}', found)
    return found


def _taints(taints: list[Object], found: list[FieldError]) -> None:
    """validateNodeTaints. As upstream, taints are said to be in the metadata."""
    seen: set[tuple[str, str]] = set()
    for index, taint in enumerate(taints):
        here = f'metadata.taints[{index}]'
        key, value, effect = taint.get('key', ''), taint.get('value', ''), taint.get('effect', '')
        scheduling.label_name(key, f'{here}.key', found)
        if errors := names.is_label_value(value):
            found.append(field.invalid(f'{here}.value', value, ';'.join(errors)))
        if not effect:
            found.append(field.required(f'{here}.effect'))
        elif effect not in scheduling.EFFECTS:
            found.append(field.not_supported(f'{here}.effect', effect, scheduling.EFFECTS))
        if (key, effect) in seen:
            duplicate = field.duplicate(here, internal(taint, 'Key Value Effect TimeAdded', zeros={'Value': ''}))
            duplicate.detail = 'taints must be unique by key and effect pair'
            found.append(duplicate)
        seen.add((key, effect))
