"""The scale subresource: spec.replicas of whatever can be scaled, in one shape (autoscaling/v1 Scale)."""

from __future__ import annotations

import json

from tutor.apimachinery import errors
from tutor.apimachinery import field as field_errors
from tutor.apimachinery.objects import Object, deep_copy
from tutor.client.transport import JSON_PATCH, Response
from tutor.cluster.apiserver import decoding, writes
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.apiserver.subresources.subresource import SubresourceHandler


def as_scale(obj: Object) -> Object:
    """The Scale of an object."""
    from tutor.apimachinery import selectors
    meta = obj['metadata']
    kept = {name: meta[name] for name in ('name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp')
            if name in meta}
    status: Object = {'replicas': (obj.get('status') or {}).get('replicas', 0)}
    selector = obj['spec'].get('selector')
    if selector:
        labels = 'matchLabels' in selector or 'matchExpressions' in selector
        status['selector'] = str(selectors.from_label_selector(selector) if labels else selectors.from_map(selector))
    return {'kind': 'Scale', 'apiVersion': 'autoscaling/v1', 'metadata': kept,
            'spec': {'replicas': obj['spec'].get('replicas', 0)}, 'status': status}


def get(scope: Scope) -> Response:
    return Response(200, as_scale(scope.store.get(scope.info.namespace, scope.info.name)))


def update(scope: Scope) -> Response:
    return _write(scope, decoding.read_body(scope))


def patch(scope: Scope) -> Response:
    from tutor.apimachinery.patches import json_patch, merge
    body = scope.request.body
    if isinstance(body, (bytes, str)):
        body = json.loads(body)
    current = as_scale(scope.store.get(scope.info.namespace, scope.info.name))
    if scope.request.content_type == JSON_PATCH:
        return _write(scope, json_patch.apply(current, body))
    return _write(scope, deep_copy(merge.apply(current, body)))


def _write(scope: Scope, wanted: Object) -> Response:
    scope.check_options()
    old = scope.store.get(scope.info.namespace, scope.info.name)
    replicas = (wanted.get('spec') or {}).get('replicas', 0)
    if not isinstance(replicas, int) or replicas < 0:
        raise errors.invalid('autoscaling', 'Scale', scope.info.name, [
            field_errors.invalid('spec.replicas', replicas, 'must be greater than or equal to 0')])
    new = deep_copy(old)
    new['spec']['replicas'] = replicas
    version = (wanted.get('metadata') or {}).get('resourceVersion')
    if version:
        new['metadata']['resourceVersion'] = version
    return Response(200, as_scale(writes.update_object(scope, new, old)))


HANDLER = SubresourceHandler({'get': get, 'update': update, 'patch': patch})
