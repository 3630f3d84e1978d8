"""The revisions of a Deployment: which of its replica sets is the new one, which are old (util/deployment)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tutor.apimachinery.objects import Object, controller_of

REVISION = 'deployment.kubernetes.io/revision'
HASH = 'pod-template-hash'


def owned(objects: Iterable[Object], owner: Object) -> list[Object]:
    """Those whose controller the owner is."""
    uid = owner['metadata'].get('uid')
    return [obj for obj in objects if (controller_of(obj) or {}).get('uid') == uid]


def revision(obj: Object) -> int:
    """deploymentutil.Revision: 0 when it has none."""
    text = (obj['metadata'].get('annotations') or {}).get(REVISION, '')
    return int(text) if text.lstrip('-').isdigit() else 0


def new_replica_set(deployment: Object, replica_sets: Sequence[Object]) -> Object | None:
    """FindNewReplicaSet: the oldest one whose template is the deployment's."""
    wanted = comparable(deployment['spec'].get('template') or {})
    for rs in sorted(replica_sets, key=_age):
        if comparable(rs['spec'].get('template') or {}) == wanted:
            return rs
    return None


def old_replica_sets(replica_sets: Iterable[Object], newest: Object | None) -> list[Object]:
    """findOldReplicaSets: all the others, oldest first."""
    uid = newest['metadata'].get('uid') if newest else None
    return [rs for rs in sorted(replica_sets, key=_age) if newest is None or rs['metadata'].get('uid') != uid]


def comparable(template: Object) -> Object:
    """A pod template without the hash that a Deployment's replica sets add (EqualIgnoreHash)."""
    meta = dict(template.get('metadata') or {})
    labels = {key: value for key, value in (meta.get('labels') or {}).items() if key != HASH}
    meta = {key: value for key, value in meta.items() if key not in ('labels', 'creationTimestamp') and value}
    if labels:
        meta['labels'] = labels
    return {**template, 'metadata': meta}


def _age(rs: Object) -> tuple[str, str]:
    """ReplicaSetsByCreationTimestamp."""
    return rs['metadata'].get('creationTimestamp', ''), rs['metadata']['name']
