"""kubectl describe storageclass, volumeattributesclass and csinode."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.kubectl.describe.events import describe_events
from tutor.kubectl.describe.persistentvolume import describe_term, expression_text
from tutor.kubectl.describe.related import Related
from tutor.kubectl.describe.writer import PrefixWriter, format_labels, printed_bool
from tutor.kubectl.storage import is_default_class


def describe_storage_class(storage_class: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    w.field('Name', storage_class['metadata']['name'])
    w.field('IsDefaultClass', 'Yes' if is_default_class(storage_class) else 'No')
    w.field('Annotations', format_labels(storage_class['metadata'].get('annotations')))
    w.field('Provisioner', storage_class.get('provisioner', ''))
    w.field('Parameters', format_labels(storage_class.get('parameters')))
    w.field('AllowVolumeExpansion', printed_bool(storage_class.get('allowVolumeExpansion')))
    options = storage_class.get('mountOptions')
    w.write(0, 'MountOptions:\n' if options else 'MountOptions:\t<none>\n')
    for option in options or ():
        w.write(1, f'{option}\n')
    for title, field in (('ReclaimPolicy', 'reclaimPolicy'), ('VolumeBindingMode', 'volumeBindingMode')):
        if storage_class.get(field) is not None:
            w.field(title, storage_class[field])
    if storage_class.get('allowedTopologies') is not None:
        _topologies(storage_class['allowedTopologies'], w)
    describe_events(related.events(storage_class), w)
    return w.text()


def _topologies(terms: list[Object], w: PrefixWriter) -> None:
    """printAllowedTopologies."""
    w.write(0, 'AllowedTopologies:\t')
    w.line('' if terms else '<none>')
    for index, term in enumerate(terms):
        entries = term.get('matchLabelExpressions') or ()
        expressions = [expression_text({**entry, 'operator': 'In'}) for entry in entries]
        describe_term(1, f'Term {index}', expressions, w)


def describe_volume_attributes_class(attributes: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    w.field('Name', attributes['metadata']['name'])
    w.field('Annotations', format_labels(attributes['metadata'].get('annotations')))
    w.field('DriverName', attributes.get('driverName', ''))
    w.field('Parameters', format_labels(attributes.get('parameters')))
    describe_events(related.events(attributes), w)
    return w.text()


def describe_csi_node(csi: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    w.metadata(csi, namespace=False)
    w.created(csi)
    w.write(0, 'Spec:\n')
    drivers = (csi.get('spec') or {}).get('drivers')
    if drivers is not None:
        w.write(1, 'Drivers:\n')
        for driver in drivers:
            w.write(2, f'{driver["name"]}:\n')
            w.field('Node ID', driver.get('nodeID', ''), 3)
            if (driver.get('allocatable') or {}).get('count') is not None:
                w.write(3, 'Allocatables:\n')
                w.field('Count', driver['allocatable']['count'], 4)
            if driver.get('topologyKeys') is not None:
                w.field('Topology Keys', driver['topologyKeys'], 3)
    describe_events(related.events(csi), w)
    return w.text()
