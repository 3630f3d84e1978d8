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
from tutor.cluster.controllers.custom_informers import CustomInformers
from tutor.cluster.controllers.discovery import CRDS, built_in
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
        self._built_in = [item for item in built_in(('create', 'list', 'watch', 'delete'))
                          if item.namespaced and item.group_resource != 'events']
        self.quotas.on_change(self._quota_changed)
        for resource in self._built_in:
            self.informer(resource.group_resource).on_change(partial(self._object_changed, resource))
        self._custom = CustomInformers(simulation, client, self.informer(CRDS), self._custom_changed, self._resync)

    def stop(self) -> None:
        super().stop()
        self._custom.stop()

    def _resync(self, resource: Resource) -> None:
        """resyncMonitors: another kind can be counted, or one no longer."""
        for quota in self.quotas.objects.values():
            self.queue.add(key(quota))

    def _custom_changed(self, resource: Resource, old: Object | None, new: Object | None) -> None:
        """What was there before its kind was watched is counted too."""
        obj: Object = new or old or {}
        if resource.namespaced and (old is None or new is None):
            for quota in self.quotas.list(obj['metadata']['namespace']):
                self.postpone(key(quota), REPLENISHMENT)

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
        resources = [*self._built_in, *(item for item in self._custom.resources if item.namespaced)]
        counted = {_count_of(resource) for resource in resources}
        used = {name: '0' for name in hard if name in counted or _is_evaluated(name)}
        space = quota['metadata']['namespace']
        for resource in resources:
            self._add_up(resource, space, quota, used)
        status = {'hard': hard, 'used': used}
        if status != quota.get('status', {}):
            self.client.update_status(RESOURCE, {**quota, 'status': status})

    def _add_up(self, resource: Resource, space: str, quota: Object, used: dict[str, str]) -> None:
        group, plural = resource.group, resource.plural
        counted = _count_of(resource)
        devices = (group, plural) == RESOURCE_CLAIMS and any(name.endswith(DEVICES) for name in used)
        if counted not in used and not devices and (group or plural not in COUNTED):
            return
        totals: dict[str, Quantity] = {}
        informer = self._custom.of(resource.group_resource) or self._informers.of(resource.group_resource)
        for obj in informer.list(space):
            if not matches_scopes(quota, plural, obj):
                continue
            for name, amount in object_usage(group, plural, obj).items():
                if name in used:
                    totals[name] = totals[name] + parse(amount) if name in totals else parse(amount)
        used.update((name, str(total)) for name, total in totals.items())


def _count_of(resource: Resource) -> str:
    return f'count/{resource.plural}.{resource.group}' if resource.group else f'count/{resource.plural}'


def _is_evaluated(name: str) -> bool:
    """MatchingResources: what evaluators reckon besides numbers of objects. Of other names nothing is ever used."""
    return not name.startswith('count/') and (
        '/' not in name or name.startswith(('requests.', 'limits.')) or name.endswith(DEVICES)
        or '.storageclass.storage.k8s.io/' in name)
