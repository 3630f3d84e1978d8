"""The bookkeeping of a rollout: which ReplicaSet is new, revisions, annotations, fenceposts (deployment/util)."""

from __future__ import annotations

import math
from collections.abc import Iterable

from tutor.apimachinery.intstr import scaled
from tutor.apimachinery.objects import Object, annotations, deep_copy
from tutor.cluster.controllers.pods import by_creation

REVISION = 'deployment.kubernetes.io/revision'
REVISION_HISTORY = 'deployment.kubernetes.io/revision-history'
DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas'
MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas'
HASH_LABEL = 'pod-template-hash'
_NOT_COPIED = frozenset({'kubectl.kubernetes.io/last-applied-configuration', REVISION, REVISION_HISTORY,
                         DESIRED_REPLICAS, MAX_REPLICAS, 'deprecated.deployment.rollback.to'})
_HISTORY_LIMIT = 2000


def replicas(obj: Object) -> int:
    return obj['spec'].get('replicas', 1)


def is_rolling(deployment: Object) -> bool:
    return (deployment['spec'].get('strategy') or {}).get('type', 'RollingUpdate') == 'RollingUpdate'


def _fenceposts(deployment: Object) -> tuple[int, int]:
    """ResolveFenceposts: (maxSurge, maxUnavailable) in pods; never both 0."""
    rolling = (deployment['spec'].get('strategy') or {}).get('rollingUpdate') or {}
    total = replicas(deployment)
    surge = scaled(rolling.get('maxSurge', '25%'), total, True)
    unavailable = scaled(rolling.get('maxUnavailable', '25%'), total, False)
    return (surge, 1) if not surge and not unavailable else (surge, unavailable)


def max_surge(deployment: Object) -> int:
    return _fenceposts(deployment)[0] if is_rolling(deployment) else 0


def max_unavailable(deployment: Object) -> int:
    if not is_rolling(deployment) or not replicas(deployment):
        return 0
    return min(_fenceposts(deployment)[1], replicas(deployment))


def template_without_hash(template: Object) -> Object:
    meta = template.get('metadata') or {}
    labels = meta.get('labels') or {}
    if HASH_LABEL not in labels:
        return template
    return {**template, 'metadata': {**meta, 'labels': {k: v for k, v in labels.items() if k != HASH_LABEL}}}


def same_template(one: Object, other: Object) -> bool:
    """EqualIgnoreHash."""
    return _plain(template_without_hash(one)) == _plain(template_without_hash(other))


def _plain(template: Object) -> Object:
    """A template without what only says nothing (creationTimestamp: null, empty maps)."""
    meta = {field: value for field, value in (template.get('metadata') or {}).items() if value}
    return {'metadata': meta, 'spec': template.get('spec')}


def new_replica_set(deployment: Object, sets: Iterable[Object]) -> Object | None:
    """FindNewReplicaSet: the oldest whose template is the deployment's."""
    template = deployment['spec']['template']
    return next((rs for rs in by_creation(sets) if same_template(rs['spec']['template'], template)), None)


def revision(obj: Object) -> int:
    try:
        return int(annotations(obj).get(REVISION, '0'))
    except ValueError:
        return 0


def active(sets: Iterable[Object]) -> list[Object]:
    """FilterActiveReplicaSets: those that want pods."""
    return [rs for rs in sets if replicas(rs) > 0]


def spec_count(sets: Iterable[Object]) -> int:
    return sum(replicas(rs) for rs in sets)


def status_count(sets: Iterable[Object], field: str) -> int:
    return sum(rs.get('status', {}).get(field, 0) for rs in sets)


def wanted_by_new(deployment: Object, sets: list[Object], own: int) -> int:
    """NewRSNewReplicas: how many pods the new set may have now, of which it has `own` already."""
    total = replicas(deployment)
    if not is_rolling(deployment):
        return total
    room = total + max_surge(deployment) - spec_count(sets)
    return own + min(room, total - own) if room > 0 else own


