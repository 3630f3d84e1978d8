"""Volumes that outlive pods: claims, and what the volumes behind them are."""

from __future__ import annotations

from collections.abc import Mapping

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, deleting
from tutor.apimachinery.volumes import csi_name, csi_source, needs_attachment
from tutor.cluster.kubelet.network_storage import FibreChannel, Iscsi, Nfs, Unknown
from tutor.cluster.kubelet.volumes import (
    HostPath,
    MountFailure,
    NotAttached,
    ProcessingFailure,
    Volume,
)
from tutor.shell.vfs import FileSystem


class ClaimVolume(Volume):
    """persistentVolumeClaim: what the claim's volume gives."""

    def check(self) -> None:
        volume, found = self._volume(), self._source_volume()
        try:
            found.check()
        except MountFailure as failure:
            failure.name = volume['metadata']['name']
            raise

    def place(self) -> tuple[FileSystem, str]:
        if self._files is None:
            return self._source_volume().place()
        return self._files, '/'

    def attachable(self) -> str:
        try:
            return self._source_volume().attachable()
        except ProcessingFailure:
            return ''

    def _volume(self) -> Object:
        """getPVCExtractPV and getPVSpec. Raises ProcessingFailure."""
        namespace, name = self.pod['metadata']['namespace'], self.source['claimName']
        claim = self.around.informers.of('persistentvolumeclaims').get(namespace, name)
        problem = ''
        if claim is None:
            problem = f'failed to fetch PVC from API server: persistentvolumeclaims "{name}" not found'
        elif deleting(claim):
            problem = 'PVC is being deleted'
        elif (claim.get('status') or {}).get('phase') != 'Bound':
            problem = 'PVC is not bound'
        bound = claim['spec'].get('volumeName', '') if claim is not None else ''
        volume = self.around.informers.of('persistentvolumes').get('', bound) if bound else None
        if volume is None and not problem:
            problem = f'failed to fetch PV {bound} from API server: persistentvolumes "{bound}" not found'
        if volume is None or problem:
            raise ProcessingFailure(f'error processing PVC {namespace}/{name}: {problem}')
        return volume

    def _source_volume(self) -> Volume:
        volume = self._volume()
        spec = volume['spec']
        for kind, made in KINDS.items():
            if kind in spec:
                options = {'mountOptions': spec['mountOptions']} if spec.get('mountOptions') else {}
                return made(volume['metadata']['name'], {**spec[kind], **options}, self.pod, self.around)
        source = csi_source(spec)
        if source is not None:
            return PersistentCsi(self.name, source, self.pod, self.around)
        return Unknown(self.name, {}, self.pod, self.around)


class Local(HostPath):
    """A local persistent volume: its path must be there."""

    def check(self) -> None:
        if not self.around.machine.exists(self.source['path']):
            raise MountFailure(f'path "{self.source["path"]}" does not exist',
                               step='MountVolume.NewMounter initialization failed')


class PersistentCsi(Volume):
    """A volume of a CSI driver. No node has any driver, so it gets no further than being attached."""

    def check(self) -> None:
        name = self.attachable()
        if name:
            node = self.around.informers.of('nodes').get('', self.pod['spec'].get('nodeName', '')) or {}
            status = node.get('status', {})
            if name not in (status.get('volumesInUse') or ()):
                raise NotAttached("Volume has not been added to the list of VolumesInUse in the node's volume status")
            if all(entry['name'] != name for entry in status.get('volumesAttached') or ()):
                raise NotAttached('volume is not attached')
        raise MountFailure('kubernetes.io/csi: attacher.MountDevice failed to create newCsiDriverClient: '
                           + _unknown(self.source), step='MountVolume.MountDevice failed')

    def attachable(self) -> str:
        return csi_name(self.source) if needs_attachment(self._driver()) else ''

    def _driver(self) -> Object | None:
        """The CSIDriver object, which a kubelet reads from the API server."""
        try:
            return self.around.client.find('csidrivers.storage.k8s.io', self.source['driver'])
        except (StatusError, OSError):
            return None


class InlineCsi(Volume):
    """csi: a volume that a driver makes for the pod alone."""

    def check(self) -> None:
        raise MountFailure(f'kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: {_unknown(self.source)}')


def _unknown(source: Object) -> str:
    return f'driver name {source["driver"]} not found in the list of registered CSI drivers'


KINDS: Mapping[str, type[Volume]] = {
    'hostPath': HostPath, 'local': Local, 'csi': PersistentCsi, 'nfs': Nfs, 'iscsi': Iscsi, 'fc': FibreChannel}
"""What a persistent volume may be."""
