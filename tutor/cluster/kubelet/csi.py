"""The CSINode of a node: which CSI drivers it has (pkg/volume/csi/nodeinfomanager). No driver registers here."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object

if TYPE_CHECKING:
    from tutor.cluster.kubelet.kubelet import Kubelet

CSI_NODES = 'csinodes.storage.k8s.io'
MIGRATED = ('aws-ebs', 'azure-disk', 'azure-file', 'cinder', 'gce-pd', 'portworx-volume', 'vsphere-volume')
"""In-tree plugins whose volumes CSI drivers serve."""


def initialize(kubelet: Kubelet, node: Object) -> None:
    """InitializeCSINodeWithAnnotation: say which plugins have migrated, in an object that goes with the node."""
    meta = node['metadata']
    plugins = ','.join(f'kubernetes.io/{name}' for name in MIGRATED)
    owner = {'apiVersion': 'v1', 'kind': 'Node', 'name': meta['name'], 'uid': meta['uid']}
    with suppress(StatusError, OSError):
        if kubelet.client.find(CSI_NODES, meta['name']) is None:
            kubelet.client.create(CSI_NODES, {
                'apiVersion': 'storage.k8s.io/v1', 'kind': 'CSINode', 'metadata': {
                    'name': meta['name'], 'annotations': {'storage.alpha.kubernetes.io/migrated-plugins': plugins},
                    'ownerReferences': [owner]},
                'spec': {'drivers': None}})
