"""Namespaces that are being deleted: everything in them goes first (pkg/controller/namespace)."""

from __future__ import annotations

from tutor.apimachinery.errors import StatusError
from tutor.apimachinery.objects import Object, deleting, key
from tutor.apimachinery.resources import Resource
from tutor.client.client import Client
from tutor.client.informer import Informers
from tutor.cluster.controllers.controller import Controller
from tutor.cluster.controllers.discovery import deletable_resources
from tutor.cluster.simulation import Simulation

GRACE = 5.0
"""Seconds before a deleted namespace is looked at: other API servers may still accept objects into it."""
FINALIZER_ESTIMATE = 15

_GOOD = {
    'NamespaceDeletionDiscoveryFailure': ('ResourcesDiscovered', 'All resources successfully discovered'),
    'NamespaceDeletionGroupVersionParsingFailure': ('ParsedGroupVersions', 'All legacy kube types successfully parsed'),
    'NamespaceDeletionContentFailure': (
        'ContentDeleted', 'All content successfully deleted, may be waiting on finalization'),
    'NamespaceContentRemaining': ('ContentRemoved', 'All content successfully removed'),
    'NamespaceFinalizersRemaining': ('ContentHasNoFinalizers', 'All content-preserving finalizers finished'),
}


class NamespaceController(Controller):
    """Deletes the content of a terminating namespace, pods first, and then lets the namespace go."""

    component = 'namespace-controller'

    def __init__(self, simulation: Simulation, client: Client, informers: Informers) -> None:
        super().__init__(simulation, client, informers)
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
        remaining, finalizers, failures, wait = self._delete_content(key)
        namespace = self._tell(namespace, remaining, finalizers, failures)
        if remaining or failures:
            self.postpone(key, wait // 2 + 1)
            return
        left = [name for name in namespace['spec']['finalizers'] if name != 'kubernetes']
        self.client.update('namespaces', {**namespace, 'spec': {**namespace['spec'], 'finalizers': left}}, 'finalize')

    def _delete_content(self, space: str) -> tuple[dict[str, int], dict[str, int], list[str], int]:
        """deleteAllContent: what is left of each resource, of each finalizer, what failed, and for how long to wait."""
        remaining: dict[str, int] = {}
        finalizers: dict[str, int] = {}
        failures: list[str] = []
        wait = 0
        resources = deletable_resources(self.client, namespaced=True)
        resources.sort(key=lambda resource: resource.group_resource != 'pods')
        for resource in resources:
            try:
                left = self._delete_all(resource, space)
            except StatusError as error:
                failures.append(error.message)
                continue
            if left:
                remaining[f'{resource.plural}.{resource.group}'] = len(left)
                wait = max(wait, self._estimate(resource, left, finalizers))
                if resource.group_resource == 'pods':
                    break
        return remaining, finalizers, failures, wait

    def _delete_all(self, resource: Resource, space: str) -> list[Object]:
        """deleteAllContentForGroupVersionResource: what is still there afterwards."""
        if not self.client.items(resource, space):
            return []
        self.client.delete_collection(resource, space, options={
            'kind': 'DeleteOptions', 'apiVersion': 'v1', 'propagationPolicy': 'Background'})
        return self.client.items(resource, space)

    def _estimate(self, resource: Resource, left: list[Object], finalizers: dict[str, int]) -> int:
        estimate = 0
        for obj in left:
            for name in obj['metadata'].get('finalizers') or ():
                finalizers[name] = finalizers.get(name, 0) + 1
                estimate = max(estimate, FINALIZER_ESTIMATE)
            if resource.group_resource == 'pods':
                estimate = max(estimate, obj['metadata'].get('deletionGracePeriodSeconds')
                               or obj['spec'].get('terminationGracePeriodSeconds') or 0)
        return estimate

    # -- conditions ---------------------------------------------------------------------------------------------

    def _tell(self, namespace: Object, remaining: dict[str, int], finalizers: dict[str, int],
              failures: list[str]) -> Object:
        """namespaceConditionUpdater.Update; the namespace as it is then."""
        bad: dict[str, tuple[str, str]] = {}
        if failures:
            bad['NamespaceDeletionContentFailure'] = (
                'ContentDeletionFailed', f'Failed to delete all resource types, {len(failures)} remaining: '
                f'{", ".join(failures)}')
        if remaining:
            parts = ', '.join(f'{name} has {count} resource instances' for name, count in sorted(remaining.items()))
            bad['NamespaceContentRemaining'] = ('SomeResourcesRemain', f'Some resources are remaining: {parts}')
        if finalizers:
            parts = ', '.join(f'{name} in {count} resource instances' for name, count in sorted(finalizers.items()))
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