def annotate_new(deployment: Object, rs: Object, new_revision: int, exists: bool) -> Object:
    """SetNewReplicaSetAnnotations: the set with the annotations it should have, itself if it has them already."""
    old = annotations(rs)
    found = dict(old)
    for name, value in annotations(deployment).items():
        if name not in _NOT_COPIED:
            found[name] = value
    before = old.get(REVISION)
    if revision(rs) < new_revision:
        found[REVISION] = str(new_revision)
        if before is not None:
            found[REVISION_HISTORY] = _longer_history(old.get(REVISION_HISTORY, ''), before)
    if not exists:
        found.update(_size_annotations(deployment))
    return rs if found == old else _with_annotations(rs, found)


def _longer_history(history: str, before: str) -> str:
    parts = history.split(',') if history else []
    while parts and len(','.join([*parts, before])) > _HISTORY_LIMIT:
        parts.pop(0)
    return ','.join([*parts, before])


def _size_annotations(deployment: Object) -> dict[str, str]:
    total = replicas(deployment)
    return {DESIRED_REPLICAS: str(total), MAX_REPLICAS: str(total + max_surge(deployment))}


def sized(deployment: Object, rs: Object) -> Object:
    """SetReplicasAnnotations: the set with the deployment's size written on it, itself if it is there."""
    old = annotations(rs)
    found = {**old, **_size_annotations(deployment)}
    return rs if found == old else _with_annotations(rs, found)


def _with_annotations(obj: Object, found: dict[str, str]) -> Object:
    return {**obj, 'metadata': {**obj['metadata'], 'annotations': found}}


def with_revision(deployment: Object, number: str) -> Object:
    """SetDeploymentRevision."""
    if annotations(deployment).get(REVISION) == number:
        return deployment
    return _with_annotations(deployment, {**annotations(deployment), REVISION: number})


def as_it_was(deployment: Object, rs: Object) -> Object:
    """SetFromReplicaSetTemplate and SetDeploymentAnnotationsTo: the deployment with a set's template, and with its
    annotations but those that each keeps for itself."""
    found = {name: value for name, value in annotations(deployment).items() if name in _NOT_COPIED}
    found.update((name, value) for name, value in annotations(rs).items() if name not in _NOT_COPIED)
    template = template_without_hash(rs['spec']['template'])
    return _with_annotations({**deployment, 'spec': {**deployment['spec'], 'template': template}}, found)


def desired_replicas(rs: Object) -> int | None:
    return _number(rs, DESIRED_REPLICAS)


def max_replicas(rs: Object) -> int | None:
    return _number(rs, MAX_REPLICAS)


def _number(rs: Object, name: str) -> int | None:
    try:
        return int(annotations(rs)[name])
    except (KeyError, ValueError):
        return None


def proportion(rs: Object, deployment: Object, to_add: int, added: int) -> int:
    """GetReplicaSetProportion: this set's share when a rollout in the middle is scaled."""
    if not replicas(rs) or not to_add or to_add == added:
        return 0
    fraction, allowed = _fraction(rs, deployment), to_add - added
    return min(fraction, allowed) if to_add > 0 else max(fraction, allowed)


def _fraction(rs: Object, deployment: Object) -> int:
    if not replicas(deployment):
        return -replicas(rs)
    before = max_replicas(rs) or deployment.get('status', {}).get('replicas', 0)
    if not before:
        return 0
    size = replicas(rs) * (replicas(deployment) + max_surge(deployment)) / before
    return math.floor(size + 0.5) - replicas(rs)


def labelled_template(deployment: Object, template_hash: str) -> Object:
    template = deep_copy(deployment['spec']['template'])
    meta = {name: value for name, value in (template.get('metadata') or {}).items() if value is not None}
    meta['labels'] = {**(meta.get('labels') or {}), HASH_LABEL: template_hash}
    return {**template, 'metadata': meta}


def labelled_selector(deployment: Object, template_hash: str) -> Object:
    selector = dict(deployment['spec']['selector'])
    selector['matchLabels'] = {**(selector.get('matchLabels') or {}), HASH_LABEL: template_hash}
    return selector
