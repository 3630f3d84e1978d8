"""CSIDrivers, CSINodes, CSIStorageCapacities, VolumeAttachments and VolumeAttributesClasses."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names, quantity
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import label_selectors, metadata
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.internal import internal
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.storage.storageclass import parameters, provisioner
from tutor.cluster.registry.storage.volume import UNSET, driver_name
from tutor.cluster.registry.strategy import Column, Context
from tutor.cluster.simulation import Simulation

_GROUP_POLICIES = ('File', 'None', 'ReadWriteOnceWithFSType')
_MODES = ('Persistent', 'Ephemeral')
_LONGEST_NODE_ID = 256
_MOST_METADATA, _LONGEST_MESSAGE = 256 * 1024, 1024
_ONE_SOURCE = 'must specify exactly one of inlineVolumeSpec and persistentVolumeName'


class CSIDriverStrategy(Kind):
    columns = columns('Name, AttachRequired:boolean, PodInfoOnMount:boolean, StorageCapacity:boolean, TokenRequests, '
                      'RequiresRepublish:boolean, Modes, Age')

    def default(self, obj: Object) -> None:
        """SetDefaults_CSIDriver."""
        spec = obj.setdefault('spec', {})
        for name, value in (('attachRequired', True), ('podInfoOnMount', False), ('storageCapacity', False),
                            ('fsGroupPolicy', 'ReadWriteOnceWithFSType'), ('requiresRepublish', False),
                            ('seLinuxMount', False)):
            spec.setdefault(name, value)
        if not spec.get('volumeLifecycleModes'):
            spec['volumeLifecycleModes'] = ['Persistent']

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateCSIDriver."""
        spec = obj['spec']
        found: list[FieldError] = []
        if spec['fsGroupPolicy'] not in _GROUP_POLICIES:
            found.append(field.not_supported('spec.fsGroupPolicy', spec['fsGroupPolicy'], _GROUP_POLICIES))
        found += _tokens(spec.get('tokenRequests') or [])
        found += [field.not_supported('spec.volumeLifecycleModes', mode, _MODES)
                  for mode in spec['volumeLifecycleModes'] if mode not in _MODES]
        period = spec.get('nodeAllocatableUpdatePeriodSeconds')
        if period is not None and period < 10:
            found.append(field.invalid('spec.nodeAllocatableUpdatePeriodSeconds', period,
                                       'must be greater than or equal to 10 seconds'))
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateCSIDriverUpdate. As upstream, the path of one field is not its name."""
        found = self.check(new, context)
        for name, path in (('attachRequired', 'attachedRequired'), ('volumeLifecycleModes', 'volumeLifecycleModes')):
            found += metadata.immutable(new['spec'].get(name), old['spec'].get(name), f'spec.{path}')
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec = obj['spec']
        tokens = ','.join(item.get('audience', '') for item in spec.get('tokenRequests') or ())
        return [obj['metadata']['name'], bool(spec.get('attachRequired', True)), bool(spec.get('podInfoOnMount')),
                bool(spec.get('storageCapacity')), tokens or UNSET, bool(spec.get('requiresRepublish')),
                ','.join(spec.get('volumeLifecycleModes') or ()) or '<none>', age(obj, simulation)]


def _tokens(tokens: list[Object]) -> list[FieldError]:
    """validateTokenRequests."""
    found: list[FieldError] = []
    audiences = [token.get('audience', '') for token in tokens]
    for index, token in enumerate(tokens):
        path, seconds = f'spec.tokenRequests[{index}]', token.get('expirationSeconds')
        if audiences[index] in audiences[:index]:
            found.append(field.duplicate(f'{path}.audience', audiences[index]))
        elif seconds is not None and seconds < 600:
            found.append(field.invalid(f'{path}.expirationSeconds', seconds,
                                       'may not specify a duration less than 10 minutes'))
        elif seconds is not None and seconds > 1 << 32:
            found.append(field.invalid(f'{path}.expirationSeconds', seconds,
                                       'may not specify a duration larger than 2^32 seconds'))
    return found


class CSINodeStrategy(Kind):
    columns = columns('Name, Drivers:integer, Age')

    def default(self, obj: Object) -> None:
        obj.setdefault('spec', {}).setdefault('drivers', None)

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """validateCSINodeDrivers."""
        found: list[FieldError] = []
        seen: set[str] = set()
        for index, driver in enumerate(obj['spec'].get('drivers') or ()):
            path, name = f'spec.drivers[{index}]', driver.get('name', '')
            driver_name(name, f'{path}.name', found)
            _node_id(driver.get('nodeID', ''), f'{path}.nodeID', found)
            found += metadata.non_negative((driver.get('allocatable') or {}).get('count'), f'{path}.allocatable.count')
            if name in seen:
                found.append(field.duplicate(f'{path}.name', name))
            seen.add(name)
            _keys(driver.get('topologyKeys') or [], path, found)
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateCSINodeUpdate: of a driver only how many volumes it can have changes."""
        found = self.check(new, context)
        for before in old['spec'].get('drivers') or ():
            for driver in new['spec'].get('drivers') or ():
                if driver.get('name') == before.get('name') and any(
                        driver.get(name) != before.get(name) for name in ('nodeID', 'topologyKeys')):
                    shown = internal(driver, 'Name NodeID TopologyKeys Allocatable')
                    found.append(field.invalid('spec.drivers', {**shown, 'Allocatable': None}, 'field is immutable'))
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], len(obj['spec'].get('drivers') or ()), age(obj, simulation)]


