"""VolumeBinding: a pod goes where its volumes are, or can be."""

from __future__ import annotations

from collections.abc import Callable

from tutor.apimachinery.objects import Object, annotations, deleting
from tutor.apimachinery.scheduling import matches_terms
from tutor.apimachinery.volumes import (
    BIND_COMPLETED,
    BOUND_BY_CONTROLLER,
    NO_PROVISIONER,
    SELECTED_NODE,
    claims_of,
    class_of,
    ephemeral_claims_of,
    find_matching,
    fits_node,
    not_for_pod,
    waits_for_consumer,
)
from tutor.cluster.scheduler.configuration import ProfileSettings
from tutor.cluster.scheduler.framework import SKIP, Cycle, Hint, Plugin, PreFilter, Rejection
from tutor.cluster.scheduler.hints import added, always, own_claim, relabelled
from tutor.cluster.scheduler.node_info import NodeInfo, PodInfo
from tutor.cluster.scheduler.plugins import storage_capacity

_ELSEWHERE = Rejection('VolumeBinding', ("node(s) didn't match PersistentVolume's node affinity",), True)
_NONE_FREE = Rejection('VolumeBinding', ("node(s) didn't find available persistent volumes to bind",), True)
_NO_SPACE = Rejection('VolumeBinding', ('node(s) did not have enough free storage',), True)
_MISSING = Rejection('VolumeBinding', (
    'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)',), True)


class _State:
    """What pre_filter sorted: bound claims, those to be bound once a node is chosen; and the choices per node."""

    def __init__(self, bound: list[Object], delayed: list[Object]) -> None:
        self.bound = bound
        self.delayed = delayed
        self.choices: dict[str, list[tuple[Object, Object | None]]] = {}


