"""PodDisruptionBudgets: how many pods may go just now (pkg/controller/disruption)."""

from __future__ import annotations

from typing import Any

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.objects import Object, controller_of, deleting, key
from tutor.apimachinery.selectors import Selector, SelectorError, from_label_selector
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers import indexes, pods
from tutor.cluster.controllers.controller import Controller, batch_delay
from tutor.cluster.controllers.revisions import scaled
from tutor.cluster.simulation import Simulation

RESOURCE = 'poddisruptionbudgets.policy'
DELETION_TIMEOUT = 120.0
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
        problem = ''
        try:
            expected, desired = self._expected(budget, mine)
        except LookupError as error:
            problem, expected, desired = str(error), 0, 0
            self.event(budget, 'Warning', 'CalculateExpectedPodCountFailed',
                       f'Failed to calculate the number of expected pods: {problem}')
        disrupted, recheck = self._disrupted(budget, mine)
        healthy = sum(not deleting(pod) and pod['metadata']['name'] not in disrupted and pods.is_ready(pod)
                      for pod in mine)
        self._write(budget, healthy, desired, expected, disrupted, problem)
        if recheck is not None:
            self.postpone(key, max(recheck, 0.001))

    def _expected(self, budget: Object, mine: list[Object]) -> tuple[int, int]:
        """getExpectedPodCount: pods there should be, and how many of them have to be healthy."""
        spec = budget['spec']
        if 'maxUnavailable' in spec:
            total = self._expected_scale(mine)
            return total, max(total - scaled(spec['maxUnavailable'], total, True), 0)
        least: Any = spec.get('minAvailable', 1)
        if isinstance(least, int):
            return len(mine), least
        total = self._expected_scale(mine)
        return total, scaled(least, total, True)

    def _expected_scale(self, mine: list[Object]) -> int:
        """getExpectedScale: the replicas of all controllers of these pods; every pod must have one."""
        scales: dict[str, int] = {}
        for pod in mine:
            owner = controller_of(pod)
            if owner is None:
                raise LookupError(f'found no controllers for pod "{pod["metadata"]["name"]}"')
            if owner['uid'] not in scales:
                uid, scale = self._scale_of(owner, pod['metadata']['namespace'])
                scales[owner['uid']] = 0 if uid in scales and uid != owner['uid'] else scale
                scales.setdefault(uid, 0)
        return sum(scales.values())

    def _scale_of(self, owner: Object, namespace: str) -> tuple[str, int]:
        informer = self.owners.get(owner['kind'])
        if informer is None:
            raise LookupError(f'{owner["kind"].lower()}s.{owner["apiVersion"].partition("/")[0]} does not implement '
                              'the scale subresource')
        found = informer.get(namespace, owner['name'])
        if found is None:
            return owner['uid'], 0
        parent = controller_of(found)
        if parent is not None and parent['kind'] in self.owners:
            return self._scale_of(parent, namespace)
        return found['metadata']['uid'], found['spec'].get('replicas', 1)

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
        return found, recheck

    def _write(self, budget: Object, healthy: int, desired: int, expected: int, disrupted: dict[str, str],
               problem: str) -> None:
        """updatePdbStatus."""
        allowed = max(healthy - desired, 0) if expected > 0 else 0
        old = budget.get('status', {})
        status: Object = {}
        if budget['metadata'].get('generation'):
            status['observedGeneration'] = budget['metadata']['generation']
        if disrupted:
            status['disruptedPods'] = disrupted
        status.update(disruptionsAllowed=allowed, currentHealthy=healthy, desiredHealthy=desired,
                      expectedPods=expected)
        status['conditions'] = self._conditions(old.get('conditions') or [], allowed, problem,
                                                budget['metadata'].get('generation', 0))
        if status != old:
            self.client.update_status(RESOURCE, {**budget, 'status': status})

    def _conditions(self, old: list[Object], allowed: int, problem: str, generation: int) -> list[Object]:
        """UpdateDisruptionAllowedCondition."""
        status, reason = ('True', 'SufficientPods') if allowed else ('False', 'InsufficientPods')
        if problem:
            status, reason = 'False', 'SyncFailed'
        entry: Object = {'type': 'DisruptionAllowed', 'status': status, 'observedGeneration': generation,
                         'lastTransitionTime': self.simulation.timestamp(), 'reason': reason, 'message': problem}
        for known in old:
            if known['type'] == 'DisruptionAllowed' and known['status'] == status:
                entry['lastTransitionTime'] = known['lastTransitionTime']
        return [*(known for known in old if known['type'] != 'DisruptionAllowed'), entry]
