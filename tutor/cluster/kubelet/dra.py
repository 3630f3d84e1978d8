"""Devices of a pod's claims are made ready by the drivers of the node (pkg/kubelet/cm/dra)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resource_claims import ClaimProblem, allocation, check_owner, claim_name, is_reserved

if TYPE_CHECKING:
    from tutor.cluster.kubelet.worker import PodWorker

CLAIMS = 'resourceclaims.resource.k8s.io'


def prepare(worker: PodWorker) -> bool:
    """PrepareDynamicResources: False when it failed, which an event tells."""
    try:
        for entry in worker.pod['spec'].get('resourceClaims') or ():
            _prepare_claim(worker, entry)
    except (ClaimProblem, StatusError, OSError) as problem:
        worker.kubelet.recorder.warning(
            worker.pod, 'FailedPrepareDynamicResources',
            f'Failed to prepare dynamic resources: prepare dynamic resources: {problem}')
        return False
    return True


def _prepare_claim(worker: PodWorker, entry: Object) -> None:
    """prepareResources. Raises ClaimProblem."""
    pod, meta = worker.pod, worker.pod['metadata']
    name, owns = claim_name(pod, entry)
    if name is None:
        return
    try:
        claim = worker.kubelet.client.get(CLAIMS, name, meta['namespace'])
    except StatusError as error:
        raise ClaimProblem(f'fetch ResourceClaim {name}: {error.message}') from None
    if owns:
        check_owner(pod, claim)
    if not is_reserved(pod, claim):
        raise ClaimProblem(f'pod {meta["name"]} ({meta["uid"]}) is not allowed to use ResourceClaim {name} '
                           f'({claim["metadata"]["uid"]})')
    for result in ((allocation(claim) or {}).get('devices') or {}).get('results') or ():
        # No program that runs on a node registers as a DRA driver.
        raise ClaimProblem(f'DRA driver {result["driver"]} is not registered')
