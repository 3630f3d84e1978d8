"""CSIDrivers, CSINodes, VolumeAttachments and VolumeAttributesClasses."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery import field
from tutor.apimachinery.field import FieldError
from tutor.apimachinery.objects import Object
from tutor.cluster.registry.cells import age, columns
from tutor.cluster.registry.kind import Kind
from tutor.cluster.registry.storage.volume import UNSET
from tutor.cluster.registry.strategy import Column, Context
from tutor.cluster.simulation import Simulation


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

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], len(obj['spec'].get('drivers') or ()), age(obj, simulation)]


class VolumeAttachmentStrategy(Kind):
    columns = (*columns('Name'), Column('Attacher', format='name'), *columns('PV, Node, Attached:boolean, Age'))

    def prepare_create(self, obj: Object, context: Context) -> None:
        obj['status'] = {'attached': False}

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        return [field.required(f'spec.{name}') for name in ('attacher', 'nodeName')
                if not (obj.get('spec') or {}).get(name)]

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        spec = obj['spec']
        return [obj['metadata']['name'], spec.get('attacher', ''),
                (spec.get('source') or {}).get('persistentVolumeName', ''), spec.get('nodeName', ''),
                bool((obj.get('status') or {}).get('attached')), age(obj, simulation)]


class VolumeAttributesClassStrategy(Kind):
    columns = columns('Name, DriverName, Age')

    def check(self, obj: Object, context: Context) -> list[FieldError]:
        return [] if obj.get('driverName') else [field.required('driverName')]

    def row(self, obj: Object, simulation: Simulation) -> list[Any]:
        return [obj['metadata']['name'], obj.get('driverName', ''), age(obj, simulation)]
