"""Services: what is set, kept and refused."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.cells import NONE, age, columns, format_labels
from tutor.cluster.registry.core.service import addresses, allocation, defaults, validation
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

HINTS = 'service.kubernetes.io/topology-aware-hints'
EXTERNAL_IPS_WARNING = 'spec.externalIPs is deprecated and may no longer be implemented in some clusters'


class ServiceStrategy(Kind):
    columns = columns('Name, Type, Cluster-IP, External-IP, Port(s), Age, Selector*')
    prefix = 'services/specs'
    name_rule = staticmethod(names.is_dns1123_label)
    selectable = ('spec.clusterIP', 'spec.type')
    returns_deleted = True
    node_ports = allocation.NODE_PORTS

    def default(self, obj: Object) -> None:
        defaults.default(obj)

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['status'] = {'loadBalancer': {}}
        spec = obj['spec']
        if spec.get('clusterIP') and not spec.get('clusterIPs'):
            spec['clusterIPs'] = [spec['clusterIP']]
        # As upstream, addresses and ports are given before anything else is looked at.
        allocation.allocate(obj, context, self.node_ports)

    def prepare_update(self, new: Object, old: Object, context: Context) -> None:
        super().prepare_update(new, old, context)
        allocation.keep(new, old)
        if new['spec'] != old['spec']:
            allocation.allocate(new, context, self.node_ports)

    def begin_create(self, obj: Object, context: Context) -> None:
        addresses.claim(obj, context)

    def begin_update(self, new: Object, old: Object, context: Context) -> None:
        addresses.claim(new, context)
        addresses.release(old, context, kept=new)

    def after_delete(self, obj: Object, context: Context) -> None:
        addresses.release(obj, context)

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        return validation.validate(obj)

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        if new['spec'] == old['spec']:
            return []
        return validation.validate_update(new, old) + validation.validate(new)

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return validation.validate_status(new)

    def warnings(self, obj: Object, old: Object | None = None) -> list[str]:
        """GetWarningsForService."""
        spec, notes, found = obj['spec'], obj['metadata'].get('annotations') or {}, []
        if HINTS in notes:
            found.append(f'annotation {HINTS} is deprecated, please use service.kubernetes.io/topology-mode instead')
        outside = spec.get('type') == 'ExternalName'
        headless = spec.get('clusterIP') == 'None' and spec.get('type') == 'ClusterIP'
        if headless:
            if spec.get('loadBalancerIP'):
                found.append('spec.loadBalancerIP is ignored for headless services')
            if spec.get('externalIPs'):
                found.append('spec.externalIPs is ignored for headless services')
            if spec.get('sessionAffinity', 'None') != 'None':
                found.append('spec.SessionAffinity is ignored for headless services')
        elif spec.get('externalIPs') and not outside:
            found.append(EXTERNAL_IPS_WARNING)
        if outside and spec.get('externalIPs'):
            found.append('spec.externalIPs is ignored when spec.type is "ExternalName"')
        if not outside and spec.get('externalName'):
            found.append('spec.externalName is ignored when spec.type is not "ExternalName"')
        if spec.get('trafficDistribution') == 'PreferClose':
            found.append('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"')
        return found

    def fields(self, obj: Object) -> dict[str, str]:
        return {'spec.clusterIP': obj['spec'].get('clusterIP', ''), 'spec.type': obj['spec'].get('type', '')}

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec = obj['spec']
        return [obj['metadata']['name'], spec.get('type', ''), spec.get('clusterIP') or NONE, _external_ip(obj),
                _ports(spec.get('ports') or ()), age(obj, simulation), format_labels(spec.get('selector'))]


def _external_ip(obj: Object) -> str:
    """getServiceExternalIP."""
    spec = obj['spec']
    kind, given = spec.get('type'), spec.get('externalIPs') or []
    if kind == 'ExternalName':
        return spec.get('externalName', '')
    if kind == 'LoadBalancer':
        ingress = ((obj.get('status') or {}).get('loadBalancer') or {}).get('ingress') or ()
        found = [item.get('ip') or item.get('hostname', '') for item in ingress] + given
        return ','.join(found) or '<pending>'
    return ','.join(given) or NONE


def _ports(ports: Any) -> str:
    """makePortString."""
    if not ports:
        return NONE
    return ','.join(f'{port["port"]}:{port["nodePort"]}/{port.get("protocol", "")}' if port.get('nodePort')
                    else f'{port.get("port", 0)}/{port.get("protocol", "")}' for port in ports)
