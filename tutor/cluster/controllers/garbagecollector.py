"""Garbage collection by owner references: background, foreground, orphan (pkg/controller/garbagecollector)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial

from tutor.apimachinery.errors import ignoring_not_found
from tutor.apimachinery.objects import Object, deleting, group_version, key, split_key
from tutor.apimachinery.resources import RESOURCES, Resource
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.client.transport import MERGE_PATCH, STRATEGIC_PATCH
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.custom_informers import CustomInformers
from tutor.cluster.controllers.discovery import CRDS, built_in
from tutor.cluster.simulation import Simulation

FOREGROUND = 'foregroundDeletion'
ORPHAN = 'orphan'
_IGNORED = frozenset({'events'})


@dataclass(slots=True)
class Node:
    """One object of the graph. `owners` are the UIDs it refers to."""

    uid: str
    resource: Resource
    where: str
    owners: tuple[str, ...] = ()
    dependents: dict[str, None] = field(default_factory=dict)


class GarbageCollector(Controller):
    """Deletes what has lost all its owners. Keys of the queue are UIDs, 'orphan:' before those to be left behind."""

    component = 'garbage-collector-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.nodes: dict[str, Node] = {}
        self.waiting: dict[str, dict[str, None]] = {}
        self._kinds: dict[tuple[str, str], Resource] = {}
        for resource in RESOURCES:
            self._kinds.setdefault((resource.group, resource.kind), resource)
        for resource in built_in(('list', 'watch', 'delete')):
            if resource.group_resource not in _IGNORED:
                self.informer(resource.group_resource).on_change(partial(self._changed, resource))
        self._custom = CustomInformers(simulation, client, self.informer(CRDS), self._changed, self._kind_found)

    def _kind_found(self, resource: Resource) -> None:
        self._kinds[resource.group, resource.kind] = resource

    def stop(self) -> None:
        super().stop()
        self._custom.stop()

    # -- the graph ----------------------------------------------------------------------------------------------

    def _changed(self, resource: Resource, old: Object | None, new: Object | None) -> None:
        """GraphBuilder.processGraphChanges."""
        if new is None:
            assert old is not None
            self._removed(old['metadata']['uid'])
            return
        meta = new['metadata']
        references = meta.get('ownerReferences')
        if old is not None and old['metadata']['uid'] != meta['uid']:
            self._removed(old['metadata']['uid'])
            old = None
        if old is None:
            self.nodes[meta['uid']] = Node(meta['uid'], resource, key(new))
        before = old['metadata'].get('ownerReferences') if old is not None else None
        if references or before:
            node = self.nodes[meta['uid']]
            fresh = [reference for reference in references or () if reference['uid'] not in node.owners]
            self._set_owners(node, tuple(r['uid'] for r in references or ()))
            self._look_at_unblocked(before or (), references or ())
            self._check_coordinates(new, fresh)
        if 'deletionTimestamp' in meta:
            self._deletion_seen(self.nodes[meta['uid']], meta.get('finalizers') or [])

    def _set_owners(self, node: Node, owners: tuple[str, ...]) -> None:
        if owners == node.owners:
            return
        for uid in node.owners:
            if uid not in owners:
                self._dependents(uid).pop(node.uid, None)
                self.queue.add(node.uid)
                self._look_at_owner(uid)
        for uid in owners:
            self._dependents(uid)[node.uid] = None
            if uid not in self.nodes:
                self.queue.add(node.uid)
        node.owners = owners

    def _look_at_unblocked(self, old: Sequence[Object], new: Sequence[Object]) -> None:
        """addUnblockedOwnersToDeleteQueue, for references that are still there."""
        blocking = {reference['uid'] for reference in old if reference.get('blockOwnerDeletion')}
        for reference in new:
            if reference['uid'] in blocking and not reference.get('blockOwnerDeletion'):
                self._look_at_owner(reference['uid'])

    def _check_coordinates(self, obj: Object, references: list[Object]) -> None:
        """addDependentToOwners: a reference that fits its owner's uid and nothing else may be that of no owner."""
        space = obj['metadata'].get('namespace', '')
        for reference in references:
            owner = self.nodes.get(reference['uid'])
            if owner is None:
                continue
            owner_space, name = split_key(owner.where)
            if owner_space not in ('', space):
                self._report_other_namespace(obj, reference)
            elif (group_version(reference['apiVersion'])[0], reference['kind'], reference['name']) == (
                    owner.resource.group, owner.resource.kind, name):
                continue
            self.queue.add(obj['metadata']['uid'])

    def _report_other_namespace(self, obj: Object, reference: Object) -> None:
        """reportInvalidNamespaceOwnerRef: an owner of another namespace is none."""
        space = obj['metadata'].get('namespace', '')
        text = (f'[{reference["apiVersion"]}/{reference["kind"]}, namespace: {space}, '
                f'name: {reference["name"]}, uid: {reference["uid"]}]')
        self.event(obj, 'Warning', 'OwnerRefInvalidNamespace', f'ownerRef {text} does not exist in namespace "{space}"')

    def _dependents(self, uid: str) -> dict[str, None]:
        """The dependents of an owner, whether it is known yet or not."""
        node = self.nodes.get(uid)
        if node is None:
            return self.waiting.setdefault(uid, {})
        if uid in self.waiting:
            node.dependents.update(self.waiting.pop(uid))
        return node.dependents

    def _removed(self, uid: str) -> None:
        if uid not in self.nodes:
            return
        dependents = self._dependents(uid)
        node = self.nodes.pop(uid)
        if dependents:
            self.waiting[uid] = dict(dependents)
            for dependent in dependents:
                self.queue.add(dependent)
        for owner in node.owners:
            left = self._dependents(owner)
            left.pop(uid, None)
            if not left:
                self.waiting.pop(owner, None)
            self._look_at_owner(owner)

    def _look_at_owner(self, uid: str) -> None:
        """An owner that waits for its dependents may be able to go now."""
        node = self.nodes.get(uid)
        obj = self._seen(node) if node is not None else None
        if obj is not None and deleting(obj) and FOREGROUND in (obj['metadata'].get('finalizers') or ()):
            self.queue.add(uid)

    def _deletion_seen(self, node: Node, finalizers: list[str]) -> None:
        if ORPHAN in finalizers:
            self.queue.add(f'orphan:{node.uid}')
        elif FOREGROUND in finalizers:
            self.queue.add(node.uid)
            for dependent in self._dependents(node.uid):
                self.queue.add(dependent)

    def _seen(self, node: Node) -> Object | None:
        """The object as the informer has it."""
        name = node.resource.group_resource
        informer = self._informers.of(name) if name in _BUILT_IN else self._custom.of(name)
        return informer.objects.get(node.where) if informer is not None else None

    # -- reconcile ----------------------------------------------------------------------------------------------

    def reconcile(self, key: str) -> None:
        if key.startswith('orphan:'):
            self._orphan(key.removeprefix('orphan:'))
        elif key in self.nodes:
            self._attempt_to_delete(self.nodes[key])

    def _attempt_to_delete(self, node: Node) -> None:
        """attemptToDeleteItem."""
        seen = self._seen(node)
        if seen is not None and deleting(seen) and not _waits_for_dependents(seen):
            return
        space, name = split_key(node.where)
        latest = self.client.find(node.resource, name, space)
        if latest is None or latest['metadata']['uid'] != node.uid:
            return
        if _waits_for_dependents(latest):
            self._process_deleting_dependents(node, latest)
            return
        references = latest['metadata'].get('ownerReferences') or []
        if not references:
            return
        solid, dangling, waiting = self._classify(references, space)
        if solid:
            if dangling or waiting:
                self._drop_references(node.resource, latest, [*dangling, *waiting])
        elif waiting and self._dependents(node.uid):
            if any(self._is_emptied(uid) for uid in self._dependents(node.uid)):
                latest = self._unblock(node, latest)
            self._delete(node, latest, 'Foreground')
        else:
            finalizers = latest['metadata'].get('finalizers') or ()
            policy = 'Orphan' if ORPHAN in finalizers else 'Foreground' if FOREGROUND in finalizers else 'Background'
            self._delete(node, latest, policy)

    def _is_emptied(self, uid: str) -> bool:
        """Whether an object itself waits for its dependents."""
        node = self.nodes.get(uid)
        obj = self._seen(node) if node is not None else None
        return obj is not None and _waits_for_dependents(obj)

    def _unblock(self, node: Node, latest: Object) -> Object:
        """unblockOwnerReferencesStrategicMergePatch: what may be a circle of owners that wait for each other ends."""
        meta = latest['metadata']
        if not any(reference.get('blockOwnerDeletion') for reference in meta['ownerReferences']):
            return latest
        free = [{**reference, 'blockOwnerDeletion': False} if reference.get('blockOwnerDeletion') else reference
                for reference in meta['ownerReferences']]
        body = {'metadata': {'resourceVersion': meta['resourceVersion'], 'ownerReferences': free}}
        return self.client.patch(node.resource, meta['name'], body, meta.get('namespace', ''))

    def _classify(self, references: list[Object], space: str) -> tuple[list[Object], list[Object], list[Object]]:
        """classifyReferences, by a live read of each owner."""
        solid, dangling, waiting = [], [], []
        for reference in references:
            owner = self._owner(reference, space)
            if owner is None:
                dangling.append(reference)
            elif _waits_for_dependents(owner):
                waiting.append(reference)
            else:
                solid.append(reference)
        return solid, dangling, waiting

    def _owner(self, reference: Object, space: str) -> Object | None:
        group, _ = group_version(reference['apiVersion'])
        resource = self._kinds.get((group, reference['kind']))
        if resource is None:
            return {'metadata': {}}  # A kind that is not served: its owner may exist elsewhere, so nothing is deleted.
        if resource.namespaced and not space:
            return {'metadata': {}}
        owner = self.client.find(resource, reference['name'], space if resource.namespaced else '')
        return owner if owner is not None and owner['metadata']['uid'] == reference['uid'] else None

    def _process_deleting_dependents(self, node: Node, latest: Object) -> None:
        """processDeletingDependentsItem: the owner goes when nothing that blocks it is left."""
        blocking = False
        for uid in list(self._dependents(node.uid)):
            dependent = self.nodes.get(uid)
            obj = self._seen(dependent) if dependent is not None else None
            if obj is None or not _blocks(obj, node.uid):
                continue
            blocking = True
            if not deleting(obj):
                self.queue.add(uid)
        if not blocking:
            self._remove_finalizer(node.resource, latest, FOREGROUND)

    def _orphan(self, uid: str) -> None:
        """attemptToOrphan."""
        node = self.nodes.get(uid)
        if node is None:
            return
        space, name = split_key(node.where)
        latest = self.client.find(node.resource, name, space)
        if latest is None or latest['metadata']['uid'] != uid or ORPHAN not in (
                latest['metadata'].get('finalizers') or ()):
            return
        for dependent in list(self._dependents(uid)):
            other = self.nodes.get(dependent)
            if other is None:
                continue
            other_space, other_name = split_key(other.where)
            obj = self.client.find(other.resource, other_name, other_space)
            if obj is not None and obj['metadata']['uid'] == dependent:
                self._drop_references(other.resource, obj, [{'uid': uid}])
        self._remove_finalizer(node.resource, latest, ORPHAN)

    # -- writes -------------------------------------------------------------------------------------------------

    def _delete(self, node: Node, latest: Object, policy: str) -> None:
        meta = latest['metadata']
        self.client.remove(node.resource, latest, propagationPolicy=policy, preconditions={
            'uid': meta['uid'], 'resourceVersion': meta['resourceVersion']})

    def _drop_references(self, resource: Resource, obj: Object, references: list[Object]) -> None:
        """Take owner references away (strategic merge patch, plain merge for custom resources)."""
        meta = obj['metadata']
        gone = {reference['uid'] for reference in references}
        if (resource.group, resource.kind) in _BUILT_IN_KINDS:
            change = [{'$patch': 'delete', 'uid': uid} for uid in sorted(gone)]
            body = {'metadata': {'uid': meta['uid'], 'ownerReferences': change}}
            kind = STRATEGIC_PATCH
        else:
            left = [reference for reference in meta.get('ownerReferences') or () if reference['uid'] not in gone]
            body = {'metadata': {'resourceVersion': meta['resourceVersion'], 'ownerReferences': left or None}}
            kind = MERGE_PATCH
        self._patch(resource, meta, body, kind)

    def _remove_finalizer(self, resource: Resource, obj: Object, finalizer: str) -> None:
        meta = obj['metadata']
        finalizers = [name for name in meta.get('finalizers') or () if name != finalizer]
        if len(finalizers) == len(meta.get('finalizers') or ()):
            return
        body = {'metadata': {'resourceVersion': meta['resourceVersion'], 'finalizers': finalizers or None}}
        self._patch(resource, meta, body, MERGE_PATCH)

    def _patch(self, resource: Resource, meta: Object, body: Object, kind: str) -> None:
        with ignoring_not_found():
            self.client.patch(resource, meta['name'], body, meta.get('namespace', ''), content_type=kind)


def _waits_for_dependents(obj: Object) -> bool:
    meta = obj['metadata']
    return 'deletionTimestamp' in meta and FOREGROUND in (meta.get('finalizers') or ())


def _blocks(obj: Object, owner: str) -> bool:
    return any(reference['uid'] == owner and reference.get('blockOwnerDeletion')
               for reference in obj['metadata'].get('ownerReferences') or ())


_BUILT_IN = frozenset(resource.group_resource for resource in RESOURCES)
_BUILT_IN_KINDS = frozenset((resource.group, resource.kind) for resource in RESOURCES)
