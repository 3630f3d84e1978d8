"""NamespaceLifecycle: nothing is created in a namespace that does not exist or is going; some cannot be deleted."""

from __future__ import annotations

from tutor.apimachinery import errors
from tutor.apimachinery.objects import Object
from tutor.cluster.apiserver.admission.plugin import Plugin, refused
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context

IMMORTAL = ('default', 'kube-system', 'kube-public')
ALWAYS_ALLOWED = frozenset({('authorization.k8s.io', 'localsubjectaccessreviews')})


class NamespaceLifecycle(Plugin):
    name = 'NamespaceLifecycle'

    def mutate(self, scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
        resource = scope.resource
        if old is not None or not resource.namespaced or (resource.group, resource.plural) in ALWAYS_ALLOWED:
            return
        namespace = self.server.stores.of('', 'namespaces').find('', context.namespace)
        if namespace is None:
            raise errors.not_found('', 'namespaces', context.namespace)
        if 'deletionTimestamp' in namespace['metadata']:
            raise self._terminating(scope, obj, context.namespace)

    def _terminating(self, scope: Scope, obj: Object, namespace: str) -> errors.StatusError:
        error = refused(
            scope, obj, f'unable to create new content in namespace {namespace} because it is being terminated')
        error.status['details']['causes'] = [{
            'reason': 'NamespaceTerminating', 'message': f'namespace {namespace} is being terminated',
            'field': 'metadata.namespace'}]
        return error

    def validate_delete(self, scope: Scope, obj: Object, context: Context) -> None:
        name = obj['metadata']['name']
        if scope.resource.plural == 'namespaces' and not scope.resource.group and name in IMMORTAL:
            raise errors.forbidden('', 'namespaces', name, 'this namespace may not be deleted')
