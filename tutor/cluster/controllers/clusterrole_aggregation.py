"""ClusterRoles that are made of others (pkg/controller/clusterroleaggregation)."""

from __future__ import annotations

from tutor.apimachinery.objects import Object, deleting, key
from tutor.apimachinery.selectors import from_label_selector
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.client.transport import APPLY_PATCH
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.simulation import Simulation

RESOURCE = 'clusterroles.rbac.authorization.k8s.io'
MANAGER = 'clusterrole-aggregation-controller'


class ClusterRoleAggregationController(Controller):
    """Writes into each ClusterRole with an aggregationRule the rules of those that it selects."""

    component = 'clusterrole-aggregation-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.roles = self.informer(RESOURCE)
        self.roles.on_change(self._changed)

    def _changed(self, old: Object | None, new: Object | None) -> None:
        for role in self.roles.objects.values():
            if role.get('aggregationRule'):
                self.queue.add(key(role))

    def reconcile(self, key: str) -> None:
        """syncClusterRole."""
        role = self.roles.objects.get(key)
        if role is None or not role.get('aggregationRule') or deleting(role):
            return
        rules: list[Object] = []
        for selector in role['aggregationRule'].get('clusterRoleSelectors') or ():
            matches = from_label_selector(selector).matches
            for name in sorted(self.roles.objects):
                other = self.roles.objects[name]
                if name != key and matches(other['metadata'].get('labels') or {}):
                    rules += [rule for rule in other.get('rules') or () if rule not in rules]
        if rules == (role.get('rules') or []):
            return
        body = {'apiVersion': 'rbac.authorization.k8s.io/v1', 'kind': 'ClusterRole', 'metadata': {'name': key},
                'rules': rules}
        self.client.patch(RESOURCE, key, body, content_type=APPLY_PATCH, fieldManager=MANAGER, force='true')
