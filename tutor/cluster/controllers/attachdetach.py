"""Which volumes of CSI drivers are attached to which nodes (pkg/controller/volume/attachdetach, volume/csi)."""

from __future__ import annotations

import hashlib
import math

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, deleting
from tutor.apimachinery.volumes import csi_name, csi_source, needs_attachment
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers import pods
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.detaching import Detaching
from tutor.cluster.controllers.protection import BY_CLAIM, claims_of
from tutor.cluster.simulation import Simulation

ATTACHMENTS = 'volumeattachments.storage.k8s.io'
DRIVERS = 'csidrivers.storage.k8s.io'
TIMEOUT = 120.0
"""For how long an external attacher is waited for; then it is tried anew."""
_VOLUME, _NODE = 'volume', 'node'


class AttachDetachController(Controller):
    """Asks for an attachment of each volume that a pod of a node uses, and takes back those nobody uses. An external
    attacher, if there is one, does the rest. Keys are PersistentVolumes."""

    component = 'attachdetach-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.pods = self.informer('pods')
        self.pods.add_index(BY_CLAIM, claims_of)
        self.claims = self.informer('persistentvolumeclaims')
        self.volumes = self.informer('persistentvolumes')
        self.nodes = self.informer('nodes')
        self.drivers = self.informer(DRIVERS)
        self.attachments = self.informer(ATTACHMENTS)
        self.attachments.add_index(_VOLUME, _volume_of)
        self.attachments.add_index(_NODE, lambda item: [item['spec']['nodeName']])
        self.detaching = Detaching(simulation, self.nodes)
        self.nodes.on_change(self._node_changed)
        self._begun: dict[str, float] = {}
        """When the attacher was last asked, by attachment."""
        self._told: set[tuple[str, str]] = set()
        """Volumes and nodes for which a multi-attach error was reported."""
        self.pods.on_change(self._pod_changed)
        self.claims.on_change(lambda old, new: self._add((new or old or {})['spec'].get('volumeName', '')))
        self.volumes.on_change(lambda old, new: self._add((new or old or {})['metadata']['name']))
        self.attachments.on_change(self._attachment_changed)

    # -- events -------------------------------------------------------------------------------------------------

    def _add(self, volume: str) -> None:
        found = self.volumes.objects.get(volume)
        if found is not None and csi_source(found['spec']) is not None:
            self.queue.add(volume)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        pod: Object = new or old or {}
        if not self.volumes.objects or not pod['spec'].get('nodeName'):
            return
        for where in claims_of(pod):
            claim = self.claims.objects.get(where)
            if claim is not None:
                self._add(claim['spec'].get('volumeName', ''))

    def _node_changed(self, old: Object | None, new: Object | None) -> None:
        for item in self.attachments.by_index(_NODE, (new or old or {})['metadata']['name']):
            self._attachment_changed(None, item)

    def _attachment_changed(self, old: Object | None, new: Object | None) -> None:
        for volume in _volume_of(new or old or {}):
            self._add(volume)

    # -- reconcile ----------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        """reconciler.reconcile, for one volume."""
        volume = self.volumes.objects.get(key)
        present = self.attachments.by_index(_VOLUME, key)
        users = self._users(volume) if volume is not None else {}
        unwanted = [item for item in present if item['spec']['nodeName'] not in users and not deleting(item)]
        detached = [item for item in unwanted if self._detach(item, volume)]
        on_its_way = bool(detached) or any(map(deleting, present))
        source = csi_source(volume['spec']) if volume is not None else None
        if volume is None or source is None or not needs_attachment(self.drivers.objects.get(source['driver'])):
            return
        here = {item['spec']['nodeName']: item for item in present}
        for node, using in users.items():
            if node in here:
                self.detaching.abandon(here[node])
                self._follow(volume, here[node], using)
            elif (not on_its_way or _for_many(volume)) and self._may_attach(volume, node, here, users, using):
                here[node] = self._attach(volume, node)

    def _users(self, volume: Object) -> dict[str, list[Object]]:
        """The pods that use a volume, by node; those that have ended do not."""
        claim = volume['spec'].get('claimRef') or {}
        found: dict[str, list[Object]] = {}
        for pod in self.pods.by_index(BY_CLAIM, f'{claim.get("namespace")}/{claim.get("name")}'):
            node = pod['spec'].get('nodeName')
            if node and not pods.is_terminal(pod):
                found.setdefault(node, []).append(pod)
        return found

    def _may_attach(self, volume: Object, node: str, here: dict[str, Object], users: dict[str, list[Object]],
                    using: list[Object]) -> bool:
        """A volume for one node waits, with an event, until the other gives it up."""
        name = volume['metadata']['name']
        if not here or _for_many(volume):
            self._told.discard((name, node))
            return True
        if (name, node) not in self._told:
            self._told.add((name, node))
            others = [pod for other in here for pod in users.get(other, ())]
            for pod in using:
                self.event(pod, 'Warning', 'FailedAttachVolume',
                           f'Multi-Attach error for volume "{name}" {_used_by(pod, others)}')
        return False

    def _attach(self, volume: Object, node: str) -> Object:
        """csiAttacher.Attach: the object that an external attacher waits for."""
        source = csi_source(volume['spec']) or {}
        name = attachment_name(source, node)
        self._begun[name] = self.simulation.now
        self.postpone(volume['metadata']['name'], TIMEOUT)
        attachment = {'apiVersion': 'storage.k8s.io/v1', 'kind': 'VolumeAttachment', 'metadata': {'name': name},
                      'spec': {'attacher': source['driver'], 'nodeName': node,
                               'source': {'persistentVolumeName': volume['metadata']['name']}}}
        try:
            return self.client.create(ATTACHMENTS, attachment)
        except StatusError as error:
            if error.reason != 'AlreadyExists':
                raise
            return attachment

    def _follow(self, volume: Object, item: Object, using: list[Object]) -> None:
        """waitForVolumeAttachment: it is attached, it has failed, or it takes too long."""
        name, status = volume['metadata']['name'], item.get('status') or {}
        begun = self._begun.setdefault(item['metadata']['name'], self.simulation.now)
        source, problem = csi_source(volume['spec']) or {}, (status.get('attachError') or {}).get('message', '')
        if status.get('attached'):
            if self._list_on_node(item['spec']['nodeName'], csi_name(source), True):
                for pod in using:
                    self.event(pod, 'Normal', 'SuccessfulAttachVolume',
                               f'AttachVolume.Attach succeeded for volume "{name}" ')
            return
        left = begun + TIMEOUT - self.simulation.now
        if not problem and left > 0:
            self.postpone(name, left)
            return
        problem = problem or f'timed out waiting for external-attacher of {source["driver"]} CSI driver to attach ' \
                             f'volume {source["volumeHandle"]}'
        for pod in using:
            self.event(pod, 'Warning', 'FailedAttachVolume',
                       f'AttachVolume.Attach failed for volume "{name}" : {problem}')
        self._begun[item['metadata']['name']] = self.simulation.now
        self.postpone(name, TIMEOUT)

    def _detach(self, item: Object, volume: Object | None) -> bool:
        """csiAttacher.Detach, once it may be done; whether it was."""
        source = csi_source(volume['spec']) if volume is not None else None
        if volume is not None and source is not None:
            left = self.detaching.left(item, csi_name(source))
            if left > 0:
                if left < math.inf:
                    self.postpone(volume['metadata']['name'], left)
                return False
            self._list_on_node(item['spec']['nodeName'], csi_name(source), False)
        self.detaching.abandon(item)
        self._begun.pop(item['metadata']['name'], None)
        self._told -= {entry for entry in self._told if entry[0] in _volume_of(item)}
        self.client.remove(ATTACHMENTS, item)
        return True

    def _list_on_node(self, name: str, volume: str, attached: bool) -> bool:
        """UpdateNodeStatuses: a kubelet mounts what its node lists; whether that was news."""
        node = self.nodes.objects.get(name)
        if node is None:
            return False
        old = node.get('status', {}).get('volumesAttached') or []
        known = any(entry['name'] == volume for entry in old)
        if known == attached:
            return False
        new = [*old, {'name': volume, 'devicePath': ''}] if attached else [
            entry for entry in old if entry['name'] != volume]
        self.client.patch('nodes', name, {'status': {'volumesAttached': new or None}}, subresource='status')
        return True


def attachment_name(source: Object, node: str) -> str:
    """getAttachmentName."""
    return 'csi-' + hashlib.sha256(f'{source["volumeHandle"]}{source["driver"]}{node}'.encode()).hexdigest()


def _for_many(volume: Object) -> bool:
    """IsMultiAttachAllowed."""
    return bool({'ReadWriteMany', 'ReadOnlyMany'} & set(volume['spec'].get('accessModes') or ()))


def _volume_of(item: Object) -> list[str]:
    name = (item['spec'].get('source') or {}).get('persistentVolumeName')
    return [name] if name else []


def _used_by(pod: Object, others: list[Object]) -> str:
    """reportMultiAttachError: pods of the same namespace by name, others by number."""
    if not others:
        return "Volume is already exclusively attached to one node and can't be attached to another"
    space = pod['metadata']['namespace']
    near = sorted(other['metadata']['name'] for other in others if other['metadata']['namespace'] == space)
    far = len(others) - len(near)
    parts = ([f'pod(s) {", ".join(near)}'] if near else []) + (
        [f'{far} pod(s) in different namespaces'] if far else [])
    return f'Volume is already used by {" and ".join(parts)}'
