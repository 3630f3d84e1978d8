"""DynamicResources: a pod goes where the devices are that its ResourceClaims ask for."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, deleting, key, with_finalizers
from tutor.apimachinery.resource_claims import (
    FINALIZER,
    ClaimProblem,
    allocation,
    can_be_reserved,
    check_owner,
    claim_name,
    consumer,
    consumers,
    is_reserved,
    with_status,
)
from tutor.apimachinery.scheduling import matches_terms
from tutor.client.transport import STRATEGIC_PATCH
from tutor.cluster.scheduler.allocator import AllocationError, Allocator, allocated_devices
from tutor.cluster.scheduler.framework import SKIP, Cycle, Handle, Hint, Plugin, PreFilter, Rejection
from tutor.cluster.scheduler.hints import always, is_own, relabelled
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo

CLAIMS = 'resourceclaims.resource.k8s.io'
CLASSES = 'deviceclasses.resource.k8s.io'
SLICES = 'resourceslices.resource.k8s.io'
_ELSEWHERE = Rejection('DynamicResources', ('resourceclaim not available on the node',), True)
_TOO_FEW = Rejection('DynamicResources', ('cannot allocate all claims',), True)


class _State:
    """The claims of a pod, what is to be allocated of them, and how that could be done by node."""

    def __init__(self, claims: list[Object], allocator: Allocator | None) -> None:
        self.claims = claims
        self.allocator = allocator
        self.allocations: dict[str, list[Object]] = {}
        self.unavailable: list[int] = []


class DynamicResources(Plugin):
    name = 'DynamicResources'

    def __init__(self, handle: Handle) -> None:
        super().__init__(handle)
        self._assumed: dict[str, Object] = {}

    def pre_enqueue(self, pod: PodInfo) -> bool:
        """PreEnqueue: a pod waits until all its claims are there."""
        try:
            self._claims(pod)
        except ClaimProblem:
            return False
        return True

    def pre_filter(self, cycle: Cycle) -> PreFilter:
        if not cycle.pod.spec.get('resourceClaims'):
            return SKIP
        try:
            claims = self._claims(cycle.pod)
            pending = [claim for claim in claims if not allocation(claim)]
            for claim in claims:
                self._check(cycle.pod, claim)
        except ClaimProblem as problem:
            return Rejection(self.name, (str(problem),), True)
        if not claims:
            return SKIP
        allocator = None
        if pending:
            informers = self.handle.informers
            every = [self._newest(claim) for claim in informers.of(CLAIMS).list()]
            allocator = Allocator(pending, allocated_devices(every), informers.of(CLASSES).objects,
                                  informers.of(SLICES).list())
        cycle.data[self.name] = _State(claims, allocator)
        return None

    def _claims(self, pod: PodInfo) -> list[Object]:
        """podResourceClaims. Raises ClaimProblem."""
        found = []
        for entry in pod.spec.get('resourceClaims') or ():
            name, owns = claim_name(pod.pod, entry)
            if name is None:
                continue
            claim = self.handle.informers.of(CLAIMS).get(pod.namespace, name)
            if claim is None:
                raise ClaimProblem(f'resourceclaim "{name}" not found')
            if deleting(claim):
                raise ClaimProblem(f'resourceclaim "{name}" is being deleted')
            if owns:
                check_owner(pod.pod, claim)
            found.append(self._newest(claim))
        return found

    def _newest(self, claim: Object) -> Object:
        """The claim as it was written here, while the informer is behind (the assume cache)."""
        assumed = self._assumed.get(key(claim))
        if assumed is None:
            return claim
        if assumed['metadata']['uid'] == claim['metadata']['uid'] and (
                int(assumed['metadata']['resourceVersion']) > int(claim['metadata']['resourceVersion'])):
            return assumed
        del self._assumed[key(claim)]
        return claim

    def _check(self, pod: PodInfo, claim: Object) -> None:
        """Whether a claim can be used, and the classes it names are there. Raises ClaimProblem."""
        if allocation(claim):
            if not can_be_reserved(claim) and not is_reserved(pod.pod, claim):
                raise ClaimProblem('resourceclaim in use')
            return
        classes = self.handle.informers.of(CLASSES).objects
        for request in (claim['spec'].get('devices') or {}).get('requests') or ():
            parts = [(request['name'], request['exactly'])] if request.get('exactly') is not None else [
                (f'{request["name"]}/{part["name"]}', part) for part in request.get('firstAvailable') or ()]
            for name, part in parts:
                if part['deviceClassName'] not in classes:
                    raise ClaimProblem(f'request {name}: device class {part["deviceClassName"]} does not exist')

    # -- nodes --------------------------------------------------------------------------------------------------

    def filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        state: _State = cycle.data[self.name]
        passed = []
        for node in nodes:
            why = self._refuses(state, node)
            if why is None:
                passed.append(node)
            else:
                cycle.failed[node.name] = why
        return passed

    def _refuses(self, state: _State, node: NodeInfo) -> Rejection | None:
        unavailable = [index for index, claim in enumerate(state.claims)
                       if (selector := (allocation(claim) or {}).get('nodeSelector')) is not None
                       and not matches_terms(selector, node.node or {})]
        if state.allocator is not None:
            try:
                found = state.allocator.allocate(node.node or {})
            except AllocationError as error:
                raise StatusError({'code': 500, 'message': f'running "{self.name}" filter plugin: {error}'}) from None
            if found is None:
                return _TOO_FEW
            state.allocations[node.name] = found
        if unavailable:
            state.unavailable += [index for index in unavailable if index not in state.unavailable]
            return _ELSEWHERE
        return None

    def post_filter(self, cycle: Cycle) -> str:
        """PostFilter: free a claim that is allocated where the pod cannot go, if nobody else uses it."""
        state: _State | None = cycle.data.get(self.name)
        if state is None:
            return 'no new claims to deallocate'
        for index in state.unavailable:
            claim = state.claims[index]
            if all(entry['uid'] == cycle.pod.uid for entry in consumers(claim)):
                self._assume(self.handle.client.update_status(CLAIMS, with_status(claim, None, [])))
                return 'deallocation of ResourceClaim completed'
        return 'still not schedulable'

    # -- binding ------------------------------------------------------------------------------------------------

    def has_to_bind(self, cycle: Cycle) -> bool:
        """PreBindPreFlight: whether a claim is not reserved for the pod yet."""
        state: _State | None = cycle.data.get(self.name)
        return state is not None and not all(is_reserved(cycle.pod.pod, claim) for claim in state.claims)

    def pre_bind(self, cycle: Cycle, node: str) -> None:
        """PreBind: write down what was allocated, and for which pod."""
        state: _State | None = cycle.data.get(self.name)
        if state is None:
            return
        made = dict(zip((key(claim) for claim in state.allocator.claims), state.allocations[node], strict=True)) if (
            state.allocator is not None) else {}
        for index, claim in enumerate(state.claims):
            if not is_reserved(cycle.pod.pod, claim):
                try:
                    state.claims[index] = self._bind_claim(cycle.pod.pod, claim, made.get(key(claim)))
                except StatusError as error:
                    raise StatusError({'code': error.code,
                                       'message': f'running PreBind plugin "{self.name}": {error.message}'}) from None

    def _bind_claim(self, pod: Object, claim: Object, allocated: Object | None) -> Object:
        """bindClaim."""
        client, finalizers = self.handle.client, claim['metadata'].get('finalizers') or []
        if allocated is not None and FINALIZER not in finalizers:
            claim = client.update(CLAIMS, with_finalizers(claim, [*finalizers, FINALIZER]))
        claim = client.update_status(CLAIMS, with_status(
            claim, allocated or allocation(claim), [*consumers(claim), consumer(pod)]))
        return self._assume(claim)

    def _assume(self, claim: Object) -> Object:
        self._assumed[key(claim)] = claim
        return claim

    def unreserve(self, cycle: Cycle) -> None:
        """Unreserve: the pod does not come after all."""
        state: _State | None = cycle.data.get(self.name)
        for claim in state.claims if state is not None else ():
            if allocation(claim) and is_reserved(cycle.pod.pod, claim):
                meta = claim['metadata']
                self._assume(self.handle.client.patch(
                    CLAIMS, meta['name'], {'metadata': {'uid': meta['uid']}, 'status': {
                        'reservedFor': [{'$patch': 'delete', 'uid': cycle.pod.uid}]}},
                    meta['namespace'], 'status', STRATEGIC_PATCH))

    def hints(self) -> dict[str, Hint]:
        return {'nodes': relabelled, CLAIMS: self._claim_hint, 'pods': _claims_told, CLASSES: always, SLICES: always}

    def _claim_hint(self, pod: PodInfo, old: Object | None, new: Object | None) -> bool:
        """isSchedulableAfterClaimChange."""
        if new is None:
            return old is not None and bool(allocation(old))
        if old is not None and allocation(old) and not allocation(new):
            return True
        try:
            claims = self._claims(pod)
        except ClaimProblem:
            return False
        return any(claim['metadata']['uid'] == new['metadata']['uid'] for claim in claims) and (
            old is None or old.get('status') != new.get('status'))


def _claims_told(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """UpdatePodGeneratedResourceClaim of the waiting pod itself."""
    return old is not None and new is not None and is_own(pod, new) and (
        old.get('status', {}).get('resourceClaimStatuses') != new.get('status', {}).get('resourceClaimStatuses'))