class VolumeBinding(Plugin):
    name = 'VolumeBinding'
    timeout = 600.0
    """For how many seconds claims are waited for that are to be bound."""

    def configure(self, settings: ProfileSettings) -> None:
        super().configure(settings)
        self.timeout = float(settings.arguments.get(self.name, {}).get('bindTimeoutSeconds', self.timeout))

    def pre_filter(self, cycle: Cycle) -> PreFilter:
        pod = cycle.pod
        names = claims_of(pod.pod) if pod.spec.get('volumes') else []
        if not names:
            return SKIP
        state, immediate = _State([], []), False
        for name in names:
            claim = self.handle.informers.of('persistentvolumeclaims').get(pod.namespace, name)
            problem = self._problem(pod, name, claim)
            if problem:
                return Rejection(self.name, (problem,), True)
            assert claim is not None
            if claim['spec'].get('volumeName') and BIND_COMPLETED in annotations(claim):
                state.bound.append(claim)
            elif not claim['spec'].get('volumeName') and waits_for_consumer(self._class(claim)):
                state.delayed.append(claim)
            else:
                immediate = True
        if immediate:
            return Rejection(self.name, ('pod has unbound immediate PersistentVolumeClaims',), True)
        cycle.data[self.name] = state
        return None

    def _problem(self, pod: PodInfo, name: str, claim: Object | None) -> str:
        """podHasPVCs: what makes a claim unusable."""
        if claim is None and name in ephemeral_claims_of(pod.pod):
            return f'waiting for ephemeral volume controller to create the persistentvolumeclaim "{name}"'
        if claim is None:
            return f'persistentvolumeclaim "{name}" not found'
        if claim.get('status', {}).get('phase') == 'Lost':
            volume = claim['spec'].get('volumeName', '')
            return f'persistentvolumeclaim "{name}" bound to non-existent persistentvolume "{volume}"'
        if deleting(claim):
            return f'persistentvolumeclaim "{name}" is being deleted'
        return not_for_pod(claim, pod.pod) if name in ephemeral_claims_of(pod.pod) else ''

    def _class(self, claim: Object) -> Object | None:
        return self.handle.informers.of('storageclasses.storage.k8s.io').objects.get(class_of(claim))

    def filter(self, cycle: Cycle, nodes: list[NodeInfo]) -> list[NodeInfo]:
        state: _State = cycle.data[self.name]
        passed = []
        for node in nodes:
            found = [why for why in (self._bound_elsewhere(state, node), self._choose(state, node)) if why is not None]
            if found:
                reasons = tuple(reason for why in found for reason in why.reasons)
                cycle.failed[node.name] = found[0] if len(found) == 1 else Rejection(self.name, reasons, True)
            else:
                passed.append(node)
        return passed

    def _bound_elsewhere(self, state: _State, node: NodeInfo) -> Rejection | None:
        volumes = self.handle.informers.of('persistentvolumes').objects
        for claim in state.bound:
            volume = volumes.get(claim['spec']['volumeName'])
            if volume is None:
                return _MISSING
            if not fits_node(volume, node.node or {}):
                return _ELSEWHERE
        return None

    def _choose(self, state: _State, node: NodeInfo) -> Rejection | None:
        """FindPodVolumes for claims that wait for this choice: a free volume, or one that can be made there."""
        chosen: list[tuple[Object, Object | None]] = []
        taken: set[str] = set()
        volumes = self.handle.informers.of('persistentvolumes').objects
        if any(annotations(claim).get(SELECTED_NODE, node.name) != node.name for claim in state.delayed):
            return _NONE_FREE
        for claim in sorted(state.delayed, key=storage_capacity.asked):  # byPVCSize
            selected = SELECTED_NODE in annotations(claim)
            volume = None if selected else find_matching(claim, volumes.values(), node.node, taken)
            if volume is not None:
                taken.add(volume['metadata']['name'])
            elif not self._can_provision(claim, node):
                return _NONE_FREE
            elif not storage_capacity.suffices(self.handle, claim, self._class(claim) or {}, node):
                return _NO_SPACE
            chosen.append((claim, volume))
        state.choices[node.name] = chosen
        return None

    def _can_provision(self, claim: Object, node: NodeInfo) -> bool:
        found = self._class(claim)
        if found is None or found.get('provisioner') in (None, '', NO_PROVISIONER):
            return False
        topologies = found.get('allowedTopologies')
        if not topologies:
            return True
        terms = [{'matchExpressions': [{**e, 'operator': 'In'} for e in term.get('matchLabelExpressions') or ()]}
                 for term in topologies]
        return matches_terms({'nodeSelectorTerms': terms}, node.node or {})

    # -- binding ------------------------------------------------------------------------------------------------

    def has_to_bind(self, cycle: Cycle) -> bool:
        """PreBindPreFlight: whether volumes have to be bound before the pod is."""
        state: _State | None = cycle.data.get(self.name)
        return state is not None and bool(state.delayed)

    def pre_bind(self, cycle: Cycle, node: str) -> Callable[[], bool] | None:
        """BindPodVolumes: write the choice down; what is returned tells whether all claims are bound by now."""
        if not self.has_to_bind(cycle):
            return None
        state: _State = cycle.data[self.name]
        client = self.handle.client
        for claim, volume in state.choices[node]:
            if volume is not None:
                client.update('persistentvolumes', _for_claim(volume, claim))
            elif annotations(claim).get(SELECTED_NODE) != node:
                notes = {**annotations(claim), SELECTED_NODE: node}
                client.update('persistentvolumeclaims',
                              {**claim, 'metadata': {**claim['metadata'], 'annotations': notes}})
        names = [claim['metadata']['name'] for claim in state.delayed]
        return lambda: self._all_bound(cycle.pod.namespace, names)

    def _all_bound(self, namespace: str, names: list[str]) -> bool:
        claims = self.handle.informers.of('persistentvolumeclaims')
        return all((claim := claims.get(namespace, name)) is not None and claim['spec'].get('volumeName')
                   and BIND_COMPLETED in annotations(claim) for name in names)

    def hints(self) -> dict[str, Hint]:
        return {'nodes': relabelled, 'persistentvolumes': always, 'storageclasses.storage.k8s.io': _widened,
                'csinodes.storage.k8s.io': added, 'persistentvolumeclaims': own_claim, **storage_capacity.HINTS}


def _for_claim(volume: Object, claim: Object) -> Object:
    """GetBindVolumeToClaim."""
    meta = claim['metadata']
    reference = {'kind': 'PersistentVolumeClaim', 'namespace': meta['namespace'], 'name': meta['name'],
                 'uid': meta['uid'], 'apiVersion': 'v1', 'resourceVersion': meta['resourceVersion']}
    notes = {**annotations(volume)}
    if not volume['spec'].get('claimRef'):
        notes[BOUND_BY_CONTROLLER] = 'yes'
    return {**volume, 'metadata': {**volume['metadata'], 'annotations': notes},
            'spec': {**volume['spec'], 'claimRef': reference}}


def _widened(pod: PodInfo, old: Object | None, new: Object | None) -> bool:
    """A class was made, or may be used elsewhere."""
    return new is not None and (old is None or old.get('allowedTopologies') != new.get('allowedTopologies'))
