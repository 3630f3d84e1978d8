"""namespaces/finalize: the namespace controller says that its contents are gone."""

from __future__ import annotations

from tutor.apimachinery import errors
from tutor.client.transport import Response
from tutor.cluster.apiserver import decoding
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.apiserver.subresources.subresource import SubresourceHandler
from tutor.cluster.registry.core import namespace


def update(scope: Scope) -> Response:
    """Only spec.finalizers change, as ValidateNamespaceFinalizeUpdate lets them; a namespace that is being deleted and
    has none left is gone."""
    body = decoding.read_body(scope)
    old = scope.store.get('', scope.info.name)
    spec = {**old.get('spec', {})}
    spec['finalizers'] = (body.get('spec') or {}).get('finalizers') or []
    if not spec['finalizers']:
        del spec['finalizers']
    problems = [error for index, name in enumerate(spec.get('finalizers') or ())
                for error in namespace.finalizer(name, f'spec.finalizers[{index}]')]
    if problems:
        raise errors.invalid('', 'Namespace', scope.info.name, problems)
    new = {**old, 'metadata': dict(old['metadata']), 'spec': spec}
    return Response(200, scope.store.replace(new, old, scope.context()))


HANDLER = SubresourceHandler({'update': update})
