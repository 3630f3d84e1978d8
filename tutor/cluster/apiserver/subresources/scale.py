"""The scale subresource: spec.replicas of whatever can be scaled, in one shape (autoscaling/v1 Scale)."""

from __future__ import annotations

import json
from typing import Any

from tutor.apimachinery import decode, errors, selectors
from tutor.apimachinery import field as field_errors
from tutor.apimachinery.objects import Object, deep_copy
from tutor.apimachinery.patches import json_patch, merge
from tutor.apimachinery.printing.json import to_json
from tutor.client.transport import JSON_PATCH, Response
from tutor.cluster.apiserver import decoding, patching, tables, writes
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.apiserver.subresources.subresource import SubresourceHandler
from tutor.cluster.registry.cells import age, columns

COLUMNS = columns('Name, Desired:integer, Available:integer, Age')
KEPT = ('name', 'namespace', 'uid', 'resourceVersion', 'creationTimestamp')


def as_scale(obj: Object, paths: Object | None = None) -> Object:
    """The Scale of an object; `paths` says where a custom resource has its numbers."""
    if paths is not None:
        return _custom_scale(obj, paths)
    meta = obj['metadata']
    kept = {name: meta[name] for name in KEPT if name in meta}
    status: Object = {'replicas': (obj.get('status') or {}).get('replicas', 0)}
    selector = obj['spec'].get('selector')
    if selector:
        labels = 'matchLabels' in selector or 'matchExpressions' in selector
        status['selector'] = str(selectors.from_label_selector(selector) if labels else selectors.from_map(selector))
    return {'kind': 'Scale', 'apiVersion': 'autoscaling/v1', 'metadata': kept,
            'spec': {'replicas': obj['spec'].get('replicas', 0)}, 'status': status}


def _custom_scale(obj: Object, paths: Object) -> Object:
    """scaleFromCustomResource."""
    replicas = _at(obj, paths['specReplicasPath'])
    if replicas is None:
        raise errors.internal_error(f'the spec replicas field "{paths["specReplicasPath"]}" does not exist')
    meta = obj['metadata']
    kept = {name: meta[name] for name in KEPT if name in meta}
    status: Object = {'replicas': _at(obj, paths['statusReplicasPath']) or 0}
    if paths.get('labelSelectorPath') and _at(obj, paths['labelSelectorPath']):
        status['selector'] = _at(obj, paths['labelSelectorPath'])
    return {'kind': 'Scale', 'apiVersion': 'autoscaling/v1', 'metadata': kept, 'spec': {'replicas': replicas},
            'status': status}


def _at(obj: Object, path: str) -> Any:
    """The value at a path such as .spec.replicas."""
    found: Any = obj
    for name in path.lstrip('.').split('.'):
        found = found.get(name) if isinstance(found, dict) else None
    return found


def _set_replicas(obj: Object, path: str, replicas: int) -> None:
    *parents, last = path.lstrip('.').split('.')
    for name in parents:
        obj = obj.setdefault(name, {})
    obj[last] = replicas


def _current(scope: Scope) -> tuple[Object, Object | None]:
    """The object as the request's version has it, and its paths."""
    strategy, obj = scope.store.strategy, scope.store.get(scope.info.namespace, scope.info.name)
    return obj, strategy.scale_paths(obj)


def get(scope: Scope) -> Response:
    scale = as_scale(*_current(scope))
    return Response(200, _table(scope, scale) if tables.wanted(scope.request) else scale)


def _table(scope: Scope, scale: Object) -> Object:
    """printScale."""
    cells = [scale['metadata']['name'], scale['spec']['replicas'], scale['status']['replicas'],
             age(scale, scope.server.simulation)]
    return {'kind': 'Table', 'apiVersion': tables.META,
            'metadata': {'resourceVersion': scale['metadata'].get('resourceVersion', '')},
            'columnDefinitions': [tables.column(item) for item in COLUMNS],
            'rows': [tables.row(scope, cells, scale)]}


def update(scope: Scope) -> Response:
    return _write(scope, decoding.read_body(scope))


def patch(scope: Scope) -> Response:
    body = scope.request.body
    if isinstance(body, (bytes, str)):
        try:
            body = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise errors.bad_request(decode.json_problem(body, error)) from None
    current = as_scale(*_current(scope))
    if scope.request.content_type == JSON_PATCH:
        new = json_patch.apply(current, body)
    else:
        new = deep_copy(merge.apply(current, patching.must_be_object(body)))
    text = to_json(new, indent=None)
    try:
        decoding.decode_kind(new, 'autoscaling', 'v1', 'Scale')
    except decoding.DecodeError as problem:
        raise patching.undecodable(text, problem) from None
    return _write(scope, new)


def _write(scope: Scope, wanted: Object) -> Response:
    scope.check_options()
    decoding.check_types(wanted, 'autoscaling', 'v1', 'Scale')
    old, paths = _current(scope)
    replicas = (wanted.get('spec') or {}).get('replicas', 0)
    if not isinstance(replicas, int) or replicas < 0:
        raise errors.invalid('autoscaling', 'Scale', scope.info.name, [
            field_errors.invalid('spec.replicas', replicas, 'must be greater than or equal to 0')])
    new = deep_copy(old)
    _set_replicas(new, (paths or {}).get('specReplicasPath', '.spec.replicas'), replicas)
    version = (wanted.get('metadata') or {}).get('resourceVersion')
    if version:
        new['metadata']['resourceVersion'] = version
    return Response(200, as_scale(writes.update_object(scope, new, old), paths))


HANDLER = SubresourceHandler({'get': get, 'update': update, 'patch': patch})
