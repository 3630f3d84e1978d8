"""Dynamic resource allocation: device classes, claims, templates and slices."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object, labels
from tutor.cluster.registry import metadata
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.resource import claim_status, requests, selectors
from tutor.cluster.registry.storage import volume
from tutor.cluster.registry.strategy import Context
from tutor.cluster.simulation import Simulation

PLACES = ('nodeName', 'nodeSelector', 'allNodes', 'perDeviceNodeSelection')
ADMIN_LABEL = 'resource.kubernetes.io/admin-access'


class DeviceClassStrategy(Kind):
    generation = True
    columns = columns('Name, Age')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """validateDeviceClassSpec."""
        return selectors.validate_selectors((obj.get('spec') or {}).get('selectors') or [], 'spec.selectors')

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], age(obj, simulation)]


class ResourceClaimTemplateStrategy(Kind):
    columns = columns('Name, Age')

    def default(self, obj: Object) -> None:
        template = obj.setdefault('spec', {})
        template.setdefault('metadata', {})
        requests.default(template.setdefault('spec', {}))

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """validateResourceClaimTemplateSpec."""
        return _admin_access(obj['spec']['spec'], obj, context) + requests.validate(obj['spec']['spec'], 'spec.spec')

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return metadata.immutable(new['spec'], old['spec'], 'spec')

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], age(obj, simulation)]


class ResourceClaimStrategy(Kind):
    columns = columns('Name, State, Age')

    def default(self, obj: Object) -> None:
        requests.default(obj.setdefault('spec', {}))

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """validateResourceClaimSpec."""
        return _admin_access(obj['spec'], obj, context) + requests.validate(obj['spec'], 'spec')

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        return metadata.immutable(new['spec'], old['spec'], 'spec')

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateResourceClaimStatusUpdate."""
        return claim_status.validate(new, old)

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], _state(obj), age(obj, simulation)]


class ResourceSliceStrategy(Kind):
    """ValidateResourceSlice, without what each device says."""

    generation = True
    columns = columns('Name, Node, Driver, Pool, Age')
    selectable = ('spec.nodeName', 'spec.driver')

    def unsupported_field(self, field: str) -> str:
        return f'field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: {field}'

    def default(self, obj: Object) -> None:
        obj.setdefault('spec', {})

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        spec, found = obj['spec'], []
        pool = spec.get('pool') or {}
        volume.driver_name(spec.get('driver', ''), 'spec.driver', found)
        if not pool.get('name'):
            found.append(field.required('spec.pool.name'))
        if pool.get('resourceSliceCount', 0) <= 0:
            found.append(field.invalid('spec.pool.resourceSliceCount', pool.get('resourceSliceCount', 0),
                                       'must be greater than zero'))
        if not any(spec.get(name) for name in PLACES):
            found.append(field.required('spec', 'exactly one of ' + ', '.join(f'`{name}`' for name in PLACES)
                                        + ' is required'))
        return found

    def fields(self, obj: Object) -> dict[str, str]:
        return {name: (obj.get('spec') or {}).get(name.removeprefix('spec.'), '') for name in self.selectable}

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec = obj.get('spec') or {}
        return [obj['metadata']['name'], spec.get('nodeName', '<unset>'), spec.get('driver', ''),
                (spec.get('pool') or {}).get('name', ''), age(obj, simulation)]


def _admin_access(spec: Object, obj: Object, context: Context) -> list[FieldError]:
    """AuthorizedForAdmin: only a namespace with the label may look at devices that others use. The path is that of a
    claim in templates too."""
    for index, request in enumerate((spec.get('devices') or {}).get('requests') or ()):
        if (request.get('exactly') or {}).get('adminAccess'):
            namespace = context.stores.of('', 'namespaces').find('', obj['metadata']['namespace'])
            if namespace is None or labels(namespace).get(ADMIN_LABEL) != 'true':
                return [field.forbidden(f'spec.devices.requests[{index}].adminAccess',
                                        f'admin access to devices requires the `{ADMIN_LABEL}: true` label on the '
                                        'containing namespace')]
            return []
    return []


def _state(obj: Object) -> str:
    """resourceClaimState."""
    status = obj.get('status') or {}
    states = ['deleted'] if 'deletionTimestamp' in obj['metadata'] else []
    if not status.get('allocation'):
        states.append('pending')
    else:
        states.append('allocated')
        if status.get('reservedFor'):
            states.append('reserved')
    return ','.join(states)
