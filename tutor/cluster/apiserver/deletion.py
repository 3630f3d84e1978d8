"""What a DELETE does: preconditions, grace, finalizers, propagation (registry/rest/delete.go, generic Store.Delete)."""

from __future__ import annotations

from dataclasses import dataclass, field

from tutor.apimachinery import errors
from tutor.apimachinery import field as field_errors
from tutor.apimachinery.duration import span
from tutor.apimachinery.objects import Object
from tutor.apimachinery.resources import Resource
from tutor.cluster.apiserver import decoding, listoptions
from tutor.cluster.apiserver.scope import Scope
from tutor.cluster.registry.store import ResourceStore
from tutor.cluster.registry.strategy import Context

ORPHAN, FOREGROUND = 'orphan', 'foregroundDeletion'
POLICIES = ('Background', 'Foreground', 'Orphan')


@dataclass(slots=True)
class DeleteOptions:
    """metav1.DeleteOptions, as far as it decides anything."""

    grace: int | None = None
    policy: str | None = None
    preconditions: dict[str, str] = field(default_factory=dict)
    dry_run: bool = False


def read_options(scope: Scope) -> DeleteOptions:
    """From the body and the query; raises Invalid for values that do not exist."""
    body = decoding.check_types(decoding.read_body(scope), '', 'v1', 'DeleteOptions') if scope.request.body else {}
    query = scope.request.query
    grace = body.get('gracePeriodSeconds', query.get('gracePeriodSeconds'))
    policy = body.get('propagationPolicy') or query.get('propagationPolicy')
    grace = None if grace is None else listoptions.whole(grace)
    orphan = body.get('orphanDependents', query.get('orphanDependents'))
    if orphan is not None and policy is not None:
        raise errors.invalid('meta.k8s.io', 'DeleteOptions', '', [field_errors.invalid(
            'propagationPolicy', policy, 'orphanDependents and deletionPropagation cannot be both set')])
    if orphan is not None:
        policy = 'Orphan' if str(orphan).lower() == 'true' else 'Background'
    if policy is not None and policy not in POLICIES:
        raise errors.invalid('meta.k8s.io', 'DeleteOptions', '', [
            field_errors.invalid('propagationPolicy', policy, 'must be one of "Foreground", "Background", "Orphan"')])
    dry_run = bool(body.get('dryRun') or query.get('dryRun'))
    return DeleteOptions(1 if grace is not None and grace < 0 else grace, policy,
                         body.get('preconditions') or {}, dry_run)


def context(scope: Scope, options: DeleteOptions) -> Context:
    found = scope.context()
    found.dry_run = options.dry_run
    return found


def delete(store: ResourceStore, obj: Object, options: DeleteOptions, context: Context) -> tuple[Object, bool]:
    """Delete, or begin to; the object as it is now and whether it is gone."""
    _check_preconditions(store.resource, obj, options)
    meta = obj['metadata']
    grace = store.strategy.grace_period(obj, options.grace)
    finalizers = _finalizers(store, obj, options)
    if meta.get('deletionTimestamp'):
        return _again(store, obj, grace, finalizers, context)
    if not grace and not finalizers and not store.strategy.finalizing(obj):
        return store.remove(obj, context), True
    return _mark(store, obj, grace or 0, finalizers, context), False


def _again(store: ResourceStore, obj: Object, grace: int | None, finalizers: list[str],
           context: Context) -> tuple[Object, bool]:
    """A second delete can only shorten the grace, and ends what nothing else holds."""
    meta = obj['metadata']
    waiting = meta.get('deletionGracePeriodSeconds') or 0
    if not finalizers and not store.strategy.finalizing(obj) and (grace == 0 or not waiting):
        return store.remove(obj, context), True
    if (grace is not None and grace < waiting) or finalizers != (meta.get('finalizers') or []):
        return _mark(store, obj, min(grace if grace is not None else waiting, waiting), finalizers, context), False
    return obj, False


def _mark(store: ResourceStore, obj: Object, grace: int, finalizers: list[str], context: Context) -> Object:
    when = context.simulation.wall() + span(grace)
    meta = {**obj['metadata'], 'deletionTimestamp': obj['metadata'].get('deletionTimestamp')
            or when.strftime('%Y-%m-%dT%H:%M:%SZ'), 'deletionGracePeriodSeconds': grace}
    if meta.get('generation') and not obj['metadata'].get('deletionTimestamp'):
        meta['generation'] += 1
    meta.pop('finalizers', None)
    if finalizers:
        meta['finalizers'] = finalizers
    new = {**obj, 'metadata': meta}
    store.strategy.mark_deleted(new)
    return store.store_marked(new, obj, context)


def _finalizers(store: ResourceStore, obj: Object, options: DeleteOptions) -> list[str]:
    """deletionFinalizersForGarbageCollection."""
    current = obj['metadata'].get('finalizers') or []
    kept = [name for name in current if name not in (ORPHAN, FOREGROUND)]
    if options.policy is None:
        if store.strategy.orphans_by_default and not set(current) & {ORPHAN, FOREGROUND}:
            return [*kept, ORPHAN]
        return list(current)
    if options.policy == 'Orphan':
        return [*kept, ORPHAN]
    if options.policy == 'Foreground':
        return [*kept, FOREGROUND]
    return kept


def _check_preconditions(resource: Resource, obj: Object, options: DeleteOptions) -> None:
    for name, label in (('uid', 'UID'), ('resourceVersion', 'ResourceVersion')):
        want = options.preconditions.get(name)
        have = obj['metadata'][name]
        if want is not None and want != have:
            raise errors.conflict(
                resource.group, resource.plural, obj['metadata']['name'],
                f'Precondition failed: {label} in precondition: {want}, {label} in object meta: {have}')


def success(resource: Resource, obj: Object) -> Object:
    """The Status that answers a DELETE of something that is gone at once."""
    meta = obj['metadata']
    details = {'name': meta['name'], 'group': resource.group, 'kind': resource.plural, 'uid': meta['uid']}
    return {'kind': 'Status', 'apiVersion': 'v1', 'metadata': {}, 'status': 'Success',
            'details': {name: value for name, value in details.items() if value}}
