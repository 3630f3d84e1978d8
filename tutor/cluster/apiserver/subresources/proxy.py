"""pods/proxy, services/proxy and nodes/proxy: requests passed on to what listens inside; this server does not do it."""

from __future__ import annotations

from tutor.apimachinery import errors
from tutor.client.transport import Response
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.apiserver.subresources.subresource import SubresourceHandler


def refuse(scope: Scope) -> Response:
    """Say so, for something that exists; the name may carry a scheme and a port (`https:web:443`)."""
    parts = scope.info.name.split(':')
    scope.store.get(scope.info.namespace, parts[1] if len(parts) == 3 else parts[0])
    raise errors.new(501, 'NotImplemented', f'{scope.info.resource}/proxy is not simulated: this API server does not '
                     'pass requests on; use port-forward, or exec a client in a pod', {
                         'group': scope.resource.group, 'kind': scope.info.resource, 'name': scope.info.name})


HANDLER = SubresourceHandler(dict.fromkeys(('create', 'delete', 'get', 'patch', 'update'), refuse))
