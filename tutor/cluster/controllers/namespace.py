"""Namespaces that are being deleted: everything in them goes first (pkg/controller/namespace)."""

from __future__ import annotations

from dataclasses import dataclass, field

from tutor.apimachinery.duration import parse_timestamp
from tutor.apimachinery.errors import StatusError, internal_error
from tutor.apimachinery.objects import Object, deleting, key
from tutor.apimachinery.resources import Resource
from tutor.client.client import Client, delete_options
from tutor.client.informer import Informers
from tutor.client.workqueue import WorkQueue
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.discovery import deletable_resources, stale_group_versions
from tutor.cluster.controllers.pods import is_terminal
from tutor.cluster.simulation import Simulation

GRACE = 5.0
"""Seconds before a deleted namespace is looked at: other API servers may still accept objects into it."""
FINALIZER_ESTIMATE = 15
RETRY_LIMIT = 60.0
"""Seconds between two looks at what cannot be emptied (nsControllerRateLimiter)."""

_GOOD = {
    'NamespaceDeletionDiscoveryFailure': ('ResourcesDiscovered', 'All resources successfully discovered'),
    'NamespaceDeletionGroupVersionParsingFailure': ('ParsedGroupVersions', 'All legacy kube types successfully parsed'),
    'NamespaceDeletionContentFailure': (
        'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'),
    'NamespaceContentRemaining': ('ContentRemoved', 'All content successfully removed'),
    'NamespaceFinalizersRemaining': ('ContentHasNoFinalizers', 'All content-preserving finalizers finished'),
}


@dataclass(slots=True)
class _Emptying:
    """What one look at a namespace has found: what is left of each resource and of each finalizer, what failed, for
    how long to wait, and of which group versions nobody knows what they serve."""

    stale: list[str]
    remaining: dict[str, int] = field(default_factory=dict)
    finalizers: dict[str, int] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)
    wait: int = 0

    def undiscovered(self) -> str:
        """ErrGroupDiscoveryFailed."""
        each = ', '.join(f'{name}: stale GroupVersion discovery: {name}' for name in sorted(self.stale))
        return f'unable to retrieve the complete list of server APIs: {each}' if each else ''


class NamespaceController(Controller):
    """Deletes the content of a terminating namespace, pods first, and then lets the namespace go."""

    component = 'namespace-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
        self.queue = WorkQueue(simulation, self._work, RETRY_LIMIT)
        self.namespaces = self.informer('namespaces')
        self.namespaces.on_change(self._changed)

    def _changed(self, old: Object | None, new: Object | None) -> None:
        if new is not None and deleting(new):
            self.postpone(key(new), GRACE)

    def reconcile(self, key: str) -> None:
        """namespacedResourcesDeleter.Delete."""
        namespace = self.client.find('namespaces', key)
        if namespace is None or not deleting(namespace):
            return
        if 'kubernetes' not in (namespace['spec'].get('finalizers') or ()):
            return
        found = self._delete_content(key, parse_timestamp(namespace['metadata']['deletionTimestamp']))
        namespace = self._tell(namespace, found)
        if found.failures or found.stale:
            raise internal_error(', '.join([*filter(None, [found.undiscovered()]), *found.failures]))
        if found.remaining:
            self.postpone(key, found.wait // 2 + 1)
            return
        left = [name for name in namespace['spec']['finalizers'] if name != 'kubernetes']
        self.client.update('namespaces', {**namespace, 'spec': {**namespace['spec'], 'finalizers': left}}, 'finalize')

    def _delete_content(self, space: str, since: float) -> _Emptying:
        """deleteAllContent."""
        found = _Emptying(stale_group_versions(self.client))
        resources = deletable_resources(self.client, namespaced=True)
        resources.sort(key=lambda resource: resource.group_resource != 'pods')
        for resource in resources:
            try:
                self._delete_all(resource, space, since, found)
            except StatusError as error:
                found.failures.append(error.message)
            if found.remaining and resource.group_resource == 'pods':
                break
        return found

    def _delete_all(self, resource: Resource, space: str, since: float, found: _Emptying) -> None:
        """deleteAllContentForGroupVersionResource."""
        items = self.client.items(resource, space)
        if not items:
            return
        estimate = self._estimate(items, since) if resource.group_resource == 'pods' else 0
        found.wait = max(found.wait, estimate)
        self.client.delete_collection(resource, space, options=delete_options(propagationPolicy='Background'))
        left = self.client.items(resource, space)
        if not left:
            return
        found.remaining[f'{resource.plural}.{resource.group}'] = len(left)
        held = [name for obj in left for name in obj['metadata'].get('finalizers') or ()]
        for name in held:
            found.finalizers[name] = found.finalizers.get(name, 0) + 1
        if not estimate and not held:
            group_version = f'{resource.group}/{resource.version}'
            found.failures.append(f'unexpected items still remain in namespace: {space} for gvr: {group_version}, '
                                  f'Resource={resource.plural}')
        found.wait = max(found.wait, estimate or FINALIZER_ESTIMATE)

    def _estimate(self, items: list[Object], since: float) -> int:
        """estimateGracefulTermination: nothing once the pods have had their time."""
        estimate = max((pod['spec'].get('terminationGracePeriodSeconds') or 0 for pod in items
                        if not is_terminal(pod)), default=0)
        return estimate if self.seconds() - since < estimate else 0

    # -- conditions ---------------------------------------------------------------------------------------------

    def _tell(self, namespace: Object, found: _Emptying) -> Object:
        """namespaceConditionUpdater.Update; the namespace as it is then."""
        bad: dict[str, tuple[str, str]] = {}
        if found.stale:
            bad['NamespaceDeletionDiscoveryFailure'] = (
                'DiscoveryFailed', f'Discovery failed for some groups, {len(found.stale)} failing: '
                f'{found.undiscovered()}')
        if found.failures:
            bad['NamespaceDeletionContentFailure'] = (
                'ContentDeletionFailed', f'Failed to delete all resource types, {len(found.failures)} remaining: '
                f'{", ".join(sorted(found.failures))}')
        if found.remaining:
            parts = ', '.join(sorted(f'{name} has {count} resource instances'
                                     for name, count in found.remaining.items()))
            bad['NamespaceContentRemaining'] = ('SomeResourcesRemain', f'Some resources are remaining: {parts}')
        if found.finalizers:
            parts = ', '.join(sorted(f'{name} in {count} resource instances'
                                     for name, count in found.finalizers.items()))
            bad['NamespaceFinalizersRemaining'] = (
                'SomeFinalizersRemain', f'Some content in the namespace has finalizers remaining: {parts}')
        old = namespace.get('status', {}).get('conditions') or []
        conditions = [self._condition(old, kind, bad.get(kind)) for kind in _GOOD]
        if conditions == old:
            return namespace
        return self.client.update_status('namespaces', {
            **namespace, 'status': {**namespace.get('status', {}), 'conditions': conditions}})

    def _condition(self, old: list[Object], kind: str, problem: tuple[str, str] | None) -> Object:
        status = 'True' if problem else 'False'
        reason, message = problem or _GOOD[kind]
        before = next((entry for entry in old if entry['type'] == kind), None)
        since = self.simulation.timestamp()
        if before is not None and before['status'] == status:
            since = before['lastTransitionTime']
        return {'type': kind, 'status': status, 'lastTransitionTime': since, 'reason': reason, 'message': message}
