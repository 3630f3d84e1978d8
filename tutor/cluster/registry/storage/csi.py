"""CSIDrivers, CSINodes, VolumeAttachments and VolumeAttributesClasses."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field, names
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry import metadata
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.storage.storageclass import parameters, provisioner
from tutor.cluster.registry.storage.volume import UNSET, driver_name
from tutor.cluster.registry.strategy import Column, Context
from tutor.cluster.simulation import Simulation

_GROUP_POLICIES = ('File', 'None', 'ReadWriteOnceWithFSType')
_MODES = ('Ephemeral', 'Persistent')
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
        driver_name(obj['metadata'].get('name', ''), 'name', found)
        audiences: list[str] = []
        for index, token in enumerate(spec.get('tokenRequests') or ()):
            audience, path = token.get('audience', ''), f'spec.tokenRequests[{index}]'
            if audience in audiences:
                found.append(field.duplicate(f'{path}.audience', audience))
            audiences.append(audience)
            seconds = token.get('expirationSeconds')
            if seconds is not None and seconds < 600:
                found.append(field.invalid(f'{path}.expirationSeconds', seconds,
                                           'may not specify a duration less than 10 minutes'))
        if spec['fsGroupPolicy'] not in _GROUP_POLICIES:
            found.append(field.not_supported('spec.fsGroupPolicy', spec['fsGroupPolicy'], _GROUP_POLICIES))
        return found + [field.not_supported('spec.volumeLifecycleModes', mode, _MODES)
                        for mode in spec['volumeLifecycleModes'] if mode not in _MODES]

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateCSIDriverUpdate."""
        found = self.check(new, context)
        for name in ('attachRequired', 'volumeLifecycleModes'):
            found += metadata.immutable(new['spec'].get(name), old['spec'].get(name), f'spec.{name}')
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec = obj['spec']
        tokens = ','.join(item.get('audience', '') for item in spec.get('tokenRequests') or ())
        return [obj['metadata']['name'], bool(spec.get('attachRequired', True)), bool(spec.get('podInfoOnMount')),
                bool(spec.get('storageCapacity')), tokens or UNSET, bool(spec.get('requiresRepublish')),
                ','.join(spec.get('volumeLifecycleModes') or ()) or '<none>', age(obj, simulation)]


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
            if not driver.get('nodeID'):
                found.append(field.required(f'{path}.nodeID'))
            if name in seen:
                found.append(field.duplicate(f'{path}.name', name))
            seen.add(name)
        return found

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], len(obj['spec'].get('drivers') or ()), age(obj, simulation)]


class VolumeAttachmentStrategy(Kind):
    columns = (*columns('Name'), Column('Attacher', format='name'), *columns('PV, Node, Attached:boolean, Age'))

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['status'] = {'attached': False}

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """validateVolumeAttachmentSpec, ValidateVolumeAttachmentV1."""
        spec = obj.get('spec') or {}
        attacher, node, source = spec.get('attacher', ''), spec.get('nodeName', ''), spec.get('source') or {}
        found: list[FieldError] = []
        driver_name(attacher, 'spec.attacher', found)
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
        return metadata.immutable(new.get('spec'), old.get('spec'), 'spec')

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec = obj['spec']
        return [obj['metadata']['name'], spec.get('attacher', ''),
                (spec.get('source') or {}).get('persistentVolumeName', ''), spec.get('nodeName', ''),
                bool((obj.get('status') or {}).get('attached')), age(obj, simulation)]


class VolumeAttributesClassStrategy(Kind):
    columns = columns('Name, DriverName, Age')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        """ValidateVolumeAttributesClass."""
        given = obj.get('parameters') or {}
        found = provisioner(obj.get('driverName', ''), 'driverName')
        if not given:
            found.append(field.required('parameters', 'must contain at least one key/value pair'))
        return found + parameters(given, 'parameters')

    def check_update(self, new: Object, old: Object, context: Context) -> list[FieldError]:
        """ValidateVolumeAttributesClassUpdate."""
        return [field.forbidden(name, f'updates to {name} are forbidden.') for name in ('driverName', 'parameters')
                if new.get(name) != old.get(name)]

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], obj.get('driverName', ''), age(obj, simulation)]
