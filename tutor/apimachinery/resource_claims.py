"""What pods and ResourceClaims know of one another (k8s.io/dynamic-resource-allocation/resourceclaim)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object, controller_of

FINALIZER = 'resource.kubernetes.io/delete-protection'
MOST_CONSUMERS = 256


class ClaimProblem(Exception):
    """Why the claim of a pod cannot be used; the text is upstream's."""


class NotCreated(ClaimProblem):
    """ErrClaimNotFound: the controller has not made the claim from its template yet."""


def claim_name(pod: Object, entry: Object) -> tuple[str | None, bool]:
    """Name: the claim behind an entry of spec.resourceClaims, None when none is needed; whether the pod has to own it.

    Raises NotCreated.
    """
    if 'resourceClaimName' in entry:
        return entry['resourceClaimName'], False
    for status in pod.get('status', {}).get('resourceClaimStatuses') or ():
        if status['name'] == entry['name']:
            return status.get('resourceClaimName'), True
    meta = pod['metadata']
    raise NotCreated(f'pod "{meta["namespace"]}/{meta["name"]}": ResourceClaim not created yet')


def check_owner(pod: Object, claim: Object) -> None:
    """IsForPod. Raises ClaimProblem."""
    owner = controller_of(claim)
    if owner is None or owner['uid'] != pod['metadata']['uid']:
        space = pod['metadata']['namespace']
        raise ClaimProblem(f'ResourceClaim {space}/{claim["metadata"]["name"]} was not created for pod '
                           f'{space}/{pod["metadata"]["name"]} (pod is not owner)')


def allocation(claim: Object) -> Object | None:
    return (claim.get('status') or {}).get('allocation')


def consumers(claim: Object) -> list[Object]:
    return (claim.get('status') or {}).get('reservedFor') or []


def is_reserved(pod: Object, claim: Object) -> bool:
    """IsReservedForPod."""
    return any(entry['uid'] == pod['metadata']['uid'] for entry in consumers(claim))


def can_be_reserved(claim: Object) -> bool:
    """CanBeReserved: claims can be shared, by so many."""
    return len(consumers(claim)) < MOST_CONSUMERS


def consumer(pod: Object) -> Object:
    """What status.reservedFor says of a pod."""
    return {'resource': 'pods', 'name': pod['metadata']['name'], 'uid': pod['metadata']['uid']}


def with_status(claim: Object, allocated: Object | None, reserved: list[Object]) -> Object:
    """The claim with this in its status."""
    status = {key: value for key, value in (claim.get('status') or {}).items()
              if key not in ('allocation', 'reservedFor') and (key != 'devices' or allocated)}
    if allocated:
        status['allocation'] = allocated
    if reserved:
        status['reservedFor'] = reserved
    return {**claim, 'status': status}
