"""kubectl describe persistentvolumeclaim."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.quantity import canonical
from tutor.kubectl.describe.events import describe_events
from tutor.kubectl.describe.related import Related
from tutor.kubectl.describe.writer import PrefixWriter, rfc1123
from tutor.kubectl.storage import access_modes, claim_class


class Nested(PrefixWriter):
    """nestedPrefixWriter: everything is indented once more, for a claim inside a volume."""

    def __init__(self, outer: PrefixWriter, indent: int) -> None:
        super().__init__(outer.now)
        self._outer, self._indent = outer, indent

    def write(self, level: int, text: str) -> None:
        self._outer.write(level + self._indent, text)

    def line(self, text: str = '') -> None:
        self._outer.write(self._indent, text + '\n')


def describe(claim: Object, related: Related, now: float) -> str:
    w = PrefixWriter(now)
    _claim(claim, w, True)
    w.multiline('Used By', _users(claim, related))
    conditions = (claim.get('status') or {}).get('conditions')
    if conditions:
        w.write(0, 'Conditions:\n')
        w.rows(1, ('Type', 'Status', 'LastProbeTime', 'LastTransitionTime', 'Reason', 'Message'),
               ('----', '------', '-----------------', '------------------', '------', '-------'))
        for entry in conditions:
            cells = (entry.get('type', ''), entry.get('status', ''), rfc1123(entry.get('lastProbeTime')),
                     rfc1123(entry.get('lastTransitionTime')), entry.get('reason', ''))
            w.write(1, ''.join(f'{cell} \t' for cell in cells) + f'{entry.get("message", "")}\n')
    describe_events(related.events(claim), w)
    return w.text()


def describe_template(template: Mapping[str, Any], w: PrefixWriter) -> None:
    """The claim of an ephemeral volume."""
    claim = {'metadata': template.get('metadata') or {}, 'spec': template.get('spec') or {}}
    _claim(claim, Nested(w, 2), False)


def _users(claim: Object, related: Related) -> list[str]:
    """getPodsForPVC: the pods that mount it, and those that own it."""
    pods = related.list('pods', claim['metadata'].get('namespace', ''))
    name = claim['metadata']['name']
    owners = {ref.get('uid') for ref in claim['metadata'].get('ownerReferences') or () if ref.get('kind') == 'Pod'}
    found = []
    for pod in pods:
        volumes = (pod.get('spec') or {}).get('volumes') or ()
        uses = sum((volume.get('persistentVolumeClaim') or {}).get('claimName') == name for volume in volumes)
        found += [pod['metadata']['name']] * (uses or int(pod['metadata'].get('uid') in owners))
    return sorted(found)


def _claim(claim: Object, w: PrefixWriter, full: bool) -> None:
    """printPersistentVolumeClaim."""
    meta, spec, status = claim['metadata'], claim.get('spec') or {}, claim.get('status') or {}
    if full:
        w.field('Name', meta['name'])
        w.field('Namespace', meta.get('namespace', ''))
    w.field('StorageClass', claim_class(claim))
    if full:
        w.field('Status', f'Terminating (lasts {w.age(meta["deletionTimestamp"])})' if meta.get('deletionTimestamp')
                else status.get('phase', ''))
    w.field('Volume', spec.get('volumeName', ''))
    w.marks(meta)
    if full:
        w.field('Finalizers', meta.get('finalizers') or [])
    bound = bool(spec.get('volumeName'))
    w.field('Capacity', canonical((status.get('capacity') or {}).get('storage', '0')) if bound else '')
    w.field('Access Modes', access_modes(status.get('accessModes')) if bound else '')
    if spec.get('volumeMode') is not None:
        w.field('VolumeMode', spec['volumeMode'])
    source = spec.get('dataSource')
    if source is not None:
        w.write(0, 'DataSource:\n')
        if source.get('apiGroup') is not None:
            w.field('APIGroup', source['apiGroup'], 1)
        w.field('Kind', source.get('kind', ''), 1)
        w.field('Name', source.get('name', ''), 1)
