"""ResourceQuotas: what a namespace uses, counted anew when something goes (pkg/controller/resourcequota)."""

from __future__ import annotations

from functools import partial

from tutor.apimachinery.objects import Object, key
from tutor.apimachinery.quantity import Quantity, parse
from tutor.apimachinery.resources import Resource
from tutor.apimachinery.usage import COUNTED, DEVICES, RESOURCE_CLAIMS, matches_scopes, object_usage
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers.controller import Controller, batch_delay
from tutor.cluster.controllers.discovery import built_in
from tutor.cluster.simulation import Simulation

RESOURCE = 'resourcequotas'
REPLENISHMENT = 0.05
"""Seconds to gather deletions before counting again."""


class ResourceQuotaController(Controller):
    """Writes spec.hard and the usage into the status. Keys are quotas."""

    component = 'resourcequota-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.quotas = self.informer(RESOURCE)
        self.resources = [item for item in built_in(('create', 'list', 'watch', 'delete'))
                          if item.namespaced and item.group_resource != 'events']
        self.quotas.on_change(self._quota_changed)
        for resource in self.resources:
            self.informer(resource.group_resource).on_change(partial(self._object_changed, resource))

    def _quota_changed(self, old: Object | None, new: Object | None) -> None:
        if new is not None:
            self.queue.add(key(new))

    def _object_changed(self, resource: Resource, old: Object | None, new: Object | None) -> None:
        if not self.quotas.objects or old is None:
            return
        if new is not None and (resource.group or resource.plural not in ('pods', 'services')
                                or object_usage('', resource.plural, old) == object_usage('', resource.plural, new)):
            return
        for quota in self.quotas.list(old['metadata']['namespace']):
            self.postpone(key(quota), REPLENISHMENT + batch_delay(len(self._informers.of('pods').objects)))

    def reconcile(self, key: str) -> None:
        """syncResourceQuota."""
        quota = self.quotas.objects.get(key)
        if quota is None:
            return
        hard = quota['spec'].get('hard') or {}
        used = dict.fromkeys(hard, '0')
        space = quota['metadata']['namespace']
        for resource in self.resources:
            self._add_up(resource, space, quota, used)
        status = {'hard': hard, 'used': used}
        if status != quota.get('status', {}):
            self.client.update_status(RESOURCE, {**quota, 'status': status})

    def _add_up(self, resource: Resource, space: str, quota: Object, used: dict[str, str]) -> None:
        group, plural = resource.group, resource.plural
        counted = f'count/{plural}.{group}' if group else f'count/{plural}'
        devices = (group, plural) == RESOURCE_CLAIMS and any(name.endswith(DEVICES) for name in used)
        if counted not in used and not devices and (group or plural not in COUNTED):
            return
        totals: dict[str, Quantity] = {}
        for obj in self._informers.of(resource.group_resource).list(space):
            if not matches_scopes(quota, plural, obj):
                continue
            for name, amount in object_usage(group, plural, obj).items():
                if name in used:
                    totals[name] = totals[name] + parse(amount) if name in totals else parse(amount)
        used.update((name, str(total)) for name, total in totals.items())
