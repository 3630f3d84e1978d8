"""create, update, patch, delete and deletecollection, the same for every resource."""

from __future__ import annotations

from functools import partial

from tutor.apimachinery import errors
from tutor.apimachinery.objects import Object
from tutor.client.transport import Response
from tutor.cluster.apiserver import decoding, deletion, ownership, patching, reads, selection, tables
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.strategy import Context

PATCH_TRIES = 5
SILENT = ownership.COMPONENTS - {''}


def create(scope: Scope) -> Response:
    scope.check_options()
    return _answer(scope, 201, create_object(scope, decoding.read_object(scope)))


def create_object(scope: Scope, obj: Object) -> Object:
    """Default, admit, validate and store a decoded object; the object as stored."""
    strategy, admission = scope.store.strategy, scope.server.admission
    context = scope.context()
    entries = ownership.take(scope, obj)
    strategy.default(obj)
    admission.mutate(scope, obj, None, context)
    stored = scope.store.create(obj, context, partial(_admit, scope, old=None, context=context))
    ownership.note(scope, stored, None, entries)
    _trace(scope, 'create', stored, context)
    return stored


def update(scope: Scope) -> Response:
    scope.check_options()
    old = scope.store.find(scope.info.namespace, scope.info.name)
    new = decoding.read_object(scope, old)
    decoding.check_name(scope, new)
    if old is None and scope.store.strategy.create_on_update:
        return _answer(scope, 201, create_object(scope, new))
    if old is None:
        raise errors.not_found(scope.resource.group, scope.resource.plural, scope.info.name)
    return _answer(scope, 200, update_object(scope, new, old))


def update_object(scope: Scope, new: Object, old: Object) -> Object:
    """Default, admit, validate and store a new state of an object; the object as stored."""
    strategy, admission = scope.store.strategy, scope.server.admission
    context = scope.context()
    status = scope.info.subresource == 'status'
    entries = ownership.take(scope, new)
    strategy.default(new)
    admission.mutate(scope, new, old, context)
    stored = scope.store.update(new, old, context, status, scope.info.verb == 'patch',
                                partial(_admit, scope, old=old, context=context))
    if stored is not old or entries is not None:
        ownership.note(scope, stored, old, entries)
    if stored is not old:
        _trace(scope, 'update', stored, context)
    return stored


def patch(scope: Scope) -> Response:
    scope.check_options()
    for attempt in range(PATCH_TRIES):
        old = scope.store.find(scope.info.namespace, scope.info.name)
        if old is None and not patching.creates(scope):
            raise errors.not_found(scope.resource.group, scope.resource.plural, scope.info.name)
        new = patching.apply(scope, old)
        if old is None:
            return _answer(scope, 201, create_object(scope, new))
        try:
            return _answer(scope, 200, update_object(scope, new, old))
        except errors.StatusError as error:
            if error.reason != 'Conflict' or attempt == PATCH_TRIES - 1:
                raise
    raise AssertionError('unreachable')


def delete(scope: Scope) -> Response:
    options = deletion.read_options(scope)
    obj = scope.store.get(scope.info.namespace, scope.info.name)
    left, gone = _delete_object(scope, obj, options, deletion.context(scope, options))
    if gone and not scope.store.strategy.returns_deleted:
        return Response(200, deletion.success(scope.resource, obj), tuple(scope.warnings))
    return _answer(scope, 200, left)


def delete_collection(scope: Scope) -> Response:
    """Delete each object of a list; the list as it was (or as the objects are now, for those that remain)."""
    options = deletion.read_options(scope)
    context = deletion.context(scope, options)
    items = selection.filtered(scope, scope.store.list(scope.info.namespace))
    left = []
    for obj in items:
        current = scope.store.find(obj['metadata'].get('namespace', ''), obj['metadata']['name'])
        if current is not None:
            left.append(_delete_object(scope, current, options, context)[0])
    return Response(200, reads.as_list(scope, left), tuple(scope.warnings))


def _delete_object(scope: Scope, obj: Object, options: deletion.DeleteOptions, context: Context) -> tuple[Object, bool]:
    """Admit and delete one object; what is left of it, and whether it is gone."""
    scope.server.admission.validate_delete(scope, obj, context)
    left, gone = deletion.delete(scope.store, obj, options, context)
    if gone and not context.dry_run:
        scope.server.ledger.forget(obj['metadata']['uid'])
    _trace(scope, 'delete', left, context)
    return left, gone


def _admit(scope: Scope, obj: Object, old: Object | None, context: Context) -> None:
    """What comes between validating and storing: the warnings, for whoever may read them (not the cluster's own
    controllers), and what validates admission. Who is refused now is warned all the same."""
    if scope.info.subresource != 'status' and scope.client not in SILENT:
        scope.warnings.extend(scope.store.strategy.warnings(obj, old))
    scope.server.admission.validate(scope, obj, old=old, context=context)


def _answer(scope: Scope, code: int, obj: Object) -> Response:
    """What was written, as this client gets it, with the warnings that came up."""
    return Response(code, tables.shape(scope, ownership.shown(scope, obj)), tuple(scope.warnings))


def _trace(scope: Scope, action: str, obj: Object, context: Context) -> None:
    if context.dry_run:
        return
    meta, simulation = obj['metadata'], scope.server.simulation
    sub = f'/{scope.info.subresource}' if scope.info.subresource else ''
    subject = f'{obj.get("kind", "")}/{meta.get("namespace", "")}/{meta["name"]}'
    trace = simulation.trace
    trace.cause = trace.record('apiserver', action + sub, subject, scope.user.name)
    trace.cause = trace.record('etcd', 'put' if action != 'delete' else 'delete', subject, obj)
