"""CSIStorageCapacity: where a driver that tells how much it has left can make a volume (volumebinding/binder.go)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object, labels
from tutor.apimachinery.quantity import as_float
from tutor.apimachinery.selectors import from_label_selector
from tutor.cluster.scheduler.framework import Handle, Hint
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo

DRIVERS = 'csidrivers.storage.k8s.io'
CAPACITIES = 'csistoragecapacities.storage.k8s.io'


def asked(claim: Object) -> float:
    """How much storage a claim asks for."""
    return as_float(((claim['spec'].get('resources') or {}).get('requests') or {}).get('storage', '0'))


def suffices(handle: Handle, claim: Object, storage_class: Object, node: NodeInfo) -> bool:
    """hasEnoughCapacity: always where the driver does not ask to be heeded."""
    driver = handle.informers.of(DRIVERS).objects.get(storage_class.get('provisioner', ''))
    if driver is None or not driver['spec'].get('storageCapacity'):
        return True
    marks, wanted = labels(node.node or {}), asked(claim)
    return any(capacity.get('storageClassName') == storage_class['metadata']['name'] and _limit(capacity) >= wanted
               and capacity.get('nodeTopology') is not None
               and from_label_selector(capacity['nodeTopology']).matches(marks)
               for capacity in handle.informers.of(CAPACITIES).objects.values())


def _limit(capacity: Object) -> float:
    """capacitySufficient: the largest volume tells more than what there is in all; without either there is none."""
    limit = capacity.get('maximumVolumeSize') or capacity.get('capacity')
    return -1.0 if limit is None else as_float(limit)


def _grew(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """isSchedulableAfterCSIStorageCapacityChange."""
    return new is not None and (old is None or _limit(new) > _limit(old))


def _heeds_less(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """isSchedulableAfterCSIDriverChange: capacities are no longer heeded."""
    return old is not None and new is not None and bool(old['spec'].get('storageCapacity')) and (
        not new['spec'].get('storageCapacity'))


HINTS: dict[str, Hint] = {CAPACITIES: _grew, DRIVERS: _heeds_less}
