"""The claims of a StatefulSet's pods: made before them, kept or deleted by its retention policy."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError, unknown
from tutor.apimachinery.field import aggregate
from tutor.apimachinery.objects import Object, deleting, owner_reference
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
            raise unknown(aggregate(problems))

    def is_stale(self, sts: Object, pod: Object) -> bool:
        """PodClaimIsStale: whether a claim is another pod's of this name, and goes with it."""
        return _deletes(sts, 'whenScaled') and any(
            _is_stale(claim, pod, 'Pod') for claim in self._existing(sts, pod))

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
        for claim in self._existing(sts, pod):
            if _has_other_controller(claim, sts, pod):
                name = claim['metadata']['name']
                self._recorder.event(sts, 'Warning', 'ConflictingController', (
                    f'PersistentVolumeClaim {name} has a conflicting OwnerReference that acts as a manging controller, '
                    'the retention policy is ignored for this claim'))
            if not _is_up_to_date(claim, sts, pod):
                meta = {**claim['metadata'], 'ownerReferences': _owners(claim, sts, pod)}
                self._client.update(RESOURCE, {**claim, 'metadata': meta})

    def match_policy(self, sts: Object, pod: Object) -> bool:
        """ClaimsMatchRetentionPolicy."""
        return all(_is_up_to_date(claim, sts, pod) for claim in self._existing(sts, pod))

    def _existing(self, sts: Object, pod: Object) -> list[Object]:
        found = [self._informer.get(claim['metadata']['namespace'], claim['metadata']['name'])
                 for claim in claims(sts, pod['metadata']['name'])]
        return [claim for claim in found if claim is not None]


def _deletes(sts: Object, when: str) -> bool:
    return (sts['spec'].get('persistentVolumeClaimRetentionPolicy') or {}).get(when, 'Retain') == 'Delete'


def _wanted_owners(sts: Object, pod: Object) -> list[Object]:
    """Whose end is to be that of the pod's claims: the pod's when it is one too many, else the set's."""
    first = start_of(sts)
    condemned = not first <= ordinal(pod) < first + sts['spec'].get('replicas', 1)
    found: list[Object] = []
    if _deletes(sts, 'whenDeleted') and not (condemned and _deletes(sts, 'whenScaled')):
        found.append(sts)
    if condemned and _deletes(sts, 'whenScaled'):
        found.append({**pod, 'apiVersion': 'v1', 'kind': 'Pod'})
    return found


def _names(reference: Object, owner: Object, kind: str) -> bool:
    """matchesRef: whether this is about an owner of that name, be it this one or one before."""
    version = 'v1' if kind == 'Pod' else 'apps/v1'
    return (reference['apiVersion'], reference['kind'], reference['name']) == (version, kind, owner['metadata']['name'])


def _references(claim: Object) -> list[Object]:
    return claim['metadata'].get('ownerReferences') or []


def _is_owned(claim: Object, owner: Object) -> bool:
    return any(reference['uid'] == owner['metadata'].get('uid') for reference in _references(claim))


def _is_stale(claim: Object, owner: Object, kind: str) -> bool:
    """hasStaleOwnerRef."""
    named = next((reference for reference in _references(claim) if _names(reference, owner, kind)), None)
    return named is not None and named['uid'] != owner['metadata'].get('uid')


def _has_other_controller(claim: Object, sts: Object, pod: Object) -> bool:
    """hasUnexpectedController."""
    if not _deletes(sts, 'whenDeleted') and not _deletes(sts, 'whenScaled'):
        return False
    if _is_stale(claim, sts, 'StatefulSet') or _is_stale(claim, pod, 'Pod'):
        return True
    return any(reference.get('controller') for reference in _references(claim)
               if not _names(reference, sts, 'StatefulSet') and not _names(reference, pod, 'Pod'))


def _is_up_to_date(claim: Object, sts: Object, pod: Object) -> bool:
    """isClaimOwnerUpToDate."""
    if _is_stale(claim, sts, 'StatefulSet') or _is_stale(claim, pod, 'Pod'):
        return True
    owned = {owner['metadata'].get('uid') for owner in (sts, pod) if _is_owned(claim, owner)}
    if _has_other_controller(claim, sts, pod):
        return not owned
    if any(reference['uid'] in owned and not reference.get('controller') for reference in _references(claim)):
        return False
    return owned == {owner['metadata'].get('uid') for owner in _wanted_owners(sts, pod)}


def _owners(claim: Object, sts: Object, pod: Object) -> list[Object]:
    """updateClaimOwnerRefForSetAndPod."""
    others = [reference for reference in _references(claim)
              if not _names(reference, sts, 'StatefulSet') and not _names(reference, pod, 'Pod')]
    if _has_other_controller(claim, sts, pod):
        return others
    return [*others, *(owner_reference(owner) for owner in _wanted_owners(sts, pod))]


def _going(claim: Object) -> str:
    return f'pvc {claim["metadata"]["name"]} is being deleted' if deleting(claim) else ''
