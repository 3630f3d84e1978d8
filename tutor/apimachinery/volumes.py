"""Which PersistentVolume suits a claim (component-helpers/storage/volume)."""

from __future__ import annotations

from collections.abc import Container, Iterable

from tutor.apimachinery.objects import Object, annotations, controller_of
from tutor.apimachinery.quantity import Quantity
from tutor.apimachinery.scheduling import matches_terms
from tutor.apimachinery.selectors import from_label_selector

BIND_COMPLETED = 'pv.kubernetes.io/bind-completed'
BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller'
PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by'
SELECTED_NODE = 'volume.kubernetes.io/selected-node'
NO_PROVISIONER = 'kubernetes.io/no-provisioner'
BETA_CLASS = 'volume.beta.kubernetes.io/storage-class'


def class_of(obj: Object) -> str:
    """GetPersistentVolumeClass, GetPersistentVolumeClaimClass."""
    given = annotations(obj).get(BETA_CLASS)
    return given if given is not None else obj['spec'].get('storageClassName') or ''


def is_bound_to(volume: Object, claim: Object) -> bool:
    """IsVolumeBoundToClaim: the volume names this claim, and no other of the same name."""
    reference = volume['spec'].get('claimRef')
    meta = claim['metadata']
    if not reference or reference.get('name') != meta['name'] or reference.get('namespace') != meta['namespace']:
        return False
    return not reference.get('uid') or reference['uid'] == meta['uid']


def fits_node(volume: Object, node: Object) -> bool:
    """CheckNodeAffinity."""
    required = (volume['spec'].get('nodeAffinity') or {}).get('required')
    return required is None or matches_terms(required, node)


def waits_for_consumer(storage_class: Object | None) -> bool:
    return storage_class is not None and storage_class.get('volumeBindingMode') == 'WaitForFirstConsumer'


def find_matching(claim: Object, volumes: Iterable[Object], node: Object | None = None,
                  excluded: Container[str] = (), delayed: bool = False) -> Object | None:
    """FindMatchingVolume: a volume that names the claim, or the smallest that is large enough.

    `node`: where it has to be usable. `delayed`: without a node, only a volume that names the claim counts.
    """
    wanted = requested(claim)
    selector = claim['spec'].get('selector')
    labels = from_label_selector(selector) if selector else None
    best: Object | None = None
    for volume in volumes:
        spec = volume['spec']
        if volume['metadata']['name'] in excluded or (spec.get('claimRef') and not is_bound_to(volume, claim)):
            continue
        if _storage(spec.get('capacity')) < wanted or 'deletionTimestamp' in volume['metadata'] or (
                spec.get('volumeMode', 'Filesystem') != claim['spec'].get('volumeMode', 'Filesystem')):
            continue
        usable = node is None or fits_node(volume, node)
        if is_bound_to(volume, claim):
            return volume if usable else None
        if (node is None and delayed) or not usable or volume.get('status', {}).get('phase') != 'Available':
            continue
        if labels is not None and not labels.matches(volume['metadata'].get('labels') or {}):
            continue
        if class_of(volume) != class_of(claim) or not _has_modes(volume, claim):
            continue
        if best is None or _storage(best['spec'].get('capacity')) > _storage(spec.get('capacity')):
            best = volume
    return best


def requested(claim: Object) -> Quantity:
    """How much a claim asks for."""
    return _storage((claim['spec'].get('resources') or {}).get('requests'))


def _storage(amounts: Object | None) -> Quantity:
    return Quantity.parse((amounts or {}).get('storage', '0'))


def _has_modes(volume: Object, claim: Object) -> bool:
    return set(claim['spec'].get('accessModes') or ()) <= set(volume['spec'].get('accessModes') or ())


def needs_attachment(driver: Object | None) -> bool:
    """Whether volumes of a CSI driver are attached to nodes before they are mounted: so they are, unless its object
    says otherwise."""
    return driver is None or driver['spec'].get('attachRequired', True)


MIGRATED = {
    'awsElasticBlockStore': ('ebs.csi.aws.com', 'volumeID'), 'azureDisk': ('disk.csi.azure.com', 'diskURI'),
    'azureFile': ('file.csi.azure.com', 'shareName'), 'cinder': ('cinder.csi.openstack.org', 'volumeID'),
    'gcePersistentDisk': ('pd.csi.storage.gke.io', 'pdName'), 'portworxVolume': ('pxd.portworx.com', 'volumeID'),
    'vsphereVolume': ('csi.vsphere.vmware.com', 'volumePath'),
}
"""Kinds that are a CSI driver's by now: the driver, and the field with the volume's name (csi-translation-lib)."""


def csi_source(spec: Object) -> Object | None:
    """What a volume is to its CSI driver, if it has one: also one of an old kind."""
    if 'csi' in spec:
        return spec['csi']
    return next((migrated(kind, spec[kind]) for kind in MIGRATED if kind in spec), None)


def migrated(kind: str, source: Object) -> Object:
    """What a volume of an old kind is to its CSI driver."""
    driver, field = MIGRATED[kind]
    return {'driver': driver, 'volumeHandle': str(source.get(field, ''))}


def csi_name(source: Object) -> str:
    """The unique name of a CSI volume, as nodes list it."""
    return f'kubernetes.io/csi/{source["driver"]}^{source["volumeHandle"]}'


def claim_of(pod: Object, volume: Object) -> str:
    """The claim behind a volume of a pod, one that is made for it included (ephemeral.VolumeClaimName); '' for volumes
    of other kinds."""
    if 'ephemeral' in volume:
        return f'{pod["metadata"]["name"]}-{volume["name"]}'
    return (volume.get('persistentVolumeClaim') or {}).get('claimName', '')


def claims_of(pod: Object) -> list[str]:
    """The claims that a pod mounts."""
    return [name for volume in pod['spec'].get('volumes') or () if (name := claim_of(pod, volume))]


def ephemeral_claims_of(pod: Object) -> list[str]:
    """Those among them that the ephemeral volume controller makes."""
    return [claim_of(pod, volume) for volume in pod['spec'].get('volumes') or () if 'ephemeral' in volume]


def not_for_pod(claim: Object, pod: Object) -> str:
    """ephemeral.VolumeIsForPod: why a claim cannot be that of a pod's generic ephemeral volume, '' if it is."""
    owner, mine, other = controller_of(claim), pod['metadata'], claim['metadata']
    if owner is not None and owner['uid'] == mine['uid']:
        return ''
    return (f'PVC {other["namespace"]}/{other["name"]} was not created for pod {mine["namespace"]}/{mine["name"]} '
            '(pod is not owner)')


def mismatch(volume: Object, claim: Object) -> str:
    """checkVolumeSatisfyClaim: why a claim cannot have the volume that it names, '' if it can."""
    has, wants = volume['spec'], claim['spec']
    asked = (wants.get('resources', {}).get('requests') or {}).get('storage', '0')
    if 'deletionTimestamp' in volume['metadata']:
        return f'the volume is marked for deletion "{volume["metadata"]["name"]}"'
    if Quantity.parse((has.get('capacity') or {}).get('storage', '0')).value < Quantity.parse(asked).value:
        return 'requested PV is too small'
    if class_of(volume) != class_of(claim):
        return 'storageClassName does not match'
    if has.get('volumeMode', 'Filesystem') != wants.get('volumeMode', 'Filesystem'):
        return 'incompatible volumeMode'
    if not set(wants.get('accessModes') or ()) <= set(has.get('accessModes') or ()):
        return 'incompatible accessMode'
    return ''
