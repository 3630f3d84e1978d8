"""The claims of a StatefulSet's pods: made before them, kept or deleted by its retention policy."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError, unknown
from tutor.apimachinery.objects import Object, deleting
from tutor.client.client import Client
from tutor.client.events import EventRecorder
from tutor.client.informer import Informer
from tutor.cluster.controllers.statefulset_pods import claims, ordinal, start_of

RESOURCE = 'persistentvolumeclaims'


class Claims:
    """Creates claims and says who owns them."""

    def __init__(self, client: Client, recorder: EventRecorder, informer: Informer) -> None:
        self._client = client
        self._recorder = recorder
        self._informer = informer

    def create(self, sts: Object, pod: Object) -> None:
        """createPersistentVolumeClaims; raises what kept claims from being made."""
        name = pod['metadata']['name']
        problems: list[str] = []
        for claim in claims(sts, name):
            found = self._informer.get(claim['metadata']['namespace'], claim['metadata']['name'])
            problem = self._make(sts, name, claim) if found is None else _going(found)
            if problem:
                problems.append(problem)
        if problems:
            raise unknown(problems[0] if len(problems) == 1 else f'[{", ".join(problems)}]')

    def is_stale(self, sts: Object, pod: Object) -> bool:
        """PodClaimIsStale: whether a claim is another pod's of this name, and goes with it."""
        policy, name = sts['spec'].get('persistentVolumeClaimRetentionPolicy') or {}, pod['metadata']['name']
        if policy.get('whenScaled', 'Retain') == 'Retain':
            return False
        found = [self._informer.get(claim['metadata']['namespace'], claim['metadata']['name'])
                 for claim in claims(sts, name)]
        return any(owner['kind'] == 'Pod' and owner['name'] == name and owner['uid'] != pod['metadata'].get('uid')
                   for claim in found if claim is not None
                   for owner in claim['metadata'].get('ownerReferences') or ())

    def _make(self, sts: Object, name: str, claim: Object) -> str:
        """What kept the claim from being made, if anything did."""
        claim_name, own = claim['metadata']['name'], sts['metadata']['name']
        try:
            self._client.create(RESOURCE, claim)
        except StatusError as error:
            if error.reason != 'AlreadyExists':
                self._recorder.event(sts, 'Warning', 'FailedCreate', (
                    f'Create Claim {claim_name} for Pod {name} in StatefulSet {own} failed error: {error.message}'))
            return f'failed to create PVC {claim_name}: {error.message}'
        self._recorder.event(sts, 'Normal', 'SuccessfulCreate', (
            f'Create Claim {claim_name} Pod {name} in StatefulSet {own} success'))
        return ''

    def follow_policy(self, sts: Object, pod: Object) -> None:
        """UpdatePodClaimForRetentionPolicy: claims that are to go have the set or the pod as owner."""
        policy = sts['spec'].get('persistentVolumeClaimRetentionPolicy') or {}
        when_deleted = policy.get('whenDeleted', 'Retain') == 'Delete'
        when_scaled = policy.get('whenScaled', 'Retain') == 'Delete'
        number = ordinal(pod)
        first = start_of(sts)
        condemned = not first <= number < first + sts['spec'].get('replicas', 1)
        wanted: list[Object] = []
        if when_deleted and not (when_scaled and condemned):
            wanted.append(_reference(sts))
        if when_scaled and condemned and 'uid' in pod['metadata']:
            wanted.append(_reference({**pod, 'apiVersion': 'v1', 'kind': 'Pod'}))
        for claim in claims(sts, pod['metadata']['name']):
            found = self._informer.get(claim['metadata']['namespace'], claim['metadata']['name'])
            if found is not None and not deleting(found):
                self._own(sts, pod, found, wanted)

    def _own(self, sts: Object, pod: Object, claim: Object, wanted: list[Object]) -> None:
        ours = {sts['metadata']['uid']}
        ours |= {reference['uid'] for reference in claim['metadata'].get('ownerReferences') or ()
                 if reference['kind'] == 'Pod' and reference['name'] == pod['metadata']['name']}
        old = claim['metadata'].get('ownerReferences') or []
        new = [reference for reference in old if reference['uid'] not in ours] + wanted
        if {r['uid'] for r in new} != {r['uid'] for r in old}:
            meta = {**claim['metadata'], 'ownerReferences': new}
            self._client.update(RESOURCE, {**claim, 'metadata': meta})


def _reference(owner: Object) -> Object:
    reference = {'apiVersion': owner['apiVersion'], 'kind': owner['kind'], 'name': owner['metadata']['name'],
                 'uid': owner['metadata']['uid']}
    if owner['kind'] == 'StatefulSet':
        reference.update(controller=True, blockOwnerDeletion=True)
    return reference


def _going(claim: Object) -> str:
    return f'pvc {claim["metadata"]["name"]} is being deleted' if deleting(claim) else ''
