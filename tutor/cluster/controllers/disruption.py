"""PodDisruptionBudgets: how many pods may go just now (pkg/controller/disruption)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.disruption import disruption_allowed
from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.intstr import scaled
from tutor.apimachinery.objects import Object, condition, controller_of, deleting, key
from tutor.apimachinery.selectors import Selector, SelectorError, from_label_selector, go_label_selector
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.client.transport import STRATEGIC_PATCH
from tutor.cluster.controllers import indexes, pods
from tutor.cluster.controllers.controller import Controller, batch_delay
from tutor.cluster.controllers.discovery import resource_of
from tutor.cluster.simulation import Simulation

RESOURCE = 'poddisruptionbudgets.policy'
DELETION_TIMEOUT = 120.0
STALE_TIMEOUT = 120.0
_POD = 'pod:'
"""Begins the keys that are pods."""
_UNMANAGED = (
    'Pods selected by this PodDisruptionBudget (selector: {}) were found to be unmanaged. As a result, the status of '
    'the PDB cannot be calculated correctly, which may result in undefined behavior. To account for these pods please '
    'set ".spec.minAvailable" field of the PDB to an integer value.')
_SCALED = {'ReplicaSet': 'replicasets.apps', 'StatefulSet': 'statefulsets.apps',
           'ReplicationController': 'replicationcontrollers', 'Deployment': 'deployments.apps'}


class DisruptionController(Controller):
    """Writes how many of a budget's pods are healthy, how many have to be, and the difference."""

    component = 'controllermanager'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.budgets = self.informer(RESOURCE)
        self.pods = indexes.by_label(self.informer('pods'))
        self.owners = {kind: self.informer(resource) for kind, resource in _SCALED.items()}
        self._sizes: dict[str, int] = {}
        self._selectors: dict[str, tuple[Object, Selector]] = {}
        self.budgets.on_change(lambda old, new: self.queue.add(key(new or old or {})))
        self.pods.on_change(self._pod_changed)
        for informer in self.owners.values():
            informer.on_change(self._owner_changed)

    def _pod_changed(self, old: Object | None, new: Object | None) -> None:
        stale = self._stale_in(new) if new is not None else None
        if new is not None and stale is not None:
            self.postpone(_POD + key(new), max(stale, 0.001))
        if not self.budgets.objects:
            return
        pod: Object = new or old or {}
        for budget in self.budgets.list(pod['metadata']['namespace']):
            if any(obj is not None and self._selector(budget).matches(obj['metadata'].get('labels') or {})
                   for obj in (old, new)):
                where = key(budget)
                self.postpone(where, batch_delay(self._sizes.get(where, 0)))

    def _owner_changed(self, old: Object | None, new: Object | None) -> None:
        if self.budgets.objects and old is not None and new is not None and (
                old['spec'].get('replicas') != new['spec'].get('replicas')):
            for budget in self.budgets.list(new['metadata']['namespace']):
                self.queue.add(key(budget))

    def _selector(self, budget: Object) -> Selector:
        known = self._selectors.get(key(budget))
        if known is None or known[0] is not budget:
            known = self._selectors[key(budget)] = (budget, from_label_selector(budget['spec'].get('selector')))
        return known[1]

    # -- reconcile ----------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        """trySync."""
        if key.startswith(_POD):
            self._sync_stale(key.removeprefix(_POD))
            return
        budget = self.budgets.objects.get(key)
        if budget is None:
            self._sizes.pop(key, None)
            self._selectors.pop(key, None)
            return
        try:
            selector = self._selector(budget)
        except SelectorError:
            return
        mine = indexes.selected(self.pods, budget['metadata']['namespace'], selector)
        self._sizes[key] = len(mine)
        if not mine:
            self.event(budget, 'Normal', 'NoPods', 'No matching pods found')
        try:
            expected, desired, unmanaged = self._expected(budget, mine)
        except LookupError as error:
            self.event(budget, 'Warning', 'CalculateExpectedPodCountFailed',
                       f'Failed to calculate the number of expected pods: {error}')
            self._fail_safe(budget, str(error))
            return
        if unmanaged:
            self.event(budget, 'Warning', 'UnmanagedPods', _UNMANAGED.format(
                go_label_selector(budget['spec'].get('selector'))))
        disrupted, recheck = self._disrupted(budget, mine)
        healthy = sum(not deleting(pod) and pod['metadata']['name'] not in disrupted and pods.is_ready(pod)
                      for pod in mine)
        self._write(budget, healthy, desired, expected, disrupted)
        if recheck is not None:
            self.postpone(key, max(recheck, 0.001))

    def _stale_in(self, pod: Object) -> float | None:
        """nonTerminatingPodHasStaleDisruptionCondition: in how many seconds nobody will believe any more that the pod
        is about to go, None if nothing says so."""
        entry = condition(pod, 'DisruptionTarget')
        if deleting(pod) or pods.is_terminal(pod) or entry is None or entry['status'] != 'True' or (
                entry.get('reason') == 'TerminationByKubelet') or not entry.get('lastTransitionTime'):
            return None
        return parse_timestamp(entry['lastTransitionTime']) + STALE_TIMEOUT - self.seconds()

    def _sync_stale(self, where: str) -> None:
        """syncStalePodDisruption."""
        pod = self.pods.objects.get(where)
        stale = self._stale_in(pod) if pod is not None else None
        if pod is None or stale is None:
            return
        if stale > 0:
            self.postpone(_POD + where, stale)
            return
        entry = {'type': 'DisruptionTarget', 'status': 'False', 'lastTransitionTime': self.simulation.timestamp()}
        meta = pod['metadata']
        self.client.patch('pods', meta['name'], {'metadata': {'uid': meta['uid']}, 'status': {'conditions': [entry]}},
                          meta['namespace'], 'status', STRATEGIC_PATCH)

    def _expected(self, budget: Object, mine: list[Object]) -> tuple[int, int, bool]:
        """getExpectedPodCount: pods there should be, how many of them have to be healthy, and whether there are some
        that nothing controls."""
        spec = budget['spec']
        if 'maxUnavailable' in spec:
            total, unmanaged = self._expected_scale(mine)
            return total, max(total - scaled(spec['maxUnavailable'], total, True), 0), unmanaged
        least: Any = spec.get('minAvailable')
        if least is None:
            return 0, 0, False
        if isinstance(least, int):
            return len(mine), least, False
        total, unmanaged = self._expected_scale(mine)
        return total, scaled(least, total, True), unmanaged

    def _expected_scale(self, mine: list[Object]) -> tuple[int, bool]:
        """getExpectedScale: the replicas of all controllers of these pods, and whether some pod has none."""
        scales: dict[str, int] = {}
        unmanaged = False
        for pod in mine:
            owner = controller_of(pod)
            if owner is None:
                unmanaged = True
            elif owner['uid'] not in scales:
                found = self._scale_of(owner, pod['metadata']['namespace'])
                if found is None:
                    raise LookupError(f'found no controllers for pod "{pod["metadata"]["name"]}"')
                scales[found[0]] = found[1]
        return sum(scales.values()), unmanaged

    def _scale_of(self, owner: Object, namespace: str) -> tuple[str, int] | None:
        """The finders in their order: the uid and the replicas of what decides about the number of pods."""
        informer = self.owners.get(owner['kind'])
        if informer is None:
            return self._by_subresource(owner, namespace)
        found = informer.get(namespace, owner['name'])
        if found is None or found['metadata']['uid'] != owner['uid']:
            return None
        parent = controller_of(found)
        if owner['kind'] == 'ReplicaSet' and parent is not None and parent['kind'] == 'Deployment':
            return self._scale_of(parent, namespace)
        return found['metadata']['uid'], found['spec'].get('replicas', 1)

    def _by_subresource(self, owner: Object, namespace: str) -> tuple[str, int] | None:
        """getScaleController."""
        resource = resource_of(self.client, owner['apiVersion'], owner['kind'])
        if resource is None:
            raise LookupError(f'no matches for kind "{owner["kind"]}" in version "{owner["apiVersion"]}"')
        if resource.subresource('scale') is None:
            raise LookupError(f'{resource.group_resource} does not implement the scale subresource')
        try:
            scale = self.client.request('GET', self.client.path(resource, namespace, owner['name'], 'scale')).body
        except StatusError as error:
            if error.code == 404:
                return None
            raise LookupError(error.message) from None
        if scale['metadata']['uid'] != owner['uid']:
            return None
        return owner['uid'], scale['spec'].get('replicas', 0)

    def _disrupted(self, budget: Object, mine: list[Object]) -> tuple[dict[str, str], float | None]:
        """buildDisruptedPodMap: pods whose eviction was allowed and that have not gone yet."""
        listed = budget.get('status', {}).get('disruptedPods') or {}
        found: dict[str, str] = {}
        recheck: float | None = None
        for pod in mine:
            since = listed.get(pod['metadata']['name'])
            if since is None or deleting(pod):
                continue
            left = parse_timestamp(since) + DELETION_TIMEOUT - self.seconds()
            if left > 0:
                found[pod['metadata']['name']] = since
                recheck = left if recheck is None else min(recheck, left)
            else:
                # Upstream names the namespace twice.
                space = budget['metadata']['namespace']
                self.event(pod, 'Warning', 'NotDeleted', f"Pod was expected by PDB {space}/{space} to be deleted but "
                           "it wasn't")
        return found, recheck

    def _write(self, budget: Object, healthy: int, desired: int, expected: int, disrupted: dict[str, str]) -> None:
        """updatePdbStatus."""
        allowed = max(healthy - desired, 0) if expected > 0 else 0
        status: Object = {}
        if budget['metadata'].get('generation'):
            status['observedGeneration'] = budget['metadata']['generation']
        if disrupted:
            status['disruptedPods'] = disrupted
        status.update(disruptionsAllowed=allowed, currentHealthy=healthy, desiredHealthy=desired,
                      expectedPods=expected)
        old = budget.get('status', {})
        status['conditions'] = disruption_allowed({**old, **status}, self.simulation.timestamp())
        if status != old:
            self.client.update_status(RESOURCE, {**budget, 'status': status})

    def _fail_safe(self, budget: Object, problem: str) -> None:
        """failSafe: nothing may be disrupted while the numbers are not known."""
        old = budget.get('status', {})
        status = {**old, 'disruptionsAllowed': 0}
        status['conditions'] = disruption_allowed(status, self.simulation.timestamp(), problem)
        if status != old:
            self.client.update_status(RESOURCE, {**budget, 'status': status})