def _node_id(name: str, path: str, found: list[FieldError]) -> None:
    """validateCSINodeDriverNodeID."""
    if not name:
        found.append(field.required(path))
    if len(name) > _LONGEST_NODE_ID:
        found.append(field.invalid(path, name, f'must be {_LONGEST_NODE_ID} characters or less'))


def _keys(keys: list[str], path: str, found: list[FieldError]) -> None:
    """The topologyKeys of validateCSINodeDriver. As upstream, the path is the driver's."""
    for index, key in enumerate(keys):
        if not key:
            found.append(field.required(path))
        if key in keys[:index]:
            found.append(field.duplicate(path, key))
        found += field.invalid_each(path, key, names.is_qualified_name(key))


class VolumeAttachmentStrategy(Kind):
    columns = (*columns('Name'), Column('Attacher', format='name'), *columns('PV, Node, Attached:boolean, Age'))

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['status'] = {'attached': False}

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateVolumeAttachment, ValidateVolumeAttachmentV1."""
        found = self._spec(obj.get('spec') or {})
        spec = obj.get('spec') or {}
        driver_name(spec.get('attacher', ''), 'spec.attacher', found)
        volume = (spec.get('source') or {}).get('persistentVolumeName')
        return found if volume is None else found + field.invalid_each(
            'spec.source.persistentVolumeName', volume, names.is_dns1123_subdomain(volume))

    def _spec(self, spec: Object) -> list[FieldError]:
        """validateVolumeAttachmentSpec."""
        node, source = spec.get('nodeName', ''), spec.get('source') or {}
        found: list[FieldError] = [] if spec.get('attacher') else [field.required('spec.attacher')]
        given = [name for name in ('inlineVolumeSpec', 'persistentVolumeName') if name in source]
        if not given:
            found.append(field.required('spec.source', _ONE_SOURCE))
        elif len(given) > 1:
            found.append(field.forbidden('spec.source', _ONE_SOURCE))
        elif given == ['persistentVolumeName'] and not source['persistentVolumeName']:
            found.append(field.required('spec.source.persistentVolumeName',
                                        'must specify non empty persistentVolumeName'))
        return found + field.invalid_each('spec.nodeName', node, names.is_dns1123_subdomain(node))

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateVolumeAttachmentUpdate."""
        spec = new.get('spec') or {}
        found = self._spec(spec)
        if spec != old.get('spec'):
            source = internal(spec.get('source'), 'PersistentVolumeName InlineVolumeSpec')
            found.append(field.invalid('spec', {'Attacher': spec.get('attacher', ''), 'Source': source,
                                                'NodeName': spec.get('nodeName', '')}, 'field is immutable'))
        return found

    def validate_status(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """validateVolumeAttachmentStatus. As upstream, a long message is told another limit."""
        status = new.get('status') or {}
        known = status.get('attachmentMetadata') or {}
        found: list[FieldError] = []
        if sum(len(key) + len(value) for key, value in known.items()) > _MOST_METADATA:
            found.append(field.too_long('status.attachmentMetadata', _MOST_METADATA))
        for name in ('attachError', 'detachError'):
            problem, path = status.get(name) or {}, f'status.{name}'
            if len(problem.get('message', '')) > _LONGEST_MESSAGE:
                found.append(field.too_long(f'{path}.message', _MOST_METADATA))
            if problem.get('errorCode', 0) < 0:
                found += metadata.in_range(problem['errorCode'], 0, 2**31 - 1, f'{path}.errorCode')
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec = obj['spec']
        return [obj['metadata']['name'], spec.get('attacher', ''),
                (spec.get('source') or {}).get('persistentVolumeName', ''), spec.get('nodeName', ''),
                bool((obj.get('status') or {}).get('attached')), age(obj, simulation)]


class VolumeAttributesClassStrategy(Kind):
    columns = columns('Name, DriverName, Age')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateVolumeAttributesClass."""
        return provisioner(obj.get('driverName', ''), 'driverName') + parameters(
            obj.get('parameters') or {}, 'parameters', needed=True)

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateVolumeAttributesClassUpdate."""
        return [*(field.forbidden(name, f'updates to {name} are forbidden.') for name in ('driverName', 'parameters')
                  if new.get(name) != old.get(name)), *self.check(new, context)]

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], obj.get('driverName', ''), age(obj, simulation)]


class CSIStorageCapacityStrategy(Kind):
    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateCSIStorageCapacity."""
        name, capacity = obj.get('storageClassName', ''), obj.get('capacity')
        found = label_selectors.validate(obj.get('nodeTopology'), 'nodeTopology')
        found += field.invalid_each('storageClassName', name, names.is_dns1123_subdomain(name))
        if capacity is not None and quantity.parse(capacity).sign < 0:
            found.append(field.invalid('capacity', capacity, 'must be greater than or equal to 0'))
        return found

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateCSIStorageCapacityUpdate."""
        return [error for name in ('nodeTopology', 'storageClassName')
                for error in metadata.immutable(new.get(name), old.get(name), name)]
