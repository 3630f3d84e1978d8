"""What follows from CustomResourceDefinitions: their resources are served, their conditions set, and their objects
deleted with them (apiextensions-apiserver/pkg/controller/{status,establish,finalizer})."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource, Subresource
from tutor.client.transport import ADMIN
from tutor.cluster.apiserver import deletion
from tutor.cluster.registry.apiextensions.customresourcedefinition import CLEANUP, set_condition
from tutor.cluster.registry.custom.strategy import CustomResourceStrategy
from tutor.cluster.registry.custom.versions import priority
from tutor.cluster.registry.strategy import Context
from tutor.cluster.storage import Change

if TYPE_CHECKING:
    from tutor.cluster.apiserver.server import ApiServer

_READ_WRITE = ('get', 'patch', 'update')
_VERBS = ('delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch')
"""In the order of the DiscoveryController of apiextensions."""
ESTABLISHING = 0.005
"""How long the controllers take to see a new definition."""


class CustomResources:
    """Follows the stored definitions of one API server."""

    def __init__(self, server: ApiServer) -> None:
        self._server = server
        self._definitions = server.stores.of('apiextensions.k8s.io', 'customresourcedefinitions')
        self._served: dict[str, tuple[Resource, ...]] = {}
        self._listening: dict[str, Callable[[], None]] = {}
        server.store.listen(self._definitions.prefix, self._on_change)

    def _on_change(self, change: Change) -> None:
        if not change.key.startswith(self._definitions.prefix):
            return
        entry = change.entry
        if entry is None:
            self._withdraw(change.key.removeprefix(self._definitions.prefix))
            return
        crd: Object = entry.value
        self._serve(crd)
        if not _settled(crd) or 'deletionTimestamp' in crd['metadata']:
            self._server.simulation.call_later(ESTABLISHING, lambda: self._reconcile(crd['metadata']['name']))

    # -- serving ------------------------------------------------------------------------------------------------

    def _serve(self, crd: Object) -> None:
        name, wanted = crd['metadata']['name'], tuple(resources(crd))
        served = self._served.get(name, ())
        for resource in served:
            if resource not in wanted:
                self._server.resources.pop((resource.group, resource.version, resource.plural), None)
        self._served[name] = wanted
        spec = crd['spec']
        known = self._server.stores.find(spec['group'], spec['names']['plural'])
        if known is None:
            known = self._server.stores.add(CustomResourceStrategy(wanted[0] if wanted else _first(crd), crd))
            self._listening[name] = self._server.store.listen(
                known.prefix, lambda change: self._on_object(name, change))
        else:
            assert isinstance(known.strategy, CustomResourceStrategy)
            known.strategy.define(wanted[0] if wanted else _first(crd), crd)
            known.resource = known.strategy.resource
        for resource in wanted:
            self._server.resources[resource.group, resource.version, resource.plural] = resource

    def _withdraw(self, name: str) -> None:
        for resource in self._served.pop(name, ()):
            self._server.resources.pop((resource.group, resource.version, resource.plural), None)
        self._listening.pop(name, lambda: None)()
        plural, _, group = name.partition('.')
        self._server.stores.remove(group, plural)

    def _on_object(self, name: str, change: Change) -> None:
        """The last object of a definition that goes lets the definition go too."""
        crd = self._definitions.find('', name) if change.entry is None else None
        if crd is not None and 'deletionTimestamp' in crd['metadata']:
            self._server.simulation.call_soon(lambda: self._reconcile(name))

    # -- controllers --------------------------------------------------------------------------------------------

    def _context(self) -> Context:
        return Context(self._server.simulation, self._server.stores, ADMIN)

    def _reconcile(self, name: str) -> None:
        crd = self._definitions.find('', name)
        if crd is None:
            return
        if 'deletionTimestamp' in crd['metadata']:
            self._clean_up(crd)
        elif not _settled(crd):
            self._write_status(crd, self._names(crd))

    def _names(self, crd: Object) -> Object:
        """The status of a definition whose names are free, or taken (NamingConditionController)."""
        names = dict(crd['spec']['names'])
        now, conflict = self._server.simulation.timestamp(), self._conflict(crd)
        conditions = (crd.get('status') or {}).get('conditions') or []
        if conflict:
            conditions = set_condition(conditions, 'NamesAccepted', 'False', conflict[0], conflict[1], now)
            conditions = set_condition(conditions, 'Established', 'False', 'NotAccepted', 'not all names are accepted',
                                       now)
            return {'acceptedNames': {'kind': '', 'plural': ''}, 'conditions': conditions}
        conditions = set_condition(conditions, 'NamesAccepted', 'True', 'NoConflicts', 'no conflicts found', now)
        conditions = set_condition(conditions, 'Established', 'True', 'InitialNamesAccepted',
                                   'the initial names have been accepted', now)
        return {'acceptedNames': names, 'conditions': conditions}

    def _conflict(self, crd: Object) -> tuple[str, str] | None:
        """The reason and words for a name that another resource of the group has."""
        wanted = crd['spec']['names']
        for resource in self._server.resources.values():
            if resource.group != crd['spec']['group'] or resource.plural == wanted['plural']:
                continue
            for short in wanted.get('shortNames') or ():
                if short in (*resource.short_names, resource.plural, resource.singular):
                    return 'ShortNamesConflict', f'"{short}" is already in use'
            if wanted['singular'] in (resource.singular, resource.plural):
                return 'SingularConflict', f'"{wanted["singular"]}" is already in use'
            if wanted['kind'] == resource.kind:
                return 'KindConflict', f'"{wanted["kind"]}" is already in use'
        return None

    def _write_status(self, crd: Object, status: Object) -> None:
        new = {**crd, 'metadata': dict(crd['metadata']), 'status': {**(crd.get('status') or {}), **status}}
        self._definitions.replace(new, crd, self._context())

    def _clean_up(self, crd: Object) -> None:
        """CRDFinalizer: delete the objects, then let go."""
        if CLEANUP not in (crd['metadata'].get('finalizers') or ()):
            return
        spec = crd['spec']
        objects = self._server.stores.of(spec['group'], spec['names']['plural'])
        for obj in objects.list():
            if 'deletionTimestamp' not in obj['metadata']:
                deletion.delete(objects, obj, deletion.DeleteOptions(), self._context())
        if objects.list():
            return
        meta = dict(crd['metadata'])
        left = [name for name in meta.pop('finalizers', ()) if name != CLEANUP]
        if left:
            meta['finalizers'] = left
        conditions = set_condition(
            (crd.get('status') or {}).get('conditions') or [], 'Terminating', 'False', 'InstanceDeletionCompleted',
            'removed all instances', self._server.simulation.timestamp())
        new: dict[str, Any] = {**crd, 'metadata': meta, 'status': {**(crd.get('status') or {}),
                                                                 'conditions': conditions}}
        if left:
            self._definitions.replace(new, crd, self._context())
        else:
            self._definitions.remove(new, self._context())


def resources(crd: Object) -> list[Resource]:
    """The resources of a definition, the preferred version first."""
    versions = [version for version in crd['spec']['versions'] if version.get('served')]
    return [_resource(crd, version) for version in sorted(versions, key=lambda item: priority(item['name']))]


def _resource(crd: Object, version: Object) -> Resource:
    spec, names = crd['spec'], crd['spec']['names']
    subresources = []
    given = version.get('subresources') or {}
    if given.get('status') is not None:
        subresources.append(Subresource('status', names['kind'], _READ_WRITE))
    if given.get('scale') is not None:
        subresources.append(Subresource('scale', 'Scale', _READ_WRITE, 'autoscaling', 'v1'))
    stored = next((each['name'] for each in spec['versions'] if each.get('storage')), version['name'])
    return Resource(spec['group'], version['name'], names['plural'], names['singular'], names['kind'],
                    spec['scope'] == 'Namespaced', _VERBS, tuple(names.get('shortNames') or ()),
                    tuple(names.get('categories') or ()), tuple(subresources), f'{spec["group"]}/{stored}')


def _first(crd: Object) -> Resource:
    """A resource to keep the objects of a definition that serves no version at all."""
    return _resource(crd, crd['spec']['versions'][0])


def _settled(crd: Object) -> bool:
    """Whether the status says all that there is to say about the names."""
    status = crd.get('status') or {}
    return bool(status.get('conditions')) and (status.get('acceptedNames') == crd['spec']['names'] or any(
        item.get('type') == 'NamesAccepted' and item.get('status') == 'False' for item in status['conditions']))
