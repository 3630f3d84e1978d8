"""NodeVolumeLimits: a CSI driver may say how many of its volumes a node can attach."""

from __future__ import annotations

from tutor.apimachinery.objects import Object
from tutor.apimachinery.volumes import claims_of, class_of
from tutor.cluster.scheduler.framework import SKIP, Cycle, Hint, Plugin, PreFilter, Rejection
from tutor.cluster.scheduler.hints import always, is_placed, own_claim
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo

ATTACHMENTS = 'volumeattachments.storage.k8s.io'
_FULL = Rejection('NodeVolumeLimits', ('node(s) exceed max volume count',))


class NodeVolumeLimits(Plugin):
    name = 'NodeVolumeLimits'

    def pre_filter(self, cycle: Cycle) -> PreFilter:
        return None if cycle.pod.spec.get('volumes') and self._volumes(cycle.pod) else SKIP

    def filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        wanted, passed = self._volumes(cycle.pod), []
        for node in nodes:
            if self._exceeds(node, wanted):
                cycle.failed[node.name] = _FULL
            else:
                passed.append(node)
        return passed

    def _exceeds(self, node: NodeInfo, wanted: dict[str, str]) -> bool:
        limits = self._limits(node.name)
        if not any(driver in limits for driver in wanted.values()):
            return False
        attached = self._attached(node.name)
        for pod in node.pods.values():
            attached.update(self._volumes(pod))
        for driver, limit in limits.items():
            used = sum(1 for name in attached if attached[name] == driver)
            more = sum(1 for name in wanted if wanted[name] == driver and name not in attached)
            if more and used + more > limit:
                return True
        return False

    def _attached(self, node: str) -> dict[str, str]:
        """getNodeVolumeAttachmentInfo: what is attached already, whether or not a pod uses it."""
        volumes, found = self.handle.informers.of('persistentvolumes').objects, {}
        for item in self.handle.informers.of(ATTACHMENTS).objects.values():
            name = (item['spec'].get('source') or {}).get('persistentVolumeName', '')
            csi = (volumes.get(name) or {}).get('spec', {}).get('csi')
            if item['spec']['nodeName'] == node and csi:
                found[f'{csi["driver"]}/{csi["volumeHandle"]}'] = csi['driver']
        return found

    def _limits(self, name: str) -> dict[str, int]:
        node = self.handle.informers.of('csinodes.storage.k8s.io').objects.get(name) or {}
        return {driver['name']: driver['allocatable']['count'] for driver in node.get('spec', {}).get('drivers') or ()
                if 'count' in (driver.get('allocatable') or {})}

    def _volumes(self, pod: PodInfo) -> dict[str, str]:
        """filterAttachableVolumes: the CSI volumes of a pod, those still to be made too: names and drivers."""
        informers, found = self.handle.informers, {}
        for name in claims_of(pod.pod):
            claim = informers.of('persistentvolumeclaims').get(pod.namespace, name) or {}
            volume = informers.of('persistentvolumes').objects.get(claim.get('spec', {}).get('volumeName', ''))
            if volume is None:
                driver, handle = self._provisioner(claim), f'-{pod.namespace}/{name}'
            else:
                csi = volume['spec'].get('csi') or {}
                driver, handle = csi.get('driver', ''), csi.get('volumeHandle', '')
            if driver:
                found[f'{driver}/{handle}'] = driver
        return found

    def _provisioner(self, claim: Object) -> str:
        """getCSIDriverInfoFromSC: who will make the volume of a claim that has none."""
        classes = self.handle.informers.of('storageclasses.storage.k8s.io').objects
        found = classes.get(class_of(claim)) if claim else None
        return found.get('provisioner', '') if found is not None else ''

    def hints(self) -> dict[str, Hint]:
        return {'pods': _detaches, ATTACHMENTS: self._detached,
                'csinodes.storage.k8s.io': always, 'persistentvolumeclaims': _new_claim}

    def _detached(self, pod: PodInfo, old: Object | None, new: Object | None) -> bool:
        """isSchedulableAfterVolumeAttachmentDeleted: of a driver whose volumes the pod uses."""
        return new is None and old is not None and old['spec'].get('attacher') in self._volumes(pod).values()


def _detaches(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """A pod with claims went from a node."""
    return new is None and old is not None and is_placed(old) and bool(claims_of(old))


def _new_claim(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    return old is None and own_claim(pod, old, new)
